//! The lock of the one process that writes a library, and what it tells about the last one.
//!
//! The lock itself is the system's and goes with its process; the file says who holds it, and is emptied
//! in the end. Invariant: content of a process that ended in order, or that the machine outlived, is no
//! reason to distrust what is on disk.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Write},
};

use super::{Error, Result};
use crate::dirs::Dirs;

/// Held as long as the library is open for writing.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// The machine may have gone down while the library was open: what was not on disk yet is lost.
    pub(super) is_after_power_cut: bool,
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub(super) fn take(dirs: &Dirs) -> Result<Self> {
        let unwritable = |error: &io::Error| unwritable(dirs, error);
        std::fs::create_dir_all(dirs.library()).map_err(|error| unwritable(&error))?;
        let mut file = File::options()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(dirs.lock())
            .map_err(|error| unwritable(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let told = std::fs::read_to_string(dirs.lock()).unwrap_or_default();
                let holder = told.split_whitespace().next().unwrap_or("unknown");
                return Err(Error::Locked {
                    holder: holder.to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(unwritable(&error)),
        }
        let mut before = String::new();
        let _ = file.read_to_string(&mut before);
        let since = session();
        let is_after_power_cut = match before.split_whitespace().nth(1) {
            None => !before.is_empty(),
            Some(session) => Some(session) != since.as_deref(),
        };
        let mut lock = Self {
            file,
            is_after_power_cut,
        };
        let process = std::process::id();
        lock.tell(&format!("{process} {}", since.unwrap_or_default()));
        Ok(lock)
    }

    /// Says that everything has ended in order.
    pub(super) fn release(mut self) {
        self.tell("");
    }

    /// Without being told, the next process is only more careful.
    fn tell(&mut self, what: &str) {
        use std::io::Seek;
        let told = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(what.as_bytes()));
        if let Err(error) = told {
            tracing::debug!(%error, "the lock file could not be written");
        }
    }
}

/// What may pass is told apart from what the user has to change.
fn unwritable(dirs: &Dirs, error: &io::Error) -> Error {
    let (path, reason) = (dirs.library().to_owned(), error.to_string());
    match error.kind() {
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::QuotaExceeded
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::StorageFull => Error::Unwritable { path, reason },
        _ => Error::Unreadable { path, reason },
    }
}

/// What changes when the machine starts; unknown on most systems, where every kill counts as a power cut.
fn session() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(content: &str) -> bool {
        let library = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(library.path(), library.path());
        std::fs::write(dirs.lock(), content).unwrap();
        Lock::take(&dirs).unwrap().is_after_power_cut
    }

    #[test]
    fn only_what_the_machine_did_not_outlive_is_distrusted() {
        assert!(!after(""));
        assert!(after("17 an-earlier-session"));
        assert!(after("17"));
        if let Some(session) = session() {
            assert!(!after(&format!("17 {session}")));
        }
    }

    #[test]
    fn a_released_lock_says_nothing_and_a_held_one_names_its_process() {
        let library = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(library.path(), library.path());
        let lock = Lock::take(&dirs).unwrap();
        match Lock::take(&dirs) {
            Err(Error::Locked { holder }) => {
                assert_eq!(holder, std::process::id().to_string());
            }
            other => panic!("{other:?}"),
        }
        lock.release();
        assert_eq!(std::fs::read_to_string(dirs.lock()).unwrap(), "");
    }
}
