//! Attention over packed passages: each sees the shared part and, causally, its own.
//!
//! Owns the order of products, in plain tensor operations that run on every device; knows no
//! weights. Passages of a like length are computed together, filled up to one length, so that a
//! graphics card gets a few large products. Query heads that share a key head are stacked as
//! further rows of one product, so keys and values are never repeated for them. Softmax is in f32,
//! as in the reference implementation.
//! Invariant: nothing a passage computes depends on which other passages are in the pass.
//! Start reading at [`Plan::new`].

use std::ops::Range;

use candle_core::{DType, Device, Result, Tensor};

use super::packing::Packing;

/// Which rows attend together in every layer of a pass.
pub(super) struct Plan {
    all: Rows,
    last: Rows,
}

/// Query rows in groups, and their way back into the order of the pass.
struct Rows {
    groups: Vec<Group>,
    restore: Tensor,
}

/// Sequences with equally many queries and keys.
struct Group {
    n: usize,
    /// Rows of the queries and of the keys, one sequence after the other.
    queries: Tensor,
    keys: Tensor,
    /// (1 or `n`, 1, queries, keys): 0 where a query may look, −∞ elsewhere.
    mask: Tensor,
}

/// One sequence of a group.
struct Sequence {
    /// Its queries' rows.
    queries: Range<usize>,
    /// Rows that it sees in front of its own.
    n_shared: usize,
    own: Range<usize>,
}

/// What a device is best given at a time.
struct Limits {
    /// Lengths are filled up to a multiple of this.
    step: usize,
    /// Most scores of a group: they are written and read several times.
    max_scores: usize,
}

impl Limits {
    fn of(device: &Device) -> Self {
        if device.is_cpu() {
            // A passage at a time fills the cores, and more than that no cache.
            let (step, max_scores) = (1, 1 << 20);
            Self { step, max_scores }
        } else {
            let (step, max_scores) = (32, 1 << 26);
            Self { step, max_scores }
        }
    }
}

impl Plan {
    /// For `n_heads` query heads.
    pub(super) fn new(packing: &Packing, n_heads: usize, device: &Device) -> Result<Self> {
        let n_shared = packing.n_shared;
        let shared = Sequence {
            queries: 0..n_shared,
            n_shared: 0,
            own: 0..n_shared,
        };
        let own = packing.own.iter().map(|own| Sequence {
            queries: own.clone(),
            n_shared,
            own: own.clone(),
        });
        let all = std::iter::once(shared).chain(own);
        let ends = packing.own.iter().zip(&packing.last).enumerate();
        let last = ends.map(|(i, (own, &last))| Sequence {
            queries: i..i + 1,
            n_shared,
            own: own.start..last as usize + 1,
        });
        Ok(Self {
            all: Rows::new(all.collect(), n_heads, device)?,
            last: Rows::new(last.collect(), n_heads, device)?,
        })
    }

    /// Every row attends: `q` (rows, heads, `head_dim`), `k` and `v` (rows, kv heads, `head_dim`)
    /// to (rows, heads · `head_dim`).
    pub(super) fn all_rows(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        self.all.attend(q, k, v)
    }

    /// Only each passage's last token attends: `q` (passages, heads, `head_dim`)
    /// to (passages, heads · `head_dim`).
    pub(super) fn last_rows(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        self.last.attend(q, k, v)
    }
}

impl Rows {
    fn new(sequences: Vec<Sequence>, n_heads: usize, device: &Device) -> Result<Self> {
        let limits = Limits::of(device);
        let mut groups = Vec::new();
        // Of each query row, its place among the groups' outputs.
        let n_rows = sequences.iter().map(|one| one.queries.end).max();
        let mut restore = vec![0_u32; n_rows.unwrap_or(0)];
        let mut n_before = 0;
        for (n_queries, n_own, group) in grouped(sequences, n_heads, &limits) {
            for (i, sequence) in group.iter().enumerate() {
                let places = (n_before + i * n_queries) as u32..;
                let rows = restore.get_mut(sequence.queries.clone());
                for (row, place) in rows.into_iter().flatten().zip(places) {
                    *row = place;
                }
            }
            n_before += group.len() * n_queries;
            groups.push(Group::new(&group, n_queries, n_own, device)?);
        }
        let restore = Tensor::new(restore, device)?;
        Ok(Self { groups, restore })
    }

    fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        // Rows are taken out of them, which needs them without gaps.
        let (q, k, v) = (q.contiguous()?, k.contiguous()?, v.contiguous()?);
        let attended = self.groups.iter().map(|group| group.attend(&q, &k, &v));
        let attended: Vec<Tensor> = attended.collect::<Result<_>>()?;
        Tensor::cat(&attended, 0)?.index_select(&self.restore, 0)
    }
}

/// Sequences that are computed together, with the queries and own keys that each is filled up to.
fn grouped(
    mut sequences: Vec<Sequence>,
    n_heads: usize,
    limits: &Limits,
) -> Vec<(usize, usize, Vec<Sequence>)> {
    sequences.retain(|sequence| !sequence.queries.is_empty());
    let filled = |len: usize| match len {
        1 => 1,
        len => len.next_multiple_of(limits.step),
    };
    let size = |one: &Sequence| {
        (
            one.n_shared,
            filled(one.queries.len()),
            filled(one.own.len()),
        )
    };
    sequences.sort_by_key(size);
    let mut groups: Vec<(usize, usize, Vec<Sequence>)> = Vec::new();
    for sequence in sequences {
        let (n_shared, n_queries, n_own) = size(&sequence);
        let scores = n_heads * n_queries * (n_shared + n_own);
        match groups.last_mut() {
            Some((queries, own, group))
                if (*queries, *own) == (n_queries, n_own)
                    && group
                        .first()
                        .is_some_and(|first| first.n_shared == n_shared)
                    && (group.len() + 1) * scores <= limits.max_scores =>
            {
                group.push(sequence);
            }
            _ => groups.push((n_queries, n_own, vec![sequence])),
        }
    }
    groups
}

impl Group {
    fn new(
        sequences: &[Sequence],
        n_queries: usize,
        n_own: usize,
        device: &Device,
    ) -> Result<Self> {
        let (mut queries, mut keys, mut masks) = (Vec::new(), Vec::new(), Vec::new());
        for one in sequences {
            queries.extend(filled_up(one.queries.clone(), n_queries));
            keys.extend(0..one.n_shared as u32);
            keys.extend(filled_up(one.own.clone(), n_own));
            // Alike in all sequences, unless these end at different keys.
            if masks.is_empty() || n_queries == 1 {
                masks.extend(mask(one, n_queries, n_own));
            }
        }
        let n_keys = keys.len() / sequences.len().max(1);
        let n_masks = masks.len() / (n_queries * n_keys).max(1);
        Ok(Self {
            n: sequences.len(),
            queries: Tensor::new(queries, device)?,
            keys: Tensor::new(keys, device)?,
            mask: Tensor::from_vec(masks, (n_masks, 1, n_queries, n_keys), device)?,
        })
    }

    /// The group's outputs (`n` · queries, heads · `head_dim`).
    fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let (_, n_heads, head_dim) = q.dims3()?;
        let (_, n_kv_heads, _) = k.dims3()?;
        let (_, _, n_queries, n_keys) = self.mask.dims4()?;
        let (n, n_groups) = (self.n, n_heads / n_kv_heads);
        let stacked = (n * n_kv_heads, n_groups * n_queries, head_dim);
        let q = q
            .index_select(&self.queries, 0)?
            .reshape((n, n_queries, n_kv_heads, n_groups, head_dim))?
            .permute((0, 2, 3, 1, 4))?
            .reshape(stacked)?;
        let seen = |rows: &Tensor| {
            rows.index_select(&self.keys, 0)?
                .reshape((n, n_keys, n_kv_heads, head_dim))?
                .transpose(1, 2)?
                .reshape((n * n_kv_heads, n_keys, head_dim))
        };
        let scale = 1.0 / (head_dim as f64).sqrt();
        let scores = (q.matmul(&seen(k)?.t()?)?.to_dtype(DType::F32)? * scale)?
            .reshape((n, n_heads, n_queries, n_keys))?
            .broadcast_add(&self.mask)?;
        candle_nn::ops::softmax_last_dim(&scores)?
            .to_dtype(v.dtype())?
            .reshape((n * n_kv_heads, n_groups * n_queries, n_keys))?
            .matmul(&seen(v)?)?
            .reshape((n, n_heads, n_queries, head_dim))?
            .transpose(1, 2)?
            .reshape((n * n_queries, n_heads * head_dim))
    }
}

