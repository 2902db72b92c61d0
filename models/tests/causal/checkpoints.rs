//! The committed tiny checkpoints, and the same weights written in other formats.
//!
//! GGUF files are written under the names that llama.cpp's converter gives to Qwen3's tensors.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
};

use candle_core::{
    DType, Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};
use serde::Deserialize;

/// What the reference computed.
#[derive(Deserialize)]
pub(crate) struct Scores {
    /// The tokens whose logits were kept.
    pub(crate) wanted: Vec<u32>,
    pub(crate) cases: Vec<Case>,
}

/// Passages behind one shared part, with the logits of each.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) shared: Vec<u32>,
    pub(crate) own: Vec<Vec<u32>>,
    pub(crate) logits: Vec<Vec<f32>>,
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tiny")
        .join(name)
}

pub(crate) fn scores(name: &str) -> Scores {
    let json = std::fs::read(folder(name).join("scores.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

fn tensors(name: &str) -> HashMap<String, Tensor> {
    let mut tensors = HashMap::new();
    for entry in std::fs::read_dir(folder(name)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "safetensors") {
            tensors.extend(candle_core::safetensors::load(path, &Device::Cpu).unwrap());
        }
    }
    tensors
}

/// The checkpoint `name` as one safetensors file of `dtype`.
pub(crate) fn write_as(to: &Path, name: &str, dtype: DType) {
    std::fs::copy(folder(name).join("config.json"), to.join("config.json")).unwrap();
    let tensors: HashMap<String, Tensor> = tensors(name)
        .into_iter()
        .map(|(name, tensor)| (name, tensor.to_dtype(dtype).unwrap()))
        .collect();
    candle_core::safetensors::save(&tensors, to.join("model.safetensors")).unwrap();
}

/// The checkpoint `name` as GGUF, its matrices in `dtype` and its norms in f32.
pub(crate) fn write_gguf(to: &Path, name: &str, dtype: GgmlDType) {
    let n_layers = if name == "tied" { 3 } else { 2 };
    let measures = Measures {
        n_layers,
        hidden: 32,
        intermediate: 64,
        head_dim: 16,
    };
    write(&to.join("model.gguf"), &measures, tensors(name), dtype);
}

/// A random checkpoint whose rows are whole blocks of 256, as the K formats want them.
pub(crate) fn write_wide_gguf(to: &Path, dtype: GgmlDType) {
    let measures = Measures {
        n_layers: 2,
        hidden: 256,
        intermediate: 512,
        head_dim: 64,
    };
    let (hidden, inner) = (measures.hidden as usize, measures.intermediate as usize);
    let mut seed = 1;
    let mut random = |dims: &[usize], mean: f32, spread: f32| {
        let n = dims.iter().product();
        let values: Vec<f32> = (0..n)
            .map(|_| {
                seed = (u64::from(seed) * 48_271 % 2_147_483_647) as u32;
                mean + spread * (seed as f32 / 2_147_483_647.0 - 0.5)
            })
            .collect();
        Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
    };
    let mut tensors = HashMap::new();
    tensors.insert(
        "model.embed_tokens.weight".to_owned(),
        random(&[50, hidden], 0.0, 1.0),
    );
    tensors.insert("model.norm.weight".to_owned(), random(&[hidden], 1.0, 1.0));
    for i in 0..2 {
        for (name, dims) in [
            ("self_attn.q_proj", vec![4 * 64, hidden]),
            ("self_attn.k_proj", vec![2 * 64, hidden]),
            ("self_attn.v_proj", vec![2 * 64, hidden]),
            ("self_attn.o_proj", vec![hidden, 4 * 64]),
            ("mlp.gate_proj", vec![inner, hidden]),
            ("mlp.up_proj", vec![inner, hidden]),
            ("mlp.down_proj", vec![hidden, inner]),
            ("self_attn.q_norm", vec![64]),
            ("self_attn.k_norm", vec![64]),
            ("input_layernorm", vec![hidden]),
            ("post_attention_layernorm", vec![hidden]),
        ] {
            let (mean, spread) = if dims.len() == 1 {
                (1.0, 1.0)
            } else {
                (0.0, 0.3)
            };
            let name = format!("model.layers.{i}.{name}.weight");
            tensors.insert(name, random(&dims, mean, spread));
        }
    }
    write(&to.join("model.gguf"), &measures, tensors, dtype);
}

struct Measures {
    n_layers: u32,
    hidden: u32,
    intermediate: u32,
    head_dim: u32,
}

fn write(path: &Path, measures: &Measures, tensors: HashMap<String, Tensor>, dtype: GgmlDType) {
    let metadata = [
        ("general.architecture", Value::String("qwen3".into())),
        ("qwen3.block_count", Value::U32(measures.n_layers)),
        ("qwen3.embedding_length", Value::U32(measures.hidden)),
        (
            "qwen3.feed_forward_length",
            Value::U32(measures.intermediate),
        ),
        ("qwen3.attention.head_count", Value::U32(4)),
        ("qwen3.attention.head_count_kv", Value::U32(2)),
        ("qwen3.attention.key_length", Value::U32(measures.head_dim)),
        ("qwen3.context_length", Value::U32(512)),
        ("qwen3.rope.freq_base", Value::F32(1e6)),
        ("qwen3.attention.layer_norm_rms_epsilon", Value::F32(1e-6)),
    ];
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors: Vec<(String, QTensor)> = tensors
        .into_iter()
        .map(|(name, tensor)| {
            let dtype = if tensor.rank() == 1 {
                GgmlDType::F32
            } else {
                dtype
            };
            (gguf_name(&name), QTensor::quantize(&tensor, dtype).unwrap())
        })
        .collect();
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    gguf_file::write(&mut File::create(path).unwrap(), &metadata, &tensors).unwrap();
}

fn gguf_name(name: &str) -> String {
    let mut name = name.replace("model.layers.", "blk.");
    for (from, to) in [
        ("model.embed_tokens", "token_embd"),
        ("lm_head", "output"),
        ("model.norm", "output_norm"),
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
        ("self_attn.o_proj", "attn_output"),
        ("self_attn.", "attn_"),
        ("mlp.", "ffn_"),
        ("_proj", ""),
    ] {
        name = name.replace(from, to);
    }
    name
}
