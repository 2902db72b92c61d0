//! Matrices that multiply the same rows, held as one: queries with keys and values, gate with up.
//!
//! One large product instead of several keeps a graphics card busier and reads its input once.
//! Owns how they lie in memory; knows nothing of what they mean. Quantised ones stay apart: theirs
//! may differ in format, and their products gain nothing.
//! Invariant: the parts' outputs are the same, and in order, however they were computed.

use std::ops::Range;

use candle_core::{Module, Result, Tensor, quantized::QMatMul};

/// Several matrices (`n_out`, `n_in`) with one `n_in`.
pub(super) struct Joined {
    matrices: Vec<QMatMul>,
    widths: Vec<usize>,
    /// All of them, the outputs end to end; the matrices are then views of it.
    whole: Option<Tensor>,
}

impl Joined {
    /// Joins matrices that are plain numbers.
    pub(super) fn new(matrices: Vec<QMatMul>, widths: &[usize]) -> Result<Self> {
        let plain = |matrix: &QMatMul| match matrix {
            QMatMul::Tensor(tensor) => Some(tensor.clone()),
            QMatMul::QTensor(_) | QMatMul::TensorF16(_) => None,
        };
        let tensors: Option<Vec<Tensor>> = matrices.iter().map(plain).collect();
        let widths = widths.to_vec();
        let Some(tensors) = tensors else {
            return Ok(Self {
                matrices,
                widths,
                whole: None,
            });
        };
        let whole = Tensor::cat(&tensors, 0)?;
        let mut start = 0;
        let view = |&width: &usize| {
            start += width;
            Ok(QMatMul::Tensor(whole.narrow(0, start - width, width)?))
        };
        Ok(Self {
            matrices: widths.iter().map(view).collect::<Result<_>>()?,
            widths,
            whole: Some(whole),
        })
    }

    /// The products of `x` (rows, `n_in`) with `parts`; in one product if `is_joined` and they are
    /// plain numbers.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        parts: Range<usize>,
        is_joined: bool,
    ) -> Result<Products> {
        let widths = self.widths.get(parts.clone()).unwrap_or_default();
        match &self.whole {
            Some(whole) if is_joined => {
                let start = self.widths.iter().take(parts.start).sum();
                let matrix = whole.narrow(0, start, widths.iter().sum())?;
                let widths = widths.to_vec();
                let products = x.matmul(&matrix.t()?)?;
                Ok(Products::Joined { products, widths })
            }
            _ => {
                let matrices = self.matrices.get(parts).unwrap_or_default();
                let products = matrices.iter().map(|matrix| matrix.forward(x));
                Ok(Products::Apart(products.collect::<Result<_>>()?))
            }
        }
    }
}

/// The outputs of several matrices, each (rows, its width).
pub(super) enum Products {
    /// Side by side in one tensor.
    Joined {
        products: Tensor,
        widths: Vec<usize>,
    },
    Apart(Vec<Tensor>),
}

impl Products {
    /// As one tensor, whose rows hold all outputs.
    pub(super) fn side_by_side(self) -> Result<Tensor> {
        match self {
            Self::Joined { products, .. } => Ok(products),
            Self::Apart(products) => Tensor::cat(&products, 1),
        }
    }

    /// Each by itself, with gaps between rows if they were joined.
    pub(super) fn each<const N: usize>(self) -> Result<[Tensor; N]> {
        match self {
            Self::Joined { products, widths } => exactly(views(&products, &widths)?),
            Self::Apart(products) => exactly(products),
        }
    }

    /// As [`Self::each`], as (rows, width / `head_dim`, `head_dim`).
    pub(super) fn heads<const N: usize>(self, head_dim: usize) -> Result<[Tensor; N]> {
        match self {
            Self::Joined { products, widths } => {
                let n_heads: Vec<usize> = widths.iter().map(|width| width / head_dim).collect();
                exactly(views(&as_heads(&products, head_dim)?, &n_heads)?)
            }
            Self::Apart(products) => {
                let heads = products.iter().map(|product| as_heads(product, head_dim));
                exactly(heads.collect::<Result<_>>()?)
            }
        }
    }
}

/// Neighbouring parts of the second dimension.
fn views(whole: &Tensor, widths: &[usize]) -> Result<Vec<Tensor>> {
    let mut start = 0;
    let view = |&width: &usize| {
        start += width;
        whole.narrow(1, start - width, width)
    };
    widths.iter().map(view).collect()
}

fn exactly<const N: usize>(tensors: Vec<Tensor>) -> Result<[Tensor; N]> {
    let n = tensors.len();
    let failed = |_| candle_core::Error::msg(format!("{n} products where {N} are needed"));
    tensors.try_into().map_err(failed)
}

/// (rows, heads · `head_dim`) as (rows, heads, `head_dim`).
pub(super) fn as_heads(x: &Tensor, head_dim: usize) -> Result<Tensor> {
    let (n_rows, width) = x.dims2()?;
    x.reshape((n_rows, width / head_dim, head_dim))
}
