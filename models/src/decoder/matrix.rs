//! One matrix of a model, held so that this machine multiplies with it quickly.
//!
//! Invariant: what it is held as is at least as fine as what the file stores.

use std::sync::Arc;

use candle_core::{
    Device, Result, Tensor,
    quantized::{GgmlDType, QMatMul, QTensor},
};
use candle_nn::Module;

/// candle 0.11 multiplies these in plain loops, a number at a time, while it has vector code for 8
/// bits: five to ten times as fast, and its rounding is a tenth of what the file's own was. Rows of
/// zeros up to a whole block of 256 would be half as fast again, but round activations more coarsely:
/// `SmolLM2`'s log-probabilities were off by 0.20 on average instead of 0.13.
const SLOW: [GgmlDType; 3] = [GgmlDType::Q4_1, GgmlDType::Q5_0, GgmlDType::Q5_1];

/// A matrix (height, width) that multiplies rows.
pub(super) struct Matrix(QMatMul);

impl Matrix {
    pub(super) fn new(tensor: Arc<QTensor>, device: &Device) -> Result<Self> {
        if !device.is_cpu() || !SLOW.contains(&tensor.dtype()) {
            return Ok(Self(QMatMul::from_arc(tensor)?));
        }
        let tensor = QTensor::quantize(&tensor.dequantize(device)?, GgmlDType::Q8_0)?;
        Ok(Self(QMatMul::from_qtensor(tensor)?))
    }

    /// Rows times the matrix.
    pub(super) fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        self.0.forward(rows)
    }
}
