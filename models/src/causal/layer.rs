//! One decoder layer of Qwen3, and what all layers of a pass share.
//!
//! Owns the layer's weights and the order of its steps (transformers' `Qwen3DecoderLayer` is the
//! reference); knows nothing of prompts or scores. Keys and values live only while their layer is
//! computed. Invariant: with `OnlyLast`, the rows it gives are exactly those that all rows
//! would give.
//! Start reading at [`Layer::forward`].

use candle_core::{DType, Device, Module, Result, Tensor, quantized::QMatMul};
use candle_nn::{ops::rms_norm, rotary_emb::rope_thd};

use super::{
    Error, Options, Shape,
    attention::Plan,
    fused::{self, Fused},
    joined::{Joined, Products, as_heads},
    packing::Packing,
    weights::{self, Weights},
};

/// What every layer of one forward pass needs.
pub(super) struct Pass {
    attention: Attention,
    angles: Angles,
    /// The same for the last rows alone, with their numbers.
    last: Tensor,
    last_angles: Angles,
    fused: Fused,
    is_joined: bool,
}

/// How rows attend.
enum Attention {
    Plain(Plan),
    Fused {
        all: fused::Tiles,
        last: fused::Tiles,
    },
}

/// Of the rotary angles.
enum Angles {
    /// Cosines and sines, each (rows, `head_dim` / 2).
    Plain { cos: Tensor, sin: Tensor },
    /// Both side by side, in f32.
    Fused(Tensor),
}

/// Which rows a layer computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    AllRows,
    /// Each passage's last row: enough in the last layer, since nothing looks at the others.
    OnlyLast,
}

/// What goes from layer to layer: the residual stream, (rows, hidden).
pub(super) struct Stream {
    pub(super) rows: Tensor,
    /// What is still to be added to it: the next norm does that on the way.
    pub(super) added: Option<Tensor>,
}

/// The weights of one layer.
pub(super) struct Layer {
    attention_norm: Tensor,
    /// Queries, keys and values.
    qkv: Joined,
    o: QMatMul,
    /// Of queries and of keys: (2, `head_dim`).
    head_norms: Tensor,
    mlp_norm: Tensor,
    gate_up: Joined,
    down: QMatMul,
    n_heads: usize,
    n_kv_heads: usize,
    head_dim: usize,
    eps: f32,
}

impl Pass {
    /// Attention's plan and angles for `packing`.
    pub(super) fn new(
        packing: &Packing,
        shape: &Shape,
        options: &Options,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let last_positions: Vec<u32> = packing
            .last
            .iter()
            .filter_map(|&row| packing.positions.get(row as usize).copied())
            .collect();
        let fused = Fused::of(options.kernels, shape, dtype, device);
        let attention = if fused.attention {
            Attention::Fused {
                all: fused::Tiles::all(packing, device)?,
                last: fused::Tiles::last(packing, device)?,
            }
        } else {
            Attention::Plain(Plan::new(packing, shape.n_heads, device)?)
        };
        let angles = |positions: &[u32]| Angles::new(positions, shape, fused, dtype, device);
        Ok(Self {
            attention,
            angles: angles(&packing.positions)?,
            last: Tensor::new(packing.last.as_slice(), device)?,
            last_angles: angles(&last_positions)?,
            fused,
            is_joined: options.is_joined,
        })
    }

    /// Each passage's last row of `rows`.
    pub(super) fn last_rows(&self, rows: &Tensor) -> Result<Tensor> {
        rows.index_select(&self.last, 0)
    }

    /// Adds up the stream, and norms it.
    pub(super) fn norm(&self, x: Stream, factors: &Tensor, eps: f32) -> Result<(Tensor, Tensor)> {
        match x.added {
            Some(added) if self.fused.elementwise => fused::add_norm(&x.rows, &added, factors, eps),
            Some(added) => {
                let rows = (x.rows + added)?;
                let normed = rms_norm(&rows, factors, eps)?;
                Ok((rows, normed))
            }
            None => {
                let normed = rms_norm(&x.rows, factors, eps)?;
                Ok((x.rows, normed))
            }
        }
    }

    /// `SiLU` of the first product times the second.
    fn gate(&self, gate_up: Products) -> Result<Tensor> {
        if self.fused.elementwise {
            return fused::gate(&gate_up.side_by_side()?);
        }
        let [gate, up] = gate_up.each()?;
        gate.silu()? * up
    }
}

impl Angles {
    /// Computed in f64 and rounded once; the reference computes them in f32.
    fn new(
        positions: &[u32],
        shape: &Shape,
        fused: Fused,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let half = shape.head_dim / 2;
        let frequency = |i: usize| {
            shape
                .rope_theta
                .powf(-2.0 * i as f64 / shape.head_dim as f64)
        };
        let frequencies: Vec<f64> = (0..half).map(frequency).collect();
        // Passages share positions: each position's angles are computed once.
        let n_positions = positions.iter().max().map_or(0, |most| most + 1);
        let rows = Tensor::new(positions, device)?;
        let table = |of: fn(f64) -> f64| {
            let values: Vec<f32> = (0..n_positions)
                .flat_map(|position| frequencies.iter().map(move |f| f * f64::from(position)))
                .map(|angle| of(angle) as f32)
                .collect();
            Tensor::from_vec(values, (n_positions as usize, half), device)?.index_select(&rows, 0)
        };
        let (cos, sin) = (table(f64::cos)?, table(f64::sin)?);
        if fused.elementwise {
            return Ok(Self::Fused(Tensor::cat(&[cos, sin], 1)?));
        }
        Ok(Self::Plain {
            cos: cos.to_dtype(dtype)?,
            sin: sin.to_dtype(dtype)?,
        })
    }
}

