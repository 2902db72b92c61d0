//! A checkpoint's files as tensors: safetensors (one file or shards, memory-mapped) or GGUF.
//!
//! Owns opening, the two schemes of names and the check of every tensor's shape; knows nothing of
//! what is computed with them. Invariant: a tensor that is missing or has another shape than the
//! model needs is an error on loading, never in the middle of a query.
//! Start reading at [`Weights::open`].

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use candle_core::{
    DType, Device, Tensor,
    quantized::{GgmlDType, QMatMul, QTensor, gguf_file::Content},
    safetensors::MmapedSafetensors,
};
use serde::Deserialize;

use super::{Error, Shape, joined::Joined, rows::Rows};
use crate::catalogue::Precision;

/// What a tensor is called in either format.
#[derive(Clone, Copy)]
pub(super) struct Name {
    safetensors: &'static str,
    gguf: &'static str,
}

const fn name(safetensors: &'static str, gguf: &'static str) -> Name {
    Name { safetensors, gguf }
}

pub(super) const EMBEDDING: Name = name("model.embed_tokens", "token_embd");
pub(super) const HEAD: Name = name("lm_head", "output");
pub(super) const FINAL_NORM: Name = name("model.norm", "output_norm");
pub(super) const ATTENTION_NORM: Name = name("input_layernorm", "attn_norm");
pub(super) const Q: Name = name("self_attn.q_proj", "attn_q");
pub(super) const K: Name = name("self_attn.k_proj", "attn_k");
pub(super) const V: Name = name("self_attn.v_proj", "attn_v");
pub(super) const O: Name = name("self_attn.o_proj", "attn_output");
pub(super) const Q_NORM: Name = name("self_attn.q_norm", "attn_q_norm");
pub(super) const K_NORM: Name = name("self_attn.k_norm", "attn_k_norm");
pub(super) const MLP_NORM: Name = name("post_attention_layernorm", "ffn_norm");
pub(super) const GATE: Name = name("mlp.gate_proj", "ffn_gate");
pub(super) const UP: Name = name("mlp.up_proj", "ffn_up");
pub(super) const DOWN: Name = name("mlp.down_proj", "ffn_down");

/// An open checkpoint.
pub(super) struct Weights {
    source: Source,
    device: Device,
    dtype: DType,
    /// What matrices of a safetensors file are quantised to on loading.
    blocks: Option<GgmlDType>,
}

enum Source {
    Safetensors(Arc<MmapedSafetensors>),
    Gguf {
        content: Box<Content>,
        file: File,
    },
    /// N(0, 0.02), made on the device.
    Random,
}

/// `model.safetensors.index.json`.
#[derive(Deserialize)]
struct Index {
    weight_map: std::collections::BTreeMap<String, String>,
}

