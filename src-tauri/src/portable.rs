//! A portable window: whatever the system's libraries keep for a program lies in its own folder.
//!
//! On Linux the web view, GTK, fontconfig and the graphics drivers follow the XDG variables, so these lead
//! there before anything starts. Programs that the window opens documents with get the user's own
//! back: his settings say which programs those are. Invariant: the variables change once, before there is a
//! second thread.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use nuthatch::place::desktop;

/// What is kept for whom.
const VARIABLES: [(&str, &str); 4] = [
    ("XDG_DATA_HOME", "share"),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
];

/// What the variables said before; nothing where the window is not portable.
static BEFORE: OnceLock<Vec<(&str, Option<OsString>)>> = OnceLock::new();

/// The part of a portable folder that is not the library.
pub fn desktop_folder(portable: &Path) -> PathBuf {
    portable.join(desktop::FOLDER)
}

/// Leads the system's libraries into a portable folder. To be called before anything else runs.
pub fn lead_into(portable: &Path) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let before = VARIABLES.map(|(name, _)| (name, std::env::var_os(name)));
    if BEFORE.set(before.to_vec()).is_err() {
        return;
    }
    let folder = desktop_folder(portable);
    for (name, part) in VARIABLES {
        let part = folder.join(part);
        // A library that misses its folder may fall back on the home folder.
        let _ = std::fs::create_dir_all(&part);
        #[expect(
            unsafe_code,
            reason = "nothing else runs yet that could read the environment"
        )]
        unsafe {
            std::env::set_var(name, part);
        }
    }
}

/// Gives another program the user's own places.
pub(crate) fn give_back(command: &mut Command) -> &mut Command {
    for (name, value) in BEFORE.get().into_iter().flatten() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// Opens a file with the user's program for it, where that needs his own places; `false` where it does not,
/// and nothing was done.
pub(crate) fn open(path: &Path) -> io::Result<bool> {
    if BEFORE.get().is_none() {
        return Ok(false);
    }
    let mut command = Command::new("xdg-open");
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null());
    give_back(&mut command).stderr(Stdio::null()).spawn()?;
    Ok(true)
}
