//! The forward pass: tokens in, the logits of the next one out.
//!
//! Owns the weights; what was read lies in [`Kept`], which its owner may cut back to any length.
//! Invariant: reading tokens in parts of any size ends in the same as reading them at once, but for
//! the rounding of sums.

use std::sync::Arc;

use candle_core::{Device, Tensor, quantized::QTensor};
use candle_nn::ops::rms_norm;

use super::{
    Error, Shape, Weights,
    attention::KeysAndValues,
    layer::{Angles, Layer},
    matrix::Matrix,
};

/// A loaded decoder.
pub struct Model {
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    final_norm: Tensor,
    head: Matrix,
    angles: Angles,
    shape: Shape,
    max_tokens: usize,
    device: Device,
}

/// What a model has read, so that it need not read it again.
pub struct Kept {
    ids: Vec<u32>,
    layers: Vec<KeysAndValues>,
}

impl Model {
    /// Loads a model for sequences of at most `max_tokens`, or as many as it was made for.
    pub fn load(weights: &mut Weights, max_tokens: usize) -> Result<Self, Error> {
        let shape = weights.shape()?;
        let max_tokens = max_tokens.min(shape.max_positions);
        let table = [shape.vocabulary, shape.hidden];
        let embedding = weights.table("token_embd.weight", table)?;
        let head = if weights.has("output.weight") {
            weights.matrix("output.weight", table)?
        } else {
            Matrix::new(Arc::clone(&embedding), weights.device())?
        };
        let layers = (0..shape.n_layers).map(|i| Layer::load(weights, i, &shape));
        let layers = layers.collect::<Result<_, _>>()?;
        let final_norm = weights.row("output_norm.weight", shape.hidden)?;
        weights.all_taken()?;
        let device = weights.device().clone();
        Ok(Self {
            embedding,
            layers,
            final_norm,
            head,
            angles: Angles::new(&shape, max_tokens, &device)?,
            shape,
            max_tokens,
            device,
        })
    }

    /// Its measures.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Longest sequence.
    pub fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// Nothing read yet.
    pub fn kept(&self) -> Result<Kept, Error> {
        let Shape {
            n_kv_heads,
            head_dim,
            ..
        } = self.shape;
        let layer = |_: &Layer| KeysAndValues::new(n_kv_heads, head_dim, &self.device);
        Ok(Kept {
            ids: Vec::new(),
            layers: self.layers.iter().map(layer).collect::<Result<_, _>>()?,
        })
    }

    /// Reads further tokens, one at least, and gives out the logits of the one that follows them.
    pub fn read(&self, ids: &[u32], kept: &mut Kept) -> Result<Vec<f32>, Error> {
        let stream = self.pass(ids, kept)?;
        let last = stream.narrow(0, ids.len().saturating_sub(1), 1)?;
        let normed = rms_norm(&last, &self.final_norm, self.shape.rms_eps as f32)?;
        let logits = self.head.forward(&normed)?.squeeze(0)?.to_vec1::<f32>()?;
        if logits.iter().any(|logit| !logit.is_finite()) {
            return Err(Error::NotFinite);
        }
        Ok(logits)
    }

    /// Reads further tokens, one at least, of which more follow.
    pub fn read_on(&self, ids: &[u32], kept: &mut Kept) -> Result<(), Error> {
        self.pass(ids, kept).map(drop)
    }

    fn pass(&self, ids: &[u32], kept: &mut Kept) -> Result<Tensor, Error> {
        let n_before = kept.ids.len();
        if n_before + ids.len() > self.max_tokens {
            return Err(Error::TooLong {
                n_tokens: n_before + ids.len(),
                max_tokens: self.max_tokens,
            });
        }
        let mut stream = self.embedding.embedding(&Tensor::new(ids, &self.device)?)?;
        for (layer, kept) in self.layers.iter().zip(&mut kept.layers) {
            stream = layer.forward(&stream, n_before, &self.angles, kept)?;
        }
        // Only now: after an error in the middle, what was read counts no longer.
        kept.ids.extend_from_slice(ids);
        Ok(stream)
    }
}

impl Kept {
    /// The tokens that were read.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Forgets all but the first `n_tokens`.
    pub fn cut(&mut self, n_tokens: usize) {
        self.ids.truncate(n_tokens);
    }

    /// Memory that it takes, on whatever device.
    pub fn n_bytes(&self) -> usize {
        self.layers.iter().map(KeysAndValues::n_bytes).sum()
    }
}
