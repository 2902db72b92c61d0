//! The same behind shell scripts that stand in front of the worker, or for it.

use std::{path::Path, time::Instant};

use nuthatch_models::{
    frame,
    protocol::{MAX_FRAME_BYTES, Request},
};

use super::*;

#[path = "script.rs"]
mod script;

/// An executable script; `WORKER` in it is the real one, `HERE` its own folder.
fn script(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("worker.sh");
    let text = text
        .replace("WORKER", &executable().display().to_string())
        .replace("HERE", &folder.path().display().to_string());
    script::write(&path, &text, "755").unwrap();
    (folder, path)
}

fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// What a script with `tee HERE/requests` saw.
fn requests(folder: &Path) -> Vec<Request> {
    let bytes = std::fs::read(folder.join("requests")).unwrap();
    let mut from = bytes.as_slice();
    std::iter::from_fn(|| frame::read(&mut from, MAX_FRAME_BYTES).ok().flatten()).collect()
}

async fn rerank(worker: &ModelWorker) -> Result<Vec<Option<f32>>, Error> {
    let reference = reference();
    worker.rerank(reference.query, reference.passages).await
}

#[tokio::test]
async fn a_worker_that_is_killed_in_a_query_costs_that_query_and_no_other() {
    let (folder, path) = script("echo $$ >> HERE/pids; exec WORKER");
    let (_models, worker) = worker(path);
    rerank(&worker).await.unwrap();
    let reference = reference();
    let many = vec![reference.passages.clone(); 2000].concat();
    let query = worker.rerank(reference.query, many);
    let kill = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let pid = lines(folder.path(), "pids").remove(0);
        let killed = std::process::Command::new("kill")
            .args(["-9", &pid])
            .status();
        assert!(killed.unwrap().success());
    };
    let (error, ()) = tokio::join!(query, kill);
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Stopped { .. }), "{error}");
    assert!(error.to_string().contains("signal: 9"), "{error}");
    assert_near(
        &rerank(&worker).await.unwrap(),
        &reference.prompts[0].scores,
    );
    assert_eq!(lines(folder.path(), "pids").len(), 2);
}

#[tokio::test]
async fn a_worker_that_cannot_start_says_why_in_its_own_words() {
    let missing = "libcuda.so.1: cannot open shared object file";
    let (_folder, path) = script(&format!("echo '{missing}' >&2; exit 127"));
    let (_models, worker) = worker(path);
    let error = rerank(&worker).await.unwrap_err();
    assert!(matches!(error, Error::Start { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains(missing) && said.contains("127"), "{said}");
}

#[tokio::test]
async fn a_worker_of_another_build_is_refused_with_what_to_do() {
    let greetings = [
        // A frame of one string, "0.0.9".
        r"printf '\006\000\000\000\0050.0.9'; exec cat > /dev/null",
        // What a worker said before there were greetings: one answer to the first request.
        r"printf '\001\000\000\000\000'; exec cat > /dev/null",
    ];
    for greeting in greetings {
        let (_folder, path) = script(greeting);
        let (_models, worker) = worker(path);
        let error = rerank(&worker).await.unwrap_err();
        assert!(matches!(error, Error::Start { .. }), "{error}");
        assert!(error.to_string().contains("another build"), "{error}");
    }
}

#[tokio::test]
async fn a_worker_that_has_grown_is_replaced_between_calls() {
    let (folder, path) = script("echo $$ >> HERE/pids; exec WORKER");
    let (_models, mut config) = config(path);
    config.memory_growth_limit_bytes = 0;
    let worker = ModelWorker::new(config).unwrap();
    let reference = reference();
    // The first call allocates what the forward pass needs, which is more than nothing.
    assert_near(
        &rerank(&worker).await.unwrap(),
        &reference.prompts[0].scores,
    );
    assert_near(
        &rerank(&worker).await.unwrap(),
        &reference.prompts[0].scores,
    );
    let n_started = lines(folder.path(), "pids").len();
    let expected = if cfg!(target_os = "linux") { 2 } else { 1 };
    assert!(n_started >= expected, "{n_started}");
}

#[tokio::test]
async fn an_abandoned_call_stops_after_the_micro_batch_at_hand() {
    let (folder, path) = script("tee HERE/requests | WORKER");
    let (_models, worker) = worker(path);
    let reference = reference();
    rerank(&worker).await.unwrap();
    let many = vec![reference.passages.clone(); 2000].concat();
    let began = Instant::now();
    let abandoned = worker.rerank("abandoned".into(), many);
    let waited = tokio::time::timeout(Duration::from_millis(20), abandoned).await;
    assert!(waited.is_err());
    let found = worker
        .rerank(reference.query, reference.passages.clone())
        .await;
    assert_near(&found.unwrap(), &reference.prompts[0].scores);
    drop(worker);

    let bytes = std::fs::read(folder.path().join("requests")).unwrap();
    let mut from = bytes.as_slice();
    let mut n_abandoned = 0;
    while let Ok(Some(request)) = frame::read::<Request>(&mut from, MAX_FRAME_BYTES) {
        let is_abandoned = matches!(request, Request::Rerank { query, .. } if query == "abandoned");
        n_abandoned += usize::from(is_abandoned);
    }
    // All of it would have been hundreds of messages.
    let took = began.elapsed();
    assert!(n_abandoned < 100, "{n_abandoned} messages in {took:?}");
}

#[tokio::test]
async fn a_reranker_begins_with_one_passage_and_then_takes_on_what_it_can() {
    let (folder, path) = script("tee HERE/requests | WORKER");
    let (_models, worker) = worker(path);
    let reference = reference();
    let many = vec![reference.passages.clone(); 40].concat();
    let n_passages = many.len();
    worker.rerank(reference.query, many).await.unwrap();
    drop(worker);
    let asked: Vec<usize> = requests(folder.path())
        .iter()
        .filter_map(|request| match request {
            Request::Rerank { passages, .. } => Some(passages.len()),
            _ => None,
        })
        .collect();
    assert_eq!(asked[0], 1, "{asked:?}");
    assert!(asked.iter().skip(1).any(|&n| n > 1), "{asked:?}");
    assert_eq!(asked.iter().sum::<usize>(), n_passages);
}

/// With the embedding model that the set-up lays beside the executables.
#[tokio::test]
async fn a_query_goes_ahead_of_indexing_that_is_under_way() {
    let (folder, path) = script("tee HERE/requests | WORKER");
    let spec = ModelSpec::default_embedding();
    let programs = executable().parent().unwrap().to_owned();
    let (_models, config) = config(path);
    let worker = ModelWorker::new(WorkerConfig {
        directory: spec.directory(&programs.join("models")),
        spec,
        ..config
    })
    .unwrap();
    worker
        .embed(Role::Query, vec!["warm".into()])
        .await
        .unwrap();
    let texts = vec!["the notice period is three months ".repeat(60); 40];
    let indexing = worker.embed(Role::Passage, texts);
    let query = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        worker.embed(Role::Query, vec!["ahead".into()]).await
    };
    let (indexed, asked) = tokio::join!(indexing, query);
    assert_eq!((indexed.unwrap().len(), asked.unwrap().len()), (40, 1));
    drop(worker);

    let requests = requests(folder.path());
    let asked = requests.iter().rposition(
        |request| matches!(request, Request::Embed { role: Role::Query, texts } if texts == &["ahead"]),
    );
    assert!(
        asked.unwrap() + 3 < requests.len(),
        "{asked:?} of {}",
        requests.len()
    );
}
