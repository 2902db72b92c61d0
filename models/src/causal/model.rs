//! A Qwen3 checkpoint that turns token ids into logits of single tokens.
//!
//! Owns the weights and the forward pass; knows no text and no prompt. All passages of a query run
//! in few passes, and only what a score needs is computed; [`Options`] switches each saving off.
//! Invariant: a passage's logit is the same alone and among others, up to rounding.
//! Start reading at [`Model::logits`].

use std::{path::Path, sync::OnceLock};

use candle_core::{DType, Device, Tensor};

use super::{
    Batching, Error, Options, Shape,
    layer::{Layer, Pass, Stream, Wanted},
    packing::{Packing, passes},
    rows::Rows,
    weights::{self, Weights},
};
use crate::catalogue::Precision;

/// A loaded checkpoint.
pub struct Model {
    shape: Shape,
    embedding: Rows,
    /// Where the head is not the embedding table.
    head: Option<Rows>,
    layers: Vec<Layer>,
    norm: Tensor,
    dtype: DType,
    device: Device,
    /// Only filled by [`Options::is_full_head`].
    full_head: OnceLock<Tensor>,
}

/// The tokens to be scored: one part that all passages begin with, and each passage's own rest.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Ids in front of every passage; may be empty.
    pub shared: &'a [u32],
    /// Each passage's further ids, at least one; the logit is that of its last.
    pub own: &'a [Vec<u32>],
}

impl Model {
    /// Loads the checkpoint in `directory` onto `device`, its matrices held in `precision`; with
    /// `None`, as they are stored. Quantised ones are computed with in f32.
    pub fn load(
        directory: &Path,
        device: &Device,
        precision: Option<Precision>,
    ) -> Result<Self, Error> {
        let (weights, shape) = Weights::open(directory, device, precision)?;
        Self::from_weights(weights, shape)
    }

    /// A model of this shape whose weights mean nothing, made on `device`: it takes as long as a
    /// real one, for measuring where there is none.
    pub fn random(shape: Shape, dtype: DType, device: &Device) -> Result<Self, Error> {
        Self::from_weights(Weights::random(dtype, device), shape)
    }

    fn from_weights(mut weights: Weights, shape: Shape) -> Result<Self, Error> {
        let table = [shape.vocabulary, shape.hidden];
        let head = if shape.is_tied {
            None
        } else {
            Some(weights.rows(weights::HEAD, table)?)
        };
        let layers = (0..shape.n_layers)
            .map(|i| Layer::load(&mut weights, i, &shape))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            embedding: weights.rows(weights::EMBEDDING, table)?,
            head,
            layers,
            norm: weights.norm(None, weights::FINAL_NORM, shape.hidden)?,
            dtype: weights.dtype(),
            device: weights.device().clone(),
            shape,
            full_head: OnceLock::new(),
        })
    }

    /// The checkpoint's measures.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// For each passage the logits of the tokens `wanted` at its last position, in f32.
    pub fn logits(
        &self,
        input: Input<'_>,
        wanted: &[u32],
        options: &Options,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let joined: Vec<Vec<u32>>;
        let (shared, own) = if options.is_prefix_shared {
            (input.shared, input.own)
        } else {
            let join = |own: &Vec<u32>| [input.shared, own].concat();
            joined = input.own.iter().map(join).collect();
            (&[][..], joined.as_slice())
        };
        self.check(shared, own)?;
        let is_padded = options.batching == Batching::Padded;
        let max_tokens = match options.batching {
            Batching::Single => 1,
            Batching::Padded | Batching::Packed => options.max_tokens_per_pass,
        };
        let own: Vec<&[u32]> = own.iter().map(Vec::as_slice).collect();
        let lens: Vec<usize> = own.iter().map(|own| own.len()).collect();
        let mut last = Vec::new();
        for pass in passes(shared.len(), &lens, is_padded, max_tokens) {
            let packing = Packing::new(shared, own.get(pass).unwrap_or_default(), is_padded);
            last.push(self.last_hidden(&packing, options)?);
        }
        if last.is_empty() {
            return Ok(Vec::new());
        }
        // Only here is a graphics card waited for: it computes one pass while the next is laid out.
        self.project(&Tensor::cat(&last, 0)?, wanted, options)
    }

    fn check(&self, shared: &[u32], own: &[Vec<u32>]) -> Result<(), Error> {
        let max_tokens = self.shape.max_positions;
        if own.iter().any(Vec::is_empty) {
            return Err(Error::EmptySequence);
        }
        let longest = own.iter().map(|own| shared.len() + own.len()).max();
        match longest {
            Some(n_tokens) if n_tokens > max_tokens => Err(Error::TooLong {
                n_tokens,
                max_tokens,
            }),
            _ => Ok(()),
        }
    }

    /// The final hidden state of each passage's last token, normed: (passages, hidden).
    fn last_hidden(&self, packing: &Packing, options: &Options) -> Result<Tensor, Error> {
        let pass = Pass::new(packing, &self.shape, options, self.dtype, &self.device)?;
        let rows = self
            .embedding
            .select(&packing.ids, self.dtype, &self.device)?;
        let mut x = Stream::new(rows);
        let n_last = usize::from(options.is_last_layer_cut).min(self.layers.len());
        let (all, last) = self.layers.split_at(self.layers.len() - n_last);
        for layer in all {
            x = layer.forward(x, &pass, Wanted::AllRows)?;
        }
        if let Some(layer) = last.first() {
            x = layer.forward(x, &pass, Wanted::OnlyLast)?;
        }
        let (_, normed) = pass.norm(x, &self.norm, self.shape.rms_eps as f32)?;
        if last.is_empty() {
            return Ok(pass.last_rows(&normed)?);
        }
        Ok(normed)
    }

    /// Products with the head's rows, in f32 whatever the layers compute in.
    fn project(
        &self,
        last: &Tensor,
        wanted: &[u32],
        options: &Options,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let last = last.to_dtype(DType::F32)?;
        let head = self.head.as_ref().unwrap_or(&self.embedding);
        if !options.is_full_head {
            let rows = head.select(wanted, DType::F32, &self.device)?;
            return Ok(last.matmul(&rows.t()?)?.to_vec2()?);
        }
        let table = if let Some(table) = self.full_head.get() {
            table
        } else {
            let table = head.all(DType::F32, &self.device)?;
            self.full_head.get_or_init(|| table)
        };
        let wanted = Tensor::new(wanted, &self.device)?;
        Ok(last
            .matmul(&table.t()?)?
            .index_select(&wanted, 1)?
            .to_vec2()?)
    }
}
