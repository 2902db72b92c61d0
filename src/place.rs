//! Where everything lies for one start of a program, as both programs find it: the library, the programs
//! themselves, and the administrator's policy.
//!
//! An edge, since it asks the system; it stands apart because the window and the command line share it and
//! must never disagree. Invariant: no variable that a user can set names the policy, since whoever could
//! point it at an empty file would be rid of it. A test that wants another one says so as plain data, with
//! `Dirs::with_policy`.

pub mod desktop;
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

/// What said where the library lies, the first that speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The user, for this start.
    Named,
    /// This folder beside the program, in which everything else lies as well.
    Portable(PathBuf),
    /// Nobody.
    Usual,
}

/// Lies beside a program that is to keep everything with itself.
const PORTABLE: &str = "nuthatch-data";

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
        let program = program()?;
        let programs = program.parent().unwrap_or(Path::new("."));
        let home = std::env::home_dir();
        let portable = portable_folder_of(&program, Image::of_this_process());
        let (library, kind) = if let Some(path) = named {
            let library = std::path::absolute(&path);
            let unknown = |source| Error::Library { path, source };
            (library.map_err(unknown)?, Kind::Named)
        } else if portable.is_dir() {
            (portable.join("library"), Kind::Portable(portable))
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

/// The folder that makes this program portable once it is there.
pub fn portable_folder() -> Result<PathBuf, Error> {
    Ok(portable_folder_of(&program()?, Image::of_this_process()))
}

fn program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(Error::Program)
}

/// The one file that an `AppImage` is, and where it has been mounted.
#[derive(Debug)]
struct Image {
    file: PathBuf,
    mounted: PathBuf,
}

impl Image {
    /// As the image's own start says.
    fn of_this_process() -> Option<Self> {
        Some(Self {
            file: std::env::var_os("APPIMAGE")?.into(),
            mounted: std::env::var_os("APPDIR")?.into(),
        })
    }
}

/// Beside the program, or beside the image that holds it: a user sees no other file. A program that was only
/// started out of another one's image has its variables, and is none of it.
fn portable_folder_of(program: &Path, image: Option<Image>) -> PathBuf {
    let image = image.filter(|image| program.starts_with(&image.mounted));
    let seen = image.map_or(program.to_owned(), |image| image.file);
    seen.parent().unwrap_or(Path::new(".")).join(PORTABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portable_folder_lies_beside_what_the_user_sees_as_the_program() {
        let image = || {
            Some(Image {
                file: "/media/stick/Nuthatch.AppImage".into(),
                mounted: "/tmp/.mount_Nuth".into(),
            })
        };
        for (program, image, expected) in [
            ("/opt/n/nuthatch", None, "/opt/n/nuthatch-data"),
            (
                "/tmp/.mount_Nuth/usr/bin/nuthatch",
                image(),
                "/media/stick/nuthatch-data",
            ),
            ("/opt/n/nuthatch", image(), "/opt/n/nuthatch-data"),
        ] {
            let found = portable_folder_of(Path::new(program), image);
            assert_eq!(found, Path::new(expected));
        }
    }
}
