//! How a conversation is written down for a model that goes on with it, as data.
//!
//! Owns the marks around turns and what ends an answer; knows no tokenizer and no arithmetic: what
//! the weights are like stands in their own file. Invariant: only what stands here may become a
//! special token of the model; the text of a turn never does.

use serde::{Deserialize, Serialize};

/// The chat template of a generator.
///
/// A turn is written as its role's mark, its text and `close`; the model goes on after `answer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorSpec {
    /// In front of the first turn; empty for most models.
    #[serde(default)]
    pub begin: String,
    /// Opens a turn of the program's own.
    pub system: String,
    /// Opens a turn of the user's.
    pub user: String,
    /// Opens a turn of the model's that is over.
    pub assistant: String,
    /// Ends a turn.
    pub close: String,
    /// Opens the turn that the model is to write, with all that has to stand in front of it, such as
    /// an empty thought.
    pub answer: String,
    /// What ends an answer, as tokens and in so many letters. What the file names as its end counts
    /// as well.
    pub stop: Vec<String>,
}
