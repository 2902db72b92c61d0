//! The check of a model, through the worker, on the tiny checkpoint: it gives scores, but not those
//! of a big model that it is passed off as.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "tiny/install.rs"]
mod tiny;

use nuthatch_models::{
    ModelWorker,
    catalogue::{CausalSpec, Kind},
    golden::{self, Checked},
};

/// The prompt that the tiny checkpoint was made with.
fn causal() -> CausalSpec {
    let path = tiny::folder("tied").join("prompts.json");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    serde_json::from_value(json["prompts"][0]["spec"].clone()).unwrap()
}

/// The tiny checkpoint under a name of the catalogue's, and what its check gives.
async fn checked(id: &str) -> Vec<Checked> {
    let (_models, config) = tiny::install("tied", id, Kind::CausalReranker(causal()));
    let worker = ModelWorker::new(config);
    golden::check(&worker.unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_model_of_unknown_scores_passes_with_any_numbers() {
    let rows = checked("tiny").await;
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(Checked::passed), "{rows:?}");
}

#[tokio::test]
async fn other_weights_do_not_pass_for_those_with_published_scores() {
    let rows = checked("zerank-2").await;
    let wanted = golden::rows("zerank-2");
    assert_eq!(rows.len(), wanted.len());
    assert!(
        rows.iter()
            .zip(wanted)
            .all(|(row, wanted)| row.row == *wanted)
    );
    let (empty, scored) = rows.split_last().unwrap();
    assert!(empty.passed() && scored.iter().all(|row| row.found.is_some()));
    assert!(!scored.iter().all(Checked::passed), "{rows:?}");
}
