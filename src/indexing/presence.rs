//! Whether a chosen folder can be reached, or is away: unplugged, unmounted, renamed.
//!
//! Knows that the place where a drive was mounted stays behind as an empty folder, so that
//! emptiness alone says nothing: an empty folder counts as away if it is not the folder that was
//! there before. Invariant: nothing is forgotten because a drive is not plugged in.

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Error, Parts};
use crate::{cpu, store::FolderRow};

/// What is at a chosen folder's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Presence {
    /// A folder, and which one, where the system tells.
    Here(Option<String>),
    /// An empty folder, and not the one that was there before.
    Emptied,
    /// No folder, or none that can be listed.
    Away,
}

/// Looks at a folder; `known` tells which one it was before.
pub(crate) fn presence(root: &Path, known: Option<&str>) -> Presence {
    let Ok(metadata) = root.metadata() else {
        return Presence::Away;
    };
    if !metadata.is_dir() {
        return Presence::Away;
    }
    let identity = identity(&metadata);
    if known.is_some() && identity.as_deref() != known && is_empty(root) {
        return Presence::Emptied;
    }
    Presence::Here(identity)
}

/// Nothing in it but what is hidden, which drives and file managers leave behind.
fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .all(|entry| entry.file_name().as_encoded_bytes().starts_with(b"."))
    })
}

/// Notes of a folder that all of it was looked at.
pub(super) async fn note_look(parts: &Parts, folder: &FolderRow) -> Result<(), Error> {
    let (root, known) = (folder.path.to_path(), folder.identity.clone());
    let found = cpu::run(move || presence(&root, known.as_deref())).await?;
    if let Presence::Here(identity) = found {
        let noted = parts.store.note_look(folder.id, identity.as_deref(), now());
        noted.await?;
    }
    Ok(())
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs() as i64)
}

/// Device and number of a folder. A drive may get another device number when it is plugged in
/// again, and then is not empty.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
fn identity(metadata: &std::fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    Some(format!("{}:{}", metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_metadata: &std::fs::Metadata) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_emptied_is_told_from_one_in_its_place() {
        let home = tempfile::tempdir().unwrap();
        let (docs, drive) = (home.path().join("docs"), home.path().join("drive"));
        assert_eq!(presence(&docs, None), Presence::Away);
        std::fs::create_dir(&docs).unwrap();
        std::fs::write(docs.join("a.txt"), "apple").unwrap();
        let Presence::Here(identity) = presence(&docs, None) else {
            panic!("it is there");
        };
        std::fs::remove_file(docs.join("a.txt")).unwrap();
        let known = identity.as_deref();
        assert_eq!(presence(&docs, known), Presence::Here(identity.clone()));
        if cfg!(unix) {
            std::fs::rename(&docs, &drive).unwrap();
            std::fs::create_dir(&docs).unwrap();
            std::fs::write(docs.join(".hidden"), "").unwrap();
            assert_eq!(presence(&docs, known), Presence::Emptied);
            std::fs::write(docs.join("b.txt"), "pear").unwrap();
            assert!(matches!(presence(&docs, known), Presence::Here(_)));
        }
    }
}
