//! Two orders into one.
//!
//! Pure. Each retriever's scores are brought to 0…1 and added, weighted: the convex combination of
//! Bruch, Gai and Ingber (An Analysis of Fusion Functions for Hybrid Retrieval, TOIS 2023), which
//! ranked better here than reciprocal ranks on every collection that was tried. Figures: `docs/ranking.md`.

use std::{collections::HashMap, hash::Hash};

use super::{Ranked, Ranks, Target, retrieve::Leg};
use crate::document::PassageId;

/// Weight of meaning; words have the rest. Chosen with `nuthatch eval` on cranfield, CISI, CACM,
/// `SQuAD` and `XQuAD`, where everything from 0.4 to 0.5 does about equally well.
const MEANING_WEIGHT: f64 = 0.45;

/// The same for a query of few words, whose best word hits have most of it.
const COVERED_WEIGHT: f64 = 0.5;
/// The same where words have found nothing of what was asked for: then something else was said there.
const UNCOVERED_WEIGHT: f64 = 0.8;
/// Words have found nothing where their best hit has this share of the query or less, and all where it
/// has the other or more; in between the weight is, too.
const COVERED: std::ops::Range<f64> = 0.3..0.7;

/// The same where many passages have what the best ones have: then words do not tell which of them
/// answers.
const CROWDED_WEIGHT: f64 = 0.7;
/// Nothing is crowded where the sixth to the tenth passage have this share of the best one's or less, and
/// all is where they have the other or more.
const CROWDED: std::ops::Range<f64> = 0.5..0.9;

/// Below this share of any query, what words have found counts less and less: the query is in another
/// language, or in other words altogether.
const LEAST_COVERED: f64 = 0.15;

/// At least this where most of a query's words are in no file at all: the query is in another language, and
/// has names and numbers in common with the files.
const UNKNOWN_WEIGHT: f64 = 0.75;
/// Of questions in the language of the files one in a hundred has this share of unknown words or more; of
/// those in another most have the other.
const UNKNOWN: std::ops::Range<f64> = 0.4..0.6;

/// Weight of meaning beside words that found this.
fn meaning_weight(words: &Leg) -> f64 {
    let Some(coverage) = words.coverage else {
        return MEANING_WEIGHT;
    };
    let share = f64::from(coverage.share);
    let weight = if coverage.is_short {
        let uncovered = 1.0 - part(share, &COVERED);
        let crowded = part(coverage.crowd.into(), &CROWDED);
        let uncovered = (UNCOVERED_WEIGHT - COVERED_WEIGHT) * uncovered;
        let crowded = (CROWDED_WEIGHT - COVERED_WEIGHT) * crowded;
        COVERED_WEIGHT + uncovered.max(crowded)
    } else {
        MEANING_WEIGHT
    };
    let weight = 1.0 - (1.0 - weight) * (share / LEAST_COVERED).min(1.0);
    let unknown = part(coverage.unknown.into(), &UNKNOWN);
    weight + (UNKNOWN_WEIGHT - weight).max(0.0) * unknown
}

/// How far along a range a value is, from 0 to 1.
fn part(value: f64, range: &std::ops::Range<f64>) -> f64 {
    ((value - range.start) / (range.end - range.start)).clamp(0.0, 1.0)
}

/// A fused item with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fused<T> {
    item: T,
    score: f64,
}

/// What one retriever says, and how much that counts.
struct Scores<'a, T> {
    items: &'a [(T, f32)],
    floor: f32,
    weight: f64,
}

/// Scores on one scale: 1 for the best, 0 for `floor` and below.
fn normalized<T: Copy>(scores: &[(T, f32)], floor: f32) -> impl Iterator<Item = (T, f64)> {
    let best = scores.iter().map(|&(_, score)| score).fold(floor, f32::max);
    let span = f64::from(best) - f64::from(floor);
    scores.iter().map(move |&(item, score)| {
        let above = f64::from(score) - f64::from(floor);
        // All are as good as the worst that counts: then they all are the best, too.
        (
            item,
            if span > 0.0 {
                (above / span).max(0.0)
            } else {
                1.0
            },
        )
    })
}

