//! Of models: which there are, how one is fetched, what this machine runs, and every connection.

use serde::Serialize;
use ts_rs::TS;

/// The models that there are.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Models {
    /// All of the catalogue.
    pub models: Vec<Model>,
    /// The setting: a model's id, `auto` or `none`.
    pub reranker: String,
    /// The setting for search by meaning: a model's id, or `auto`.
    pub embedding: String,
    /// The setting for answers: a model's id, `auto`, `server` or `none`.
    pub generator: String,
    /// The server that `server` means: its address, and the model's name there.
    pub chat_server: String,
    /// An order is shown after so long.
    pub rerank_budget_ms: u32,
    /// The folder that installed models lie in.
    pub place: String,
    /// Where an administrator has them fetched from; absent where he says nothing.
    pub from: Option<String>,
}

/// One model.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Model {
    /// Its name.
    pub id: String,
    /// `embedding`, `reranker`, `text_reader` or `generator`.
    pub kind: String,
    /// SPDX name of its licence.
    pub licence: String,
    /// The licence forbids commercial use, and has to be accepted.
    pub needs_acceptance: bool,
    /// What it is good for, in a sentence.
    pub good_for: String,
    /// What it takes on the disk; absent where nobody knows before it is there.
    pub n_bytes: Option<f64>,
    /// All of its files are there.
    pub is_installed: bool,
    /// It comes with the program: it cannot be fetched, nor removed.
    pub ships: bool,
    /// What of it was fetched before that was broken off.
    pub n_partial_bytes: f64,
}

/// How far the fetching of a model is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Fetching {
    /// The file under way.
    pub file: String,
    /// Its number, from 1.
    pub i_file: u32,
    /// Of so many.
    pub n_files: u32,
    /// What of it is there.
    pub n_bytes: f64,
    /// Of so many, where that is known.
    pub n_bytes_total: Option<f64>,
}

/// What this machine runs.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Machine {
    /// Every installed reranker, and what came of trying it.
    pub trials: Vec<Trial>,
    /// What searches use, the first stage first.
    pub uses: Vec<Running>,
    /// Why they use none, or what is wrong besides.
    pub problems: Vec<String>,
}

/// A model that was tried.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Trial {
    /// The model, and what it was tried on.
    pub running: Running,
    /// How fast it is; absent where it does not run.
    pub tokens_per_second: Option<f64>,
    /// Seconds for one passage of usual length.
    pub seconds_per_passage: Option<f64>,
    /// Why it does not run.
    pub problem: Option<String>,
}

/// A model on a device.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Running {
    /// The model.
    pub id: String,
    /// The device's name.
    pub device: String,
}

/// One request to the network.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Connection {
    /// Milliseconds since 1970.
    pub at_ms: f64,
    /// What was asked for.
    pub to: String,
    /// What came of it; absent where the program ended first.
    pub answer: Option<String>,
}
