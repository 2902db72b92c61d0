//! What one layer keeps of the tokens that it has read, and attention over it.
//!
//! Rows lie one token behind the other, so that to forget the last tokens is to count fewer, and new
//! ones are written behind without copying. Invariant: a token sees itself and those before it.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{
    attention::{AttnMask, flash_attn},
    ops::softmax_last_dim,
};

/// Tokens that there is room for at first; doubled as need be.
const FIRST_ROOM: usize = 256;

/// The keys and values of one layer.
pub(super) struct KeysAndValues {
    /// (room, heads, width of a head).
    keys: Tensor,
    values: Tensor,
    room: usize,
}

impl KeysAndValues {
    pub(super) fn new(n_kv_heads: usize, head_dim: usize, device: &Device) -> Result<Self> {
        let empty = || Tensor::zeros((FIRST_ROOM, n_kv_heads, head_dim), DType::F32, device);
        Ok(Self {
            keys: empty()?,
            values: empty()?,
            room: FIRST_ROOM,
        })
    }

    /// Memory that they take.
    pub(super) fn n_bytes(&self) -> usize {
        2 * self.keys.elem_count() * DType::F32.size_in_bytes()
    }

    /// Writes rows (tokens, heads, width) behind the first `n_before`, and gives out all of them.
    fn push(&mut self, n_before: usize, keys: &Tensor, values: &Tensor) -> Result<[Tensor; 2]> {
        let n = n_before + keys.dim(0)?;
        while self.room < n {
            self.keys = doubled(&self.keys)?;
            self.values = doubled(&self.values)?;
            self.room *= 2;
        }
        self.keys.slice_set(keys, 0, n_before)?;
        self.values.slice_set(values, 0, n_before)?;
        Ok([self.keys.narrow(0, 0, n)?, self.values.narrow(0, 0, n)?])
    }

    /// Keeps the keys and values of new tokens, and lets their queries (tokens, heads, width) look
    /// at them and at the `n_before` tokens before: (tokens, heads * width).
    pub(super) fn attend(
        &mut self,
        n_before: usize,
        [queries, keys, values]: &[Tensor; 3],
    ) -> Result<Tensor> {
        let [keys, values] = self.push(n_before, keys, values)?;
        if queries.device().is_cpu() {
            fused(queries, &keys, &values, n_before)
        } else {
            plain(queries, &keys, &values, n_before)
        }
    }
}

fn doubled(rows: &Tensor) -> Result<Tensor> {
    let more = rows.zeros_like()?;
    Tensor::cat(&[rows, &more], 0)
}

fn scale(head_dim: usize) -> f64 {
    1.0 / (head_dim as f64).sqrt()
}

/// On a processor: candle's own loops, which store no scores and repeat no keys.
fn fused(queries: &Tensor, keys: &Tensor, values: &Tensor, n_before: usize) -> Result<Tensor> {
    let (n, n_heads, head_dim) = queries.dims3()?;
    let attended = flash_attn::<f32>(
        &queries.unsqueeze(0)?,
        &keys.unsqueeze(0)?,
        &values.unsqueeze(0)?,
        scale(head_dim) as f32,
        AttnMask::causal_with_offset(n_before),
        None,
        None,
    )?;
    let rows = attended.squeeze(0)?.transpose(0, 1)?;
    rows.reshape((n, n_heads * head_dim))
}

/// Operation by operation, on any device.
fn plain(queries: &Tensor, keys: &Tensor, values: &Tensor, n_before: usize) -> Result<Tensor> {
    let (n, n_heads, head_dim) = queries.dims3()?;
    let (n_seen, n_kv_heads, _) = keys.dims3()?;
    let n_each = n_heads / n_kv_heads;
    // The query heads that share a key head become further rows of one product.
    let queries = queries
        .reshape((n, n_kv_heads, n_each, head_dim))?
        .permute((1, 2, 0, 3))?
        .reshape((n_kv_heads, n_each * n, head_dim))?;
    let keys = keys.permute((1, 2, 0))?.contiguous()?;
    let values = values.transpose(0, 1)?.contiguous()?;
    let scores = (queries.matmul(&keys)? * scale(head_dim))?;
    let scores = scores.reshape((n_kv_heads, n_each, n, n_seen))?;
    let scores = scores.broadcast_add(&mask(n, n_before, queries.device())?)?;
    let weights = softmax_last_dim(&scores)?.reshape((n_kv_heads, n_each * n, n_seen))?;
    let attended = weights.matmul(&values)?;
    let attended = attended.reshape((n_kv_heads, n_each, n, head_dim))?;
    let rows = attended.permute((2, 0, 1, 3))?;
    rows.reshape((n, n_heads * head_dim))
}

/// Zero where a row may look, minus infinity where it may not: (rows, tokens).
fn mask(n: usize, n_before: usize, device: &Device) -> Result<Tensor> {
    let n_seen = n_before + n;
    let row = |i: usize| {
        (0..n_seen).map(move |j| {
            if j <= n_before + i {
                0.0
            } else {
                f32::NEG_INFINITY
            }
        })
    };
    let numbers: Vec<f32> = (0..n).flat_map(row).collect();
    Tensor::from_vec(numbers, (n, n_seen), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(n: usize, heads: usize) -> Tensor {
        Tensor::randn(0_f32, 1.0, (n, heads, 8), &Device::Cpu).unwrap()
    }

    fn furthest(a: &Tensor, b: &Tensor) -> f32 {
        let apart = (a - b).unwrap().abs().unwrap();
        apart.max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn both_ways_to_attend_agree_in_every_place() {
        for (n_before, n) in [(0, 1), (0, 5), (7, 1), (7, 4), (300, 33)] {
            let queries = random(n, 6);
            let (keys, values) = (random(n_before + n, 2), random(n_before + n, 2));
            let fused = fused(&queries, &keys, &values, n_before).unwrap();
            let plain = plain(&queries, &keys, &values, n_before).unwrap();
            assert_eq!(fused.dims(), [n, 48]);
            assert!(furthest(&fused, &plain) < 1e-5, "{n_before} {n}");
        }
    }

    #[test]
    fn what_was_kept_and_what_grew_is_what_would_be_seen_at_once() {
        let (keys, values, queries) = (random(600, 2), random(600, 2), random(600, 6));
        let at_once = fused(&queries, &keys, &values, 0).unwrap();
        let mut kept = KeysAndValues::new(2, 8, &Device::Cpu).unwrap();
        for begin in (0..600).step_by(40) {
            let part = |rows: &Tensor| rows.narrow(0, begin, 40).unwrap();
            let parts = [part(&queries), part(&keys), part(&values)];
            let found = kept.attend(begin, &parts).unwrap();
            assert!(furthest(&found, &part(&at_once)) < 1e-5, "{begin}");
        }
        assert_eq!(kept.n_bytes(), 2 * 1024 * 2 * 8 * 4);
    }
}
