//! One decoder layer of Qwen3, and what all layers of a pass share.
//!
//! Owns the layer's weights and the order of its steps (transformers' `Qwen3DecoderLayer` is the
//! reference); knows nothing of prompts or scores. Keys and values live only while their layer is
//! computed. Invariant: with `OnlyLast`, the rows it gives are exactly those that all rows
//! would give.

use candle_core::{DType, Device, Module, Result, Tensor, quantized::QMatMul};
use candle_nn::{ops::rms_norm, rotary_emb::rope_thd};

use super::{
    Error, Shape,
    attention::{self, Masks},
    packing::Packing,
    weights::{self, Weights},
};

/// What every layer of one forward pass needs.
pub(super) struct Pass<'a> {
    packing: &'a Packing,
    masks: Masks,
    angles: Angles,
    /// The same for the last rows alone, with their numbers.
    last: Tensor,
    last_angles: Angles,
}

/// Cosines and sines of the rotary angles, each (rows, `head_dim` / 2).
struct Angles {
    cos: Tensor,
    sin: Tensor,
}

/// Which rows a layer computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    AllRows,
    /// Each passage's last row: enough in the last layer, since nothing looks at the others.
    OnlyLast,
}

/// The weights of one layer.
pub(super) struct Layer {
    attention_norm: Tensor,
    q: QMatMul,
    k: QMatMul,
    v: QMatMul,
    o: QMatMul,
    q_norm: Tensor,
    k_norm: Tensor,
    mlp_norm: Tensor,
    gate: QMatMul,
    up: QMatMul,
    down: QMatMul,
    head_dim: usize,
    eps: f32,
}

impl<'a> Pass<'a> {
    /// Masks and angles for `packing`.
    pub(super) fn new(
        packing: &'a Packing,
        shape: &Shape,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let last_positions: Vec<u32> = packing
            .last
            .iter()
            .filter_map(|&row| packing.positions.get(row as usize).copied())
            .collect();
        Ok(Self {
            packing,
            masks: Masks::new(packing, device)?,
            angles: Angles::new(&packing.positions, shape, dtype, device)?,
            last: Tensor::new(packing.last.as_slice(), device)?,
            last_angles: Angles::new(&last_positions, shape, dtype, device)?,
        })
    }

    /// Each passage's last row of `rows`.
    pub(super) fn last_rows(&self, rows: &Tensor) -> Result<Tensor> {
        rows.index_select(&self.last, 0)
    }
}

impl Angles {
    /// Computed in f64 and rounded once; the reference computes them in f32.
    fn new(positions: &[u32], shape: &Shape, dtype: DType, device: &Device) -> Result<Self> {
        let half = shape.head_dim / 2;
        let frequency = |i: usize| {
            shape
                .rope_theta
                .powf(-2.0 * i as f64 / shape.head_dim as f64)
        };
        let frequencies: Vec<f64> = (0..half).map(frequency).collect();
        let table = |of: fn(f64) -> f64| {
            let values: Vec<f32> = positions
                .iter()
                .flat_map(|&position| frequencies.iter().map(move |f| f * f64::from(position)))
                .map(|angle| of(angle) as f32)
                .collect();
            Tensor::from_vec(values, (positions.len(), half), device)?.to_dtype(dtype)
        };
        Ok(Self {
            cos: table(f64::cos)?,
            sin: table(f64::sin)?,
        })
    }

    /// Rotates (rows, heads, `head_dim`).
    fn rotate(&self, heads: &Tensor) -> Result<Tensor> {
        rope_thd(&heads.unsqueeze(0)?, &self.cos, &self.sin)?.squeeze(0)
    }
}

impl Layer {
    /// Loads layer `i`.
    pub(super) fn load(
        weights: &mut Weights,
        i: usize,
        shape: &Shape,
    ) -> std::result::Result<Self, Error> {
        let (hidden, inner) = (shape.hidden, shape.intermediate);
        let q_width = shape.n_heads * shape.head_dim;
        let kv_width = shape.n_kv_heads * shape.head_dim;
        Ok(Self {
            attention_norm: weights.norm(Some(i), weights::ATTENTION_NORM, hidden)?,
            q: weights.matrix(i, weights::Q, [q_width, hidden])?,
            k: weights.matrix(i, weights::K, [kv_width, hidden])?,
            v: weights.matrix(i, weights::V, [kv_width, hidden])?,
            o: weights.matrix(i, weights::O, [hidden, q_width])?,
            q_norm: weights.norm(Some(i), weights::Q_NORM, shape.head_dim)?,
            k_norm: weights.norm(Some(i), weights::K_NORM, shape.head_dim)?,
            mlp_norm: weights.norm(Some(i), weights::MLP_NORM, hidden)?,
            gate: weights.matrix(i, weights::GATE, [inner, hidden])?,
            up: weights.matrix(i, weights::UP, [inner, hidden])?,
            down: weights.matrix(i, weights::DOWN, [hidden, inner])?,
            head_dim: shape.head_dim,
            eps: shape.rms_eps as f32,
        })
    }

    /// The residual stream (rows, hidden) one layer on; with `OnlyLast`, (passages, hidden).
    pub(super) fn forward(&self, x: &Tensor, pass: &Pass, wanted: Wanted) -> Result<Tensor> {
        let normed = rms_norm(x, &self.attention_norm, self.eps)?;
        let k = self.normed_heads(&self.k, &normed, &self.k_norm)?;
        let k = pass.angles.rotate(&k)?;
        let v = self.heads(&self.v.forward(&normed)?)?;
        let (x, attended) = match wanted {
            Wanted::AllRows => {
                let q = self.normed_heads(&self.q, &normed, &self.q_norm)?;
                let q = pass.angles.rotate(&q)?;
                let attended = attention::all_rows(&q, &k, &v, pass.packing, &pass.masks)?;
                (x.clone(), attended)
            }
            Wanted::OnlyLast => {
                let normed = pass.last_rows(&normed)?;
                let q = self.normed_heads(&self.q, &normed, &self.q_norm)?;
                let q = pass.last_angles.rotate(&q)?;
                let attended = attention::last_rows(&q, &k, &v, pass.packing)?;
                (pass.last_rows(x)?, attended)
            }
        };
        let x = (x + self.o.forward(&attended)?)?;
        let normed = rms_norm(&x, &self.mlp_norm, self.eps)?;
        let gated = (self.gate.forward(&normed)?.silu()? * self.up.forward(&normed)?)?;
        x + self.down.forward(&gated)?
    }

    /// Projects to heads and norms each over its own width, which Qwen3 does before rotating.
    fn normed_heads(&self, projection: &QMatMul, x: &Tensor, norm: &Tensor) -> Result<Tensor> {
        rms_norm(&self.heads(&projection.forward(x)?)?, norm, self.eps)
    }

    /// (rows, heads · `head_dim`) as (rows, heads, `head_dim`).
    fn heads(&self, x: &Tensor) -> Result<Tensor> {
        let (n_rows, width) = x.dims2()?;
        x.reshape((n_rows, width / self.head_dim, self.head_dim))
    }
}
