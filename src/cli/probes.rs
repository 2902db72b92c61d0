//! Questions about a folder: asked by `evaluation::probes`, printed by half, category and stage.
//!
//! Owns the JSON keys of their answers, which README lists; only adds to them.

use std::path::Path;

use nuthatch::{
    dirs::Dirs,
    evaluation::probes::{self, Answer, Figures, Half, Probe, Report},
};
use serde_json::{Map, Value, json};

use super::show;

/// A half that is printed, with its name.
const HALVES: [(Option<Half>, &str); 3] = [
    (Some(Half::Tune), "tune"),
    (Some(Half::Report), "report"),
    (None, "both"),
];

/// What is asked.
pub(super) struct Questions<'a> {
    pub(super) table: &'a Path,
    pub(super) folder: &'a Path,
    /// All of the table's without.
    pub(super) half: Option<Half>,
}

pub(super) async fn run(
    asked: &Questions<'_>,
    work: &Path,
    dirs: &Dirs,
    json: bool,
) -> anyhow::Result<()> {
    let mut probes = probes::read(asked.table)?;
    probes.retain(|probe| asked.half.is_none_or(|half| probe.half == half));
    let report = probes::ask(probes, asked.folder, work, dirs).await?;
    if json {
        show::print(&document(&report))
    } else {
        print(&report)
    }
}

fn document(report: &Report) -> Value {
    let mut halves = Map::new();
    for (half, name) in HALVES {
        let mut lines = Vec::new();
        for category in categories(report) {
            for (stage, answers) in &report.stages {
                if let Some(figures) = report.figures(answers, half, category) {
                    lines.push(json!({
                        "category": category.unwrap_or("all"), "stage": stage,
                        "questions": report.n(half, category),
                        "recall_at_5": figures.recall_at_5, "top_1": figures.top_1,
                        "place_at_5": figures.place_at_5,
                    }));
                }
            }
        }
        let separation: Map<String, Value> = report
            .stages
            .iter()
            .map(|(stage, answers)| {
                let told = report.separation(answers, half);
                ((*stage).to_owned(), json!(told))
            })
            .collect();
        halves.insert(
            name.into(),
            json!({"rows": lines, "separation": separation}),
        );
    }
    let probes = report.probes.iter().enumerate();
    let probes: Vec<Value> = probes
        .map(|(i, probe)| probe_json(report, i, probe))
        .collect();
    json!({"halves": halves, "probes": probes})
}

fn probe_json(report: &Report, index: usize, probe: &Probe) -> Value {
    let answer = |answer: &Answer| {
        json!({
            "recall_at_5": answer.recall_at_5, "top_1": answer.top_1,
            "place_at_5": answer.place_at_5, "top_score": answer.top_score, "paths": answer.paths,
        })
    };
    let stages: Map<String, Value> = report
        .stages
        .iter()
        .filter_map(|(stage, answers)| Some(((*stage).to_owned(), answer(answers.get(index)?))))
        .collect();
    json!({
        "id": probe.id, "category": probe.category, "half": probe.half.name(),
        "query": probe.query, "stages": stages,
    })
}

/// Each category, then all together.
fn categories(report: &Report) -> Vec<Option<&str>> {
    let each = report.categories().into_iter().map(Some);
    each.chain([None]).collect()
}

fn print(report: &Report) -> anyhow::Result<()> {
    for (half, name) in HALVES {
        if report.n(half, None) == 0 {
            continue;
        }
        let stages = report.stages.iter();
        let stages = cells(stages.map(|(stage, _)| (*stage).to_owned()));
        show::print_line(format_args!("{name:11}    n{stages}"))?;
        let heads = report
            .stages
            .iter()
            .map(|_| "  R@5  top-1  place".to_owned());
        show::print_line(format_args!("{:16}{}", "", cells(heads)))?;
        for category in categories(report) {
            let n = report.n(half, category);
            if n == 0 {
                continue;
            }
            let stages = report.stages.iter();
            let figures = stages.map(|(_, answers)| cell(report.figures(answers, half, category)));
            let category = category.unwrap_or("all");
            show::print_line(format_args!("{category:11} {n:4}{}", cells(figures)))?;
        }
        let stages = report.stages.iter();
        let told = stages.map(|(_, answers)| match report.separation(answers, half) {
            Some(told) => format!("{told:6.3}"),
            None => "     -".into(),
        });
        let without = report
            .probes
            .iter()
            .filter(|probe| probe.wanted.is_empty() && half.is_none_or(|half| probe.half == half));
        let n_without = without.count();
        show::print_line(format_args!("answerable? {n_without:4}{}\n", cells(told)))?;
    }
    Ok(())
}

/// One column for each stage.
fn cells(texts: impl Iterator<Item = String>) -> String {
    texts.fold(String::new(), |line, text| line + &format!("  | {text:19}"))
}

fn cell(figures: Option<Figures>) -> String {
    let Some(figures) = figures else {
        return String::new();
    };
    let place = match figures.place_at_5 {
        Some(place) => format!("{place:6.2}"),
        None => "     -".into(),
    };
    format!(
        "  | {:5.2} {:6.2} {place} ",
        figures.recall_at_5, figures.top_1
    )
}
