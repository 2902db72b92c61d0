//! One matrix of a model, held so that this machine multiplies with it quickly.
//!
//! Invariant: what it is held as is at least as fine as what the file stores.

use std::sync::Arc;

use candle_core::{
    D, Device, Result, Tensor,
    quantized::{GgmlDType, QMatMul, QTensor},
};
use candle_nn::Module;

/// candle 0.11 multiplies these in plain loops, a number at a time, while it has vector code for 8
/// bits, whose rounding is a tenth of what the file's own was.
const SLOW: [GgmlDType; 3] = [GgmlDType::Q4_1, GgmlDType::Q5_0, GgmlDType::Q5_1];
/// Its fastest code, for x86, takes rows of whole such blocks only, so zeros are put behind others.
/// It rounds activations more coarsely, one scale for a block, as it does and llama.cpp does for all
/// files of the K kind.
const BLOCK: usize = 256;

/// A matrix (height, width) that multiplies rows.
pub(super) struct Matrix {
    product: QMatMul,
    n_padding: usize,
}

impl Matrix {
    pub(super) fn new(tensor: Arc<QTensor>, device: &Device) -> Result<Self> {
        let width = tensor.shape().dims().last().copied().unwrap_or(0);
        let n_padding = if cfg!(target_arch = "x86_64") {
            width.next_multiple_of(BLOCK) - width
        } else {
            0
        };
        let is_ragged = tensor.dtype() == GgmlDType::Q8_0 && n_padding > 0;
        if !device.is_cpu() || !(SLOW.contains(&tensor.dtype()) || is_ragged) {
            let product = QMatMul::from_arc(tensor)?;
            return Ok(Self {
                product,
                n_padding: 0,
            });
        }
        let numbers = tensor.dequantize(device)?;
        let numbers = numbers.pad_with_zeros(1, 0, n_padding)?;
        let tensor = QTensor::quantize(&numbers, GgmlDType::Q8_0)?;
        Ok(Self {
            product: QMatMul::from_qtensor(tensor)?,
            n_padding,
        })
    }

    /// Rows times the matrix.
    pub(super) fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        if self.n_padding == 0 {
            return self.product.forward(rows);
        }
        let rows = rows.pad_with_zeros(D::Minus1, 0, self.n_padding)?;
        self.product.forward(&rows)
    }
}
