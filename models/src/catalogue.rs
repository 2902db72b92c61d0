//! The models that Nuthatch knows, as data: `catalog.toml`, embedded.
//!
//! Owns what a model *is* (files with hashes, dimensions, pooling, prefixes, licence), not where
//! it lies or whether it runs. A new model is a new entry in `catalog.toml`.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One model at one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// Stable name, also the folder name.
    pub id: String,
    /// Revision of the weights; embeddings are keyed by id and revision.
    pub revision: String,
    /// SPDX licence of the weights at this revision.
    pub licence: String,
    /// What it is good for, in a sentence.
    pub good_for: String,
    /// Length of an embedding.
    pub dimensions: usize,
    /// Tokens after which a text is cut.
    pub max_tokens: usize,
    /// How token vectors become one vector.
    pub pooling: Pooling,
    /// What it can read.
    pub scripts: Scripts,
    /// Put before a query.
    pub query_prefix: String,
    /// Put before a passage.
    pub passage_prefix: String,
    /// The files, all of them needed.
    pub files: Vec<ModelFile>,
}

/// How token vectors become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Mean over the text's tokens.
    Mean,
    /// The first token.
    Cls,
}

/// The writing that a model was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scripts {
    /// Latin letters; other writing is noise to it.
    Latin,
    /// Any.
    All,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name inside the model's folder.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
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
    /// A file is not what the catalogue says.
    #[error("{path} is damaged: its SHA-256 is not the one in the catalogue")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

#[derive(Deserialize)]
struct Catalogue {
    model: Vec<ModelSpec>,
}

/// Every model of the catalogue; the first is the default.
///
/// # Panics
/// If the embedded catalogue is malformed, which a test rules out.
pub fn models() -> Vec<ModelSpec> {
    #[expect(clippy::expect_used, reason = "embedded data, checked by a test")]
    toml::from_str::<Catalogue>(include_str!("../catalog.toml"))
        .expect("catalog.toml parses")
        .model
}

impl ModelSpec {
    /// Whether most letters of a text are of a script that the model knows.
    pub fn reads(&self, text: &str) -> bool {
        let is_latin =
            |letter: char| letter < '\u{250}' || ('\u{1e00}'..='\u{1eff}').contains(&letter);
        let letters = || text.chars().filter(|character| character.is_alphabetic());
        let n_latin = letters().filter(|&letter| is_latin(letter)).count();
        self.scripts == Scripts::All || 2 * n_latin >= letters().count()
    }

    /// The embedding model that ships with the program.
    ///
    /// # Panics
    /// If the embedded catalogue is empty, which a test rules out.
    pub fn default_embedding() -> Self {
        models().swap_remove(0)
    }

    /// Where the model's files lie, below the folder that holds all models.
    pub fn directory(&self, models: &Path) -> PathBuf {
        models.join(&self.id).join(&self.revision)
    }

    /// Whether every file is there; says nothing about their content.
    pub fn is_present(&self, models: &Path) -> bool {
        let directory = self.directory(models);
        self.files
            .iter()
            .all(|file| directory.join(&file.name).is_file())
    }

    /// What embeddings are keyed by: model and revision.
    pub fn key(&self) -> String {
        format!("{}@{}", self.id, self.revision)
    }

    /// Reads every file and compares it with its hash.
    pub fn verify(&self, directory: &Path) -> Result<(), FileError> {
        for file in &self.files {
            let path = directory.join(&file.name);
            let found = sha256(&path).map_err(|source| FileError::Unreadable {
                path: path.clone(),
                source,
            })?;
            if found != file.sha256 {
                return Err(FileError::Damaged { path });
            }
        }
        Ok(())
    }
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(format!("{:x}", hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_for_latin_letters_is_not_asked_about_other_writing() {
        let spec = ModelSpec::default_embedding();
        for text in [
            "notice period",
            "Kündigungsfrist",
            "Việt",
            "2024",
            "",
            "C++ и",
        ] {
            assert!(spec.reads(text), "{text}");
        }
        for text in ["срок", "通知期間", "ระยะเวลา", "a مهلة"] {
            assert!(!spec.reads(text), "{text}");
        }
        let spec = ModelSpec {
            scripts: Scripts::All,
            ..spec
        };
        assert!(spec.reads("срок"));
    }

    #[test]
    fn the_catalogue_parses_and_every_file_has_a_full_hash() {
        let models = models();
        assert!(!models.is_empty());
        for file in models.iter().flat_map(|model| &model.files) {
            assert_eq!(file.sha256.len(), 64, "{}", file.name);
            assert!(file.size_bytes > 0, "{}", file.name);
        }
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut spec = ModelSpec::default_embedding();
        spec.files.truncate(1);
        std::fs::write(folder.path().join(&spec.files[0].name), b"not a model").unwrap();
        let error = spec.verify(folder.path()).unwrap_err();
        assert!(matches!(error, FileError::Damaged { .. }), "{error}");
    }
}