impl Weights {
    /// Opens the checkpoint in `directory`: `model.safetensors.index.json` with its shards,
    /// `model.safetensors`, or the only `.gguf` file.
    /// Computes in `precision`, else as the weights are stored; quantised weights compute in f32.
    /// Of a safetensors file matrices can be quantised here; norms and single rows never are.
    pub(super) fn open(
        directory: &Path,
        device: &Device,
        precision: Option<Precision>,
    ) -> Result<(Self, Shape), Error> {
        if let Some(path) = only_gguf(directory)? {
            return match precision {
                None => Self::open_gguf(&path, device),
                Some(_) => Err(Error::malformed(
                    &path,
                    "it can only be used as it is stored",
                )),
            };
        }
        let config = directory.join("config.json");
        let shape = Shape::from_config(&read(&config)?)
            .map_err(|reason| Error::malformed(&config, reason))?;
        let paths = shards(directory)?;
        #[expect(
            unsafe_code,
            reason = "a mapped file must not shrink while it is open; the models' folder is ours"
        )]
        let files = unsafe { MmapedSafetensors::multi(&paths) }?;
        let stored = files.get(&full_name(EMBEDDING.safetensors))?.dtype();
        let weights = Self {
            source: Source::Safetensors(Arc::new(files)),
            device: device.clone(),
            dtype: match precision.map(dtype_of) {
                Some(dtype) => dtype,
                None => DType::try_from(stored)?,
            },
            blocks: precision.and_then(blocks_of),
        };
        Ok((weights, shape))
    }

    fn open_gguf(path: &Path, device: &Device) -> Result<(Self, Shape), Error> {
        let mut file = File::open(path).map_err(|source| Error::unreadable(path, source))?;
        let content = Content::read(&mut file)?;
        let shape = Shape::from_gguf(&content).map_err(|reason| Error::malformed(path, reason))?;
        let weights = Self {
            source: Source::Gguf {
                content: Box::new(content),
                file,
            },
            device: device.clone(),
            dtype: DType::F32,
            blocks: None,
        };
        Ok((weights, shape))
    }

    /// Weights of no meaning, in any number: what a measurement needs and a disk need not hold.
    pub(super) fn random(dtype: DType, device: &Device) -> Self {
        Self {
            source: Source::Random,
            device: device.clone(),
            dtype,
            blocks: None,
        }
    }

    /// What activations are computed in.
    pub(super) fn dtype(&self) -> DType {
        self.dtype
    }

    /// Where they are loaded to.
    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// A matrix (`n_out`, `n_in`) to multiply with, of layer `layer` or of the whole model.
    pub(super) fn matrix(
        &mut self,
        layer: usize,
        name: Name,
        dims: [usize; 2],
    ) -> Result<QMatMul, Error> {
        match &mut self.source {
            Source::Safetensors(files) => {
                let name = layer_name(layer, name);
                shaped(&name, files.get(&name)?.shape(), &dims)?;
                if let Some(blocks) = self.blocks {
                    let tensor = files.load(&name, &Device::Cpu)?;
                    let tensor = QTensor::quantize_onto(&tensor, blocks, &self.device)?;
                    return Ok(QMatMul::from_qtensor(tensor)?);
                }
                let tensor = files.load(&name, &self.device)?;
                Ok(QMatMul::Tensor(tensor.to_dtype(self.dtype)?))
            }
            Source::Gguf { content, file } => {
                let name = format!("blk.{layer}.{}.weight", name.gguf);
                let tensor = content.tensor(file, &name, &self.device)?;
                shaped(&name, tensor.shape().dims(), &dims)?;
                Ok(QMatMul::from_qtensor(tensor)?)
            }
            Source::Random => Ok(QMatMul::Tensor(self.drawn(dims)?)),
        }
    }

    /// Matrices of layer `layer` that multiply the same rows of `n_in` numbers, by name and height.
    pub(super) fn joined(
        &mut self,
        layer: usize,
        matrices: &[(Name, usize)],
        n_in: usize,
    ) -> Result<Joined, Error> {
        let widths: Vec<usize> = matrices.iter().map(|&(_, n_out)| n_out).collect();
        let matrices = matrices
            .iter()
            .map(|&(name, n_out)| self.matrix(layer, name, [n_out, n_in]))
            .collect::<Result<_, _>>()?;
        Ok(Joined::new(matrices, &widths)?)
    }

    /// A norm's factors, of layer `layer` or, with `None`, of the model's end.
    pub(super) fn norm(
        &mut self,
        layer: Option<usize>,
        name: Name,
        width: usize,
    ) -> Result<Tensor, Error> {
        let (name, tensor) = match &mut self.source {
            Source::Safetensors(files) => {
                let name = layer.map_or_else(
                    || full_name(name.safetensors),
                    |layer| layer_name(layer, name),
                );
                let tensor = files.load(&name, &self.device)?;
                (name, tensor)
            }
            Source::Gguf { content, file } => {
                let block = layer.map_or_else(String::new, |layer| format!("blk.{layer}."));
                let name = format!("{block}{}.weight", name.gguf);
                let tensor = content.tensor(file, &name, &self.device)?;
                let tensor = tensor.dequantize(&self.device)?;
                (name, tensor)
            }
            Source::Random => {
                let ones = Tensor::ones(width, self.dtype, &self.device)?;
                (String::new(), ones)
            }
        };
        shaped(&name, tensor.dims(), &[width])?;
        Ok(tensor.to_dtype(self.dtype)?)
    }

    /// A table of which single rows are wanted: the embedding or the head.
    pub(super) fn rows(&mut self, name: Name, dims: [usize; 2]) -> Result<Rows, Error> {
        match &mut self.source {
            Source::Safetensors(files) => {
                let name = full_name(name.safetensors);
                shaped(&name, files.get(&name)?.shape(), &dims)?;
                if self.device.is_cpu() {
                    return Ok(Rows::mapped(Arc::clone(files), name, dims));
                }
                // Else 100 passages of 270 tokens wait for 140 MB of rows to be sent over.
                Ok(Rows::loaded(files.load(&name, &self.device)?, dims))
            }
            Source::Gguf { content, file } => {
                let name = format!("{}.weight", name.gguf);
                // On the host: only the rows in use ever go to the device.
                let table = content.tensor(file, &name, &Device::Cpu)?;
                shaped(&name, table.shape().dims(), &dims)?;
                Ok(Rows::quantised(table, dims))
            }
            Source::Random => Ok(Rows::loaded(self.drawn(dims)?, dims)),
        }
    }
}

