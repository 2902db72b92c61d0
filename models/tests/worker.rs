//! The worker process behind its client: what comes back when all is well, and when the process
//! dies, is of another build, cannot start, grows, or is asked for what nobody waits for any more.
//!
//! Start reading at [`config`]; the scripts that stand in for a worker are written by [`script`].

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "causal/prompts.rs"]
mod prompts;

#[path = "tiny/install.rs"]
mod tiny;

use std::{path::PathBuf, time::Duration};

use nuthatch_models::{
    Device, Error, ModelSpec, ModelWorker, Precision, Role, WorkerConfig, catalogue::Kind,
    measure::measure,
};
use prompts::{assert_near, reference};
use tiny::executable;

/// A copy of the tiny checkpoint with its recorded hashes, and what a worker on it needs.
fn config(executable: PathBuf) -> (tempfile::TempDir, WorkerConfig) {
    let kind = Kind::CausalReranker(reference().prompts.swap_remove(0).spec);
    let (models, config) = tiny::install("tied", "tiny", kind);
    let config = WorkerConfig {
        executable,
        ..config
    };
    (models, config)
}

fn worker(executable: PathBuf) -> (tempfile::TempDir, ModelWorker) {
    let (models, config) = config(executable);
    (models, ModelWorker::new(config).unwrap())
}

#[tokio::test]
async fn the_worker_gives_the_same_scores_over_several_micro_batches() {
    let reference = reference();
    let (_models, worker) = worker(executable());
    // Far more than one message holds, so that the order of answers is at stake.
    let n_rounds = 40;
    let passages = vec![reference.passages.clone(); n_rounds].concat();
    let found = worker.rerank(reference.query.clone(), passages).await;
    let wanted = reference.prompts[0].scores.repeat(n_rounds);
    assert_near(&found.unwrap(), &wanted);
    let none = worker.rerank(reference.query, Vec::new()).await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn scores_come_in_batches_in_the_order_of_the_passages() {
    let reference = reference();
    let (_models, worker) = worker(executable());
    worker.ready().await.unwrap();
    let n_rounds = 40;
    let passages = vec![reference.passages.clone(); n_rounds].concat();
    let mut batches = worker.rerank_streamed(reference.query, passages);
    let (mut n_batches, mut found) = (0, Vec::new());
    while let Some(batch) = batches.recv().await {
        n_batches += 1;
        found.extend(batch.unwrap());
    }
    assert!(n_batches > 1, "{n_batches}");
    assert_near(&found, &reference.prompts[0].scores.repeat(n_rounds));
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_does_not_hinder_the_next() {
    let reference = reference();
    let (_models, worker) = worker(executable());
    let many = vec![reference.passages.clone(); 500].concat();
    let abandoned = worker.rerank(reference.query.clone(), many);
    let waited = tokio::time::timeout(Duration::from_millis(1), abandoned).await;
    assert!(waited.is_err());
    let found = worker.rerank(reference.query, reference.passages).await;
    assert_near(&found.unwrap(), &reference.prompts[0].scores);
}

#[tokio::test]
async fn asking_a_reranker_for_embeddings_is_an_error_and_it_goes_on() {
    let reference = reference();
    let (_models, worker) = worker(executable());
    let error = worker.embed(Role::Query, vec!["x".into()]).await;
    assert!(matches!(error, Err(Error::Refused { .. })), "{error:?}");
    let found = worker.rerank(reference.query, reference.passages).await;
    assert_near(&found.unwrap(), &reference.prompts[0].scores);
}

#[tokio::test]
async fn changed_weights_are_refused_with_the_files_name() {
    let reference = reference();
    let (models, worker) = worker(executable());
    let path = models.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = worker.rerank(reference.query, reference.passages).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("model.safetensors is damaged"), "{error}");
}

#[tokio::test]
async fn a_card_that_this_build_cannot_use_is_an_error_that_says_what_could() {
    let reference = reference();
    let (_models, mut config) = config(executable());
    config.device = Device::Gpu(0);
    let worker = ModelWorker::new(config).unwrap();
    let error = worker.rerank(reference.query, reference.passages).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("nuthatch-models-cuda"), "{error}");
}

#[tokio::test]
async fn a_worker_quantises_what_is_stored_exactly() {
    let reference = reference();
    let (_models, mut config) = config(executable());
    config.precision = Some(Precision::Q8_0);
    let worker = ModelWorker::new(config).unwrap();
    let found = worker.rerank(reference.query, reference.passages).await;
    for (found, exact) in found.unwrap().iter().zip(&reference.prompts[0].scores) {
        let distance = (found.unwrap() - exact).abs();
        assert!(distance > 0.0 && distance < 0.2, "{found:?} {exact}");
    }
}

#[test]
fn a_reranker_is_measured_by_the_workers_own_texts() {
    let (_models, config) = config(executable());
    let measured = measure(&config).unwrap();
    assert!(measured.n_tokens > 1000, "{measured:?}");
    assert!(measured.tokens_per_second() > 0.0, "{measured:?}");
    let (_models, mut broken) = self::config(executable());
    broken.directory = PathBuf::from("/nowhere");
    assert!(matches!(measure(&broken), Err(Error::Load { .. })));
}

#[cfg(unix)]
#[path = "worker/unix.rs"]
mod unix;
