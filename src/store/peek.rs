//! Bytes of a database's file, read beside `SQLite`.
//!
//! On Unix, closing any handle of a file gives up every lock that the process has on it, `SQLite`'s
//! included (“How To Corrupt An `SQLite` Database File”, 2.2): another program that looks into the
//! library would then take itself for the only one, and delete the write-ahead log under us. Invariant:
//! a handle of a database, once opened, stays open until the process ends; one for each file.

use std::{
    fs::File,
    io,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// Files that are kept open, by device and number.
#[cfg(unix)]
static OPEN: Mutex<Vec<((u64, u64), File)>> = Mutex::new(Vec::new());

/// Reads from a file. Nobody else reads from it meanwhile, so that its position is the reader's own.
#[cfg(unix)]
pub(super) fn read<T>(
    path: &Path,
    reader: impl FnOnce(&mut File) -> io::Result<T>,
) -> io::Result<T> {
    use std::os::unix::fs::MetadataExt;
    let identity = path.metadata().map(|found| (found.dev(), found.ino()))?;
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, file)) = open.iter_mut().find(|(known, _)| *known == identity) {
        return reader(file);
    }
    let file = File::open(path)?;
    let opened = file.metadata().map(|found| (found.dev(), found.ino()))?;
    open.push((opened, file));
    match open.last_mut() {
        Some((_, file)) => reader(file),
        None => Err(io::ErrorKind::NotFound.into()),
    }
}

/// Elsewhere a lock belongs to the handle by which it was taken.
#[cfg(not(unix))]
pub(super) fn read<T>(
    path: &Path,
    reader: impl FnOnce(&mut File) -> io::Result<T>,
) -> io::Result<T> {
    reader(&mut File::open(path)?)
}
