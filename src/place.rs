//! Where everything lies for one start of a program, as both programs find it: the library, the programs
//! themselves, and the administrator's policy.
//!
//! An edge, since it asks the system; it stands apart because the window and the command line share it and
//! must never disagree. Invariant: no variable that a user can set names the policy, since whoever could
//! point it at an empty file would be rid of it. A test that wants another one says so as plain data, with
//! `Dirs::with_policy`.

#[cfg(windows)]
#[path = "place/windows.rs"]
mod system;
#[cfg(not(windows))]
#[path = "place/unix.rs"]
mod system;

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::dirs::{self, Dirs};

/// Where everything lies.
#[derive(Debug, Clone)]
pub struct Place {
    /// All paths.
    pub dirs: Dirs,
    /// What said so.
    pub kind: Kind,
}

/// What said where the library lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The user, for this start.
    Named,
    /// Nobody.
    Usual,
}

/// Why nothing can be found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system does not say which program this is.
    #[error("could not tell where the program lies")]
    Program(#[source] io::Error),
    /// The folder that was named cannot be made a full path.
    #[error("could not tell where {path} is")]
    Library {
        /// As it was named.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// There is no home folder.
    #[error("could not tell your home folder; use --library")]
    Home,
}

impl Place {
    /// Finds everything; `named` is the library that the user named for this start.
    pub fn find(named: Option<PathBuf>) -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(Error::Program)?;
        let programs = program.parent().unwrap_or(Path::new("."));
        let home = std::env::home_dir();
        let (library, kind) = if let Some(path) = named {
            let library = std::path::absolute(&path);
            let unknown = |source| Error::Library { path, source };
            (library.map_err(unknown)?, Kind::Named)
        } else {
            let home = home.as_deref().ok_or(Error::Home)?;
            (dirs::default_library(home), Kind::Usual)
        };
        let dirs = Dirs::new(library, programs);
        let dirs = match system::policy() {
            Some(policy) => dirs.with_policy(policy, home),
            None => dirs,
        };
        Ok(Self { dirs, kind })
    }
}
