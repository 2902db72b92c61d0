//! Matrices that multiply the same rows, held as one: queries with keys and values, gate with up.
//!
//! One large product instead of several keeps a graphics card busier and reads its input once.
//! Owns how they lie in memory; knows nothing of what they mean. Quantised ones stay apart: theirs
//! may differ in format, and their products gain nothing.
//! Invariant: the parts' outputs stand side by side, in order, however they were computed.

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

    /// The products of `x` (rows, `n_in`) with `parts`, side by side; in one product if
    /// `is_joined` and they are plain numbers.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        parts: Range<usize>,
        is_joined: bool,
    ) -> Result<Tensor> {
        match &self.whole {
            Some(whole) if is_joined => {
                let width = |parts: Range<usize>| {
                    self.widths.iter().take(parts.end).skip(parts.start).sum()
                };
                let matrix = whole.narrow(0, width(0..parts.start), width(parts))?;
                x.matmul(&matrix.t()?)
            }
            _ => {
                let matrices = self.matrices.get(parts).unwrap_or_default();
                let products: Vec<Tensor> = matrices
                    .iter()
                    .map(|matrix| matrix.forward(x))
                    .collect::<Result<_>>()?;
                Tensor::cat(&products, 1)
            }
        }
    }
}
