//! The files of a model, and the proof that they are what they were.
//!
//! Owns hashes: those of the catalogue, and those recorded when a file first arrived whose hash
//! the catalogue does not know. Invariant: a file without either is refused, and a record is only
//! ever replaced together with the file that it speaks of.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ModelSpec;

/// Hashes recorded on arrival, in the model's folder, in the format of `sha256sum`.
const RECORD: &str = "SHA256SUMS";

/// What a model's files may be: weights and descriptions, nothing that could be run. Pickled weights
/// (`.bin`, `.pt`) are programs.
const ENDINGS: [&str; 5] = [".safetensors", ".gguf", ".onnx", ".onnx_data", ".json"];

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name inside the model's folder.
    pub name: String,
    /// Place in the repository, where that is not the name.
    #[serde(default)]
    pub path: Option<String>,
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
    /// A file, or the record of hashes, cannot be written.
    #[error("could not write {path}")]
    Unwritable {
        /// Which.
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
    /// A name of the catalogue could lead out of the model's folder, or to something that is run.
    #[error("`{name}` may not be part of a model")]
    Name {
        /// The name.
        name: String,
    },
}

impl ModelFile {
    /// Place in the repository.
    pub fn remote(&self) -> &str {
        self.path.as_deref().unwrap_or(&self.name)
    }
}

impl ModelSpec {
    /// Refuses names that lead out of the model's folder, and files that are not weights or JSON.
    pub fn check_names(&self) -> Result<(), FileError> {
        let repository = self.repository.iter().flat_map(|name| name.split('/'));
        for name in repository.chain([self.id.as_str(), &self.revision]) {
            check(name, is_plain(name))?;
        }
        for file in &self.files {
            check(&file.name, is_plain(&file.name) && is_harmless(&file.name))?;
            let remote = file.remote();
            check(
                remote,
                remote.split('/').all(is_plain) && is_harmless(remote),
            )?;
        }
        Ok(())
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

/// Writes the hash of one file into the record of its folder.
pub(super) fn record(folder: &Path, name: &str, hash: &str) -> Result<(), FileError> {
    let mut recorded = read_record(folder)?;
    recorded.insert(name.to_owned(), hash.to_owned());
    let lines: Vec<String> = recorded
        .iter()
        .map(|(name, hash)| format!("{hash}  {name}\n"))
        .collect();
    let path = folder.join(RECORD);
    File::create(&path)
        .and_then(|mut file| {
            file.write_all(lines.concat().as_bytes())?;
            file.sync_all()
        })
        .map_err(|source| FileError::Unwritable { path, source })
}

fn check(name: &str, is_fine: bool) -> Result<(), FileError> {
    if is_fine {
        Ok(())
    } else {
        Err(FileError::Name { name: name.into() })
    }
}

/// Whether it is the name of one thing in a folder, on any system, and plain in an address too.
fn is_plain(name: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    !name.is_empty() && !name.starts_with('.') && !name.ends_with('.') && name.chars().all(plain)
}

fn is_harmless(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
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

pub(super) fn sha256(path: &Path) -> Result<String, FileError> {
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
    fn names_that_lead_elsewhere_or_can_be_run_are_refused() {
        let spec = |name: &str, path: Option<&str>| {
            let mut spec = ModelSpec::default_embedding();
            spec.files[0].name = name.into();
            spec.files[0].path = path.map(str::to_owned);
            spec
        };
        spec("model.gguf", None).check_names().unwrap();
        let external = spec("model.onnx_data", Some("onnx/model.onnx_data"));
        external.check_names().unwrap();
        for name in [
            "../model.onnx",
            "/model.onnx",
            "onnx/model.onnx",
            "..\\model.onnx",
            "C:model.onnx",
            ".onnx",
            "pytorch_model.bin",
            "model.pt",
            "run.sh",
            "model.onnx.exe",
            "",
        ] {
            let error = spec(name, None).check_names().unwrap_err();
            assert!(matches!(error, FileError::Name { .. }), "{name}");
            let folder = Path::new("nowhere");
            assert!(matches!(
                spec(name, None).verify(folder),
                Err(FileError::Name { .. })
            ));
        }
        for path in [
            "../../other/resolve/main/model.onnx",
            "/model.onnx",
            "a//b.onnx",
            "m.onnx?x=.json",
        ] {
            assert!(
                spec("model.onnx", Some(path)).check_names().is_err(),
                "{path}"
            );
        }
        for id in ["..", "a/b", ""] {
            let spec = ModelSpec {
                id: id.into(),
                ..ModelSpec::default_embedding()
            };
            assert!(spec.check_names().is_err(), "{id}");
        }
    }
}
