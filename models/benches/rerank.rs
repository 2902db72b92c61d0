//! How fast the causal rerankers read, and what each saving of the forward pass is worth.
//!
//! `cargo bench --bench rerank -- [shape=0.6b|1.7b|4b] [layers=4] [passages=10] [tokens=250]
//! [query=15] [dtype=f32|bf16|f16] [runs=3] [device=cpu|cuda] [peak=TFLOPS] [steps=all|last]
//! [pass=4096] [checkpoint=DIR] [input=FILE] [output=FILE]`; on NVIDIA's cards
//! `cargo xtask cuda bench`, which takes the same. `passages` may be several, as `10,50,100`;
//! `tokens` is a passage's length, or a range as `300-500`. Of few layers the last is a larger
//! share, so what cutting it saves is overstated: `layers=0` measures all of them.
//!
//! Weights are random, N(0, 0.02), and made on the device: the arithmetic takes as long as with
//! real ones. `checkpoint` reads them instead; `input` is a JSON file with the token ids to score
//! (`shared`, `own`, `wanted`), `output` takes the last step's logits: for a comparison with others.
//!
//! Prints for each step the median and 95th percentile of a query's time, prompt tokens per second
//! (each passage's whole prompt counts, whether or not a part of it was computed once for all), and
//! what the device computed. That counts what the step has to compute, attention included: neither
//! padding nor whatever the step leaves out. `peak` is what its share (MFU) is taken of.

#![expect(clippy::print_stdout, reason = "a bench prints")]

#[path = "rerank/arguments.rs"]
mod arguments;
#[path = "rerank/passages.rs"]
mod passages;
#[path = "rerank/processor.rs"]
mod processor;
#[path = "rerank/steps.rs"]
mod steps;
#[path = "rerank/work.rs"]
mod work;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use nuthatch_models::causal::{Input, Model, Shape};

use arguments::Arguments;
use passages::Passages;
use processor::Processor;
use steps::Step;

/// What one step took.
struct Measured {
    times: Vec<Duration>,
    peak_bytes: Option<u64>,
    logits: Vec<Vec<f32>>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read();
    let processor = Processor::open(arguments.text("device", "cpu"))?;
    let dtype = arguments.dtype()?;
    let full = work::shape(arguments.text("shape", "0.6b"))?;
    let n_layers = match arguments.number("layers", 4)? {
        0 => full.n_layers,
        n => n.min(full.n_layers),
    };
    let model = if let Some(folder) = arguments.path("checkpoint") {
        Model::load(folder, &processor.device, arguments.precision()?)?
    } else {
        println!(
            "{n_layers} of {} layers, N(0, 0.02), {dtype:?}",
            full.n_layers
        );
        Model::random(Shape { n_layers, ..full }, dtype, &processor.device)?
    };
    println!("{}", processor.name);
    if let Some(file) = arguments.path("input") {
        return measure(&model, &Passages::read(file)?, &arguments, &processor);
    }
    for n_passages in arguments.numbers("passages", &[10])? {
        let passages = Passages::made(n_passages, &arguments)?;
        measure(&model, &passages, &arguments, &processor)?;
    }
    Ok(())
}

/// Measures all steps on the same passages.
fn measure(
    model: &Model,
    passages: &Passages,
    arguments: &Arguments,
    processor: &Processor,
) -> anyhow::Result<()> {
    let steps = steps::of(arguments, processor)?;
    let n_runs = arguments.number("runs", 3)?.max(1);
    let peak = arguments.peak()?.or_else(|| processor.peak_tflops());
    print_head(passages, peak);
    let mut measured = Vec::new();
    for _ in &steps {
        measured.push(Measured {
            times: Vec::new(),
            peak_bytes: None,
            logits: Vec::new(),
        });
    }
    // The first round maps the weights, compiles kernels, and builds the full head once. Steps take
    // turns, so that whatever else the machine does meets all of them.
    for round in 0..=n_runs {
        for (step, measured) in steps.iter().zip(&mut measured) {
            run(model, passages, step, processor, round == 0, measured)?;
        }
    }
    for (step, measured) in steps.iter().zip(&mut measured) {
        print_row(model.shape(), passages, step, measured, peak);
    }
    if let (Some(file), Some(last)) = (arguments.path("output"), measured.last()) {
        let options = steps.last().map(|step| &step.options);
        let operations = options.map(|options| work::operations(model.shape(), passages, options));
        write(file, last, operations.unwrap_or(0.0))?;
    }
    Ok(())
}

fn run(
    model: &Model,
    passages: &Passages,
    step: &Step,
    processor: &Processor,
    is_first: bool,
    measured: &mut Measured,
) -> anyhow::Result<()> {
    let input = Input {
        shared: &passages.shared,
        own: &passages.own,
    };
    let compute = || model.logits(input, &passages.wanted, &step.options);
    if is_first {
        let (logits, peak_bytes) = processor.peak_bytes(compute);
        (measured.logits, measured.peak_bytes) = (logits?, peak_bytes);
        return Ok(());
    }
    // Logits come back to the host, so nothing is still being computed when the clock is read.
    let start = Instant::now();
    compute()?;
    measured.times.push(start.elapsed());
    Ok(())
}

fn print_head(passages: &Passages, peak: Option<f64>) {
    let (n, n_tokens) = (passages.own.len(), passages.n_tokens());
    println!("\n{n} passages, {n_tokens} prompt tokens");
    let of = peak.map_or_else(String::new, |peak| format!(" of {peak:.0}"));
    println!("| | p50 ms | p95 ms | tokens/s | TFLOP/s | MFU{of} | peak MB |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
}

fn print_row(
    shape: &Shape,
    passages: &Passages,
    step: &Step,
    measured: &mut Measured,
    peak: Option<f64>,
) {
    measured.times.sort();
    let seconds = quantile(&measured.times, 0.5);
    let tflops = 1e-12 * work::operations(shape, passages, &step.options) / seconds;
    let mfu = peak.map_or_else(
        || "?".to_owned(),
        |peak| format!("{:.1} %", 100.0 * tflops / peak),
    );
    let memory = measured.peak_bytes;
    println!(
        "| {} | {:.1} | {:.1} | {:.0} | {tflops:.3} | {mfu} | {} |",
        step.name,
        1e3 * seconds,
        1e3 * quantile(&measured.times, 0.95),
        passages.n_tokens() as f64 / seconds,
        memory.map_or_else(|| "?".to_owned(), |bytes| (bytes / 1_000_000).to_string()),
    );
}

/// Of sorted times, in seconds.
fn quantile(sorted: &[Duration], share: f64) -> f64 {
    let place = (share * sorted.len() as f64).ceil() as usize;
    let time = sorted.get(place.saturating_sub(1));
    time.copied().unwrap_or_default().as_secs_f64()
}

fn write(file: &Path, last: &Measured, operations: f64) -> anyhow::Result<()> {
    let seconds = quantile(&last.times, 0.5);
    let json = serde_json::json!({
        "logits": last.logits,
        "seconds": seconds,
        "tflops": 1e-12 * operations / seconds,
    });
    Ok(std::fs::write(file, json.to_string())?)
}
