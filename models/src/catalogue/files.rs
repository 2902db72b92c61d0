//! The files of a model, and the proof that they are what they were.
//!
//! Owns hashes: those of the catalogue, and those recorded when a file first arrived whose hash
//! the catalogue does not know. Invariant: a file without either is refused, and a record, once
//! written, is never replaced.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ModelSpec;

/// Hashes recorded on arrival, in the model's folder, in the format of `sha256sum`.
const RECORD: &str = "SHA256SUMS";

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name inside the model's folder.
    pub name: String,
    /// Size in bytes, where it is known.
    pub size_bytes: Option<u64>,
    /// SHA-256, lower-case hex. Where it is not known, the file's hash is recorded when it first
    /// arrives: later damage is seen, a wrong first download is not.
    pub sha256: Option<String>,
}

/// Why a model's files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A file is missing or cannot be read.
    #[error("could not read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The record of hashes cannot be written.
    #[error("could not write {path}")]
    Unwritable {
        /// The record.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file is not what the catalogue says, or not what first arrived.
    #[error("{path} is damaged: its SHA-256 is not the one expected")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The catalogue knows no hash of a file, and none was recorded when it arrived.
    #[error("{path} was never checked: import the model again")]
    Unrecorded {
        /// The file.
        path: PathBuf,
    },
}

impl ModelSpec {
    /// Reads every file and compares it with its hash: the catalogue's, or the recorded one.
    pub fn verify(&self, directory: &Path) -> Result<(), FileError> {
        let recorded = read_record(directory)?;
        for file in &self.files {
            verified(file, directory, &recorded)?;
        }
        Ok(())
    }

    /// Records the hash of every file whose hash neither the catalogue nor the record knows.
    pub fn record_hashes(&self, directory: &Path) -> Result<(), FileError> {
        let mut recorded = read_record(directory)?;
        for file in self.files.iter().filter(|file| file.sha256.is_none()) {
            if !recorded.contains_key(&file.name) {
                let found = sha256(&directory.join(&file.name))?;
                recorded.insert(file.name.clone(), found);
            }
        }
        let lines: Vec<String> = recorded
            .iter()
            .map(|(name, hash)| format!("{hash}  {name}\n"))
            .collect();
        let path = directory.join(RECORD);
        std::fs::write(&path, lines.concat())
            .map_err(|source| FileError::Unwritable { path, source })
    }
}

/// The hash that a file must have: the catalogue's, or the recorded one.
pub(super) fn expected<'a>(
    file: &'a ModelFile,
    recorded: &'a BTreeMap<String, String>,
) -> Option<&'a String> {
    file.sha256.as_ref().or_else(|| recorded.get(&file.name))
}

/// Reads one file and compares it with its hash.
pub(super) fn verified(
    file: &ModelFile,
    directory: &Path,
    recorded: &BTreeMap<String, String>,
) -> Result<(), FileError> {
    let path = directory.join(&file.name);
    let found = sha256(&path)?;
    match expected(file, recorded) {
        Some(expected) if *expected == found => Ok(()),
        Some(_) => Err(FileError::Damaged { path }),
        None => Err(FileError::Unrecorded { path }),
    }
}

/// File names with their recorded hashes; none where nothing was recorded.
pub(super) fn read_record(directory: &Path) -> Result<BTreeMap<String, String>, FileError> {
    let path = directory.join(RECORD);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(source) => Err(FileError::Unreadable { path, source }),
    }
}

fn sha256(path: &Path) -> Result<String, FileError> {
    let mut hasher = Sha256::new();
    File::open(path)
        .and_then(|mut file| io::copy(&mut file, &mut hasher))
        .map_err(|source| FileError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    Ok(format!("{:x}", hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut spec = ModelSpec::default_embedding();
        spec.files.truncate(1);
        std::fs::write(folder.path().join(&spec.files[0].name), b"not a model").unwrap();
        let error = spec.verify(folder.path()).unwrap_err();
        assert!(matches!(error, FileError::Damaged { .. }), "{error}");
    }

    #[test]
    fn a_file_of_unknown_hash_is_held_to_what_first_arrived() {
        let folder = tempfile::tempdir().unwrap();
        let mut spec = ModelSpec::default_embedding();
        spec.files.truncate(1);
        spec.files[0].sha256 = None;
        let path = folder.path().join(&spec.files[0].name);
        std::fs::write(&path, b"weights").unwrap();

        let unrecorded = spec.verify(folder.path()).unwrap_err();
        assert!(matches!(unrecorded, FileError::Unrecorded { .. }));
        spec.record_hashes(folder.path()).unwrap();
        spec.verify(folder.path()).unwrap();

        std::fs::write(&path, b"other weights").unwrap();
        spec.record_hashes(folder.path()).unwrap();
        let damaged = spec.verify(folder.path()).unwrap_err();
        assert!(matches!(damaged, FileError::Damaged { .. }));
    }
}
