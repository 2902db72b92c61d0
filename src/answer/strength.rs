//! How likely it is that what was found holds the answer, and from when on that is enough.
//!
//! Owns the coefficients and the threshold. A logistic regression over [`Evidence`], fitted on
//! development data by `nuthatch eval-answers`; `docs/answers.md` has the curve. Pure.

use super::Evidence;

/// What each of [`figures`] counts, and the constant.
const WEIGHTS: [f32; 7] = [2.16, 1.30, 3.46, 0.66, 2.78, 1.58, 0.51];
const CONSTANT: f32 = -5.59;
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
    let sum: f32 = WEIGHTS
        .iter()
        .zip(figures)
        .map(|(weight, figure)| weight * figure)
        .sum();
    1.0 / (1.0 + (-(sum + CONSTANT)).exp())
}

pub(super) fn is_enough(evidence: &Evidence, strength: f32) -> bool {
    let enough = if evidence.judged.is_some() {
        JUDGED_ENOUGH
    } else {
        ENOUGH
    };
    strength >= enough
}

fn figures(evidence: &Evidence) -> [f32; 7] {
    [
        evidence.own_coverage,
        evidence.wide_coverage,
        evidence.similarity,
        evidence.pairs,
        evidence.word_lead,
        evidence.meaning_lead,
        evidence.agreement,
    ]
}
