//! Attention over packed passages: each sees the shared part and, causally, its own.
//!
//! Owns the order of products per passage, in plain tensor operations that run on every device;
//! knows no weights. Query heads that share a key head are stacked as further rows of one product,
//! so keys and values are never repeated. Softmax is in f32, as in the reference implementation.
//! Invariant: nothing a passage computes depends on which other passages are in the pass.

use std::collections::{BTreeMap, BTreeSet};

use candle_core::{DType, Device, Result, Tensor};

use super::packing::Packing;

/// The causal masks of a pass.
pub(super) struct Masks {
    shared: Tensor,
    /// By number of queries; the keys are those plus the shared part.
    own: BTreeMap<usize, Tensor>,
}

impl Masks {
    /// The masks that a pass needs, one for all passages of a length.
    pub(super) fn new(packing: &Packing, device: &Device) -> Result<Self> {
        let n_shared = packing.n_shared;
        let lens: BTreeSet<usize> = packing.own.iter().map(ExactSizeIterator::len).collect();
        let own = lens
            .into_iter()
            .map(|len| Ok((len, mask(len, n_shared + len, device)?)))
            .collect::<Result<_>>()?;
        let shared = mask(n_shared, n_shared, device)?;
        Ok(Self { shared, own })
    }
}

/// (`n_queries`, `n_keys`): 0 where a query may look, −∞ elsewhere. The last query sees every key.
fn mask(n_queries: usize, n_keys: usize, device: &Device) -> Result<Tensor> {
    let n_before = n_keys - n_queries;
    let sees = |query: usize, key: usize| key <= n_before + query;
    let values: Vec<f32> = (0..n_queries)
        .flat_map(|query| (0..n_keys).map(move |key| (query, key)))
        .map(|(query, key)| {
            if sees(query, key) {
                0.0
            } else {
                f32::NEG_INFINITY
            }
        })
        .collect();
    Tensor::from_vec(values, (n_queries, n_keys), device)
}

/// Every row attends: `q` (rows, heads, `head_dim`), `k` and `v` (rows, kv heads, `head_dim`)
/// to (rows, heads · `head_dim`).
pub(super) fn all_rows(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    packing: &Packing,
    masks: &Masks,
) -> Result<Tensor> {
    let mut outputs = Vec::with_capacity(packing.own.len() + 1);
    if packing.n_shared > 0 {
        let n = packing.n_shared;
        let (q, k, v) = (q.narrow(0, 0, n)?, k.narrow(0, 0, n)?, v.narrow(0, 0, n)?);
        outputs.push(attend(&q, &k, &v, Some(&masks.shared))?);
    }
    for own in &packing.own {
        let q = q.narrow(0, own.start, own.len())?;
        let k = seen(k, packing, own.start, own.len())?;
        let v = seen(v, packing, own.start, own.len())?;
        outputs.push(attend(&q, &k, &v, masks.own.get(&own.len()))?);
    }
    Tensor::cat(&outputs, 0)
}

/// Only each passage's last token attends: `q` (passages, heads, `head_dim`)
/// to (passages, heads · `head_dim`).
pub(super) fn last_rows(q: &Tensor, k: &Tensor, v: &Tensor, packing: &Packing) -> Result<Tensor> {
    let mut outputs = Vec::with_capacity(packing.own.len());
    for (i, (own, &last)) in packing.own.iter().zip(&packing.last).enumerate() {
        let len = last as usize + 1 - own.start;
        let q = q.narrow(0, i, 1)?;
        let k = seen(k, packing, own.start, len)?;
        let v = seen(v, packing, own.start, len)?;
        outputs.push(attend(&q, &k, &v, None)?);
    }
    Tensor::cat(&outputs, 0)
}

/// The shared rows, then `len` rows from `start` on.
fn seen(rows: &Tensor, packing: &Packing, start: usize, len: usize) -> Result<Tensor> {
    let own = rows.narrow(0, start, len)?;
    if packing.n_shared == 0 {
        return Ok(own);
    }
    Tensor::cat(&[&rows.narrow(0, 0, packing.n_shared)?, &own], 0)
}

/// Plain attention of one passage.
fn attend(q: &Tensor, k: &Tensor, v: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let (n_queries, n_heads, head_dim) = q.dims3()?;
    let (n_keys, n_kv_heads, _) = k.dims3()?;
    let n_groups = n_heads / n_kv_heads;
    let q = q
        .reshape((n_queries, n_kv_heads, n_groups, head_dim))?
        .permute((1, 2, 0, 3))?
        .reshape((n_kv_heads, n_groups * n_queries, head_dim))?;
    let k = k.permute((1, 2, 0))?.contiguous()?;
    let v = v.transpose(0, 1)?.contiguous()?;
    let scale = 1.0 / (head_dim as f64).sqrt();
    let scores = (q.matmul(&k)?.to_dtype(DType::F32)? * scale)?;
    let scores = match mask {
        Some(mask) => scores
            .reshape((n_kv_heads, n_groups, n_queries, n_keys))?
            .broadcast_add(mask)?
            .reshape((n_kv_heads, n_groups * n_queries, n_keys))?,
        None => scores,
    };
    candle_nn::ops::softmax_last_dim(&scores)?
        .to_dtype(v.dtype())?
        .matmul(&v)?
        .reshape((n_kv_heads, n_groups, n_queries, head_dim))?
        .permute((2, 0, 1, 3))?
        .reshape((n_queries, n_heads * head_dim))
}
