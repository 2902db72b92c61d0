//! What the kernels compute, in plain loops over f32 on the processor.
//!
//! Written to be read, not to be fast. Knows tensors only as numbers with a place.
//! Invariant: it takes exactly what the kernels take, gaps between rows and tiles included.

use candle_core::{CpuStorage, Layout, Result, Shape, bail};

use super::Place;

/// Heads, wherever they lie.
type Placed<'a> = (&'a [f32], Place);

/// A tensor without gaps.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'a> {
    values: &'a [f32],
    /// Of a row.
    width: usize,
}

impl<'a> Numbers<'a> {
    pub(super) fn new(storage: &'a CpuStorage, layout: &Layout) -> Result<Self> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("a tensor has gaps: {layout:?}");
        };
        let values = storage.as_slice::<f32>()?.get(start..end);
        Ok(Self {
            values: values.unwrap_or_default(),
            width: layout.dims().last().copied().unwrap_or(1),
        })
    }

    fn rows(&self) -> std::slice::ChunksExact<'a, f32> {
        self.values.chunks_exact(self.width.max(1))
    }

    fn row(&self, i: usize) -> &'a [f32] {
        self.rows().nth(i).unwrap_or_default()
    }
}

fn stored(values: Vec<f32>, dims: impl Into<Shape>) -> (CpuStorage, Shape) {
    (CpuStorage::F32(values), dims.into())
}

/// 1 over the root of the mean square.
fn inverse_rms(row: impl ExactSizeIterator<Item = f32>, eps: f32) -> f32 {
    let n = row.len() as f32;
    1.0 / (row.map(|x| x * x).sum::<f32>() / n + eps).sqrt()
}

pub(super) fn add_norm(
    x: Numbers<'_>,
    y: Numbers<'_>,
    factors: Numbers<'_>,
    eps: f32,
) -> (CpuStorage, Shape) {
    let mut sums: Vec<f32> = x.values.iter().zip(y.values).map(|(x, y)| x + y).collect();
    let mut normed = Vec::with_capacity(2 * sums.len());
    for row in sums.chunks_exact(x.width) {
        let inverse = inverse_rms(row.iter().copied(), eps);
        let factors = factors.values.iter();
        normed.extend(
            row.iter()
                .zip(factors)
                .map(|(x, factor)| x * inverse * factor),
        );
    }
    let dims = (2, sums.len() / x.width, x.width);
    sums.extend(normed);
    stored(sums, dims)
}

pub(super) fn norm_rotate(
    (heads, place): Placed<'_>,
    factors: Numbers<'_>,
    angles: Numbers<'_>,
    (n_first, eps): (usize, f32),
) -> (CpuStorage, Shape) {
    let half = place.head_dim / 2;
    let mut rotated = Vec::new();
    for row in 0..place.n_rows {
        let (cos, sin) = angles.row(row).split_at(half);
        for i in 0..place.n_heads {
            let head = head(heads, place, row, i);
            let inverse = inverse_rms(head.iter().copied(), eps);
            let factors = factors.row(usize::from(i >= n_first)).iter();
            let normed: Vec<f32> = head
                .iter()
                .zip(factors)
                .map(|(x, f)| x * inverse * f)
                .collect();
            let (left, right) = normed.split_at(half);
            let pairs = || left.iter().zip(right).zip(cos.iter().zip(sin));
            rotated.extend(pairs().map(|((left, right), (cos, sin))| left * cos - right * sin));
            rotated.extend(pairs().map(|((left, right), (cos, sin))| right * cos + left * sin));
        }
    }
    stored(rotated, (place.n_rows, place.n_heads, place.head_dim))
}

pub(super) fn gate(gate_up: Numbers<'_>) -> (CpuStorage, Shape) {
    let width = gate_up.width / 2;
    let mut gated = Vec::with_capacity(gate_up.values.len() / 2);
    for row in gate_up.rows() {
        let (gate, up) = row.split_at(width);
        gated.extend(
            gate.iter()
                .zip(up)
                .map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up),
        );
    }
    let dims = (gated.len() / width.max(1), width);
    stored(gated, dims)
}

pub(super) fn attend(
    q: Placed<'_>,
    k: Placed<'_>,
    v: Placed<'_>,
    tiles: &[Vec<u32>],
) -> Result<(CpuStorage, Shape)> {
    let place = q.1;
    let width = place.n_heads * place.head_dim;
    let n_groups = place.n_heads / k.1.n_heads.max(1);
    let mut out = vec![f32::NAN; place.n_rows * width];
    for tile in tiles {
        let [row, n_queries, n_shared, own_start, first] = *tile.as_slice() else {
            bail!("a tile has {} numbers", tile.len());
        };
        for i in 0..n_queries {
            let keys = (0..n_shared).chain(own_start..=own_start + first + i);
            let keys: Vec<usize> = keys.map(|key| key as usize).collect();
            let row = (row + i) as usize;
            for (head_i, out) in rows_of(&mut out, row, width, place.head_dim).enumerate() {
                let query = head(q.0, place, row, head_i);
                attend_one(query, (k, v), &keys, head_i / n_groups, out);
            }
        }
    }
    Ok(stored(out, (place.n_rows, width)))
}

/// The heads of one row.
fn rows_of(
    out: &mut [f32],
    row: usize,
    width: usize,
    head_dim: usize,
) -> std::slice::ChunksMut<'_, f32> {
    let row = out.get_mut(row * width..(row + 1) * width);
    row.unwrap_or_default().chunks_mut(head_dim.max(1))
}

fn attend_one(
    query: &[f32],
    (k, v): (Placed<'_>, Placed<'_>),
    keys: &[usize],
    kv_head: usize,
    out: &mut [f32],
) {
    let scale = 1.0 / (query.len() as f32).sqrt();
    let score = |&key: &usize| {
        let key = head(k.0, k.1, key, kv_head);
        query.iter().zip(key).map(|(q, k)| q * k).sum::<f32>() * scale
    };
    let scores: Vec<f32> = keys.iter().map(score).collect();
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
    let total: f32 = weights.iter().sum();
    out.fill(0.0);
    for (weight, &key) in weights.iter().zip(keys) {
        for (out, value) in out.iter_mut().zip(head(v.0, v.1, key, kv_head)) {
            *out += weight / total * value;
        }
    }
}

/// One head of one row.
fn head(values: &[f32], place: Place, row: usize, i: usize) -> &[f32] {
    let start = place.offset + row * place.stride + i * place.head_dim;
    values
        .get(start..start + place.head_dim)
        .unwrap_or_default()
}
