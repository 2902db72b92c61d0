//! Throws mutated documents at the readers, and counts what becomes of them.
//!
//! `cargo bench --bench fuzz -- [seconds=600] [format=NAME] [seeds=FOLDER] [seed=NUMBER]
//! [program=NUTHATCH]`: for each format that has seeds (files of `tests/corpus/seeds`, or of another
//! folder), so many seconds.
//! Every document goes through a real reader process, as a library's would. A reader that dies, hangs
//! or panics costs its document; each such document is kept in `target/fuzz/<format>/`, to be looked
//! at. Ends with an error if a document got no answer, which would mean that something escaped.
//! The same `seed` makes the same documents in the same order.

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

#[path = "fuzz/mutate.rs"]
mod mutate;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use nuthatch::{
    document::{PathKey, Text},
    extract::{self, Failure, Format, Limits, Pool},
};
use nuthatch_models::Priority;
use tokio::sync::mpsc;

use mutate::Mutator;

/// A document that takes longer is taken for endless, as in a library; on a machine that does other
/// things as well, the time of a reader is not its own.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Of each kind of end, so many documents are kept.
const MAX_KEPT: usize = 20;

/// What the command line says.
struct Arguments {
    seconds: u64,
    format: Option<String>,
    seeds: PathBuf,
    seed: u64,
    /// Whose readers are tried: a copy is not disturbed by the next build.
    program: PathBuf,
}

impl Arguments {
    fn read() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut arguments = Self {
            seconds: 600,
            format: None,
            seeds: root.join("tests/corpus/seeds"),
            seed: 1,
            program: env!("CARGO_BIN_EXE_nuthatch").into(),
        };
        for argument in std::env::args()
            .skip(1)
            .filter(|argument| argument != "--bench")
        {
            match argument.split_once('=') {
                Some(("seconds", value)) => arguments.seconds = value.parse()?,
                Some(("format", value)) => arguments.format = Some(value.into()),
                Some(("seeds", value)) => arguments.seeds = value.into(),
                Some(("seed", value)) => arguments.seed = value.parse()?,
                Some(("program", value)) => arguments.program = value.into(),
                _ => bail!("{argument} is none of seconds=, format=, seeds=, seed=, program="),
            }
        }
        Ok(arguments)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read()?;
    let mut by_format: BTreeMap<&'static str, Vec<Vec<u8>>> = BTreeMap::new();
    let mut files = Vec::new();
    list(&arguments.seeds, &mut files)?;
    for path in files {
        let bytes = fs::read(&path)?;
        let head = bytes.get(..extract::HEAD_BYTES.min(bytes.len()));
        if let Ok(format) = extract::identify(&extract::extension(&path), head.unwrap_or_default())
        {
            by_format.entry(format.name).or_default().push(bytes);
        }
    }
    println!("| format | documents | read | refused | panicked | died | endless |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for format in extract::formats() {
        let is_wanted = arguments
            .format
            .as_deref()
            .is_none_or(|name| name == format.name);
        match by_format.remove(format.name) {
            Some(seeds) if is_wanted => fuzz(format, seeds, &arguments).await?,
            None if is_wanted => println!("| {} | no seeds |", format.name),
            _ => {}
        }
    }
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// How documents ended.
#[derive(Default)]
struct Ends {
    n: u64,
    n_read: u64,
    n_refused: u64,
    panicked: usize,
    died: usize,
    endless: usize,
}

async fn fuzz(format: &Format, seeds: Vec<Vec<u8>>, arguments: &Arguments) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let path = scratch.path().join("document");
    let limits = Limits {
        timeout: TIMEOUT,
        memory_mib: 1024,
        max_file_bytes: 64 << 20,
        max_text_bytes: 16 << 20,
        with_layout: true,
        priority: Priority::Normal,
    };
    let pool = Pool::new(arguments.program.clone(), limits, 1);
    let mut mutator = Mutator::new(seeds, arguments.seed);
    let mut ends = Ends::default();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(arguments.seconds) {
        let document = mutator.next();
        fs::write(&path, &document)?;
        let outcome = read(&pool, &path, format).await;
        if let Some(end) = ends.count(outcome) {
            keep(format, end, &ends, &document)?;
        }
    }
    let Ends {
        n,
        n_read,
        n_refused,
        panicked,
        died,
        endless,
    } = ends;
    let name = format.name;
    println!("| {name} | {n} | {n_read} | {n_refused} | {panicked} | {died} | {endless} |");
    Ok(())
}

async fn read(pool: &Pool, path: &Path, format: &Format) -> Result<Text, Failure> {
    let (to, mut from) = mpsc::channel(1);
    let path = PathKey::of(path);
    let reading = async move { pool.read(&path, format, &to).await };
    let listening = async {
        let mut worst = None;
        while let Some(child) = from.recv().await {
            if let Err(Failure::Failed(reason)) = child.outcome
                && Ends::is_fault(&reason)
            {
                worst = Some(Failure::Failed(reason));
            }
        }
        worst
    };
    match tokio::join!(reading, listening) {
        (_, Some(fault)) => Err(fault),
        (outcome, None) => outcome,
    }
}

impl Ends {
    fn is_fault(reason: &str) -> bool {
        ["fault of the program", "crashed", "took longer"]
            .iter()
            .any(|fault| reason.contains(fault))
    }

    /// Counts an end, and says which it was if it should not have been.
    fn count(&mut self, outcome: Result<Text, Failure>) -> Option<&'static str> {
        self.n += 1;
        let reason = match outcome {
            // Of a document with pages, one of them may have ended its reader.
            Ok(text) => {
                let Some(reason) = text.partial.filter(|reason| Self::is_fault(reason)) else {
                    self.n_read += 1;
                    return None;
                };
                reason
            }
            Err(failure) => failure.to_string(),
        };
        let (count, end) = if reason.contains("fault of the program") {
            (&mut self.panicked, "panicked")
        } else if reason.contains("crashed") {
            (&mut self.died, "died")
        } else if reason.contains("took longer") {
            (&mut self.endless, "endless")
        } else {
            self.n_refused += 1;
            return None;
        };
        *count += 1;
        Some(end)
    }
}

fn keep(format: &Format, end: &str, ends: &Ends, document: &[u8]) -> anyhow::Result<()> {
    let n = match end {
        "panicked" => ends.panicked,
        "died" => ends.died,
        _ => ends.endless,
    };
    if n <= MAX_KEPT {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("target/fuzz")
            .join(format.name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{end}-{n}")), document)?;
    }
    Ok(())
}
