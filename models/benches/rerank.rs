//! How fast the causal rerankers read, and what each saving of the forward pass is worth.
//!
//! `cargo bench --bench rerank -- [shape=0.6b|1.7b|4b] [layers=4] [passages=10] [tokens=250]
//! [query=15] [dtype=f32|bf16|f16] [runs=3] [checkpoint=DIR]`. Weights are random, N(0, 0.02): the
//! arithmetic takes as long as with real ones. They are written into DIR, or into a temporary
//! folder, and read as a real checkpoint is; an existing DIR is used again. Passages have between
//! a half and one and a half times `tokens` tokens.
//!
//! Prints the median time of a query, prompt tokens per second (each passage's whole prompt counts,
//! whether or not a part of it was computed once for all), and both brought to the model's full
//! depth, since few layers are enough to measure the rest by. Of few layers the last is a larger
//! share, so what cutting it saves is overstated: `layers=0` measures all of them.

#![expect(clippy::print_stdout, reason = "a bench prints")]

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use candle_core::{DType, Device, Tensor};
use nuthatch_models::causal::{Batching, Input, Model, Options};

/// A model's measures: layers, hidden, intermediate, query heads, key heads.
#[derive(Clone, Copy)]
struct Measures {
    n_layers: usize,
    hidden: usize,
    intermediate: usize,
    n_heads: usize,
    n_kv_heads: usize,
}

const HEAD_DIM: usize = 128;
const VOCABULARY: usize = 151_936;
/// Fixed tokens of zerank-2's prompt before and after the passage.
const N_BEFORE: usize = 8;
const N_AFTER: usize = 5;
const YES: u32 = 9454;

struct Arguments(HashMap<String, String>);

impl Arguments {
    fn read() -> Self {
        let pair = |argument: String| {
            let (key, value) = argument.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        };
        Self(std::env::args().skip(1).filter_map(pair).collect())
    }

    fn number(&self, key: &str, default: usize) -> anyhow::Result<usize> {
        self.0.get(key).map_or(Ok(default), |value| {
            value.parse().with_context(|| format!("{key}={value}"))
        })
    }

    fn text<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        self.0.get(key).map_or(default, String::as_str)
    }
}

fn measures(shape: &str) -> anyhow::Result<Measures> {
    let (n_layers, hidden, intermediate, n_heads) = match shape {
        "0.6b" => (28, 1024, 3072, 16),
        "1.7b" => (28, 2048, 6144, 16),
        "4b" => (36, 2560, 9728, 32),
        _ => bail!("no shape is called {shape}"),
    };
    Ok(Measures {
        n_layers,
        hidden,
        intermediate,
        n_heads,
        n_kv_heads: 8,
    })
}

impl Measures {
    /// Weights that one token meets in one layer; twice as many operations.
    fn weights_of_a_layer(&self) -> usize {
        let heads = 2 * (self.n_heads + self.n_kv_heads) * HEAD_DIM;
        self.hidden * (heads + 3 * self.intermediate)
    }

    /// Writes a checkpoint of this shape.
    fn write(&self, folder: &Path, dtype: DType) -> anyhow::Result<()> {
        let config = serde_json::json!({
            "model_type": "qwen3", "num_hidden_layers": self.n_layers,
            "hidden_size": self.hidden, "intermediate_size": self.intermediate,
            "num_attention_heads": self.n_heads, "num_key_value_heads": self.n_kv_heads,
            "head_dim": HEAD_DIM, "vocab_size": VOCABULARY, "max_position_embeddings": 40_960,
            "rms_norm_eps": 1e-6, "hidden_act": "silu", "rope_theta": 1e6,
            "tie_word_embeddings": true, "architectures": ["Qwen3ForCausalLM"],
        });
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("config.json"), config.to_string())?;
        let random = |dims: &[usize]| match dims {
            [_] => Tensor::ones(dims, dtype, &Device::Cpu),
            _ => Tensor::randn(0_f32, 0.02, dims, &Device::Cpu)?.to_dtype(dtype),
        };
        let mut tensors = HashMap::new();
        let embedding = random(&[VOCABULARY, self.hidden])?;
        tensors.insert("model.embed_tokens.weight".to_owned(), embedding);
        tensors.insert("model.norm.weight".to_owned(), random(&[self.hidden])?);
        let (hidden, inner) = (self.hidden, self.intermediate);
        let (q, kv) = (self.n_heads * HEAD_DIM, self.n_kv_heads * HEAD_DIM);
        for i in 0..self.n_layers {
            for (name, dims) in [
                ("input_layernorm", &[hidden][..]),
                ("post_attention_layernorm", &[hidden]),
                ("self_attn.q_norm", &[HEAD_DIM]),
                ("self_attn.k_norm", &[HEAD_DIM]),
                ("self_attn.q_proj", &[q, hidden]),
                ("self_attn.k_proj", &[kv, hidden]),
                ("self_attn.v_proj", &[kv, hidden]),
                ("self_attn.o_proj", &[hidden, q]),
                ("mlp.gate_proj", &[inner, hidden]),
                ("mlp.up_proj", &[inner, hidden]),
                ("mlp.down_proj", &[hidden, inner]),
            ] {
                tensors.insert(format!("model.layers.{i}.{name}.weight"), random(dims)?);
            }
        }
        candle_core::safetensors::save(&tensors, folder.join("model.safetensors"))?;
        Ok(())
    }
}

