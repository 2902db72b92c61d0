//! How many passages a second are embedded, beside the same model in Python's onnxruntime.
//!
//! `cargo bench --bench embedding [-- PYTHON]`, after `cargo xtask build`. Both sides embed the same texts in
//! turns, with the same threads, several times in one run; the ratio of the medians is the figure.
//! PYTHON is one that has onnxruntime, tokenizers and numpy; `python3` if none is named.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use nuthatch::{dirs::Dirs, settings::Settings};
use nuthatch_models::{
    Device, MEMORY_GROWTH_LIMIT_BYTES, ModelSpec, ModelWorker, Priority, Role, WorkerConfig,
};

const N_TEXTS: usize = 192;
const N_ROUNDS: usize = 5;
const BATCH: usize = 32;
const WORDS: &str = "the agreement between parties begins with first day of month and ends after \
    three years unless either side gives written notice period rent payment bank account deposit \
    garden repair water heating costs annual statement measured boundary layer pressure velocity \
    experiment shows that results differ from theory because surface temperature rises slowly";

/// Texts of 60 to 260 words: as uneven as passages are.
fn texts() -> Vec<String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = 12_345_u64;
    let mut random = |n: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % n
    };
    (0..N_TEXTS)
        .map(|_| {
            let mut text = String::new();
            for _ in 0..60 + random(200) {
                let _ = write!(text, "{} ", words[random(words.len())]);
            }
            text
        })
        .collect()
}

/// The reference, ready to embed when it is told.
struct Reference {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Reference {
    fn start(
        directory: &Path,
        spec: &ModelSpec,
        n_threads: usize,
        texts: &[String],
    ) -> Option<Self> {
        // Cargo puts an option of its own before what the caller gave.
        let python = std::env::args()
            .skip(1)
            .find(|given| !given.starts_with("--"));
        let python = python.unwrap_or_else(|| "python3".into());
        let mut child = Command::new(python)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/benches/embedding_reference.py"
            ))
            .arg(directory)
            .args([spec.max_tokens, BATCH, n_threads].map(|n| n.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut to = child.stdin.take()?;
        let mut from = BufReader::new(child.stdout.take()?);
        // A Python without the packages has ended already; then there is no reference.
        writeln!(to, "{}\n", texts.join("\n")).ok()?;
        let mut ready = String::new();
        from.read_line(&mut ready).ok()?;
        (ready.trim() == "ready").then_some(Self { child, to, from })
    }

    fn embed(&mut self) -> Duration {
        writeln!(self.to, "again").unwrap();
        let mut seconds = String::new();
        self.from.read_line(&mut seconds).unwrap();
        Duration::from_secs_f64(seconds.trim().parse().unwrap())
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let programs = PathBuf::from(env!("CARGO_BIN_EXE_nuthatch"));
    let dirs = Dirs::new(env!("CARGO_TARGET_TMPDIR"), programs.parent().unwrap());
    let spec = ModelSpec::default_embedding();
    let models = dirs.models();
    let models = models.iter().find(|models| spec.is_present(models));
    let directory = spec.directory(models.expect("run `cargo xtask build` first"));
    let n_threads = Settings::default().n_model_threads();
    let texts = texts();
    let worker = ModelWorker::new(WorkerConfig {
        executable: dirs.program("nuthatch-models"),
        runtime: dirs.onnx_runtime().expect("run `cargo xtask build` first"),
        directory: directory.clone(),
        spec: spec.clone(),
        n_threads,
        priority: Priority::Normal,
        device: Device::Cpu,
        precision: None,
        idle_timeout: Duration::from_mins(5),
        memory_growth_limit_bytes: MEMORY_GROWTH_LIMIT_BYTES,
    })
    .unwrap();
    worker
        .embed(Role::Passage, texts[..8].to_vec())
        .await
        .unwrap();
    let mut reference = Reference::start(&directory, &spec, n_threads, &texts);

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..N_ROUNDS {
        theirs.extend(reference.as_mut().map(Reference::embed));
        let began = Instant::now();
        worker.embed(Role::Passage, texts.clone()).await.unwrap();
        ours.push(began.elapsed());
    }
    let per_second = |times| N_TEXTS as f64 / median(times);
    let ours = per_second(ours);
    println!("{N_TEXTS} texts of 60 to 260 words, {n_threads} threads, {N_ROUNDS} rounds, medians");
    println!("nuthatch-models      {ours:6.1} texts/s");
    if theirs.is_empty() {
        println!("no reference: the Python needs onnxruntime, tokenizers and numpy");
    } else {
        let theirs = per_second(theirs);
        println!("Python onnxruntime   {theirs:6.1} texts/s");
        println!(
            "ratio                {:6.2}           target: 0.9",
            ours / theirs
        );
    }
}
