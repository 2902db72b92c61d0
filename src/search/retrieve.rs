//! The two retrievers: what has the words, and what means the same, each as a [`Leg`].
//!
//! Knows the word index, the vectors and the embedding model; nothing of fusion. Invariant: what
//! hinders search by meaning is a notice, never an error.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError},
    time::Instant,
};

use nuthatch_models::{ModelWorker, Role};

use super::{Error, Notice, ParsedQuery, Search, Target, Timings};
use crate::{
    cpu,
    document::{FileId, PassageId},
    lexical::{Depth, WordHits},
    vectors::{Neighbour, Vectors},
};

/// Passages taken from each retriever. By `nuthatch eval`, 100 lose up to 0.006 of the hybrid
/// nDCG@10 and 0.018 of recall@100 (CISI, CACM); 1,000 gain nothing.
const N_CANDIDATES: usize = 400;
/// Passages of one document among them at most, lest a long one that repeats itself hides all others.
const N_PER_DOCUMENT: usize = 8;
/// File names taken from the word index.
const N_NAMES: usize = 50;
/// Weight of a file name's score beside its best passage's.
const NAME_WEIGHT: f32 = 0.8;

/// One retriever's view: targets in order, each with its best passage and score.
#[derive(Debug, Clone, Default)]
pub(super) struct Leg {
    pub(super) targets: Vec<(Target, Option<PassageId>, f32)>,
    /// Passages in order with their scores, for choosing which passage to show.
    pub(super) passages: Vec<(PassageId, f32)>,
    /// The score that counts for nothing: that of the last candidate where more were to be had.
    pub(super) floor: f32,
}

impl Leg {
    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }
}