impl Stream {
    /// Before the first layer.
    pub(super) fn new(rows: Tensor) -> Self {
        Self { rows, added: None }
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
        let qkv = [
            (weights::Q, q_width),
            (weights::K, kv_width),
            (weights::V, kv_width),
        ];
        let gate_up = [(weights::GATE, inner), (weights::UP, inner)];
        let mut head_norm = |name| weights.norm(Some(i), name, shape.head_dim);
        let head_norms = [head_norm(weights::Q_NORM)?, head_norm(weights::K_NORM)?];
        Ok(Self {
            attention_norm: weights.norm(Some(i), weights::ATTENTION_NORM, hidden)?,
            qkv: weights.joined(i, &qkv, hidden)?,
            o: weights.matrix(i, weights::O, [hidden, q_width])?,
            head_norms: Tensor::stack(&head_norms, 0)?,
            mlp_norm: weights.norm(Some(i), weights::MLP_NORM, hidden)?,
            gate_up: weights.joined(i, &gate_up, hidden)?,
            down: weights.matrix(i, weights::DOWN, [hidden, inner])?,
            n_heads: shape.n_heads,
            n_kv_heads: shape.n_kv_heads,
            head_dim: shape.head_dim,
            eps: shape.rms_eps as f32,
        })
    }

    /// The residual stream one layer on; with `OnlyLast`, of each passage's last row.
    pub(super) fn forward(&self, x: Stream, pass: &Pass, wanted: Wanted) -> Result<Stream> {
        let (rows, normed) = pass.norm(x, &self.attention_norm, self.eps)?;
        let (rows, attended) = match wanted {
            Wanted::AllRows => (rows, self.attend_all(&normed, pass)?),
            Wanted::OnlyLast => (pass.last_rows(&rows)?, self.attend_last(&normed, pass)?),
        };
        let added = Some(self.o.forward(&attended)?);
        let (rows, normed) = pass.norm(Stream { rows, added }, &self.mlp_norm, self.eps)?;
        let gate_up = self.gate_up.forward(&normed, 0..2, pass.is_joined)?;
        let added = Some(self.down.forward(&pass.gate(gate_up)?)?);
        Ok(Stream { rows, added })
    }

    fn attend_all(&self, normed: &Tensor, pass: &Pass) -> Result<Tensor> {
        let products = self.qkv.forward(normed, 0..3, pass.is_joined)?;
        let (q, k, v) = match &pass.angles {
            Angles::Fused(angles) => self.rotated_at_once(products, angles)?,
            angles @ Angles::Plain { .. } => {
                let [q, k, v] = products.heads(self.head_dim)?;
                (
                    self.rotated(&q, 0, angles)?,
                    self.rotated(&k, 1, angles)?,
                    v,
                )
            }
        };
        match &pass.attention {
            Attention::Plain(plan) => plan.all_rows(&q, &k, &v),
            Attention::Fused { all, .. } => all.attend(&q, &k, &v),
        }
    }

    fn attend_last(&self, normed: &Tensor, pass: &Pass) -> Result<Tensor> {
        let products = self.qkv.forward(normed, 1..3, pass.is_joined)?;
        let [k, v] = products.heads(self.head_dim)?;
        let k = self.rotated(&k, 1, &pass.angles)?;
        let products = self
            .qkv
            .forward(&pass.last_rows(normed)?, 0..1, pass.is_joined)?;
        let [q] = products.heads(self.head_dim)?;
        let q = self.rotated(&q, 0, &pass.last_angles)?;
        match &pass.attention {
            Attention::Plain(plan) => plan.last_rows(&q, &k, &v),
            Attention::Fused { last, .. } => last.attend(&q, &k, &v),
        }
    }

    /// Queries and keys as attention needs them, in one step, and values.
    fn rotated_at_once(
        &self,
        products: Products,
        angles: &Tensor,
    ) -> Result<(Tensor, Tensor, Tensor)> {
        let (n_q, n_k) = (self.n_heads, self.n_kv_heads);
        let heads = as_heads(&products.side_by_side()?, self.head_dim)?;
        let both = heads.narrow(1, 0, n_q + n_k)?;
        let both = fused::norm_rotate(&both, &self.head_norms, angles, n_q, self.eps)?;
        let v = heads.narrow(1, n_q + n_k, n_k)?;
        Ok((both.narrow(1, 0, n_q)?, both.narrow(1, n_q, n_k)?, v))
    }

    /// Norms each head over its own width, which Qwen3 does before rotating, and rotates it;
    /// `norm` is 0 for queries and 1 for keys.
    fn rotated(&self, heads: &Tensor, norm: usize, angles: &Angles) -> Result<Tensor> {
        match angles {
            Angles::Plain { cos, sin } => {
                let factors = self.head_norms.get(norm)?;
                let normed = rms_norm(&heads.contiguous()?, &factors, self.eps)?;
                rope_thd(&normed.unsqueeze(0)?, cos, sin)?.squeeze(0)
            }
            Angles::Fused(angles) => {
                let n_first = if norm == 0 { heads.dim(1)? } else { 0 };
                fused::norm_rotate(heads, &self.head_norms, angles, n_first, self.eps)
            }
        }
    }
}
