//! `nuthatch bench`: folders of made-up files, what it costs to index them, and what queries take meanwhile.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use nuthatch::{
    bench::{
        self, Indexed, corpus,
        queries::{self, Busy, Latency},
    },
    dirs::Dirs,
};
use serde_json::{Map, Value, json};

use super::show;

/// Reading in the background takes every core and waits for nobody, but keeps its right of way: the last.
const AT_FULL_BUDGET: &str = "meaning = false\nindex_cores = \"full\"\npause_on_battery = false\n\
    pause_above_load_percent = 0\npause_after_typing_seconds = 0\n";

#[derive(Debug, Subcommand)]
pub(super) enum BenchVerb {
    /// Make a folder of made-up files: the same ones for the same seed
    Corpus {
        /// Where; what is there already is completed
        folder: PathBuf,
        /// How many files
        #[arg(long, default_value_t = 10_000)]
        files: u64,
        /// Another seed makes other files
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Index a folder into a library of its own, and say how fast and how small it became
    Index {
        /// The folder
        folder: PathBuf,
        /// Embed the passages, too
        #[arg(long)]
        meaning: bool,
        /// Keep the library in this folder
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
    },
    /// How long word queries take over a folder, at rest and while another one is read
    Queries {
        /// The folder that is asked
        folder: PathBuf,
        /// The folder that is read meanwhile
        more: PathBuf,
    },
}

pub(super) async fn run(verb: BenchVerb, dirs: &Dirs, json: bool) -> anyhow::Result<()> {
    match verb {
        BenchVerb::Corpus {
            folder,
            files,
            seed,
        } => {
            let made = corpus::make(&folder, files, seed)?;
            show::print_line(format_args!(
                "{} files, {:.1} MB, in {}",
                made.n_files,
                megabytes(made.n_bytes),
                folder.display()
            ))
        }
        BenchVerb::Index {
            folder,
            meaning,
            keep,
        } => {
            let throw_away = tempfile::Builder::new()
                .prefix("nuthatch-bench")
                .tempdir()?;
            let library = keep.unwrap_or_else(|| throw_away.path().to_owned());
            let own = own_library(&library, dirs.programs(), &format!("meaning = {meaning}\n"))?;
            let indexed = bench::index(&folder, &own).await?;
            if json {
                show::print(&document(&indexed))
            } else {
                print(&indexed)
            }
        }
        BenchVerb::Queries { folder, more } => {
            let throw_away = tempfile::Builder::new()
                .prefix("nuthatch-bench")
                .tempdir()?;
            let own = own_library(throw_away.path(), dirs.programs(), AT_FULL_BUDGET)?;
            let busy = queries::while_reading(&folder, &more, &own).await?;
            if json {
                show::print(&latencies(&busy))
            } else {
                print_latencies(&busy)
            }
        }
    }
}

/// The library's own settings hold, not the user's.
fn own_library(library: &Path, programs: &Path, settings: &str) -> anyhow::Result<Dirs> {
    let dirs = Dirs::new(library, programs);
    std::fs::create_dir_all(library)?;
    std::fs::write(dirs.settings(), settings)?;
    Ok(dirs)
}

fn milliseconds(latency: &Latency, share: f64) -> f64 {
    latency.quantile(share).as_secs_f64() * 1e3
}

fn latencies(busy: &Busy) -> Value {
    let of = |latency: &Latency| {
        json!({
            "queries": latency.n(), "p50_ms": milliseconds(latency, 0.5),
            "p95_ms": milliseconds(latency, 0.95),
        })
    };
    json!({ "at_rest": of(&busy.at_rest), "at_work": of(&busy.at_work) })
}

fn print_latencies(busy: &Busy) -> anyhow::Result<()> {
    let rows = [("at rest", &busy.at_rest), ("while reading", &busy.at_work)];
    for (what, latency) in rows {
        show::print_line(format_args!(
            "{what:14} {} queries, p50 {:.1} ms, p95 {:.1} ms",
            latency.n(),
            milliseconds(latency, 0.5),
            milliseconds(latency, 0.95)
        ))?;
    }
    let ratio = milliseconds(&busy.at_work, 0.95) / milliseconds(&busy.at_rest, 0.95);
    show::print_line(format_args!(
        "p95 while reading is {ratio:.2} times that at rest"
    ))
}

fn megabytes(n_bytes: u64) -> f64 {
    n_bytes as f64 / 1e6
}

/// Of the text; 0 where there is none.
fn share(n_bytes: u64, indexed: &Indexed) -> f64 {
    n_bytes as f64 / indexed.n_text_bytes.max(1) as f64
}

fn document(indexed: &Indexed) -> Value {
    let seconds = indexed.words.as_secs_f64();
    let parts: Map<String, Value> = indexed
        .parts
        .iter()
        .map(|(part, n)| (part.clone(), json!(n)))
        .collect();
    let n_bytes = indexed.parts.iter().map(|(_, n)| n).sum();
    json!({
        "files": indexed.n_files, "file_bytes": indexed.n_file_bytes,
        "text_bytes": indexed.n_text_bytes, "passages": indexed.n_passages,
        "words_seconds": seconds, "later_seconds": indexed.later.as_secs_f64(),
        "files_per_second": indexed.n_files as f64 / seconds,
        "peak_memory_bytes": indexed.peak_memory, "bytes": parts,
        "index_to_text": share(n_bytes, indexed),
    })
}

fn print(indexed: &Indexed) -> anyhow::Result<()> {
    let seconds = indexed.words.as_secs_f64();
    show::print_line(format_args!(
        "{} files, {:.1} MB, with {:.1} MB of text in {} passages",
        indexed.n_files,
        megabytes(indexed.n_file_bytes),
        megabytes(indexed.n_text_bytes),
        indexed.n_passages
    ))?;
    show::print_line(format_args!(
        "words: {seconds:.1} s ({:.0} files/s, {:.2} MB/s, {:.0} passages/s); then {:.1} s for the rest",
        indexed.n_files as f64 / seconds,
        megabytes(indexed.n_file_bytes) / seconds,
        indexed.n_passages as f64 / seconds,
        indexed.later.as_secs_f64()
    ))?;
    if let Some(n_bytes) = indexed.peak_memory {
        show::print_line(format_args!("memory: {:.0} MB at most", megabytes(n_bytes)))?;
    }
    let whole: u64 = indexed.parts.iter().map(|(_, n)| n).sum();
    let rows = indexed.parts.iter().map(|(part, n)| (part.as_str(), *n));
    for (part, n) in rows.chain([("all", whole)]) {
        show::print_line(format_args!(
            "{part:16} {:9.1} MB  {:.3} of the text",
            megabytes(n),
            share(n, indexed)
        ))?;
    }
    Ok(())
}
