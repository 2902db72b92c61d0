//! The reranking of one search: which passages are judged, how far that has come, and what order
//! it makes.
//!
//! Knows the worker's client and the store's cache of scores; the rule that makes an order of
//! judgements is [`blend`]. Passages are judged in the order in which they stand, so that whoever
//! stops waiting has the best of them. Invariant: whatever the worker does, the fused order is
//! there; a failure is a notice. Start reading at [`Reranking::judge_until`].

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use nuthatch_models::client::Scores;
use tokio::time::Instant;

use super::{
    Error, NotReranked, Notice, ParsedQuery, Ranked, Reranked, Search,
    blend::{self, Row},
    candidates::{Candidate, N_RERANKED, candidates, mark_exact_names},
    rerankers::{Reranker, not_reranked},
};
use crate::document::{Hash, PassageId, TextHash};

/// Of the passages that a first model judges, those that a further, larger one judges again.
const N_CASCADED: usize = 16;

/// The reranking of one search.
#[derive(Debug)]
pub(super) struct Reranking<'a> {
    search: &'a Search,
    query: String,
    fused: Vec<Ranked>,
    /// What is judged, by place in `fused`.
    candidates: HashMap<usize, Candidate>,
    stages: Vec<Stage<'a>>,
}

/// One model's judgements.
#[derive(Debug)]
struct Stage<'a> {
    reranker: &'a Reranker,
    query_hash: Hash,
    depth: usize,
    /// Before [`nuthatch_models::ModelSpec::probability`].
    scores: HashMap<TextHash, f32>,
    /// Passages without a score, which the model does not judge.
    refused: HashSet<TextHash>,
    /// What was judged since the cache was last written.
    unsaved: Vec<(TextHash, f32)>,
    pending: Option<Pending>,
    /// Why it judges no more.
    failed: Option<Notice>,
}

/// Passages that the worker is at, in order.
#[derive(Debug)]
struct Pending {
    hashes: VecDeque<TextHash>,
    batches: Scores,
}

impl<'a> Reranking<'a> {
    /// Loads what is to be judged of `fused`, and what was judged before.
    pub(super) async fn new(
        search: &'a Search,
        rerankers: &'a [Reranker],
        parsed: &ParsedQuery,
        mut fused: Vec<Ranked>,
    ) -> Result<Self, Error> {
        let query = parsed
            .meaning
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let candidates = candidates(search, &fused).await?;
        mark_exact_names(search, &query, &mut fused).await?;
        let mut stages = Vec::with_capacity(rerankers.len());
        for (i, reranker) in rerankers.iter().enumerate() {
            let query_hash = query_hash(&reranker.key, &query);
            stages.push(Stage {
                reranker,
                query_hash,
                depth: if i == 0 { N_RERANKED } else { N_CASCADED },
                // A cache that cannot be read is an empty one.
                scores: search.store.scores(&query_hash).await.unwrap_or_default(),
                refused: HashSet::new(),
                unsaved: Vec::new(),
                pending: None,
                failed: None,
            });
        }
        Ok(Self {
            search,
            query,
            fused,
            candidates,
            stages,
        })
    }

    /// Waits until the models are loaded, so that loading does not count as reranking.
    pub(super) async fn wait_for_models(&mut self) {
        let is_needed: Vec<bool> = (0..self.stages.len())
            .map(|stage| !self.unjudged(stage).is_empty())
            .collect();
        let loading: Vec<_> = self
            .stages
            .iter()
            .map(|stage| {
                let worker = Arc::clone(&stage.reranker.worker);
                tokio::spawn(async move { worker.ready().await })
            })
            .collect();
        for ((stage, loading), is_needed) in self.stages.iter_mut().zip(loading).zip(is_needed) {
            if is_needed && let Ok(Err(error)) = loading.await {
                stage.fail(&error);
            }
        }
    }

    /// Judges on for `budget`, each model up to its share of it; to the end without one.
    pub(super) async fn judge_for(&mut self, budget: Option<Duration>) {
        let began = Instant::now();
        let n_stages = self.stages.len() as u32;
        for i in 0..self.stages.len() {
            let share = budget.map(|budget| began + budget * (i as u32 + 1) / n_stages);
            self.judge_until(i, share).await;
            if self.stages[i].failed.is_some() {
                // Half an order would be neither the one nor the other.
                self.stages[i].scores.clear();
            }
        }
        self.save().await;
    }

