//! `eval --mine`: how well your own searches find what you said was the answer.
//!
//! Owns the JSON keys of a check, which README lists; only adds to them.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};
use nuthatch::{
    dirs::Dirs,
    engine::{Engine, Error},
    evaluation::mine::{self, Change, Check},
};
use serde_json::{Value, json};

use super::show;

/// An answer as it is shown: query and path.
type Texts = HashMap<i64, (String, String)>;

pub(super) async fn run(dirs: &Dirs, as_json: bool) -> anyhow::Result<()> {
    let engine = match Engine::open(dirs.clone()).await {
        Err(Error::Locked { .. }) => {
            eprintln!("nuthatch: the library is in use, so this check is not kept");
            Engine::open_read_only(dirs.clone()).await?
        }
        engine => engine?,
    };
    let before = mine::checks(&engine).await?.into_iter().next();
    let now = mine::check(&engine).await?;
    let answers = engine.answers().await?.into_iter();
    let texts: Texts = answers
        .map(|answer| {
            let path = answer.path.to_path().display().to_string();
            (answer.id, (answer.query, path))
        })
        .collect();
    engine.close().await;
    let Some(now) = now else {
        anyhow::bail!(
            "you have marked no answers yet: choose \"This was it\" beside a result in the window, or \
             `nuthatch answers QUERY FILE`"
        );
    };
    let changes = before.as_ref().map(|before| now.since(before));
    if as_json {
        let changes: Vec<Value> = changes.iter().flatten().map(change_json).collect();
        show::print(&json!({"check": check_json(&now), "changes": changes}))
    } else {
        print(&now, &texts)?;
        match (before, changes) {
            (Some(before), Some(changes)) => print_changes(&before, &changes, &texts),
            _ => Ok(()),
        }
    }
}

fn check_json(check: &Check) -> Value {
    let stages: Vec<Value> = check
        .stages
        .iter()
        .filter_map(|stage| {
            let figures = stage.figures()?;
            Some(json!({
                "stage": stage.name, "answers": figures.n, "top_1": figures.top_1,
                "recall_at_5": figures.recall_at_5, "mrr_at_10": figures.mrr_at_10,
            }))
        })
        .collect();
    json!({"done": check.done, "embedding": check.embedding, "rerankers": check.rerankers, "stages": stages})
}

fn change_json(change: &Change) -> Value {
    json!({
        "stage": change.stage, "answers": change.n, "better": change.better.len(),
        "worse": change.worse.len(), "mrr_at_10": change.mrr_at_10.mean, "p": change.mrr_at_10.p,
    })
}

fn print(check: &Check, texts: &Texts) -> anyhow::Result<()> {
    show::print_line(format_args!(
        "{} answers of yours; {}",
        texts.len(),
        models(check)
    ))?;
    show::print_line(format_args!("stage    first  among 5  MRR@10"))?;
    for stage in &check.stages {
        if let Some(figures) = stage.figures() {
            show::print_line(format_args!(
                "{:8} {:4.0} %   {:4.0} %  {:.4}",
                stage.name,
                100.0 * figures.top_1,
                100.0 * figures.recall_at_5,
                figures.mrr_at_10
            ))?;
        }
    }
    Ok(())
}

fn print_changes(before: &Check, changes: &[Change], texts: &Texts) -> anyhow::Result<()> {
    let done = Timestamp::from_second(before.done).unwrap_or_default();
    let done = done.to_zoned(TimeZone::system()).date();
    show::print_line(format_args!("since {done} ({}):", models(before)))?;
    for change in changes {
        show::print_line(format_args!(
            "{:8} better for {}, worse for {} of {}; MRR@10 {:+.4}, p {:.2}",
            change.stage,
            change.better.len(),
            change.worse.len(),
            change.n,
            change.mrr_at_10.mean,
            change.mrr_at_10.p
        ))?;
        for (query, path) in change.worse.iter().filter_map(|id| texts.get(id)) {
            show::print_line(format_args!("  lower now: {query}  {path}"))?;
        }
    }
    Ok(())
}

fn models(check: &Check) -> String {
    let rerankers = match check.rerankers.as_slice() {
        [] => "no reranker".to_owned(),
        some => some.join(", "),
    };
    format!("{}, {rerankers}", check.embedding)
}
