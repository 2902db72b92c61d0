//! Encoder rerankers through the worker, beside what `transformers` computes (`tiny/{bert,xlmr}`,
//! written by `make_tiny_encoders.py`). Needs the ONNX Runtime library that the set-up lays beside
//! the executables.
//!
//! Start reading at [`worker`].

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "tiny/install.rs"]
mod tiny;

use nuthatch_models::{Error, ModelWorker, catalogue::Kind};
use serde::Deserialize;

const NAMES: [&str; 2] = ["bert", "xlmr"];

#[derive(Deserialize)]
struct Reference {
    query: String,
    passages: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    max_tokens: usize,
    scores: Vec<f32>,
}

fn reference(name: &str) -> Reference {
    let json = std::fs::read(tiny::folder(name).join("scores.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// A copy of a tiny encoder with its recorded hashes, and a worker on it.
fn worker(name: &str, max_tokens: usize) -> (tempfile::TempDir, ModelWorker) {
    let (models, mut config) = tiny::install(name, name, Kind::EncoderReranker);
    config.spec.max_tokens = max_tokens;
    (models, ModelWorker::new(config).unwrap())
}

fn assert_near(found: &[Option<f32>], wanted: &[f32]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found.unwrap() - wanted).abs() < 1e-4, "{found:?} {wanted}");
    }
}

#[tokio::test]
async fn scores_equal_the_reference_whole_and_cut_in_the_passage() {
    for name in NAMES {
        let reference = reference(name);
        for case in &reference.cases {
            let (_models, worker) = worker(name, case.max_tokens);
            let passages = reference.passages.clone();
            let found = worker.rerank(reference.query.clone(), passages).await;
            assert_near(&found.unwrap(), &case.scores);
        }
    }
}

#[tokio::test]
async fn a_passage_scores_the_same_alone_and_among_many() {
    for name in NAMES {
        let reference = reference(name);
        let (_models, worker) = worker(name, reference.cases[0].max_tokens);
        let wanted = &reference.cases[0].scores;
        for (passage, wanted) in reference.passages.iter().zip(wanted) {
            let alone = vec![format!("\n {passage} ")];
            let found = worker
                .rerank(format!(" {}\n", reference.query), alone)
                .await;
            assert_near(&found.unwrap(), &[*wanted]);
        }
        let many = vec![reference.passages.clone(); 20].concat();
        let found = worker.rerank(reference.query, many).await.unwrap();
        assert_near(&found, &wanted.repeat(20));
    }
}

#[tokio::test]
async fn empty_texts_have_no_score() {
    for name in NAMES {
        let reference = reference(name);
        let (_models, worker) = worker(name, reference.cases[0].max_tokens);
        let mut with_gaps = reference.passages.clone();
        with_gaps.insert(1, " \n\t".into());
        with_gaps.push(String::new());
        let found = worker.rerank(reference.query, with_gaps).await;
        let mut found = found.unwrap();
        assert_eq!(found.pop(), Some(None));
        assert_eq!(found.remove(1), None);
        assert_near(&found, &reference.cases[0].scores);
        let none = worker.rerank("  ".into(), reference.passages).await;
        assert_eq!(none.unwrap(), [None; 5]);
    }
}

#[tokio::test]
async fn a_query_that_leaves_no_room_is_refused_and_the_next_one_is_not() {
    let reference = reference("bert");
    let (_models, worker) = worker("bert", reference.cases[1].max_tokens);
    let long = reference.query.repeat(20);
    let error = worker.rerank(long, reference.passages.clone()).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert!(error.to_string().contains("query is longer"), "{error}");
    let found = worker.rerank(reference.query, reference.passages).await;
    assert_near(&found.unwrap(), &reference.cases[1].scores);
}