    /// Judges on for `step`. What was judged so far stays, even if a model fails now.
    pub(super) async fn judge_on(&mut self, step: Duration) {
        let deadline = Instant::now() + step;
        for i in 0..self.stages.len() {
            self.judge_until(i, Some(deadline)).await;
        }
        self.save().await;
    }

    /// Takes what one model gives until the deadline, or until all that it should judge is judged.
    async fn judge_until(&mut self, stage: usize, deadline: Option<Instant>) {
        while let Some(mut pending) = self.pending(stage) {
            let batch = match deadline {
                Some(deadline) => tokio::time::timeout_at(deadline, pending.batches.recv()).await,
                None => Ok(pending.batches.recv().await),
            };
            let stage = &mut self.stages[stage];
            match batch {
                Ok(Some(Ok(scores))) => {
                    stage.take(&mut pending, scores);
                    stage.pending = Some(pending);
                }
                Ok(Some(Err(error))) => stage.fail(&error),
                Ok(None) => stage.fail(&nuthatch_models::Error::Closed),
                Err(_elapsed) => {
                    stage.pending = Some(pending);
                    return;
                }
            }
        }
    }

    /// What the worker of a stage is at; `None` when nothing is left to be judged.
    fn pending(&mut self, stage: usize) -> Option<Pending> {
        let under_way = self.stages[stage].pending.take();
        if let Some(pending) = under_way.filter(|pending| !pending.hashes.is_empty()) {
            return Some(pending);
        }
        let places = self.unjudged(stage);
        if places.is_empty() {
            return None;
        }
        let candidates = places.iter().filter_map(|place| self.candidates.get(place));
        let (hashes, inputs) = candidates
            .map(|candidate| (candidate.hash, candidate.input.clone()))
            .unzip();
        let worker = &self.stages[stage].reranker.worker;
        Some(Pending {
            hashes,
            batches: worker.rerank_streamed(self.query.clone(), inputs),
        })
    }

    /// Places in the fused order of what a stage should judge and has not, the best first.
    fn unjudged(&self, stage: usize) -> Vec<usize> {
        let wanted = &self.stages[stage];
        if wanted.failed.is_some() {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        self.wanted(stage)
            .into_iter()
            .filter(|place| {
                let hash = self.candidates[place].hash;
                !wanted.is_settled(&hash) && seen.insert(hash)
            })
            .collect()
    }

    /// Places in the fused order of what a stage should judge, in the order that the stages before
    /// it made.
    fn wanted(&self, stage: usize) -> Vec<usize> {
        self.order(stage)
            .into_iter()
            .filter(|place| self.candidates.contains_key(place))
            .take(self.stages[stage].depth)
            .collect()
    }

    /// The order that the first `n_stages` make, as places in the fused order.
    fn order(&self, n_stages: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.fused.len()).collect();
        for stage in &self.stages[..n_stages] {
            let rows: Vec<Row> = order.iter().map(|&place| self.row(place, stage)).collect();
            order = blend::order(&rows).into_iter().map(|i| order[i]).collect();
        }
        order
    }

    fn row(&self, place: usize, stage: &Stage<'_>) -> Row {
        let candidate = self.candidates.get(&place);
        Row {
            fused: self.share_of_best(place),
            probability: candidate.and_then(|candidate| stage.probability(&candidate.hash)),
            is_protected: self.fused[place].ranks.is_exact_name,
        }
    }

    /// The fused score of a row on a scale that ends with 1.
    fn share_of_best(&self, place: usize) -> f64 {
        let best = self.fused.first().map_or(0.0, |best| best.score);
        if best > 0.0 {
            self.fused[place].score / best
        } else {
            0.0
        }
    }

    /// The rows in their order now, each with what the reranker thinks of it.
    pub(super) fn ranked(&self, limit: usize) -> Vec<Ranked> {
        if self.stages.iter().all(|stage| stage.scores.is_empty()) {
            return self.fused[..limit.min(self.fused.len())].to_vec();
        }
        let order = self.order(self.stages.len());
        let mut ranked: Vec<Ranked> = order.iter().map(|&place| self.judged(place)).collect();
        number_by_judgement(&mut ranked);
        // A row that stands above another counts for as much: protected, or not judged.
        let mut least = f64::MIN;
        for row in ranked.iter_mut().rev() {
            least = least.max(row.score);
            row.score = least;
        }
        ranked.truncate(limit);
        ranked
    }

