//! What indexing does at the moment, for whoever watches: the latest value wins.

use serde::{Deserialize, Serialize};

use crate::governor::Hold;

/// What indexing is doing now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Looking for changes.
    pub walking: bool,
    /// Files read in this run, and files known to be read in it.
    pub n_done: u64,
    /// Files still waiting.
    pub n_waiting: u64,
    /// Passages without an embedding.
    pub n_to_embed: u64,
    /// Embeddings are being computed.
    pub embedding: bool,
    /// Pages that are pictures, whose text is not recognised yet.
    pub n_to_recognise: u64,
    /// Text in pictures is being recognised.
    pub recognising: bool,
    /// Files per second lately.
    pub files_per_second: f64,
    /// Seconds left, where it can be told.
    pub seconds_left: Option<f64>,
    /// Name of the file begun last.
    pub current: Option<String>,
    /// Since the library was opened: files whose content a reader was given, ...
    pub n_read: u64,
    /// ... and passages that were embedded.
    pub n_embedded: u64,
    /// Why indexing does not go on by itself just now.
    pub trouble: Option<String>,
    /// Why it waits, though there may be something to do.
    pub hold: Option<Hold>,
}

/// What indexing is doing, or would do if it did not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Nothing is left to do.
    Nothing,
    /// Looking for new and changed files; none is found yet that waits.
    Looking,
    /// Reading files, and perhaps still looking for more.
    Reading,
    /// Computing embeddings.
    Embedding,
    /// Recognising text in pictures.
    Recognising,
}

impl Progress {
    /// Nothing to do.
    pub fn is_idle(&self) -> bool {
        self.doing() == Doing::Nothing
    }

    /// What is being done, by what comes first.
    pub fn doing(&self) -> Doing {
        if self.n_waiting > 0 {
            Doing::Reading
        } else if self.walking {
            Doing::Looking
        } else if self.embedding {
            Doing::Embedding
        } else if self.recognising {
            Doing::Recognising
        } else {
            Doing::Nothing
        }
    }
}
