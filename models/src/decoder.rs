//! Text generation: one decoder for GGUF files of three families, which differ in data only.
//!
//! A decoder reads a conversation as one prompt and then writes the next turn, token by token. Owns
//! the file, the tokenizer inside it, the arithmetic, and the keys and values of what was read;
//! knows neither search nor processes. The worker alone calls it: this library's other users name
//! nothing in here, so the linker leaves candle out of their executables.
//! Invariants: the text of a turn becomes no special token, whatever it holds; what is kept from one
//! call to the next changes how long an answer takes and not what it says; a file that would be
//! computed wrongly is refused.
//! Start reading at [`Generator::begin`], then at [`Model::read`].

mod attention;
mod generator;
mod layer;
mod matrix;
mod model;
mod outgoing;
mod prompt;
mod repetition;
mod shape;
mod vocabulary;
mod weights;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use generator::{Generator, Written};
pub use model::{Kept, Model};
pub use outgoing::Outgoing;
pub use prompt::Prompt;
pub use repetition::repeats;
pub use shape::Shape;
pub use vocabulary::Vocabulary;
pub use weights::Weights;

/// Why a generator cannot be loaded or cannot write.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is missing or cannot be read.
    #[error("could not read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file describes no model that can be computed here.
    #[error("{path} cannot be used: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A tensor has another shape than the model's measures say.
    #[error("the tensor {name} has the shape {found:?} instead of {wanted:?}")]
    Tensor {
        /// Its name in the file.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// What the model needs.
        wanted: Vec<usize>,
    },
    /// The conversation leaves no room for an answer.
    #[error(
        "the conversation has {n_tokens} tokens; the model reads {max_tokens}, its answer included"
    )]
    TooLong {
        /// Its length.
        n_tokens: usize,
        /// The model's limit.
        max_tokens: usize,
    },
    /// There is no conversation to go on with.
    #[error("nothing is being written")]
    Idle,
    /// The tokenizer refused a text.
    #[error("a text could not be tokenised: {0}")]
    Tokenizer(String),
    /// The arithmetic ended in something that is no number.
    #[error("the model computed something that is no number; its file may be damaged")]
    NotFinite,
    /// The weights cannot be read as tensors, or the arithmetic failed: out of memory, a device
    /// that is gone.
    #[error("the model could not be loaded or computed: {0}")]
    Computation(#[from] candle_core::Error),
}

impl Error {
    fn unreadable(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Unreadable { path, source }
    }

    fn malformed(path: &Path, reason: impl Into<String>) -> Self {
        Self::Malformed {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}
