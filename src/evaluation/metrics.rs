//! The measures of retrieval, as `trec_eval` defines them.
//!
//! Pure. `retrieved` is a ranking, best first, without repetition; `relevant` holds the gain of
//! every relevant document. Without a relevant document each measure is 0.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    time::Duration,
};

/// Gain (1 or more) by document, for one query.
pub type Judgements = HashMap<String, u32>;

/// Normalised discounted cumulative gain of the first `k`: the sum of `gain / log2(rank + 1)` over
/// that of the best possible order (Järvelin and Kekäläinen, TOIS 2002, with linear gain).
pub fn ndcg(retrieved: &[&str], relevant: &Judgements, k: usize) -> f64 {
    let gains = retrieved
        .iter()
        .map(|&document| relevant.get(document).copied().unwrap_or_default());
    let mut ideal: Vec<u32> = relevant.values().copied().collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = discounted(ideal.into_iter().take(k));
    if best == 0.0 {
        return 0.0;
    }
    discounted(gains.take(k)) / best
}

fn discounted(gains: impl Iterator<Item = u32>) -> f64 {
    (1_u32..)
        .zip(gains)
        .map(|(rank, gain)| f64::from(gain) / f64::from(rank + 1).log2())
        .sum()
}

/// Share of the relevant documents among the first `k`.
pub fn recall(retrieved: &[&str], relevant: &Judgements, k: usize) -> f64 {
    if relevant.is_empty() {
        return 0.0;
    }
    let found: HashSet<&str> = retrieved
        .iter()
        .take(k)
        .copied()
        .filter(|&document| relevant.contains_key(document))
        .collect();
    found.len() as f64 / relevant.len() as f64
}

/// One over the rank of the first relevant document among the first `k`; 0 if there is none.
pub fn reciprocal_rank(retrieved: &[&str], relevant: &Judgements, k: usize) -> f64 {
    retrieved
        .iter()
        .take(k)
        .position(|&document| relevant.contains_key(document))
        .map_or(0.0, |index| 1.0 / (index + 1) as f64)
}

/// The smallest of ascending `times` that `percent` of them do not exceed; zero without times.
pub fn percentile(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100);
    times
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// How well scores tell two kinds apart: the chance that one of `higher` is above one of `lower`, a tie
/// counting half (the area under the ROC curve); `None` where either is empty.
pub fn separation(higher: &[f64], lower: &[f64]) -> Option<f64> {
    if higher.is_empty() || lower.is_empty() {
        return None;
    }
    let won: f64 = higher
        .iter()
        .flat_map(|one| lower.iter().map(move |other| one.total_cmp(other)))
        .map(|order| match order {
            Ordering::Greater => 1.0,
            Ordering::Equal => 0.5,
            Ordering::Less => 0.0,
        })
        .sum();
    Some(won / (higher.len() * lower.len()) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(gains: &[(&str, u32)]) -> Judgements {
        gains
            .iter()
            .map(|&(id, gain)| (id.to_owned(), gain))
            .collect()
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn ndcg_is_what_one_computes_by_hand() {
        // Ranks 1 and 3 hold the two relevant: (1 + 1/2) / (1 + 1/log2(3)).
        let relevant = judged(&[("a", 1), ("b", 1)]);
        close(
            ndcg(&["a", "x", "b"], &relevant, 10),
            1.5 / (1.0 + 1.0 / 3_f64.log2()),
        );
        close(ndcg(&["a", "b"], &relevant, 10), 1.0);
        close(ndcg(&["x", "y"], &relevant, 10), 0.0);
        close(ndcg(&["x", "a"], &relevant, 1), 0.0);
        close(ndcg(&["a"], &judged(&[]), 10), 0.0);
    }

    #[test]
    fn ndcg_weighs_graded_gains_linearly() {
        // 1/1 + 3/log2(3) over 3/1 + 1/log2(3).
        let relevant = judged(&[("good", 3), ("fair", 1)]);
        let log3 = 3_f64.log2();
        close(
            ndcg(&["fair", "good"], &relevant, 10),
            (1.0 + 3.0 / log3) / (3.0 + 1.0 / log3),
        );
    }

    #[test]
    fn ndcg_at_k_compares_with_the_best_k() {
        let relevant = judged(&[("a", 1), ("b", 1), ("c", 1)]);
        close(ndcg(&["a", "b"], &relevant, 2), 1.0);
    }

    #[test]
    fn recall_counts_the_relevant_within_the_cut() {
        let relevant = judged(&[("a", 1), ("b", 2), ("c", 1), ("d", 1)]);
        close(recall(&["a", "x", "b", "c"], &relevant, 3), 0.5);
        close(recall(&[], &relevant, 3), 0.0);
        close(recall(&["a"], &judged(&[]), 3), 0.0);
    }

    #[test]
    fn the_reciprocal_rank_is_that_of_the_first_relevant() {
        let relevant = judged(&[("a", 1), ("b", 1)]);
        close(
            reciprocal_rank(&["x", "y", "b", "a"], &relevant, 10),
            1.0 / 3.0,
        );
        close(reciprocal_rank(&["x", "y", "b"], &relevant, 2), 0.0);
    }

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), Duration::from_millis(10));
        assert_eq!(percentile(&times, 95), Duration::from_millis(19));
        assert_eq!(percentile(&times[..1], 95), Duration::from_millis(1));
        assert_eq!(percentile(&[], 95), Duration::ZERO);
    }

    #[test]
    fn scores_that_tell_apart_separate_and_equal_ones_are_a_coin() {
        let of = |higher: &[f64], lower: &[f64]| separation(higher, lower).unwrap();
        close(of(&[2.0, 3.0], &[0.0, 1.0]), 1.0);
        close(of(&[0.0], &[1.0]), 0.0);
        close(of(&[1.0, 1.0], &[1.0]), 0.5);
        // 2 is above both, 0.5 above one of the two.
        close(of(&[2.0, 0.5], &[0.0, 1.0]), 0.75);
        assert_eq!(separation(&[], &[1.0]), None);
    }
}
