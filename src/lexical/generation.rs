//! The folders of the word index: one generation each, the newest of which is written.
//!
//! Owns their names, what a commit says of itself, and which of them is opened. Knows nothing of what
//! is in an index. Invariant: a generation is written only while it is the newest, so that an older one
//! may answer searches until the newest is complete, and is never caught up.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    document::Sequence,
    lexical::{Error, Result, schema::FORMAT},
};

/// What a commit says of itself: the last batch in it, of which history of the library, and whether
/// the generation still lacks what older batches hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) sequence: Sequence,
    /// A library that was salvaged counts its batches anew, and so has another history.
    pub(super) history: String,
    pub(super) is_complete: bool,
}

impl Payload {
    /// As a commit carries it.
    pub(super) fn to_text(&self) -> String {
        let state = if self.is_complete {
            "whole"
        } else {
            "building"
        };
        format!("{} {state} {}", self.sequence.0, self.history)
    }

    /// A commit without one, or with one that is not understood, holds nothing for certain.
    pub(super) fn read(text: Option<&str>) -> Self {
        let mut words = text.unwrap_or_default().splitn(3, ' ');
        let sequence = words.next().and_then(|number| number.parse().ok());
        match (sequence, words.next()) {
            (Some(sequence), Some(state @ ("whole" | "building"))) => Self {
                sequence: Sequence(sequence),
                history: words.next().unwrap_or_default().to_owned(),
                is_complete: state == "whole",
            },
            _ => Self::default(),
        }
    }
}

/// The generations of this format below `folder`, the newest first.
pub(super) fn all(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(u64, PathBuf)> = entries(folder)
        .filter_map(|path| Some((number(&path)?, path)))
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The folder of the next generation; it is not there yet.
pub(super) fn next(folder: &Path) -> PathBuf {
    let last = all(folder).first().and_then(|path| number(path));
    folder.join(format!("{FORMAT}.{}", last.map_or(1, |last| last + 1)))
}

/// Makes a folder with those above it.
pub(super) fn ensure_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|source| Error::Folder {
        path: path.to_owned(),
        source,
    })
}

/// Removes what tantivy was writing when its process was killed, before it had a name.
pub(super) fn sweep(generation: &Path) {
    let is_unnamed = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with(".tmp")
    };
    for path in entries(generation).filter(is_unnamed) {
        if let Err(error) = fs::remove_file(path) {
            tracing::debug!(%error, "an unfinished file stays for now");
        }
    }
}

/// Removes what is below `folder` but for these, older formats included. What cannot be removed,
/// since another process has it open, is tried again at the next opening.
pub(super) fn keep_only(folder: &Path, kept: &[&Path]) {
    for path in entries(folder).filter(|path| !kept.contains(&path.as_path())) {
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::debug!(%error, "an old word index stays for now");
            }
            _ => {}
        }
    }
}

/// Bytes of everything below `folder`.
pub(super) fn size_bytes(folder: &Path) -> u64 {
    entries(folder)
        .map(|path| match path.symlink_metadata() {
            Ok(found) if found.is_dir() => size_bytes(&path),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.flatten().map(|entry| entry.path())
}

fn number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    name.strip_prefix(FORMAT)?.strip_prefix('.')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_tells_what_it_holds_and_one_that_says_nothing_holds_nothing() {
        for payload in [
            Payload {
                sequence: Sequence(17),
                history: String::new(),
                is_complete: true,
            },
            Payload {
                sequence: Sequence(0),
                history: "2026-11-27 10:00".into(),
                is_complete: false,
            },
        ] {
            assert_eq!(Payload::read(Some(&payload.to_text())), payload);
        }
        for odd in [
            None,
            Some(""),
            Some("17"),
            Some("x whole "),
            Some("5 odd h"),
        ] {
            assert_eq!(Payload::read(odd), Payload::default(), "{odd:?}");
        }
    }

    #[test]
    fn the_newest_generation_comes_first_and_the_next_has_a_name_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(all(path).is_empty());
        for name in ["1", "10", "9"] {
            fs::create_dir(path.join(format!("{FORMAT}.{name}"))).unwrap();
        }
        fs::create_dir(path.join("v0")).unwrap();
        let newest = path.join(format!("{FORMAT}.10"));
        assert_eq!(all(path).first(), Some(&newest));
        assert_eq!(next(path), path.join(format!("{FORMAT}.11")));
        keep_only(path, &[&newest]);
        assert_eq!(entries(path).collect::<Vec<_>>(), [newest]);
    }
}
