//! The causal rerankers: one Qwen3 forward pass for a family of models that differ in data only.
//!
//! A causal reranker reads query and passage as one prompt; the logit of one answer token at the
//! prompt's end is its judgement. Owns the checkpoint, the tokenizer and the arithmetic; knows
//! neither search nor processes. The worker alone calls it: this library's other users name
//! nothing in here, so the linker leaves candle out of their executables.
//! Invariant: a passage's logit does not depend on its neighbours, and whatever is left out of the
//! arithmetic ([`Options`]) is left out because it changes nothing.
//! Start reading at [`CausalReranker::score`], then at [`Model::logits`].

mod attention;
mod fused;
mod joined;
mod layer;
mod model;
mod packing;
mod prompt;
mod reranker;
mod rows;
mod shape;
mod weights;

use std::{
    io,
    path::{Path, PathBuf},
};

use candle_core::Device;

pub use model::{Input, Model};
pub use prompt::{Assembled, Prompt};
pub use reranker::CausalReranker;
pub use shape::Shape;

/// What is left out of the arithmetic. The default leaves out all that a score does not need;
/// the rest is for measuring what that is worth, and for tests that it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each switches one saving, whatever the others are"
)]
pub struct Options {
    /// How passages come together in one pass.
    pub batching: Batching,
    /// Most rows of one pass, which bounds its memory: an MLP's two activations take
    /// `2 * intermediate` numbers for each. A single longer passage still runs.
    pub max_tokens_per_pass: usize,
    /// Computes what all passages begin with once per pass instead of once per passage.
    pub is_prefix_shared: bool,
    /// In the last layer, computes queries and MLP for each passage's last token only.
    pub is_last_layer_cut: bool,
    /// Multiplies matrices that have a common input in one product.
    pub is_joined: bool,
    /// Which steps are computed by kernels of our own, where the device has them.
    pub kernels: Kernels,
    /// Computes the last token's logits of the whole vocabulary instead of the wanted ones.
    pub is_full_head: bool,
}

/// How passages come together in one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batching {
    /// One passage in a pass.
    Single,
    /// Each filled up to the longest.
    Padded,
    /// End to end, nothing filled up.
    Packed,
}

/// Which steps of a layer are computed at once instead of operation by operation, so that what is
/// in between never goes through a graphics card's memory. Other devices have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernels {
    /// Everything operation by operation.
    Off,
    /// Norms with what is added before them, rotations with their norms, the MLP's gate.
    Elementwise,
    /// Those, and attention without its scores ever being stored.
    Attention,
    /// All of them in plain loops on the processor: what the kernels must compute, for tests.
    Reference,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batching: Batching::Packed,
            max_tokens_per_pass: 4096,
            is_prefix_shared: true,
            is_last_layer_cut: true,
            is_joined: true,
            kernels: Kernels::Attention,
            is_full_head: false,
        }
    }
}

impl Options {
    /// The default, as it is fastest on `device`: joined products fill a graphics card, while a
    /// processor loses up to a fifth of its time over the gaps that they leave between rows.
    pub fn on(device: &Device) -> Self {
        Self {
            is_joined: !device.is_cpu(),
            ..Self::default()
        }
    }
}

/// Why a causal reranker cannot be loaded or cannot score.
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
    /// A token that the model has no row for: tokenizer and weights do not belong together.
    #[error("the model has no token {id}; its tokenizer belongs to another model")]
    UnknownToken {
        /// The token.
        id: u32,
    },
    /// A sequence without a token has no last one.
    #[error("a sequence without tokens cannot be scored")]
    EmptySequence,
    /// A sequence is longer than the model reads.
    #[error("a sequence has {n_tokens} tokens; the model reads {max_tokens}")]
    TooLong {
        /// Its length.
        n_tokens: usize,
        /// The model's limit.
        max_tokens: usize,
    },
    /// The tokenizer refused a text.
    #[error("a text could not be tokenised: {0}")]
    Tokenizer(String),
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