    /// A row with the judgement of the last model that judged it.
    fn judged(&self, place: usize) -> Ranked {
        let mut ranked = self.fused[place].clone();
        let mut rows = self.stages.iter().rev().map(|stage| self.row(place, stage));
        let judged = rows.find(|row| row.probability.is_some());
        let Some(row) = judged else {
            ranked.score = self.share_of_best(place);
            return ranked;
        };
        ranked.ranks.reranker = row.probability.map(|probability| (0, probability));
        ranked.score = row.blended().unwrap_or_default();
        ranked
    }

    /// Whether every model has judged all it should.
    pub(super) fn is_complete(&self) -> bool {
        (0..self.stages.len()).all(|stage| self.unjudged(stage).is_empty())
    }

    /// What was done so far.
    pub(super) fn outcome(&self) -> Reranked {
        let wanted: HashSet<usize> = (0..self.stages.len())
            .flat_map(|stage| self.wanted(stage))
            .collect();
        let is_judged = |place: &&usize| {
            let hash = self.candidates[*place].hash;
            self.stages
                .iter()
                .any(|stage| stage.scores.contains_key(&hash))
        };
        let why_not = match self.stages.iter().find_map(|stage| stage.failed.clone()) {
            Some(notice) => Some(NotReranked::Failed(notice)),
            None => (!self.is_complete()).then_some(NotReranked::OutOfTime),
        };
        Reranked {
            n_judged: wanted.iter().filter(is_judged).count(),
            n_wanted: wanted.len(),
            models: self
                .stages
                .iter()
                .map(|stage| stage.reranker.worker.spec().key())
                .collect(),
            why_not,
        }
    }

    /// Keeps what was judged. A search does not fail for its cache.
    async fn save(&mut self) {
        let candidates = self.candidates.values();
        let passages: HashMap<TextHash, PassageId> = candidates
            .map(|candidate| (candidate.hash, candidate.passage))
            .collect();
        for stage in &mut self.stages {
            let unsaved: Vec<_> = std::mem::take(&mut stage.unsaved)
                .into_iter()
                .filter_map(|(hash, score)| Some((*passages.get(&hash)?, hash, score)))
                .collect();
            if !unsaved.is_empty()
                && let Err(error) = self
                    .search
                    .store
                    .put_scores(&stage.query_hash, &unsaved)
                    .await
            {
                tracing::warn!(%error, "rerank scores are not kept");
            }
        }
    }
}

impl Stage<'_> {
    fn take(&mut self, pending: &mut Pending, scores: Vec<Option<f32>>) {
        for score in scores {
            let Some(hash) = pending.hashes.pop_front() else {
                return;
            };
            match score.filter(|score| score.is_finite()) {
                Some(score) => {
                    self.scores.insert(hash, score);
                    self.unsaved.push((hash, score));
                }
                None => _ = self.refused.insert(hash),
            }
        }
    }

    fn fail(&mut self, error: &nuthatch_models::Error) {
        self.failed = Some(not_reranked(error));
    }

    fn is_settled(&self, hash: &TextHash) -> bool {
        self.scores.contains_key(hash) || self.refused.contains(hash)
    }

    fn probability(&self, hash: &TextHash) -> Option<f32> {
        let score = self.scores.get(hash)?;
        Some(self.reranker.worker.spec().probability(*score))
    }
}

/// Numbers the judged rows from 1, by the judgement alone.
fn number_by_judgement(ranked: &mut [Ranked]) {
    let mut judged: Vec<&mut (usize, f32)> = ranked
        .iter_mut()
        .filter_map(|row| row.ranks.reranker.as_mut())
        .collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (number, judged) in (1..).zip(judged) {
        judged.0 = number;
    }
}

fn query_hash(key: &str, query: &str) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(key.as_bytes())
        .update(&[0])
        .update(query.as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_keyed_by_the_model_and_by_the_query() {
        assert_eq!(query_hash("m@1", "q"), query_hash("m@1", "q"));
        assert_ne!(query_hash("m@1", "q"), query_hash("m@2", "q"));
        assert_ne!(query_hash("m@1", "q"), query_hash("m@1", "r"));
        assert_ne!(query_hash("ab", "c"), query_hash("a", "bc"));
    }
}
