//! The verb that measures the order of results, and how its figures are printed.
//!
//! Decodes arguments, calls `evaluation`, prints. Owns the JSON keys of what was measured, which README
//! lists; only adds to them.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use nuthatch::{
    dirs::Dirs,
    evaluation::{
        self, Evaluation, Plan,
        collection::{Asked, Sample},
        comparison::{Changed, Comparison},
        probes::Half,
        run::Row,
        significance::Difference,
    },
};
use serde_json::{Value, json};

use super::{
    mine,
    probes::{self, Questions},
    show,
};

/// What is measured, and against what.
#[derive(Debug, Args)]
pub(super) struct EvalArguments {
    /// Folder with corpus.jsonl, queries.jsonl and qrels.tsv
    #[arg(required_unless_present_any = ["probes", "mine"])]
    dataset: Option<PathBuf>,
    /// Ask your own queries about your own library, those that you noted an answer to
    #[arg(long, conflicts_with_all = ["dataset", "keep", "queries", "sample", "switches", "run_out", "run_in", "against", "probes"])]
    mine: bool,
    /// Keep documents and library in this folder, for the next run
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Ask the questions in this file, of another set with the same ids
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// Ask so many of the questions
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Which ones: those that Python's random.Random(SEED).shuffle puts first
    #[arg(long, default_value_t = 7, requires = "sample")]
    seed: u32,
    /// Also take the questions as typed, and as not yet typed to the end
    #[arg(long)]
    switches: bool,
    /// Write each stage's run into this folder, in TREC's format
    #[arg(long, value_name = "DIR")]
    run_out: Option<PathBuf>,
    /// Measure this run instead of searching; several are compared with the first
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keep", "switches", "run_out", "against"])]
    run_in: Vec<PathBuf>,
    /// Compare each stage with its run in this folder, from an earlier --run-out
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Show so many of the questions that lost most
    #[arg(long, value_name = "N", default_value_t = 3)]
    worst: usize,
    /// Ask the questions in this table about the files in --folder
    #[arg(long, value_name = "FILE", requires = "folder", conflicts_with_all = ["dataset", "queries", "sample", "switches", "run_out", "run_in", "against"])]
    probes: Option<PathBuf>,
    /// The folder that --probes is about
    #[arg(long, value_name = "DIR", requires = "probes")]
    folder: Option<PathBuf>,
    /// Ask one half of them only: the one to choose by, or the one to tell of
    #[arg(long, value_parser = ["tune", "report"], requires = "probes")]
    half: Option<String>,
}

pub(super) async fn run(arguments: EvalArguments, dirs: &Dirs, json: bool) -> anyhow::Result<()> {
    if arguments.mine {
        return mine::run(dirs, json).await;
    }
    let throw_away = tempfile::Builder::new().prefix("nuthatch-eval").tempdir()?;
    let work = arguments.keep.as_deref().unwrap_or(throw_away.path());
    if let (Some(table), Some(folder)) = (&arguments.probes, &arguments.folder) {
        let half = arguments.half.as_deref().and_then(Half::named);
        let questions = Questions {
            table,
            folder,
            half,
        };
        return probes::run(&questions, work, dirs, json).await;
    }
    let dataset = arguments.dataset.unwrap_or_default();
    let set = dataset.file_name().unwrap_or(dataset.as_os_str());
    let set = set.to_string_lossy().into_owned();
    let seed = arguments.seed;
    let plan = Plan {
        dataset,
        asked: Asked {
            queries: arguments.queries,
            sample: arguments.sample.map(|n| Sample { n, seed }),
        },
        switches: arguments.switches,
    };
    let mut found = if arguments.run_in.is_empty() {
        evaluation::evaluate(&plan, work, dirs).await?
    } else {
        evaluation::score_runs(&plan, &arguments.run_in)?
    };
    if let Some(folder) = &arguments.against {
        found.compare_with(&plan, folder)?;
    }
    if let Some(folder) = &arguments.run_out {
        found.write_runs(folder)?;
    }
    if json {
        show::print(&document(&set, &found))
    } else {
        print(&found, arguments.worst)
    }
}

