//! Why indexing does not go on, in words that tell its user what to do.
//!
//! The database and the word index each have their own codes for one and the same disk, and some of
//! them say little; so the disk itself is asked. Knows nothing of what was to be written.

use std::{fs, io, path::Path};

use super::Error;

/// What was tried to be written to learn why nothing else could be.
const PROBE: &str = "probe.tmp";
/// `SQLite` fails with less to spare than the probe needs.
const PROBE_BYTES: usize = 256 << 10;

/// One sentence about a failure, of the library in this folder.
pub(super) fn in_words(error: &Error, library: &Path) -> String {
    let (is_disk, kind) = match error {
        Error::Store(error) if error.is_damage() => {
            return "the library's database is damaged; it is repaired when Nuthatch is started \
                    again"
                .into();
        }
        Error::Store(error) => (error.is_disk(), error.disk()),
        Error::Lexical(error) => (true, error.io().map(io::Error::kind)),
        _ => (false, None),
    };
    let what = is_disk.then(|| of_disk(library, kind)).flatten();
    match what {
        Some(what) => format!("{what}; reading goes on when that has changed"),
        None => with_causes(error),
    }
}

fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

/// What is wrong with the disk that holds a library: what it says when it is asked now, else what it
/// said; nothing if it does what it should.
pub(crate) fn of_disk(library: &Path, said: Option<io::ErrorKind>) -> Option<String> {
    let now = probed(library).err();
    let place = library.display();
    Some(match now.as_ref().map(io::Error::kind).or(said)? {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            // It can be full with much to spare: of files, or of what one user may have.
            let free = free_bytes(library).map(|free| free >> 20);
            let free = free.filter(|&free| free < 1_000);
            let free = free.map(|free| format!(": {free} MB free"));
            format!("the disk is full{} at {place}", free.unwrap_or_default())
        }
        io::ErrorKind::ReadOnlyFilesystem => format!("{place} is on a disk that can be read only"),
        io::ErrorKind::PermissionDenied => format!("writing to {place} is not permitted"),
        io::ErrorKind::NotFound => format!("{place} is not there any more"),
        _ => match now {
            Some(error) => format!("the disk with {place} fails ({error})"),
            None => return None,
        },
    })
}

fn probed(library: &Path) -> io::Result<()> {
    let probe = library.join(PROBE);
    let written = fs::write(&probe, vec![0; PROBE_BYTES]);
    let removed = fs::remove_file(&probe);
    written.and(removed)
}

/// What the disk that holds a folder has to spare.
#[cfg(unix)]
pub(crate) fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail * found.f_frsize)
}

/// What the disk that holds a folder has to spare.
#[cfg(not(unix))]
pub(crate) fn free_bytes(_path: &Path) -> Option<u64> {
    None
}
