//! What a user may change, with the defaults and the reason for each.
//!
//! `settings.toml` in the library holds differences only; unknown keys are left alone, so that a
//! newer program's settings survive an older one. Knows nothing of who obeys.

mod write;

use std::{io, path::Path, time::Duration};

use serde::{Deserialize, Serialize};

/// The settings, defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// A document's worker is killed after so many seconds.
    pub extract_seconds: u64,
    /// A document's worker may hold so much memory.
    pub extract_memory_mib: u64,
    /// Of a plain text file, so much is read; the rest is reported, not indexed.
    pub max_text_mib: u64,
    /// Files beyond this size are not opened, whatever their format; plain text excepted.
    pub max_file_mib: u64,
    /// Passages are embedded, in the background, and found by meaning as well as by words.
    pub meaning: bool,
    /// The embedding model's id in the catalogue; `auto` for the one that ships with the program. After
    /// a change the old one's vectors answer until the new one has embedded everything.
    pub embedding: String,
    /// Text in pictures and on scanned pages is recognised, in the background.
    pub read_pictures: bool,
    /// A folder that cannot be watched (on a network, or beyond the system's limit) is looked at so
    /// often; each look costs a walk through all of it.
    pub poll_seconds: u64,
    /// The model process is stopped after so many seconds without work.
    pub model_idle_seconds: u64,
    /// Threads for one inference; 0 means all cores but as many as stay responsive.
    pub model_threads: usize,
    /// The reranker's id in the catalogue; `auto` for the best one that this machine runs, `none`.
    pub reranker: String,
    /// An order is shown after so long at the latest, reranked as far as that goes. Below a fifth
    /// of a second a change still reads as the answer to the key.
    pub rerank_budget_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            extract_seconds: 60,
            extract_memory_mib: 1024,
            max_text_mib: 16,
            max_file_mib: 512,
            meaning: true,
            embedding: "auto".into(),
            read_pictures: true,
            poll_seconds: 300,
            model_idle_seconds: 120,
            model_threads: 0,
            reranker: "auto".into(),
            rerank_budget_ms: 200,
        }
    }
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is there but cannot be read.
    #[error("could not read the settings {path}")]
    Unreadable {
        /// The file.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// The file is not valid TOML or holds a value of the wrong type.
    #[error("could not understand the settings {path}: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// Line and cause.
        reason: String,
    },
    /// The file cannot be written.
    #[error("could not write the settings {path}")]
    Unwritable {
        /// The file.
        path: String,
        /// The cause.
        source: io::Error,
    },
}

impl Settings {
    /// Reads the differences from `path`; a missing file means the defaults.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => {
                return Err(Error::Unreadable {
                    path: shown,
                    source,
                });
            }
        };
        toml::from_str(&text).map_err(|error| Error::Malformed {
            path: shown,
            reason: error.to_string(),
        })
    }

    /// Time limit of one document.
    pub fn extract_timeout(&self) -> Duration {
        Duration::from_secs(self.extract_seconds)
    }

    /// How often a folder is looked at that cannot be watched.
    pub fn between_polls(&self) -> Duration {
        Duration::from_secs(self.poll_seconds.max(1))
    }

    /// How long reranking may take before an order is shown.
    pub fn rerank_budget(&self) -> Duration {
        Duration::from_millis(self.rerank_budget_ms)
    }

    /// Threads for one inference on this machine.
    pub fn n_model_threads(&self) -> usize {
        match self.model_threads {
            // Half of a big machine, all of a small one.
            0 => {
                let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
                if n_cores <= 4 { n_cores } else { n_cores / 2 }
            }
            n => n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settings_file_holds_differences_and_keeps_unknown_keys_harmless() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        assert_eq!(Settings::load(&path).unwrap(), Settings::default());
        std::fs::write(&path, "extract_seconds = 5\nfrom_the_future = true\n").unwrap();
        let settings = Settings::load(&path).unwrap();
        assert_eq!(
            settings,
            Settings {
                extract_seconds: 5,
                ..Settings::default()
            }
        );
        std::fs::write(&path, "extract_seconds = \"soon\"\n").unwrap();
        assert!(
            Settings::load(&path)
                .unwrap_err()
                .to_string()
                .contains("settings.toml")
        );
    }
}
