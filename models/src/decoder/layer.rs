//! One decoder layer: attention over what was read, and a gated MLP.
//!
//! Owns its weights and the rotary angles; what it keeps of a conversation is its caller's.
//! Invariant: nothing but attention looks at another token.

use candle_core::{Device, Result, Tensor};
use candle_nn::{
    ops::rms_norm,
    rotary_emb::{rope_i, rope_thd},
};

use super::{Error, Shape, Weights, attention::KeysAndValues, matrix::Matrix, shape::Rotation};

/// The weights of one layer.
pub(super) struct Layer {
    attention_norm: Tensor,
    q: Projection,
    k: Projection,
    v: Projection,
    output: Matrix,
    mlp_norm: Tensor,
    gate: Matrix,
    up: Matrix,
    down: Matrix,
    eps: f32,
}

/// From the stream to heads.
struct Projection {
    matrix: Matrix,
    bias: Option<Tensor>,
    /// Norms each head.
    norm: Option<Tensor>,
    n_heads: usize,
    head_dim: usize,
}

/// Cosines and sines of every position.
pub(super) struct Angles {
    cos: Tensor,
    sin: Tensor,
    rotation: Rotation,
}

impl Layer {
    pub(super) fn load(
        weights: &mut Weights,
        i: usize,
        shape: &Shape,
    ) -> std::result::Result<Self, Error> {
        let name = |part: &str| format!("blk.{i}.{part}.weight");
        let (hidden, inner) = (shape.hidden, shape.intermediate);
        let (n_q, n_kv) = (shape.n_heads, shape.n_kv_heads);
        let is_normed = shape.has_head_norms;
        let mut heads = |part, n_heads, is_normed| {
            Projection::load(
                weights,
                &format!("blk.{i}.attn_{part}"),
                shape,
                n_heads,
                is_normed,
            )
        };
        let (q, k) = (heads("q", n_q, is_normed)?, heads("k", n_kv, is_normed)?);
        let v = heads("v", n_kv, false)?;
        Ok(Self {
            attention_norm: weights.row(&name("attn_norm"), hidden)?,
            q,
            k,
            v,
            output: weights.matrix(&name("attn_output"), [hidden, n_q * shape.head_dim])?,
            mlp_norm: weights.row(&name("ffn_norm"), hidden)?,
            gate: weights.matrix(&name("ffn_gate"), [inner, hidden])?,
            up: weights.matrix(&name("ffn_up"), [inner, hidden])?,
            down: weights.matrix(&name("ffn_down"), [hidden, inner])?,
            eps: shape.rms_eps as f32,
        })
    }

    /// The stream (tokens, width) one layer on, behind `n_before` tokens that were read.
    pub(super) fn forward(
        &self,
        stream: &Tensor,
        n_before: usize,
        angles: &Angles,
        kept: &mut KeysAndValues,
    ) -> Result<Tensor> {
        let normed = rms_norm(stream, &self.attention_norm, self.eps)?;
        let q = angles.rotate(&self.q.forward(&normed, self.eps)?, n_before)?;
        let k = angles.rotate(&self.k.forward(&normed, self.eps)?, n_before)?;
        let v = self.v.forward(&normed, self.eps)?;
        let attended = kept.attend(n_before, &[q, k, v])?;
        let stream = (stream + self.output.forward(&attended)?)?;
        let normed = rms_norm(&stream, &self.mlp_norm, self.eps)?;
        let gated = (self.gate.forward(&normed)?.silu()? * self.up.forward(&normed)?)?;
        stream + self.down.forward(&gated)?
    }
}

impl Projection {
    fn load(
        weights: &mut Weights,
        name: &str,
        shape: &Shape,
        n_heads: usize,
        is_normed: bool,
    ) -> std::result::Result<Self, Error> {
        let width = n_heads * shape.head_dim;
        let matrix = weights.matrix(&format!("{name}.weight"), [width, shape.hidden])?;
        let bias = shape
            .has_biases
            .then(|| weights.row(&format!("{name}.bias"), width));
        let norm = is_normed.then(|| weights.row(&format!("{name}_norm.weight"), shape.head_dim));
        Ok(Self {
            matrix,
            bias: bias.transpose()?,
            norm: norm.transpose()?,
            n_heads,
            head_dim: shape.head_dim,
        })
    }

    /// (tokens, heads, width of a head).
    fn forward(&self, normed: &Tensor, eps: f32) -> Result<Tensor> {
        let mut product = self.matrix.forward(normed)?;
        if let Some(bias) = &self.bias {
            product = product.broadcast_add(bias)?;
        }
        let heads = product.reshape((normed.dim(0)?, self.n_heads, self.head_dim))?;
        match &self.norm {
            Some(factors) => rms_norm(&heads, factors, eps),
            None => Ok(heads),
        }
    }
}

impl Angles {
    /// For positions below `n_positions`; computed in f64 and rounded once.
    pub(super) fn new(shape: &Shape, n_positions: usize, device: &Device) -> Result<Self> {
        let half = shape.head_dim / 2;
        let frequency = |i: usize| {
            shape
                .rope_theta
                .powf(-2.0 * i as f64 / shape.head_dim as f64)
        };
        let frequencies: Vec<f64> = (0..half).map(frequency).collect();
        let table = |of: fn(f64) -> f64| {
            let values: Vec<f32> = (0..n_positions)
                .flat_map(|position| frequencies.iter().map(move |f| f * position as f64))
                .map(|angle| of(angle) as f32)
                .collect();
            Tensor::from_vec(values, (n_positions, half), device)
        };
        Ok(Self {
            cos: table(f64::cos)?,
            sin: table(f64::sin)?,
            rotation: shape.rotation,
        })
    }

    /// Rotates heads (tokens, heads, width) that begin at position `n_before`.
    fn rotate(&self, heads: &Tensor, n_before: usize) -> Result<Tensor> {
        let n = heads.dim(0)?;
        let (cos, sin) = (
            self.cos.narrow(0, n_before, n)?,
            self.sin.narrow(0, n_before, n)?,
        );
        match self.rotation {
            Rotation::Halves => rope_thd(&heads.unsqueeze(0)?, &cos, &sin)?.squeeze(0),
            // candle rotates neighbours only where a head's tokens lie together.
            Rotation::Neighbours => {
                let by_head = heads.transpose(0, 1)?.contiguous()?.unsqueeze(0)?;
                let rotated = rope_i(&by_head, &cos, &sin)?.squeeze(0)?;
                rotated.transpose(0, 1)?.contiguous()
            }
        }
    }
}
