//! Writing through the worker process: what streams, what ends it, who waits for whom.
//!
//! Start reading at [`config`].

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "generation/reference.rs"]
#[allow(dead_code, reason = "the numbers are another test's")]
mod reference;

#[cfg(unix)]
#[path = "worker/script.rs"]
mod script;

#[path = "tiny/install.rs"]
#[allow(dead_code, reason = "it installs from another folder")]
mod tiny;

use std::time::{Duration, Instant};

use nuthatch_models::{
    End, Error, ModelSpec, ModelWorker, Piece, Role, WorkerConfig, Writing,
    catalogue::{Kind, ModelFile},
};
use reference::{Place, chatml, conversation, reference};

/// A worker on one of the files, with its recorded hash.
fn config(place: &Place) -> WorkerConfig {
    let spec = ModelSpec {
        id: place.name.clone(),
        revision: "1".into(),
        max_tokens: 512,
        files: vec![ModelFile {
            name: "model.gguf".into(),
            path: None,
            size_bytes: None,
            sha256: None,
        }],
        kind: Kind::Generator(chatml()),
        ..ModelSpec::default_embedding()
    };
    tiny::on(spec, place.folder())
}

fn worker(place: &Place) -> ModelWorker {
    let config = config(place);
    let path = place.folder().join("model.gguf");
    config.spec.files[0]
        .admit(&path, place.folder(), None)
        .unwrap();
    ModelWorker::new(config).unwrap()
}

async fn all(mut writing: Writing) -> Vec<Result<Piece, Error>> {
    let mut pieces = Vec::new();
    while let Some(piece) = writing.recv().await {
        pieces.push(piece);
    }
    pieces
}

fn text(pieces: &[Result<Piece, Error>]) -> String {
    pieces
        .iter()
        .map(|piece| piece.as_ref().unwrap().text.as_str())
        .collect()
}

#[tokio::test]
async fn a_real_model_writes_what_llama_cpp_writes_and_stops() {
    let place = Place::real_copy();
    let worker = worker(&place);
    for prompt in reference("smollm2").prompts {
        let pieces = all(worker.write(conversation(&prompt.user), 60)).await;
        assert_eq!(text(&pieces), prompt.text);
        let ends: Vec<_> = pieces
            .iter()
            .map(|piece| piece.as_ref().unwrap().end)
            .collect();
        let (last, before) = ends.split_last().unwrap();
        assert_eq!(*last, Some(End::Done));
        assert!(before.iter().all(Option::is_none));
    }
}

#[tokio::test]
async fn text_streams_in_pieces() {
    let place = Place::real_copy();
    let worker = worker(&place);
    let mut turns = conversation("Count from one to forty, in words.");
    turns[0].text.clear();
    let pieces = all(worker.write(turns, 48)).await;
    assert!(pieces.len() > 3, "{pieces:?}");
    let empty = pieces
        .iter()
        .filter(|piece| piece.as_ref().unwrap().text.is_empty());
    assert!(empty.count() <= 1);
}

#[tokio::test]
async fn who_drops_the_answer_does_not_hold_up_the_next() {
    let place = Place::real_copy();
    let worker = worker(&place);
    worker.ready().await.unwrap();
    let mut long = worker.write(conversation("Write a long story."), 400);
    assert!(long.recv().await.unwrap().unwrap().end.is_none());
    drop(long);
    let began = Instant::now();
    worker.n_tokens(conversation("x")).await.unwrap();
    let waited = began.elapsed();
    // 400 tokens take longer than this on any machine that has to wait for tests.
    assert!(waited < Duration::from_secs(2), "{waited:?}");
    let pieces = all(worker.write(conversation("What is the capital of France?"), 20)).await;
    assert_eq!(text(&pieces), "The capital of France is Paris.");
}

#[tokio::test]
async fn counting_is_not_held_up_by_writing() {
    let place = Place::real_copy();
    let worker = worker(&place);
    let mut long = worker.write(conversation("Write a long story."), 200);
    assert!(long.recv().await.unwrap().unwrap().end.is_none());
    let n_tokens = worker
        .n_tokens(conversation("What is the capital of France?"))
        .await;
    assert_eq!(n_tokens.unwrap(), reference("smollm2").prompts[0].ids.len());
    let mut rest = all(long).await;
    assert!(rest.pop().unwrap().unwrap().end.is_some());
    assert!(rest.len() > 1, "the answer was over before it was counted");
}

#[tokio::test]
async fn a_conversation_that_is_too_long_is_refused_and_the_worker_goes_on() {
    let place = Place::tiny("llama");
    let worker = worker(&place);
    let turns = conversation(&"word ".repeat(400));
    let n_tokens = worker.n_tokens(turns.clone()).await.unwrap();
    let pieces = all(worker.write(turns, 10)).await;
    let [Err(Error::Refused { reason })] = pieces.as_slice() else {
        panic!("{pieces:?}");
    };
    assert!(
        reason.contains(&n_tokens.to_string()) && reason.contains("512"),
        "{reason}"
    );
    let pieces = all(worker.write(conversation("word"), 3)).await;
    assert_eq!(
        pieces.last().unwrap().as_ref().unwrap().end,
        Some(End::Length)
    );
}

#[tokio::test]
async fn what_a_generator_cannot_do_is_an_error_and_it_goes_on() {
    let place = Place::tiny("qwen2");
    let worker = worker(&place);
    let error = worker.embed(Role::Query, vec!["x".into()]).await;
    assert!(matches!(error, Err(Error::Refused { .. })), "{error:?}");
    assert!(worker.n_tokens(conversation("x")).await.is_ok());
}

#[tokio::test]
async fn a_worker_whose_client_goes_ends_the_answer_without_an_error() {
    let place = Place::real_copy();
    let worker = worker(&place);
    let mut long = worker.write(conversation("Write a long story."), 400);
    assert!(long.recv().await.unwrap().is_ok());
    drop(worker);
    let rest = all(long).await;
    assert!(
        rest.iter()
            .all(|piece| piece.as_ref().unwrap().end.is_none())
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_worker_that_is_killed_gives_what_it_had_and_then_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("worker.sh");
    let pids = folder.path().join("pids");
    let text = format!(
        "echo $$ >> {}; exec {}",
        pids.display(),
        tiny::executable().display()
    );
    script::write(&path, &text, "755").unwrap();
    let place = Place::real_copy();
    let mut config = config(&place);
    let file = place.folder().join("model.gguf");
    config.spec.files[0]
        .admit(&file, place.folder(), None)
        .unwrap();
    config.executable = path;
    let worker = ModelWorker::new(config).unwrap();
    let mut long = worker.write(conversation("Write a long story."), 400);
    let first = long.recv().await.unwrap().unwrap();
    assert!(!first.text.is_empty());
    let pid = std::fs::read_to_string(&pids).unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-9", pid.trim()])
        .status();
    assert!(killed.unwrap().success());
    let mut rest = all(long).await;
    let last = rest.pop().unwrap();
    assert!(matches!(last, Err(Error::Stopped { .. })), "{last:?}");
    assert!(rest.iter().all(Result::is_ok));
    let pieces = all(worker.write(conversation("What is the capital of France?"), 20)).await;
    assert_eq!(
        pieces.last().unwrap().as_ref().unwrap().end,
        Some(End::Done)
    );
}