impl Weights {
    fn drawn(&self, dims: [usize; 2]) -> Result<Tensor, Error> {
        let numbers = Tensor::randn(0_f32, 0.02, &dims, &self.device)?;
        Ok(numbers.to_dtype(self.dtype)?)
    }
}

/// What is computed in where weights are held in `precision`.
fn dtype_of(precision: Precision) -> DType {
    match precision {
        Precision::F32 | Precision::Q8_0 | Precision::Q6K => DType::F32,
        Precision::Bf16 => DType::BF16,
        Precision::F16 => DType::F16,
    }
}

fn blocks_of(precision: Precision) -> Option<GgmlDType> {
    match precision {
        Precision::F32 | Precision::Bf16 | Precision::F16 => None,
        Precision::Q8_0 => Some(GgmlDType::Q8_0),
        Precision::Q6K => Some(GgmlDType::Q6K),
    }
}

fn full_name(stem: &str) -> String {
    format!("{stem}.weight")
}

fn layer_name(layer: usize, name: Name) -> String {
    format!("model.layers.{layer}.{}.weight", name.safetensors)
}

fn shaped(name: &str, found: &[usize], wanted: &[usize]) -> Result<(), Error> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::Tensor {
        name: name.to_owned(),
        found: found.to_vec(),
        wanted: wanted.to_vec(),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::unreadable(path, source))
}

fn only_gguf(directory: &Path) -> Result<Option<PathBuf>, Error> {
    let unreadable = |source| Error::unreadable(directory, source);
    let mut found = None;
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "gguf")
            && found.replace(path).is_some()
        {
            return Err(Error::malformed(directory, "it holds two GGUF files"));
        }
    }
    Ok(found)
}

/// The safetensors files of a checkpoint; an index may only name files of its own folder.
fn shards(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let index = directory.join("model.safetensors.index.json");
    if !index.is_file() {
        return Ok(vec![directory.join("model.safetensors")]);
    }
    let parsed: Index = serde_json::from_slice(&read(&index)?)
        .map_err(|error| Error::malformed(&index, error.to_string()))?;
    let names: BTreeSet<&String> = parsed.weight_map.values().collect();
    let foreign = |name: &&String| Path::new(name).file_name() != Some(name.as_ref());
    if let Some(name) = names.iter().copied().find(foreign) {
        return Err(Error::malformed(
            &index,
            format!("it names {name}, outside its folder"),
        ));
    }
    Ok(names.into_iter().map(|name| directory.join(name)).collect())
}
