//! Many passages laid out as one sequence: `[shared][own of passage 0][own of passage 1]…`.
//!
//! Owns which row of the sequence is which token of whom; knows no tensors' content. Every passage
//! is computed as if its sequence were `shared + own` alone: its rows count positions on from the
//! shared part, and attention (`attention.rs`) lets it see the shared rows and its own.
//! Invariant: a passage's own part holds at least one token, the last one being the one scored.

use std::ops::Range;

/// The layout of one forward pass.
#[derive(Debug, PartialEq)]
pub(super) struct Packing {
    /// Token of each row.
    pub(super) ids: Vec<u32>,
    /// Position of each row in its passage's own sequence.
    pub(super) positions: Vec<u32>,
    /// Rows of the shared part: `0..n_shared`.
    pub(super) n_shared: usize,
    /// Rows of each passage's own part, padding included.
    pub(super) own: Vec<Range<usize>>,
    /// For each passage the row of its last token.
    pub(super) last: Vec<u32>,
}

impl Packing {
    /// Lays out `own` behind `shared`. With `is_padded`, every own part is filled up to the
    /// longest one: what frameworks do that batch sequences in a rectangle, for comparison only.
    pub(super) fn new(shared: &[u32], own: &[&[u32]], is_padded: bool) -> Self {
        let longest = own.iter().map(|own| own.len()).max().unwrap_or(0);
        let mut packing = Self {
            ids: shared.to_vec(),
            positions: (0..shared.len() as u32).collect(),
            n_shared: shared.len(),
            own: Vec::with_capacity(own.len()),
            last: Vec::with_capacity(own.len()),
        };
        for own in own {
            let start = packing.ids.len();
            let len = if is_padded { longest } else { own.len() };
            packing.ids.extend_from_slice(own);
            // Padding comes after the last token, which therefore never sees it; any id will do.
            let padding = own.last().copied().unwrap_or(0);
            packing.ids.resize(start + len, padding);
            let first = shared.len() as u32;
            packing.positions.extend(first..first + len as u32);
            packing.own.push(start..start + len);
            packing
                .last
                .push((start + own.len()).saturating_sub(1) as u32);
        }
        packing
    }
}

/// Splits passages into passes of at most `max_tokens` rows (shared part included), at least one
/// passage each; `len` gives the rows that a passage adds.
pub(super) fn passes(
    n_shared: usize,
    lens: &[usize],
    is_padded: bool,
    max_tokens: usize,
) -> Vec<Range<usize>> {
    let mut passes = Vec::new();
    let (mut start, mut total, mut longest) = (0, 0, 0);
    for (i, &len) in lens.iter().enumerate() {
        longest = longest.max(len);
        total += len;
        let rows = if is_padded {
            longest * (i + 1 - start)
        } else {
            total
        };
        if i > start && n_shared + rows > max_tokens {
            passes.push(start..i);
            (start, total, longest) = (i, len, len);
        }
    }
    if start < lens.len() {
        passes.push(start..lens.len());
    }
    passes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_passage_counts_on_from_the_shared_part() {
        let packing = Packing::new(&[7, 8], &[&[1, 2, 3], &[4]], false);
        assert_eq!(packing.ids, [7, 8, 1, 2, 3, 4]);
        assert_eq!(packing.positions, [0, 1, 2, 3, 4, 2]);
        assert_eq!(packing.own, [2..5, 5..6]);
        assert_eq!(packing.last, [4, 5]);
    }

    #[test]
    fn padding_stands_behind_the_last_token() {
        let packing = Packing::new(&[7], &[&[1, 2, 3], &[4]], true);
        assert_eq!(packing.ids, [7, 1, 2, 3, 4, 4, 4]);
        assert_eq!(packing.own, [1..4, 4..7]);
        assert_eq!(packing.last, [3, 4]);
    }

    #[test]
    fn a_pass_stays_within_its_limit_unless_one_passage_alone_is_longer() {
        assert_eq!(passes(2, &[3, 3, 9, 1], false, 8), [0..2, 2..3, 3..4]);
        assert_eq!(passes(0, &[1, 1, 4, 4], true, 8), [0..2, 2..4]);
        assert_eq!(passes(0, &[5, 5], false, 1), [0..1, 1..2]);
        assert!(passes(2, &[], false, 8).is_empty());
    }
}
