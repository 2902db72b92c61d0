//! `nuthatch models check`: is this model what it says, on this machine?
//!
//! Decodes and prints; what is right is `nuthatch_models::golden`'s business.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use nuthatch::{dirs::Dirs, settings::Settings};
use nuthatch_models::{
    Device, MEMORY_GROWTH_LIMIT_BYTES, ModelSpec, ModelWorker, WorkerConfig,
    catalogue::Kind,
    golden::{self, Checked, Expected},
    install,
};
use serde_json::{Value, json};

use super::{Failed, place, show};

pub(super) async fn check(dirs: &Dirs, spec: ModelSpec, json: bool) -> anyhow::Result<()> {
    let id = spec.id.clone();
    let models = place(dirs, &spec)
        .ok_or_else(|| Failed(install::Error::NotInstalled { id: id.clone() }))?;
    let directory = spec.directory(&models);
    spec.verify(&directory)
        .map_err(|error| Failed(error.into()))?;
    let worker = worker(dirs, spec, directory)?;
    let rows = golden::check(&worker).await?;
    let passed = rows.iter().all(Checked::passed);
    if json {
        let rows: Vec<Value> = rows.iter().map(row_json).collect();
        show::print(&json!({ "id": id, "files": "sound", "rows": rows, "passed": passed }))?;
    } else {
        show::print_line(format_args!("{id}: the files are sound, the model loads"))?;
        for row in &rows {
            print_row(row)?;
        }
    }
    ensure!(passed, "{id} does not answer as it should");
    Ok(())
}

fn worker(dirs: &Dirs, spec: ModelSpec, directory: PathBuf) -> anyhow::Result<ModelWorker> {
    let settings = Settings::load(&dirs.settings())?;
    let runtime = match (dirs.onnx_runtime(), &spec.kind) {
        (Some(runtime), _) => runtime,
        (None, Kind::CausalReranker(_)) => PathBuf::new(),
        (None, _) => return Err(anyhow::anyhow!("the ONNX Runtime library is missing")),
    };
    let config = WorkerConfig {
        executable: dirs.program("nuthatch-models"),
        runtime,
        spec,
        directory,
        n_threads: settings.n_model_threads(),
        // Every machine has one, and the published scores do not depend on it.
        device: Device::Cpu,
        precision: None,
        idle_timeout: Duration::from_secs(settings.model_idle_seconds),
        memory_growth_limit_bytes: MEMORY_GROWTH_LIMIT_BYTES,
    };
    ModelWorker::new(config).context("could not start a thread")
}

fn expected(checked: &Checked) -> Option<f32> {
    match checked.row.expected {
        Expected::Score(score) => Some(score),
        Expected::Refusal | Expected::Finite => None,
    }
}

fn row_json(checked: &Checked) -> Value {
    json!({
        "query": checked.row.query, "passage": checked.row.passage,
        "expected": expected(checked), "found": checked.found, "passed": checked.passed(),
    })
}

fn print_row(checked: &Checked) -> anyhow::Result<()> {
    let verdict = if checked.passed() { "pass" } else { "FAIL" };
    let shown = |score: Option<f32>| score.map_or("-".to_owned(), |score| format!("{score:.4}"));
    let expected = match checked.row.expected {
        Expected::Score(score) => shown(Some(score)),
        Expected::Refusal => "refused".into(),
        Expected::Finite => "a number".into(),
    };
    show::print_line(format_args!(
        "{verdict}  {:>9}  expected {expected:>9}  {} / {}",
        shown(checked.found),
        checked.row.query,
        checked.row.passage
    ))
}