impl Search {
    pub(super) async fn words(
        &self,
        parsed: &ParsedQuery,
        notices: &mut Vec<Notice>,
    ) -> Result<Leg, Error> {
        let Some(lexical) = self.lexical.clone() else {
            notices.push(Notice {
                message: "The word index cannot be opened".into(),
                hint: Some("It is rebuilt when the library is next opened for writing".into()),
            });
            return Ok(Leg::default());
        };
        let query = parsed.words.clone();
        let depth = Depth {
            n_passages: N_CANDIDATES,
            n_per_document: N_PER_DOCUMENT,
            n_files: N_NAMES,
        };
        match cpu::run(move || lexical.search(&query, depth)).await? {
            Ok(hits) => self.words_leg(hits).await,
            Err(error) if error.is_damage() => {
                tracing::warn!(%error, "the word index cannot be searched");
                notices.push(Notice {
                    message: "The word index is damaged and is built anew".into(),
                    hint: Some("Search again in a while; nothing is lost".into()),
                });
                Ok(Leg::default())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Best passage per document, plus what the names of its files add.
    async fn words_leg(&self, hits: WordHits) -> Result<Leg, Error> {
        let mut best: HashMap<Target, (Option<PassageId>, f32)> = HashMap::new();
        for hit in &hits.passages {
            best.entry(Target::Document(hit.document))
                .or_insert((Some(hit.passage), hit.score));
        }
        let ids: Vec<FileId> = hits.files.iter().map(|hit| hit.file).collect();
        let files = self.store.files_by_id(&ids).await?;
        let mut named: HashMap<Target, f32> = HashMap::new();
        for hit in &hits.files {
            let Some(file) = files.iter().find(|file| file.id == hit.file) else {
                continue;
            };
            let target = file
                .document
                .map_or(Target::File(file.id), Target::Document);
            let score = named.entry(target).or_default();
            *score = score.max(hit.score);
        }
        for (target, score) in named {
            best.entry(target).or_insert((None, 0.0)).1 += NAME_WEIGHT * score;
        }
        let mut targets: Vec<_> = best
            .into_iter()
            .map(|(target, (passage, score))| (target, passage, score))
            .collect();
        targets.sort_unstable_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        let last = hits.passages.last().map_or(0.0, |hit| hit.score);
        Ok(Leg {
            targets,
            passages: hits
                .passages
                .iter()
                .map(|hit| (hit.passage, hit.score))
                .collect(),
            floor: if hits.passages.len() < N_CANDIDATES {
                0.0
            } else {
                last
            },
        })
    }

    /// `None` when there is no meaning stage; a notice says why.
    pub(super) async fn meaning(
        &self,
        parsed: &ParsedQuery,
        timings: &mut Timings,
        notices: &mut Vec<Notice>,
    ) -> Result<Option<Leg>, Error> {
        let model = match &self.model {
            Ok(model) => model,
            Err(notice) => {
                notices.push(notice.clone());
                return Ok(None);
            }
        };
        if !model.spec().reads(&parsed.meaning) {
            notices.push(Notice {
                message: "Searched by words only: the model knows Latin letters alone".into(),
                hint: None,
            });
            return Ok(None);
        }
        if self.read_vectors(Vectors::is_empty) {
            return Ok(None);
        }
        let began = Instant::now();
        let embedded = self.embed(model, &parsed.meaning).await;
        timings.embed = Some(began.elapsed());
        let query = match embedded {
            Ok(query) => query,
            Err(error) => {
                notices.push(Notice {
                    message: format!("Searched by words only: {error}"),
                    hint: Some(
                        "Word search is complete; run the set-up again if this stays".into(),
                    ),
                });
                return Ok(None);
            }
        };
        let began = Instant::now();
        let (vectors, key) = (Arc::clone(&self.vectors), self.model_key.clone());
        let neighbours = cpu::run(move || {
            let vectors = vectors.read().unwrap_or_else(PoisonError::into_inner);
            // Another model may have taken over since the query was embedded.
            if vectors.model() == key {
                vectors.nearest(&query, N_CANDIDATES, N_PER_DOCUMENT)
            } else {
                Vec::new()
            }
        })
        .await?;
        let neighbours = self.admitted(parsed, neighbours).await?;
        timings.vectors = Some(began.elapsed());
        Ok(Some(meaning_leg(&neighbours)))
    }

    async fn embed(
        &self,
        model: &ModelWorker,
        query: &str,
    ) -> Result<Vec<f32>, nuthatch_models::Error> {
        let last = || {
            self.last_embedding
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let asked = (self.model_key.clone(), query.to_owned());
        if let Some((known, embedding)) = &*last()
            && *known == asked
        {
            return Ok(embedding.clone());
        }
        let mut embedded = model.embed(Role::Query, vec![query.to_owned()]).await?;
        let embedding = embedded.pop().unwrap_or_default();
        *last() = Some((asked, embedding.clone()));
        Ok(embedding)
    }

    /// Drops what a quoted phrase or an exclusion rules out.
    async fn admitted(
        &self,
        parsed: &ParsedQuery,
        neighbours: Vec<Neighbour>,
    ) -> Result<Vec<Neighbour>, Error> {
        if !parsed.has_conditions() {
            return Ok(neighbours);
        }
        let mut admitted = Vec::new();
        for neighbour in neighbours.into_iter().take(100) {
            if let Some(passage) = self.store.passage(neighbour.passage).await? {
                let text = self
                    .store
                    .text(passage.document, passage.start, passage.end)
                    .await?;
                if parsed.admits(&text) {
                    admitted.push(neighbour);
                }
            }
        }
        Ok(admitted)
    }

    fn read_vectors<T>(&self, read: impl FnOnce(&Vectors) -> T) -> T {
        read(&self.vectors.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn meaning_leg(neighbours: &[Neighbour]) -> Leg {
    let mut leg = Leg {
        // A similarity has no natural zero: the farthest candidate stands for it.
        floor: neighbours.last().map_or(0.0, |last| last.similarity),
        ..Leg::default()
    };
    let mut seen = HashSet::new();
    for neighbour in neighbours {
        leg.passages.push((neighbour.passage, neighbour.similarity));
        if seen.insert(neighbour.document) {
            let target = Target::Document(neighbour.document);
            leg.targets
                .push((target, Some(neighbour.passage), neighbour.similarity));
        }
    }
    leg
}