/// From everything computed to nothing that can be spared, one step at a time.
fn steps() -> [(&'static str, Options); 6] {
    let single = Options {
        batching: Batching::Single,
        is_prefix_shared: false,
        is_last_layer_cut: false,
        is_full_head: true,
        ..Options::default()
    };
    let padded = Options {
        batching: Batching::Padded,
        ..single.clone()
    };
    let packed = Options {
        batching: Batching::Packed,
        ..padded.clone()
    };
    let answer_row = Options {
        is_full_head: false,
        ..packed.clone()
    };
    let shared = Options {
        is_prefix_shared: true,
        ..answer_row.clone()
    };
    [
        ("one passage at a time", single),
        ("padded to the longest", padded),
        ("packed", packed),
        ("+ only the answer's row", answer_row),
        ("+ shared prefix", shared),
        ("+ last layer cut", Options::default()),
    ]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read();
    let full = measures(arguments.text("shape", "0.6b"))?;
    let n_layers = match arguments.number("layers", 4)? {
        0 => full.n_layers,
        n => n.min(full.n_layers),
    };
    let dtype = match arguments.text("dtype", "f32") {
        "f32" => DType::F32,
        "bf16" => DType::BF16,
        "f16" => DType::F16,
        other => bail!("no type is called {other}"),
    };
    let temporary = tempfile::tempdir()?;
    let folder = arguments.0.get("checkpoint").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| temporary.path().to_owned());
    if !folder.join("config.json").is_file() {
        Measures { n_layers, ..full }.write(&folder, dtype)?;
    }
    let model = Model::load(&folder, &Device::Cpu, None)?;
    let n_layers = model.shape().n_layers;

    let mean = arguments.number("tokens", 250)?.max(2);
    let n_passages = arguments.number("passages", 10)?;
    let ids = |seed: usize, n: usize| -> Vec<u32> {
        (0..n)
            .map(|i| ((seed + i) * 7919 % 100_000) as u32)
            .collect()
    };
    let shared = ids(1, N_BEFORE + arguments.number("query", 15)?);
    let own: Vec<Vec<u32>> = (0..n_passages)
        .map(|i| ids(i, mean / 2 + i * 7919 % mean + N_AFTER))
        .collect();
    let n_tokens: usize = own.iter().map(|own| shared.len() + own.len()).sum();
    let depth = full.n_layers as f64 / n_layers as f64;
    let gflop = 2e-9 * (n_tokens * n_layers * full.weights_of_a_layer()) as f64;

    println!("{n_passages} passages, {n_tokens} prompt tokens, {n_layers} layers, {dtype:?}");
    println!("| | p50 ms | tokens/s | GFLOP/s | full depth: ms | tokens/s |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let input = Input {
        shared: &shared,
        own: &own,
    };
    let steps = steps();
    let mut times = vec![Vec::new(); steps.len()];
    // The first round maps the weights, and builds the full head once. Steps take turns, so that
    // whatever else the machine does meets all of them.
    for round in 0..=arguments.number("runs", 3)?.max(1) {
        for ((_, options), times) in steps.iter().zip(&mut times) {
            let start = Instant::now();
            model.logits(input, &[YES], options)?;
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    for ((name, _), times) in steps.iter().zip(times) {
        let seconds = median(times).as_secs_f64();
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} |",
            1e3 * seconds,
            n_tokens as f64 / seconds,
            gflop / seconds,
            1e3 * seconds * depth,
            n_tokens as f64 / seconds / depth,
        );
    }
    Ok(())
}
