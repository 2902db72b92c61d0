//! The index folder as tantivy sees it, patient with whoever holds a file for a moment.
//!
//! On Windows a virus scanner or a backup opens each new file, and until it lets go nobody may rename
//! or delete it: `PermissionDenied`, in the middle of a commit. So an operation that is refused is
//! tried again, for about a second; a refusal that lasts is an error like any other. Knows no index.

use std::{io, path::Path, sync::Arc, thread, time::Duration};

use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle,
    WritePtr,
    error::{DeleteError, LockError, OpenReadError, OpenWriteError},
};

/// Between two attempts, longer each time.
const WAITS_MS: [u64; 6] = [10, 30, 90, 180, 270, 420];

/// tantivy's own directory, each operation tried several times.
#[derive(Debug, Clone)]
pub(super) struct PatientDirectory(pub(super) MmapDirectory);

/// Whether an error is a refusal that may pass.
trait Refusal {
    fn is_refusal(&self) -> bool;
}

impl Refusal for io::Error {
    fn is_refusal(&self) -> bool {
        self.kind() == io::ErrorKind::PermissionDenied
    }
}

impl Refusal for DeleteError {
    fn is_refusal(&self) -> bool {
        matches!(self, Self::IoError { io_error, .. } if io_error.is_refusal())
    }
}

impl Refusal for OpenReadError {
    fn is_refusal(&self) -> bool {
        matches!(self, Self::IoError { io_error, .. } if io_error.is_refusal())
    }
}

impl Refusal for OpenWriteError {
    fn is_refusal(&self) -> bool {
        matches!(self, Self::IoError { io_error, .. } if io_error.is_refusal())
    }
}

impl Refusal for LockError {
    fn is_refusal(&self) -> bool {
        matches!(self, Self::IoError(io_error) if io_error.is_refusal())
    }
}

fn patiently<T, E: Refusal>(mut attempt: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    for wait_ms in WAITS_MS {
        match attempt() {
            Err(error) if error.is_refusal() => thread::sleep(Duration::from_millis(wait_ms)),
            outcome => return outcome,
        }
    }
    attempt()
}

impl Directory for PatientDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        patiently(|| self.0.get_file_handle(path))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        // What cannot be deleted now is kept in tantivy's list and tried at the next commit.
        self.0.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        patiently(|| self.0.open_write(path))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        patiently(|| self.0.atomic_read(path))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        patiently(|| self.0.atomic_write(path, data))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.0.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match patiently(|| self.0.acquire_lock(lock)) {
            // Where nobody can write, nobody has to be kept from it; and readers take a lock, too.
            Err(LockError::IoError(error)) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                Ok(DirectoryLock::from(Box::new(())))
            }
            outcome => outcome,
        }
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.0.watch(watch_callback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(n_times: u32, kind: io::ErrorKind) -> (io::Result<u32>, u32) {
        let mut n = 0;
        let outcome = patiently(|| {
            n += 1;
            if n > n_times {
                Ok(n)
            } else {
                Err(io::Error::from(kind))
            }
        });
        (outcome, n)
    }

    #[test]
    fn what_is_refused_for_a_moment_succeeds_in_the_end() {
        assert_eq!(refused(3, io::ErrorKind::PermissionDenied).0.unwrap(), 4);
    }

    #[test]
    fn a_refusal_that_lasts_is_an_error_and_another_error_is_one_at_once() {
        let (outcome, n) = refused(u32::MAX, io::ErrorKind::PermissionDenied);
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(n, 7);
        assert_eq!(refused(u32::MAX, io::ErrorKind::StorageFull).1, 1);
    }
}