/// `rows`, and its last one as often as is missing: what stands behind is never seen.
fn filled_up(rows: Range<usize>, len: usize) -> impl Iterator<Item = u32> {
    let last = rows.end.saturating_sub(1);
    let filling = std::iter::repeat_n(last, len.saturating_sub(rows.len()));
    rows.chain(filling).map(|row| row as u32)
}

/// (`n_queries`, keys): the last of a sequence's own queries sees all of its keys.
fn mask(one: &Sequence, n_queries: usize, n_own: usize) -> impl Iterator<Item = f32> {
    let n_before = one.n_shared + one.own.len() - one.queries.len();
    let n_keys = one.n_shared + n_own;
    (0..n_queries).flat_map(move |query| {
        (0..n_keys).map(move |key| {
            if key <= n_before + query {
                0.0
            } else {
                f32::NEG_INFINITY
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequences(lens: &[usize]) -> Vec<Sequence> {
        let sequence = |&len: &usize| Sequence {
            queries: 0..len,
            n_shared: 3,
            own: 0..len,
        };
        lens.iter().map(sequence).collect()
    }

    fn sizes(lens: &[usize], max_scores: usize) -> Vec<(usize, usize)> {
        let step = 32;
        let groups = grouped(sequences(lens), 1, &Limits { step, max_scores });
        let size =
            |(n_queries, _, group): &(usize, usize, Vec<Sequence>)| (*n_queries, group.len());
        groups.iter().map(size).collect()
    }

    #[test]
    fn passages_of_a_like_length_are_computed_together() {
        assert_eq!(
            sizes(&[40, 1, 33, 64, 70], 1 << 20),
            [(1, 1), (64, 3), (96, 1)]
        );
        assert!(sizes(&[0], 1).is_empty());
    }

    #[test]
    fn a_group_stays_within_its_limit_unless_one_passage_alone_is_larger() {
        let scores = 64 * (3 + 64);
        assert_eq!(sizes(&[64; 5], 2 * scores), [(64, 2), (64, 2), (64, 1)]);
        assert_eq!(sizes(&[64; 2], 1), [(64, 1), (64, 1)]);
    }

    #[test]
    fn heads_may_lie_side_by_side_with_others() {
        let packing = Packing::new(&[1], &[&[2, 3], &[4, 5, 6]], false);
        let plan = Plan::new(&packing, 4, &Device::Cpu).unwrap();
        let heads = Tensor::randn(0_f32, 1.0, (6, 8, 16), &Device::Cpu).unwrap();
        let part = |start, len| heads.narrow(1, start, len).unwrap();
        let (q, k, v) = (part(0, 4), part(4, 2), part(6, 2));
        let apart = |part: &Tensor| part.contiguous().unwrap();
        let found = plan.all_rows(&q, &k, &v).unwrap().to_vec2::<f32>();
        let wanted = plan.all_rows(&apart(&q), &apart(&k), &apart(&v)).unwrap();
        assert_eq!(found.unwrap(), wanted.to_vec2::<f32>().unwrap());
    }

    #[test]
    fn what_fills_a_passage_up_is_seen_by_none_of_its_tokens() {
        let sequence = Sequence {
            queries: 5..7,
            n_shared: 1,
            own: 5..7,
        };
        let mask: Vec<bool> = mask(&sequence, 3, 3).map(|value| value == 0.0).collect();
        let rows: Vec<&[bool]> = mask.chunks(4).collect();
        assert_eq!(rows[0], [true, true, false, false]);
        assert_eq!(rows[1], [true, true, true, false]);
        assert_eq!(filled_up(5..7, 3).collect::<Vec<_>>(), [5, 6, 6]);
    }
}
