//! `nuthatch models check`: is this model what it says, on this machine?
//!
//! Decodes and prints; what is right is `nuthatch_models::golden`'s business.

use anyhow::{Context, ensure};
use nuthatch::{
    dirs::Dirs,
    engine::{self, models},
};
use nuthatch_models::{
    ModelSpec, ModelWorker,
    golden::{self, Checked, Expected},
    install,
};
use serde_json::{Value, json};

use super::{Failed, doctor, place, show};

pub(super) async fn check(dirs: &Dirs, spec: &ModelSpec, json: bool) -> anyhow::Result<()> {
    let id = &spec.id;
    let missing = || Failed(install::Error::NotInstalled { id: id.clone() });
    let models = place(dirs, spec).ok_or_else(missing)?;
    spec.verify(&spec.directory(&models))
        .map_err(|error| Failed(error.into()))?;
    let settings = engine::settings(dirs)?;
    // As searches would run it, so that this is what is checked.
    let config = models::runner(dirs, &settings, spec, &models::probe(dirs)).ok_or_else(missing)?;
    let on = (config.device, config.precision);
    let worker = ModelWorker::new(config).context("could not start a thread")?;
    let rows = golden::check(&worker).await?;
    let passed = rows.iter().all(Checked::passed);
    if json {
        let rows: Vec<Value> = rows.iter().map(row_json).collect();
        show::print(&json!({
            "id": id, "files": "sound", "device": doctor::shown(on.0), "precision": on.1,
            "rows": rows, "passed": passed,
        }))?;
    } else {
        show::print_line(format_args!("{id}: the files are sound, the model loads"))?;
        for row in &rows {
            print_row(row)?;
        }
    }
    ensure!(passed, "{id} does not answer as it should");
    Ok(())
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
