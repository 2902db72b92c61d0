//! What a parent says to `nuthatch-models`, and what it answers; one answer per request, in order.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::catalogue::ModelSpec;

/// Largest message in either direction: 256 texts of 64 KiB, with room to spare.
pub const MAX_FRAME_BYTES: usize = 64 << 20;

/// A request to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Load a model; must come first.
    Open {
        /// What the model is.
        spec: Box<ModelSpec>,
        /// The folder with the model's files.
        directory: PathBuf,
        /// The ONNX Runtime shared library; causal rerankers do without.
        runtime: PathBuf,
        /// Threads for one inference.
        n_threads: usize,
    },
    /// Embed texts, each cut to the model's limit.
    Embed {
        /// On which side of a search the texts stand.
        role: Role,
        /// The texts.
        texts: Vec<String>,
    },
    /// Judge how well each passage answers the query.
    Rerank {
        /// What the user asks.
        query: String,
        /// The passages, each cut where the model's prompt would be too long.
        passages: Vec<String>,
    },
}

/// An answer of the worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Response {
    /// The model is loaded.
    Ready,
    /// One unit-length vector of the model's dimensions per text, in order.
    Embedded(Vec<Vec<f32>>),
    /// One score per passage, in order, before the catalogue's scale and sigmoid; `None` for an
    /// empty passage.
    Scored(Vec<Option<f32>>),
    /// The request failed; the worker goes on.
    Failed(String),
}

/// On which side of a search a text stands; some models want a different prefix for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// What the user asks.
    Query,
    /// What is searched.
    Passage,
}
