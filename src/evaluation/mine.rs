//! How well a person's own searches find what that person said was the answer.
//!
//! Asks every query of the library's test set (`Engine::answers`) at every stage, and keeps the ranks in
//! the library, so that a later check tells whether a model or a setting made them better or worse.
//! Invariant: a check names answers by id alone. Start reading at [`check`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Result,
    significance::{Difference, paired_bootstrap},
    stages::each_stage,
};
use crate::{
    document::PathKey,
    engine::Engine,
    search::{SearchResult, SearchResults},
    store::AnswerRow,
};

/// Results that are looked at.
pub const DEPTH: usize = 10;

/// What was measured at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Seconds since 1970.
    #[serde(default)]
    pub done: i64,
    /// The embedding model, as `id@revision`.
    pub embedding: String,
    /// The rerankers that judged.
    pub rerankers: Vec<String>,
    /// Every stage's ranks, in the order of the stages.
    pub stages: Vec<Stage>,
}

/// A stage's ranks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// `words`, `meaning`, `hybrid`, `rerank`.
    pub name: String,
    /// Where each answer stood, from 1, by its id; `None` where it was not among the first [`DEPTH`].
    pub ranks: BTreeMap<i64, Option<usize>>,
}

/// A stage's means over answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Answers.
    pub n: usize,
    /// Their share that came first.
    pub top_1: f64,
    /// Their share among the first five.
    pub recall_at_5: f64,
    /// Mean of 1/rank, 0 beyond the tenth.
    pub mrr_at_10: f64,
}

/// What changed at one stage from one check to another, over the answers that both know.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The stage's name.
    pub stage: String,
    /// Answers that both know.
    pub n: usize,
    /// Those that stand higher now.
    pub better: Vec<i64>,
    /// Those that stand lower now.
    pub worse: Vec<i64>,
    /// Of 1/rank.
    pub mrr_at_10: Difference,
}

/// Asks all, and keeps what came out unless the library is open for reading only. `None` where nothing
/// was ever said to be an answer.
pub async fn check(engine: &Engine) -> Result<Option<Check>> {
    let answers = engine.answers().await?;
    if answers.is_empty() {
        return Ok(None);
    }
    let mut queries: Vec<&str> = answers.iter().map(|answer| answer.query.as_str()).collect();
    queries.sort_unstable();
    queries.dedup();
    let mut rerankers = Vec::new();
    let judge = |i: usize, found: &SearchResults| {
        if !found.reranked.models.is_empty() {
            rerankers.clone_from(&found.reranked.models);
        }
        ranks(queries.get(i).copied(), &answers, found)
    };
    let stages = each_stage(engine, queries.iter().copied(), DEPTH, judge).await?;
    let stages = stages.into_iter().map(|(name, ranks)| Stage {
        name: name.to_owned(),
        ranks: ranks.into_iter().flatten().collect(),
    });
    let mut check = Check {
        done: 0,
        embedding: engine.serving(),
        stages: stages.collect(),
        rerankers,
    };
    if engine.is_writing() {
        let report = serde_json::to_string(&check).unwrap_or_default();
        check.done = engine.keep_check(&report).await?;
    }
    Ok(Some(check))
}

/// The checks that were kept, the newest first; one that a newer program wrote is passed over.
pub async fn checks(engine: &Engine) -> Result<Vec<Check>> {
    let kept = engine.checks().await?.into_iter();
    let checks = kept.filter_map(|(done, report)| {
        let check: Check = serde_json::from_str(&report).ok()?;
        Some(Check { done, ..check })
    });
    Ok(checks.collect())
}

/// Where the answers to one query stand.
fn ranks(
    query: Option<&str>,
    answers: &[AnswerRow],
    found: &SearchResults,
) -> Vec<(i64, Option<usize>)> {
    let own = answers
        .iter()
        .filter(|answer| Some(answer.query.as_str()) == query);
    own.map(|answer| {
        let rank = found
            .results
            .iter()
            .position(|row| has(row, &answer.path))
            .map(|index| index + 1);
        (answer.id, rank)
    })
    .collect()
}

/// A result shows a file as itself, as a copy, or as the older version of what it shows.
fn has(result: &SearchResult, path: &PathKey) -> bool {
    let mut files = std::iter::once(&result.file)
        .chain(&result.copies)
        .chain(&result.versions);
    files.any(|file| file.seen.path == *path)
}

impl Stage {
    /// Means over all answers; `None` without any.
    pub fn figures(&self) -> Option<Figures> {
        let n = self.ranks.len();
        let share = |within: usize| {
            let ranks = self.ranks.values().flatten();
            ranks.filter(|&&rank| rank <= within).count() as f64 / n as f64
        };
        let mrr = self.ranks.values().map(|rank| reciprocal(*rank));
        (n > 0).then(|| Figures {
            n,
            top_1: share(1),
            recall_at_5: share(5),
            mrr_at_10: mrr.sum::<f64>() / n as f64,
        })
    }
}

impl Check {
    /// What changed since an earlier check, at every stage that both have.
    pub fn since(&self, before: &Self) -> Vec<Change> {
        let stages = self.stages.iter().filter_map(|now| {
            let then = before.stages.iter().find(|then| then.name == now.name)?;
            Some(change(then, now))
        });
        stages.collect()
    }
}

fn change(then: &Stage, now: &Stage) -> Change {
    let mut change = Change {
        stage: now.name.clone(),
        n: 0,
        better: Vec::new(),
        worse: Vec::new(),
        mrr_at_10: paired_bootstrap(&[]),
    };
    let mut differences = Vec::new();
    for (&id, &rank) in &now.ranks {
        let Some(&before) = then.ranks.get(&id) else {
            continue;
        };
        let difference = reciprocal(rank) - reciprocal(before);
        if difference > 0.0 {
            change.better.push(id);
        } else if difference < 0.0 {
            change.worse.push(id);
        }
        differences.push(difference);
    }
    change.n = differences.len();
    change.mrr_at_10 = paired_bootstrap(&differences);
    change
}

fn reciprocal(rank: Option<usize>) -> f64 {
    rank.map_or(0.0, |rank| 1.0 / rank as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(ranks: &[(i64, Option<usize>)]) -> Stage {
        Stage {
            name: "hybrid".into(),
            ranks: ranks.iter().copied().collect(),
        }
    }

    #[test]
    fn figures_are_means_over_the_answers() {
        let found = stage(&[(1, Some(1)), (2, Some(4)), (3, Some(8)), (4, None)]);
        let figures = found.figures().unwrap();
        assert_eq!((figures.top_1, figures.recall_at_5), (0.25, 0.5));
        let expected = (1.0 + 0.25 + 0.125) / 4.0;
        assert!((figures.mrr_at_10 - expected).abs() < 1e-9);
        assert_eq!(stage(&[]).figures(), None);
    }

    #[test]
    fn a_change_is_told_over_the_answers_that_both_checks_know() {
        let then = stage(&[(1, Some(3)), (2, Some(1)), (3, None), (9, Some(1))]);
        let now = stage(&[(1, Some(1)), (2, Some(2)), (3, None), (7, Some(1))]);
        let change = change(&then, &now);
        assert_eq!(
            (change.n, change.better, change.worse),
            (3, vec![1], vec![2])
        );
        assert!(change.mrr_at_10.mean > 0.0);
    }
}
