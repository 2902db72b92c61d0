//! Two orders into one.
//!
//! Pure. Targets are fused by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009):
//! a target's score is the sum over the legs of `weight / (k + rank)`.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Leg, Ranked, Ranks, Target};
use crate::document::PassageId;

/// The constant of the paper; it keeps the first place from outweighing everything.
const K: f64 = 60.0;

/// A fused item with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fused<T> {
    /// The item.
    pub item: T,
    /// Sum of reciprocal ranks.
    pub score: f64,
}

/// Fuses ranked lists, best first. Equal scores keep the order of `Ord`, so that the outcome does
/// not depend on the order of the lists.
pub fn reciprocal_rank<T: Copy + Eq + Hash + Ord>(legs: &[&[T]]) -> Vec<Fused<T>> {
    let mut scores: HashMap<T, Vec<f64>> = HashMap::new();
    for leg in legs {
        for (rank, item) in (1_u32..).zip(leg.iter()) {
            scores
                .entry(*item)
                .or_default()
                .push(1.0 / (K + f64::from(rank)));
        }
    }
    let mut fused: Vec<Fused<T>> = scores
        .into_iter()
        .map(|(item, mut parts)| {
            // Summed in one order, since floating-point sums depend on it.
            parts.sort_unstable_by(f64::total_cmp);
            Fused {
                item,
                score: parts.iter().sum(),
            }
        })
        .collect();
    fused.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
    fused
}

/// The legs that ran, fused by target; with one leg, its own order and scores.
pub(super) fn fuse(words: Option<&Leg>, meaning: Option<&Leg>, limit: usize) -> Vec<Ranked> {
    let by_words = ranks(words);
    let by_meaning = ranks(meaning);
    let ordered: Vec<Fused<Target>> = match (words, meaning) {
        (Some(words), Some(meaning)) => {
            let targets = |leg: &Leg| {
                leg.targets
                    .iter()
                    .map(|&(target, ..)| target)
                    .collect::<Vec<_>>()
            };
            reciprocal_rank(&[&targets(words), &targets(meaning)])
        }
        (Some(leg), None) | (None, Some(leg)) => leg
            .targets
            .iter()
            .map(|&(item, _, score)| Fused {
                item,
                score: f64::from(score),
            })
            .collect(),
        (None, None) => Vec::new(),
    };
    let passages = passage_scores(words, meaning);
    ordered
        .into_iter()
        .take(limit)
        .map(
            |Fused {
                 item: target,
                 score,
             }| {
                let words = by_words.get(&target);
                let meaning = by_meaning.get(&target);
                let candidates = [words, meaning]
                    .into_iter()
                    .flatten()
                    .filter_map(|rank| rank.passage);
                // `max_by` takes the last of equals: words come first here, meaning wins a tie.
                let passage = candidates.max_by(|a, b| {
                    let score = |passage| passages.get(passage).copied().unwrap_or_default();
                    score(a).total_cmp(&score(b))
                });
                let ranks = Ranks {
                    words: words.map(|rank| (rank.rank, rank.score)),
                    meaning: meaning.map(|rank| (rank.rank, rank.score)),
                };
                Ranked {
                    target,
                    passage,
                    score,
                    ranks,
                }
            },
        )
        .collect()
}

struct Rank {
    rank: usize,
    score: f32,
    passage: Option<PassageId>,
}

fn ranks(leg: Option<&Leg>) -> HashMap<Target, Rank> {
    let targets = leg.map(|leg| leg.targets.as_slice()).unwrap_or_default();
    (1..)
        .zip(targets)
        .map(|(rank, &(target, passage, score))| {
            (
                target,
                Rank {
                    rank,
                    score,
                    passage,
                },
            )
        })
        .collect()
}

/// How good each passage is over both legs: which one of a document to show.
fn passage_scores(words: Option<&Leg>, meaning: Option<&Leg>) -> HashMap<PassageId, f64> {
    let legs: Vec<&[PassageId]> = [words, meaning]
        .into_iter()
        .flatten()
        .map(|leg| leg.passages.as_slice())
        .collect();
    reciprocal_rank(&legs)
        .into_iter()
        .map(|fused| (fused.item, fused.score))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn being_second_in_both_beats_being_first_in_one() {
        let fused = reciprocal_rank(&[&[1, 2, 3], &[4, 2, 5]]);
        assert_eq!(fused[0].item, 2);
        assert!((fused[0].score - 2.0 / 62.0).abs() < 1e-12);
        assert_eq!(fused[1].item, 1);
    }

    proptest! {
        #[test]
        fn the_order_of_the_legs_does_not_matter_and_nothing_is_lost(
            a in proptest::collection::hash_set(0_u32..50, 0..30),
            b in proptest::collection::hash_set(0_u32..50, 0..30),
        ) {
            let a: Vec<u32> = a.into_iter().collect();
            let b: Vec<u32> = b.into_iter().collect();
            let fused = reciprocal_rank(&[&a, &b]);
            prop_assert_eq!(&fused, &reciprocal_rank(&[&b, &a]));
            let all: std::collections::HashSet<_> = a.iter().chain(&b).collect();
            prop_assert_eq!(fused.len(), all.len());
        }
    }
}
