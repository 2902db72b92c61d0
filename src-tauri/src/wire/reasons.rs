//! Why a result stands where it does, as the window shows it.

use serde::Serialize;
use ts_rs::TS;

/// How each stage saw a result; a stage that did not find it, or did not run, is absent.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Reasons {
    /// By words.
    pub words: Option<StagePlace>,
    /// By meaning; the score is the similarity.
    pub meaning: Option<StagePlace>,
    /// Both together.
    pub fused: Option<StagePlace>,
    /// By the reranker, from 0 to 1.
    pub reranker: Option<StagePlace>,
    /// The file has the very name that was asked for, so the reranker may only raise it.
    pub is_exact_name: bool,
    /// Words of the passage that match the query's, with how often they occur.
    pub matched: Vec<(String, u32)>,
}

/// A result's place in one stage, from 1, with the stage's own score.
#[derive(Debug, Clone, Copy, Serialize, TS)]
pub struct StagePlace {
    /// From 1.
    pub place: u32,
    /// Larger is better; comparable within one search and stage only.
    pub score: f64,
}

/// Milliseconds that each stage took; absent where it did not run.
#[derive(Debug, Clone, Copy, Serialize, TS)]
pub struct StageTimes {
    /// Looking up words.
    pub words_ms: Option<f64>,
    /// Embedding the query.
    pub embed_ms: Option<f64>,
    /// Comparing it with the passages' embeddings.
    pub vectors_ms: Option<f64>,
    /// Reranking so far.
    pub rerank_ms: Option<f64>,
    /// Loading and lighting what is shown.
    pub show_ms: f64,
    /// Finding the sentences that carried the meaning.
    pub sentences_ms: Option<f64>,
    /// Everything.
    pub total_ms: f64,
}