fn document(set: &str, found: &Evaluation) -> Value {
    let rows: Vec<Value> = found.rows.iter().map(row_json).collect();
    let comparisons: Vec<Value> = found
        .comparisons
        .iter()
        .map(|comparison| comparison_json(comparison, found))
        .collect();
    json!({"set": set, "queries": found.texts.len(), "rows": rows, "comparisons": comparisons})
}

fn row_json(row: &Row) -> Value {
    let ms = |time: Option<Duration>| time.map(|time| time.as_secs_f64() * 1e3);
    json!({
        "stage": row.stage, "ndcg_at_10": row.means.ndcg_at_10,
        "recall_at_100": row.means.recall_at_100, "mrr_at_10": row.means.mrr_at_10,
        "p50_ms": ms(row.p50), "p95_ms": ms(row.p95),
    })
}

fn comparison_json(comparison: &Comparison, found: &Evaluation) -> Value {
    let difference =
        |of: &Difference| json!({"mean": of.mean, "low": of.low, "high": of.high, "p": of.p});
    let changed: Vec<Value> = comparison
        .changed
        .iter()
        .map(|changed| {
            json!({
                "query": changed.query, "text": found.texts.get(&changed.query),
                "from": changed.from, "to": changed.to,
            })
        })
        .collect();
    json!({
        "from": comparison.from, "to": comparison.to, "queries": comparison.n,
        "better": comparison.n_better, "worse": comparison.n_worse,
        "ndcg_at_10": difference(&comparison.ndcg_at_10),
        "recall_at_100": difference(&comparison.recall_at_100),
        "mrr_at_10": difference(&comparison.mrr_at_10),
        "changed": changed,
    })
}

fn print(found: &Evaluation, n_worst: usize) -> anyhow::Result<()> {
    show::print_line(format_args!("{} questions", found.texts.len()))?;
    let width = found.rows.iter().map(|row| row.stage.chars().count());
    let width = width.max().unwrap_or_default().max(8);
    show::print_line(format_args!(
        "{:width$}  nDCG@10   R@100  MRR@10  p50 ms  p95 ms",
        "stage"
    ))?;
    for row in &found.rows {
        let ms = |time: Option<Duration>| match time {
            Some(time) => format!("{:6.2}", time.as_secs_f64() * 1e3),
            None => "     -".into(),
        };
        show::print_line(format_args!(
            "{:width$}   {:.4}  {:.4}  {:.4}  {}  {}",
            row.stage,
            row.means.ndcg_at_10,
            row.means.recall_at_100,
            row.means.mrr_at_10,
            ms(row.p50),
            ms(row.p95)
        ))?;
    }
    for comparison in &found.comparisons {
        print_comparison(comparison, found, n_worst)?;
    }
    Ok(())
}

fn print_comparison(
    comparison: &Comparison,
    found: &Evaluation,
    n_worst: usize,
) -> anyhow::Result<()> {
    let n_equal = comparison.n - comparison.n_better - comparison.n_worse;
    let share = |n: usize| 100.0 * n as f64 / comparison.n.max(1) as f64;
    show::print_line(format_args!(
        "\n{} after {}: nDCG@10 better in {:.0} % of {} questions, worse in {:.0} %, equal in {:.0} %",
        comparison.to,
        comparison.from,
        share(comparison.n_better),
        comparison.n,
        share(comparison.n_worse),
        share(n_equal),
    ))?;
    for (measure, of) in [
        ("nDCG@10", &comparison.ndcg_at_10),
        ("R@100", &comparison.recall_at_100),
        ("MRR@10", &comparison.mrr_at_10),
    ] {
        show::print_line(format_args!(
            "  {measure:8} {:+.4}, 95 % interval {:+.4} to {:+.4}, p {:.4}",
            of.mean, of.low, of.high, of.p
        ))?;
    }
    let worse = comparison.changed.iter().take(comparison.n_worse);
    for changed in worse.take(n_worst) {
        print_changed(changed, found)?;
    }
    Ok(())
}

fn print_changed(changed: &Changed, found: &Evaluation) -> anyhow::Result<()> {
    let text = found.texts.get(&changed.query).map_or("", String::as_str);
    let text: String = text.chars().take(80).collect();
    show::print_line(format_args!(
        "  {:+.2} ({:.2} to {:.2})  {}  {}",
        changed.delta(),
        changed.from,
        changed.to,
        changed.query,
        text.replace('\n', " ")
    ))
}
