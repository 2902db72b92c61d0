//! How likely it is that what was found holds the answer, and from when on that is enough.
//!
//! Owns the coefficients and the threshold. Logistic regressions over [`Evidence`], fitted on development
//! data by `nuthatch eval-answers`; `docs/answers.md` has the curve. Pure.

use super::Evidence;

/// What each of [`figures`] counts, and the constant.
const WEIGHTS: [f32; 6] = [2.16, 1.30, 0.66, 2.78, 1.58, 0.51];
const SIMILARITY_WEIGHT: f32 = 3.46;
const CONSTANT: f32 = -5.59;
/// The same without the similarity of sentences: comparing them takes longer than all else.
const WEIGHTS_BY_WORDS: [f32; 6] = [2.37, 1.39, 1.19, 2.26, 1.95, 0.65];
const CONSTANT_BY_WORDS: f32 = -3.76;
/// Outside of these comparing them changes hardly a decision (7 in 2,400), and three quarters of the
/// questions are not in doubt.
const IN_DOUBT: std::ops::Range<f32> = 0.3..0.6;
/// From here on there is an answer.
const ENOUGH: f32 = 0.4;
/// The same where a reranker judged: the middle of what its makers call borderline.
const JUDGED_ENOUGH: f32 = 0.5;

/// From 0 to 1. A reranker's judgement stands for itself.
pub(super) fn strength(evidence: &Evidence) -> f32 {
    if let Some(judged) = evidence.judged {
        return judged;
    }
    let figures = figures(evidence);
    let sum = |weights: [f32; 6]| -> f32 {
        weights
            .iter()
            .zip(figures)
            .map(|(weight, figure)| weight * figure)
            .sum()
    };
    let sum = match evidence.similarity {
        Some(similarity) => sum(WEIGHTS) + SIMILARITY_WEIGHT * similarity + CONSTANT,
        None => sum(WEIGHTS_BY_WORDS) + CONSTANT_BY_WORDS,
    };
    1.0 / (1.0 + (-sum).exp())
}

/// Whether the similarity of sentences, which was not asked yet, may decide.
pub(super) fn is_in_doubt(evidence: &Evidence) -> bool {
    evidence.judged.is_none() && IN_DOUBT.contains(&strength(evidence))
}

pub(super) fn is_enough(evidence: &Evidence, strength: f32) -> bool {
    let enough = if evidence.judged.is_some() {
        JUDGED_ENOUGH
    } else {
        ENOUGH
    };
    strength >= enough
}

fn figures(evidence: &Evidence) -> [f32; 6] {
    [
        evidence.own_coverage,
        evidence.wide_coverage,
        evidence.pairs,
        evidence.word_lead,
        evidence.meaning_lead,
        evidence.agreement,
    ]
}
