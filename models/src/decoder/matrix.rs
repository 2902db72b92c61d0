//! One matrix of a model, held so that this machine multiplies with it quickly.
//!
//! Invariant: what it is held as is at least as fine as what the file stores.

use std::{borrow::Cow, sync::Arc};

use candle_core::{
    D, Device, Result, Tensor,
    quantized::{GgmlDType, QMatMul, QStorage, QTensor},
};
use candle_nn::Module;

/// candle 0.11 multiplies these in plain loops, a number at a time, while it has vector code for 8
/// bits, whose rounding is a tenth of what the file's own was.
const SLOW: [GgmlDType; 3] = [GgmlDType::Q4_1, GgmlDType::Q5_0, GgmlDType::Q5_1];
/// Its fastest code, for x86, takes rows of whole such blocks only, so zeros are put behind others.
/// It rounds activations more coarsely, one scale for a block, as it does and llama.cpp does for all
/// files of the K kind.
const BLOCK: usize = 256;
/// Numbers that share a scale in the file, and bytes of so many in 5 and in 8 bits.
const N_BLOCK: usize = 32;
const NARROW: usize = 22;
const WIDE: usize = 34;

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
        Ok(Self {
            product: QMatMul::from_qtensor(in_8_bits(&tensor, n_padding)?)?,
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

/// The same numbers in 8 bits, with zeros behind each row.
fn in_8_bits(tensor: &QTensor, n_padding: usize) -> Result<QTensor> {
    let bytes = tensor.data()?;
    let blocks: Option<Vec<[u8; WIDE]>> = match tensor.dtype() {
        GgmlDType::Q8_0 => bytes
            .chunks(WIDE)
            .map(|block| block.try_into().ok())
            .collect(),
        GgmlDType::Q5_0 => bytes.chunks(NARROW).map(widened).collect(),
        _ => None,
    };
    let (height, width) = tensor.shape().dims2()?;
    let Some(blocks) = blocks else {
        // With a smallest number for each block beside its scale there is no exact way.
        let numbers = tensor.dequantize(&Device::Cpu)?;
        let numbers = numbers.pad_with_zeros(1, 0, n_padding)?;
        return QTensor::quantize(&numbers, GgmlDType::Q8_0);
    };
    let zeros = vec![[0; WIDE]; n_padding / N_BLOCK];
    let rows = blocks.chunks(width / N_BLOCK);
    let padded = rows.flat_map(|row| row.iter().chain(&zeros));
    let bytes: Vec<u8> = padded.flatten().copied().collect();
    let storage = QStorage::from_data(Cow::Owned(bytes), &Device::Cpu, GgmlDType::Q8_0)?;
    QTensor::new(storage, (height, width + n_padding))
}

/// A block of 5 bits in 8, with the same scale and so without any rounding. It holds the scale (2
/// bytes), the fifth bits of all numbers (4), and two numbers in each byte: the first half of them in
/// the lower bits.
fn widened(block: &[u8]) -> Option<[u8; WIDE]> {
    let (scale, rest) = block.split_first_chunk::<2>()?;
    let (fifth, halves) = rest.split_first_chunk::<4>()?;
    let fifth = u32::from_le_bytes(*fifth);
    let lower = halves.iter().map(|byte| byte & 0xf);
    let upper = halves.iter().map(|byte| byte >> 4);
    let mut wide = [0; WIDE];
    let (wide_scale, numbers) = wide.split_first_chunk_mut::<2>()?;
    *wide_scale = *scale;
    for (i, (number, low)) in numbers.iter_mut().zip(lower.chain(upper)).enumerate() {
        let bit = ((fifth >> i) & 1) as u8;
        *number = (low | (bit << 4)).wrapping_sub(16);
    }
    Some(wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(dims: (usize, usize)) -> Tensor {
        Tensor::randn(0_f32, 1.0, dims, &Device::Cpu).unwrap()
    }

    fn furthest(a: &Tensor, b: &Tensor) -> f32 {
        let apart = (a - b).unwrap().abs().unwrap();
        apart.max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn what_becomes_8_bits_stays_the_same_number() {
        for (kind, allowed) in [
            (GgmlDType::Q5_0, 0.0),
            (GgmlDType::Q8_0, 0.0),
            (GgmlDType::Q4_1, 0.02),
            (GgmlDType::Q5_1, 0.02),
        ] {
            let stored = QTensor::quantize(&random((6, 96)), kind).unwrap();
            let wide = in_8_bits(&stored, 160).unwrap();
            let [stored, wide] = [stored, wide].map(|t| t.dequantize(&Device::Cpu).unwrap());
            assert_eq!(wide.dims(), [6, 256]);
            let numbers = wide.narrow(1, 0, 96).unwrap();
            assert!(furthest(&numbers, &stored) <= allowed, "{kind:?}");
            let zeros = wide.narrow(1, 96, 160).unwrap();
            assert!(furthest(&zeros, &zeros.zeros_like().unwrap()) <= 0.0);
        }
    }

    #[test]
    fn a_product_is_that_of_the_stored_numbers() {
        for kind in [
            GgmlDType::Q5_0,
            GgmlDType::Q4_1,
            GgmlDType::Q8_0,
            GgmlDType::F32,
        ] {
            let stored = Arc::new(QTensor::quantize(&random((32, 96)), kind).unwrap());
            let matrix = Matrix::new(Arc::clone(&stored), &Device::Cpu).unwrap();
            let exact = stored.dequantize(&Device::Cpu).unwrap().t().unwrap();
            for n in [1, 5] {
                let rows = random((n, 96));
                let found = matrix.forward(&rows).unwrap();
                // Sums of 96 numbers, of which one side is rounded to 8 bits.
                let apart = furthest(&found, &rows.matmul(&exact).unwrap());
                assert!(apart < 0.4, "{kind:?} {apart}");
            }
        }
    }
}
