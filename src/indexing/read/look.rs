//! A file is looked at before it is read: its format by its first bytes, and the hash of what its reader
//! will get to see.
//!
//! Parses nothing. Invariant: what is no regular file is neither opened nor waited for.

use std::{
    io::{self, Read},
    path::Path,
};

use crate::{
    document::Hash,
    extract::{self, Failure, Format, Limits},
    indexing::cloud,
};

pub(super) struct Looked {
    pub(super) hash: Hash,
    pub(super) format: &'static Format,
}

/// Recognises a file's format by its first bytes, and hashes what its reader will get to see.
pub(super) fn look(path: &Path, limits: &Limits) -> io::Result<Result<Looked, Failure>> {
    // Asked before opening: a pipe would be waited for, and a placeholder fetched.
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok(Err(Failure::Skipped("it is not a regular file".into())));
    }
    if cloud::is_placeholder(path, &metadata) {
        return Ok(Err(Failure::Skipped(cloud::REASON.into())));
    }
    let mut file = std::fs::File::open(path)?;
    let mut head = Vec::new();
    (&mut file)
        .take(extract::HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    let format = match extract::identify(&extract::extension(path), &head) {
        Ok(format) => format,
        Err(failure) => return Ok(Err(failure)),
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head);
    // One byte more than is read: it tells a longer file from one that ends there.
    let n_more = (limits.file_bytes(format) + 1).saturating_sub(head.len() as u64);
    hasher.update_reader(file.take(n_more))?;
    let hash = *hasher.finalize().as_bytes();
    Ok(Ok(Looked { hash, format }))
}

/// There is nothing at the path, or a file where a folder of it was.
pub(super) fn is_gone(error: &io::Error) -> bool {
    [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limits() -> Limits {
        Limits {
            timeout: Duration::from_secs(1),
            memory_mib: 64,
            max_file_bytes: 100_000,
            max_text_bytes: 2 * extract::HEAD_BYTES,
            with_layout: false,
            priority: nuthatch_models::Priority::Normal,
        }
    }

    fn hash(content: &str) -> Hash {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, content).unwrap();
        look(&path, &limits()).unwrap().unwrap().hash
    }

    #[test]
    fn a_file_that_went_since_the_walk_is_an_error_of_the_right_kind() {
        let folder = tempfile::tempdir().unwrap();
        let error = look(&folder.path().join("gone.txt"), &limits())
            .err()
            .unwrap();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_was_in_a_folder_that_became_a_file_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "was a folder").unwrap();
        let error = look(&file.join("b.txt"), &limits()).err().unwrap();
        assert!(is_gone(&error), "{error:?}");
    }

    #[test]
    fn what_became_a_folder_or_a_pipe_since_the_walk_is_skipped_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let skipped = |path: &Path| look(path, &limits()).unwrap().err().unwrap().to_string();
        assert!(skipped(folder.path()).contains("regular file"));
        if cfg!(unix) {
            let pipe = folder.path().join("pipe.txt");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            assert!(skipped(&pipe).contains("regular file"));
        }
    }

    #[test]
    fn a_hash_tells_apart_what_a_reader_can_tell_apart_and_no_more() {
        let text = "a".repeat(2 * extract::HEAD_BYTES);
        assert_eq!(hash(&text), *blake3::hash(text.as_bytes()).as_bytes());
        assert_ne!(
            hash(&text),
            hash(&format!("{text}a")),
            "one is cut, one is not"
        );
        assert_eq!(hash(&format!("{text}ab")), hash(&format!("{text}ac")));
    }
}