/// Adds the legs' scores, best first. Equal scores keep the order of `Ord`.
fn combine<T: Copy + Eq + Hash + Ord>(legs: &[Scores<'_, T>]) -> Vec<Fused<T>> {
    let mut sums: HashMap<T, f64> = HashMap::new();
    for leg in legs {
        for (item, score) in normalized(leg.items, leg.floor) {
            *sums.entry(item).or_default() += leg.weight * score;
        }
    }
    let mut fused: Vec<Fused<T>> = sums
        .into_iter()
        .map(|(item, score)| Fused { item, score })
        .collect();
    fused.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
    fused
}

/// The legs that ran, fused by target; with one leg, its own order and scores.
pub(super) fn fuse(words: Option<&Leg>, meaning: Option<&Leg>, limit: usize) -> Vec<Ranked> {
    let weight = words.map_or(MEANING_WEIGHT, meaning_weight);
    let ordered = match (words, meaning) {
        (Some(words), Some(meaning)) => combine(&[
            Scores {
                items: &targets(words),
                floor: words.floor,
                weight: 1.0 - weight,
            },
            Scores {
                items: &targets(meaning),
                floor: meaning.floor,
                weight,
            },
        ]),
        (Some(leg), None) | (None, Some(leg)) => alone(leg),
        (None, None) => Vec::new(),
    };
    let (by_words, by_meaning) = (places(words), places(meaning));
    let passages = passage_scores(words, meaning, weight);
    ordered
        .into_iter()
        .take(limit)
        .zip(1..)
        .map(|(Fused { item, score }, number)| {
            let (words, meaning) = (by_words.get(&item), by_meaning.get(&item));
            let candidates = [words, meaning].into_iter().flatten();
            // `max_by` takes the last of equals: words come first here, meaning wins a tie.
            let passage = candidates.filter_map(|place| place.passage).max_by(|a, b| {
                let score = |passage| passages.get(passage).copied().unwrap_or_default();
                score(a).total_cmp(&score(b))
            });
            let rank = |place: Option<&Place>| place.map(|place| (place.rank, place.score));
            Ranked {
                target: item,
                passage,
                score,
                ranks: Ranks {
                    words: rank(words),
                    meaning: rank(meaning),
                    fused: Some((number, score as f32)),
                    ..Ranks::default()
                },
            }
        })
        .collect()
}

fn targets(leg: &Leg) -> Vec<(Target, f32)> {
    leg.targets
        .iter()
        .map(|&(target, _, score)| (target, score))
        .collect()
}

fn alone(leg: &Leg) -> Vec<Fused<Target>> {
    leg.targets
        .iter()
        .map(|&(item, _, score)| Fused {
            item,
            score: f64::from(score),
        })
        .collect()
}

/// A target's place in one leg.
struct Place {
    rank: usize,
    score: f32,
    passage: Option<PassageId>,
}

fn places(leg: Option<&Leg>) -> HashMap<Target, Place> {
    let targets = leg.map(|leg| leg.targets.as_slice()).unwrap_or_default();
    (1..)
        .zip(targets)
        .map(|(rank, &(target, passage, score))| {
            let place = Place {
                rank,
                score,
                passage,
            };
            (target, place)
        })
        .collect()
}

/// The best passages of the legs that ran, whichever documents they are of.
pub(super) fn passages(words: Option<&Leg>, meaning: Option<&Leg>, limit: usize) -> Vec<PassageId> {
    let weight = words.map_or(MEANING_WEIGHT, meaning_weight);
    let fused = fused_passages(words, meaning, weight).into_iter();
    fused.take(limit).map(|fused| fused.item).collect()
}

/// How good each passage is over both legs: which one of a document to show.
fn passage_scores(
    words: Option<&Leg>,
    meaning: Option<&Leg>,
    weight: f64,
) -> HashMap<PassageId, f64> {
    fused_passages(words, meaning, weight)
        .into_iter()
        .map(|fused| (fused.item, fused.score))
        .collect()
}

fn fused_passages(
    words: Option<&Leg>,
    meaning: Option<&Leg>,
    weight: f64,
) -> Vec<Fused<PassageId>> {
    let weights = [1.0 - weight, weight];
    let legs: Vec<_> = [words, meaning]
        .into_iter()
        .zip(weights)
        .filter_map(|(leg, weight)| {
            leg.map(|leg| Scores {
                items: &leg.passages,
                floor: leg.floor,
                weight,
            })
        })
        .collect();
    combine(&legs)
}

#[cfg(test)]
mod tests {
    use crate::lexical::Coverage;

    use proptest::prelude::*;

    use super::*;

    type List = Vec<(u32, f32)>;

    fn leg_of(items: &[(u32, f32)], floor: f32, weight: f64) -> Scores<'_, u32> {
        Scores {
            items,
            floor,
            weight,
        }
    }

    fn items(fused: &[Fused<u32>]) -> Vec<u32> {
        fused.iter().map(|fused| fused.item).collect()
    }

    #[test]
    fn scores_are_added_on_one_scale() {
        // Words: 1 and 0.5; meaning: 1 and 0.
        let words: List = vec![(1, 20.0), (2, 10.0)];
        let meaning: List = vec![(2, 0.9), (3, 0.5)];
        let fused = combine(&[leg_of(&words, 0.0, 0.6), leg_of(&meaning, 0.5, 0.4)]);
        assert_eq!(items(&fused), [2, 1, 3]);
        for (fused, expected) in fused.iter().zip([0.7, 0.6, 0.0]) {
            assert!((fused.score - expected).abs() < 1e-6, "{fused:?}");
        }
    }

    #[test]
    fn meaning_weighs_more_the_less_of_a_short_query_words_have_found() {
        let weight = |share, is_short| weighed(share, 0.0, is_short);
        let is = |weight: f64, expected: f64| (weight - expected).abs() < 1e-6;
        assert!(is(meaning_weight(&Leg::default()), MEANING_WEIGHT));
        assert!(is(weight(1.0, true), COVERED_WEIGHT));
        assert!(is(weight(0.2, true), UNCOVERED_WEIGHT));
        assert!(is(weight(0.0, true), 1.0) && is(weight(0.0, false), 1.0));
        assert!(is(weight(0.2, false), MEANING_WEIGHT));
        let between = weight(0.5, true);
        assert!(
            COVERED_WEIGHT < between && between < UNCOVERED_WEIGHT,
            "{between}"
        );
    }

    fn weighed(share: f32, crowd: f32, is_short: bool) -> f64 {
        weight_beside(Coverage {
            crowd,
            share,
            unknown: 0.0,
            is_short,
        })
    }

    fn weight_beside(coverage: Coverage) -> f64 {
        meaning_weight(&Leg {
            coverage: Some(coverage),
            ..Leg::default()
        })
    }

    #[test]
    fn meaning_weighs_more_where_most_of_the_words_are_in_no_file() {
        let weight = |unknown, is_short| {
            weight_beside(Coverage {
                crowd: 0.0,
                share: 0.7,
                unknown,
                is_short,
            })
        };
        let is = |weight: f64, expected: f64| (weight - expected).abs() < 1e-6;
        assert!(is(weight(0.4, true), COVERED_WEIGHT) && is(weight(0.4, false), MEANING_WEIGHT));
        assert!(is(weight(0.9, true), UNKNOWN_WEIGHT) && is(weight(0.9, false), UNKNOWN_WEIGHT));
        let between = weight(0.5, false);
        assert!(
            MEANING_WEIGHT < between && between < UNKNOWN_WEIGHT,
            "{between}"
        );
    }

    #[test]
    fn meaning_weighs_more_where_many_passages_have_all_the_words() {
        let is = |weight: f64, expected: f64| (weight - expected).abs() < 1e-6;
        assert!(is(weighed(1.0, 0.4, true), COVERED_WEIGHT));
        assert!(is(weighed(1.0, 1.0, true), CROWDED_WEIGHT));
        // The two reasons do not add up.
        assert!(is(
            weighed(0.3, 1.0, true),
            UNCOVERED_WEIGHT.max(CROWDED_WEIGHT)
        ));
        assert!(is(weighed(1.0, 1.0, false), MEANING_WEIGHT));
    }

    #[test]
    fn a_lone_candidate_is_the_best_of_its_leg() {
        let lone: List = vec![(1, 0.3)];
        assert!((combine(&[leg_of(&lone, 0.3, 1.0)])[0].score - 1.0).abs() < 1e-9);
        assert!(combine(&[leg_of(&[], 0.0, 1.0)]).is_empty());
    }

    fn leg() -> impl Strategy<Value = List> {
        proptest::collection::btree_map(0_u32..50, 0.0_f32..40.0, 0..30)
            .prop_map(|scores| scores.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_only_the_scores_decide(a in leg(), b in leg()) {
            let fused = combine(&[leg_of(&a, 0.0, 0.5), leg_of(&b, 0.0, 0.5)]);
            prop_assert_eq!(&fused, &combine(&[leg_of(&b, 0.0, 0.5), leg_of(&a, 0.0, 0.5)]));
            let all: std::collections::HashSet<u32> = a.iter().chain(&b).map(|&(item, _)| item).collect();
            prop_assert_eq!(fused.len(), all.len());
            prop_assert!(fused.iter().all(|fused| (0.0..=1.0 + 1e-9).contains(&fused.score)));
        }

        #[test]
        fn who_is_better_in_both_legs_is_better_fused(a in leg(), scale in 0.1_f32..10.0) {
            let b: List = a.iter().map(|&(item, score)| (item, score * scale)).collect();
            let fused = combine(&[leg_of(&a, 0.0, 0.55), leg_of(&b, 0.0, 0.45)]);
            let score = |item: u32| a.iter().find(|&&(known, _)| known == item).map(|&(_, score)| score);
            for pair in fused.windows(2) {
                prop_assert!(score(pair[0].item) >= score(pair[1].item) || (pair[0].score - pair[1].score).abs() < 1e-6);
            }
        }
    }
}
