//! How fast the generator reads a conversation and writes its answer, as one user sees it.
//!
//! `cargo bench --bench writing -- FOLDER [prompt=1000] [tokens=64] [runs=3]`; FOLDER holds one GGUF
//! file of a model with `ChatML`'s marks, `RAYON_NUM_THREADS` says how many cores it may take. The
//! prompt is about so many tokens of English, other ones in each run, so that nothing is kept from
//! the run before; `again` is the same conversation with a second question, of which only that is
//! read. `longest` is the longest slice, which is how long whoever gives up waits for the processor:
//! the target is 100 ms.

#![expect(clippy::print_stdout, reason = "a bench prints")]

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use candle_core::Device;
use nuthatch_models::{Speaker, Turn, catalogue::GeneratorSpec, decoder::Generator};

const SLICE: Duration = Duration::from_millis(70);
const SENTENCE: &str =
    "The tenant may end the contract at any time with a notice of three months. ";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let folder = arguments.next().context("which folder holds the model?")?;
    let arguments: Vec<String> = arguments.collect();
    let number = |name: &str, usual: usize| {
        let value = arguments
            .iter()
            .find_map(|argument| argument.strip_prefix(name));
        value.map_or(Ok(usual), |value| {
            value.trim_start_matches('=').parse::<usize>()
        })
    };
    let (n_prompt, n_tokens, n_runs) = (
        number("prompt", 1000)?,
        number("tokens", 64)?,
        number("runs", 3)?,
    );
    let began = Instant::now();
    let mut model = Generator::load(Path::new(&folder), &chatml(), usize::MAX, &Device::Cpu)?;
    println!("loaded in {:.2} s", began.elapsed().as_secs_f64());
    for run in 0..n_runs {
        let text = format!("Run {run}. ") + &SENTENCE.repeat(n_prompt.div_ceil(16));
        let mut turns = vec![said(Speaker::User, text)];
        let answer = measure(&mut model, &turns, n_tokens, "first")?;
        turns.push(said(Speaker::Assistant, answer));
        turns.push(said(
            Speaker::User,
            "And what holds for the landlord?".into(),
        ));
        measure(&mut model, &turns, n_tokens, "again")?;
    }
    println!(
        "kept {:.1} MiB",
        model.kept_bytes() as f64 / f64::from(1 << 20)
    );
    Ok(())
}

fn measure(
    model: &mut Generator,
    turns: &[Turn],
    max_tokens: usize,
    name: &str,
) -> anyhow::Result<String> {
    let n_kept = model.n_kept();
    let n_prompt = model.n_tokens(turns)?;
    let (mut text, mut n_written, mut longest) = (String::new(), 0, Duration::ZERO);
    let began = Instant::now();
    model.begin(turns, max_tokens)?;
    let n_read = n_prompt - model.n_kept();
    let mut first = None;
    loop {
        let slice = Instant::now();
        let written = model.go_on(SLICE)?;
        longest = longest.max(slice.elapsed());
        n_written += written.n_tokens;
        text += &written.text;
        if n_written > 0 && first.is_none() {
            first = Some((began.elapsed(), n_written));
        }
        if written.end.is_some() {
            break;
        }
    }
    let (reading, n_first) = first.context("nothing was written")?;
    let writing = began.elapsed().saturating_sub(reading).as_secs_f64();
    println!(
        "{name}: {n_prompt} tokens, {n_read} read ({n_kept} kept before), first text after {:.0} ms \
         ({:.0} tokens/s), {n_written} written, {:.1} tokens/s; longest slice {:.0} ms",
        reading.as_secs_f64() * 1e3,
        n_read as f64 / reading.as_secs_f64(),
        (n_written - n_first) as f64 / writing.max(1e-9),
        longest.as_secs_f64() * 1e3,
    );
    Ok(text)
}

fn said(role: Speaker, text: String) -> Turn {
    Turn { role, text }
}

fn chatml() -> GeneratorSpec {
    let turn = |role: &str| format!("<|im_start|>{role}\n");
    GeneratorSpec {
        begin: String::new(),
        system: turn("system"),
        user: turn("user"),
        assistant: turn("assistant"),
        close: "<|im_end|>\n".into(),
        answer: turn("assistant"),
        stop: vec!["<|im_end|>".into(), "<|endoftext|>".into()],
    }
}
