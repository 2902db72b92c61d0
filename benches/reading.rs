//! Reads every document of a folder, one after the other, and says what that costs by format.
//!
//! `cargo bench --bench reading -- FOLDER`: through one reader process, as a library's would, so that
//! starting it counts once and not per document. Beside it, where poppler's `pdftotext` is installed,
//! what that takes for the PDFs of which both read something: with starting it, and without (less the
//! median of starting it for nothing). Ends with the memory of this process, which is the parent, before
//! and after each quarter of the documents.

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context;
use nuthatch::{
    document::{PathKey, Text},
    extract::{self, Failure, Format, Limits, Pool},
};
use nuthatch_models::Priority;
use tokio::sync::mpsc;

/// The limits of `settings.rs`.
const LIMITS: Limits = Limits {
    timeout: Duration::from_mins(1),
    memory_mib: 1024,
    max_file_bytes: 512 << 20,
    max_text_bytes: 16 << 20,
    with_layout: false,
    priority: Priority::Normal,
};
/// Times that `pdftotext` is started for nothing.
const N_STARTS: usize = 21;

/// What the documents of one format cost.
#[derive(Default)]
struct Cost {
    n: usize,
    n_bytes: usize,
    n_text_bytes: usize,
    seconds: f64,
    slowest: f64,
}

/// PDFs of which both programs read something.
#[derive(Default)]
struct Both {
    n: usize,
    ours: f64,
    theirs: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args()
        .skip(1)
        .find(|argument| argument != "--bench");
    let folder = folder.context("which folder? cargo bench --bench reading -- FOLDER")?;
    let mut paths = Vec::new();
    list(Path::new(&folder), &mut paths)?;
    let pool = Pool::new(env!("CARGO_BIN_EXE_nuthatch").into(), LIMITS, 1);
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    let mut both = Both::default();
    let mut memory = vec![resident_mib()];
    for (i, path) in paths.iter().enumerate() {
        if let Ok(Ok(format)) = extract::identify_file(path) {
            let began = Instant::now();
            let read = read(&pool, path, format).await;
            let seconds = began.elapsed().as_secs_f64();
            costs
                .entry(format.name)
                .or_default()
                .add(path, &read, seconds);
            if format.name == "pdf" && read.is_ok_and(|text| !text.text.is_empty()) {
                both.compare(path, seconds);
            }
        }
        if (i + 1) % paths.len().div_ceil(4) == 0 || i + 1 == paths.len() {
            memory.push(resident_mib());
        }
    }
    print(&costs);
    both.print();
    let memory: Vec<String> = memory.iter().map(|mib| format!("{mib:.1}")).collect();
    println!("memory of the parent, in MiB: {}", memory.join(", "));
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// What is inside it is read with it, and dropped.
async fn read(pool: &Pool, path: &Path, format: &Format) -> Result<Text, Failure> {
    let (to, mut from) = mpsc::channel(1);
    let path = PathKey::of(path);
    let reading = async move { pool.read(&path, format, &to).await };
    let dropping = async { while from.recv().await.is_some() {} };
    tokio::join!(reading, dropping).0
}

impl Cost {
    fn add(&mut self, path: &Path, read: &Result<Text, Failure>, seconds: f64) {
        self.n += 1;
        self.n_bytes += fs::metadata(path).map_or(0, |metadata| metadata.len() as usize);
        self.n_text_bytes += read.as_ref().map_or(0, |text| text.text.len());
        self.seconds += seconds;
        self.slowest = self.slowest.max(seconds);
    }
}

fn print(costs: &BTreeMap<&str, Cost>) {
    println!("| format | documents | MB | MB of text | s | ms each | slowest ms |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (name, cost) in costs {
        println!(
            "| {name} | {} | {:.2} | {:.2} | {:.2} | {:.1} | {:.0} |",
            cost.n,
            cost.n_bytes as f64 / 1e6,
            cost.n_text_bytes as f64 / 1e6,
            cost.seconds,
            cost.seconds * 1e3 / cost.n as f64,
            cost.slowest * 1e3,
        );
    }
}

impl Both {
    fn compare(&mut self, path: &Path, ours: f64) {
        if let Some(theirs) = pdftotext(&[path.as_os_str(), "-".as_ref()]) {
            self.n += 1;
            self.ours += ours;
            self.theirs += theirs;
        }
    }

    fn print(&self) {
        let starts = (0..N_STARTS).filter_map(|_| pdftotext(&["-v".as_ref()]));
        let mut starts: Vec<f64> = starts.collect();
        starts.sort_by(f64::total_cmp);
        let Some(start) = starts.get(starts.len() / 2).filter(|_| self.n > 0) else {
            println!("pdftotext is not here to be compared with");
            return;
        };
        let without = self.theirs - start * self.n as f64;
        println!(
            "{} PDFs that both read: {:.2} s here, {:.2} s by pdftotext, {without:.2} s without \
             starting it ({:.1} ms each): {:.2} and {:.2} times its speed",
            self.n,
            self.ours,
            self.theirs,
            start * 1e3,
            self.theirs / self.ours,
            without / self.ours,
        );
    }
}

/// Seconds that it takes; nothing if it fails. It makes way for others as much as a reader does: on a
/// machine that does other things as well, the comparison would not be one.
fn pdftotext(arguments: &[&std::ffi::OsStr]) -> Option<f64> {
    let began = Instant::now();
    let mut command = Command::new("nice");
    command
        .args(["-n", "10", "pdftotext", "-q"])
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = command.status().ok()?;
    status.success().then(|| began.elapsed().as_secs_f64())
}

/// Memory of this process, where the system tells it as Linux does.
fn resident_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
