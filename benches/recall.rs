//! What the two-step vector scan loses against the exact one, on real embeddings.
//!
//! `cargo bench --bench recall -- LIBRARY… QUERIES.jsonl…`, after `cargo xtask build`. A library
//! comes from `nuthatch eval DATASET --keep DIR` (it is `DIR/library`), queries from a dataset in
//! the BEIR layout. All libraries' passages are searched together. Prints recall against the exact
//! int8 scan by the number of rows that are rescored, and what each costs.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nuthatch::{
    dirs::Dirs,
    document::{DocumentId, PassageId},
    settings::Settings,
    store::Store,
    vectors::Vectors,
};
use nuthatch_models::{
    Device, MEMORY_GROWTH_LIMIT_BYTES, ModelSpec, ModelWorker, Priority, Role, WorkerConfig,
};

const DEPTHS: [usize; 3] = [10, 100, 400];
const RESCORED: [usize; 6] = [250, 500, 1_000, 2_000, 4_000, 8_000];
const PAGE: u32 = 10_000;

async fn load(vectors: &mut Vectors, library: &Path, model: &str) {
    let dirs = Dirs::new(library, Path::new(""));
    let store = Store::open(&dirs.database()).await.unwrap();
    let mut after = PassageId(0);
    loop {
        let rows = store.vectors_after(model, after, PAGE).await.unwrap();
        let Some(last) = rows.last() else { break };
        after = last.passage;
        for row in rows {
            // Passages of several libraries get numbers of their own.
            let number = vectors.len() as i64;
            assert!(vectors.put(PassageId(number), DocumentId(number), &row.vector));
        }
    }
    store.close().await;
}

fn queries(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| {
            let query: serde_json::Value = serde_json::from_str(line).unwrap();
            query["text"].as_str().unwrap().to_owned()
        })
        .collect()
}

async fn embedded(spec: &ModelSpec, queries: Vec<String>) -> Vec<Vec<f32>> {
    let programs = PathBuf::from(env!("CARGO_BIN_EXE_nuthatch"));
    let dirs = Dirs::new(env!("CARGO_TARGET_TMPDIR"), programs.parent().unwrap());
    let models = dirs.models();
    let models = models.iter().find(|models| spec.is_present(models));
    let worker = ModelWorker::new(WorkerConfig {
        executable: dirs.program("nuthatch-models"),
        runtime: dirs.onnx_runtime().expect("run `cargo xtask build` first"),
        directory: spec.directory(models.expect("run `cargo xtask build` first")),
        spec: spec.clone(),
        n_threads: Settings::default().n_model_threads(),
        priority: Priority::Normal,
        device: Device::Cpu,
        precision: None,
        idle_timeout: Duration::from_mins(5),
        memory_growth_limit_bytes: MEMORY_GROWTH_LIMIT_BYTES,
    })
    .unwrap();
    let mut all = Vec::new();
    for batch in queries.chunks(256) {
        all.extend(worker.embed(Role::Query, batch.to_vec()).await.unwrap());
    }
    all
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let spec = ModelSpec::default_embedding();
    let mut vectors = Vectors::new(spec.dimensions());
    let mut texts = Vec::new();
    // Cargo puts an option of its own before what the caller gave.
    let given = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    for path in given.map(PathBuf::from) {
        if path.is_dir() {
            load(&mut vectors, &path, &spec.key()).await;
        } else {
            texts.extend(queries(&path));
        }
    }
    if vectors.is_empty() || texts.is_empty() {
        println!("usage: cargo bench --bench recall -- LIBRARY… QUERIES.jsonl…");
        return;
    }
    let queries = embedded(&spec, texts).await;
    println!("{} passages, {} queries", vectors.len(), queries.len());
    println!("rescored   recall@10   recall@100  recall@400   ms a query");
    let deepest = DEPTHS[DEPTHS.len() - 1];
    let began = Instant::now();
    let exact: Vec<Vec<PassageId>> = queries
        .iter()
        .map(|query| ids(&vectors.nearest_exact(query, deepest)))
        .collect();
    let exact_ms = began.elapsed().as_secs_f64() * 1e3 / queries.len() as f64;
    for n_rescored in RESCORED {
        let began = Instant::now();
        let found: Vec<Vec<PassageId>> = queries
            .iter()
            .map(|query| ids(&vectors.nearest_of(query, deepest, n_rescored)))
            .collect();
        let ms = began.elapsed().as_secs_f64() * 1e3 / queries.len() as f64;
        let [a, b, c] = DEPTHS.map(|depth| recall(&found, &exact, depth));
        println!("{n_rescored:8}   {a:9.4}   {b:10.4}  {c:10.4}   {ms:10.3}");
    }
    println!(
        "     all   {:9.4}   {:10.4}  {:10.4}   {exact_ms:10.3}",
        1.0, 1.0, 1.0
    );
}

fn ids(found: &[nuthatch::vectors::Neighbour]) -> Vec<PassageId> {
    found.iter().map(|neighbour| neighbour.passage).collect()
}

/// The mean share of the exact first `depth` that are among the found first `depth`.
fn recall(found: &[Vec<PassageId>], exact: &[Vec<PassageId>], depth: usize) -> f64 {
    let shares = found.iter().zip(exact).map(|(found, exact)| {
        let found: HashSet<_> = found.iter().take(depth).collect();
        let n_exact = exact.len().min(depth);
        let n_both = exact
            .iter()
            .take(depth)
            .filter(|id| found.contains(id))
            .count();
        n_both as f64 / n_exact as f64
    });
    shares.sum::<f64>() / found.len() as f64
}
