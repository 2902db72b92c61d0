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

use super::{Error, Feedback, Notice, ParsedQuery, Search, Target, Timings};
use crate::{
    cpu,
    document::{Admitted, FileId, IdSet, PassageId},
    lexical::{self, Coverage, Depth, Lexical, States, WordHits},
    store::FileRow,
    vectors::Neighbour,
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
    /// By words: see [`WordHits::coverage`].
    pub(super) coverage: Option<Coverage>,
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
        admitted: Option<&Arc<Admitted>>,
        notices: &mut Vec<Notice>,
    ) -> Result<Leg, Error> {
        if parsed.words.is_empty() {
            return self.newest(admitted, Leg::default()).await;
        }
        let leg = self.by_words(parsed, admitted, notices).await?;
        if parsed.is_exhaustive {
            return self.newest(admitted, leg).await;
        }
        Ok(leg)
    }

    async fn by_words(
        &self,
        parsed: &ParsedQuery,
        admitted: Option<&Arc<Admitted>>,
        notices: &mut Vec<Notice>,
    ) -> Result<Leg, Error> {
        let (query, admitted) = (parsed.words.clone(), admitted.cloned());
        let depth = Depth {
            n_passages: N_CANDIDATES,
            n_per_document: N_PER_DOCUMENT,
            n_files: N_NAMES,
        };
        let search = move |index: &Lexical| index.search(&query, depth, admitted.as_ref());
        match self.ask(search, notices).await? {
            Some(hits) => self.words_leg(hits).await,
            None => Ok(Leg::default()),
        }
    }

    /// Asks the word index. `None`, with a notice, where it has no answer.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Lexical) -> lexical::Result<T> + Send + 'static,
        notices: &mut Vec<Notice>,
    ) -> Result<Option<T>, Error> {
        let Some(lexical) = self.lexical.clone() else {
            notices.push(Notice {
                message: "The word index cannot be opened".into(),
                hint: Some("It is rebuilt when the library is next opened for writing".into()),
            });
            return Ok(None);
        };
        match cpu::run(move || question(&lexical)).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_damage() => {
                tracing::warn!(%error, "the word index cannot be searched");
                notices.push(Notice {
                    message: "The word index is damaged and is built anew".into(),
                    hint: Some("Search again in a while; nothing is lost".into()),
                });
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What meets the query's condition; `None` where everything does.
    pub(super) async fn admitted(
        &self,
        parsed: &ParsedQuery,
        notices: &mut Vec<Notice>,
    ) -> Result<Option<Arc<Admitted>>, Error> {
        let Some(condition) = parsed.condition.clone() else {
            return Ok(None);
        };
        let mut states = States::new();
        for state in condition.states() {
            let files = self.store.files_in_state(state).await?;
            let mut set = IdSet::new();
            for file in files {
                set.grow_and_insert(file.0 as usize);
            }
            states.insert(state, set);
        }
        let admitted = self
            .ask(move |index| index.admitted(&condition, &states), notices)
            .await?;
        Ok(Some(Arc::new(admitted.unwrap_or_default())))
    }

    /// What words found, and behind it the files that are admitted all the same, the newest first.
    async fn newest(&self, admitted: Option<&Arc<Admitted>>, mut leg: Leg) -> Result<Leg, Error> {
        let Some(admitted) = admitted.cloned() else {
            return Ok(leg);
        };
        let newest = move |index: &Lexical| index.newest(&admitted.files, N_CANDIDATES);
        let ids = self.ask(newest, &mut Vec::new()).await?.unwrap_or_default();
        let files = self.store.files_by_id(&ids).await?;
        let found = leg.targets.iter();
        let mut seen: HashSet<Target> = found.map(|&(target, ..)| target).collect();
        for (rank, id) in ids.iter().enumerate() {
            let Some(file) = files.iter().find(|file| file.id == *id) else {
                continue;
            };
            let target = target_of(file);
            if seen.insert(target) {
                // Below all that a word scores, and still in order.
                let score = (N_CANDIDATES - rank) as f32 * f32::MIN_POSITIVE;
                leg.targets.push((target, None, score));
            }
        }
        Ok(leg)
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
            let target = target_of(file);
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
            coverage: hits.coverage,
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
        (parsed, feedback): (&ParsedQuery, &Feedback),
        admitted: Option<&Arc<Admitted>>,
        (timings, notices): (&mut Timings, &mut Vec<Notice>),
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
        if self.has_no_vectors() {
            return Ok(None);
        }
        let began = Instant::now();
        let embedded = if parsed.meaning.is_empty() {
            Ok(Vec::new())
        } else {
            self.embed(model, &parsed.meaning).await
        };
        timings.embed.get_or_insert_with(|| began.elapsed());
        let query = match embedded {
            Ok(query) => query,
            Err(error) => {
                notices.push(Notice {
                    message: format!("Searched by words only: {error}"),
                    hint: Some(
                        "Word search is complete; install Nuthatch again if this stays".into(),
                    ),
                });
                return Ok(None);
            }
        };
        let Some(query) = self.moved(&query, feedback) else {
            return Ok(None);
        };
        let began = Instant::now();
        let (vectors, key) = (Arc::clone(&self.vectors), self.model_key.clone());
        let admitted = admitted.cloned();
        let neighbours = cpu::run(move || {
            let vectors = vectors.read().unwrap_or_else(PoisonError::into_inner);
            // Another model may have taken over since the query was embedded.
            if vectors.model() == key {
                vectors.nearest(&query, N_CANDIDATES, N_PER_DOCUMENT, admitted.as_deref())
            } else {
                Vec::new()
            }
        })
        .await?;
        timings.vectors = Some(began.elapsed());
        Ok(Some(meaning_leg(&neighbours)))
    }

    pub(super) async fn embed(
        &self,
        model: &ModelWorker,
        query: &str,
    ) -> Result<Vec<f32>, nuthatch_models::Error> {
        if let Some(embedding) = self.embedded(query) {
            return Ok(embedding);
        }
        let mut embedded = model.embed(Role::Query, vec![query.to_owned()]).await?;
        let embedding = embedded.pop().unwrap_or_default();
        let asked = (self.model_key.clone(), query.to_owned());
        *self
            .last_embedding
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some((asked, embedding.clone()));
        Ok(embedding)
    }

    /// The embedding of a query, if it was the last one to be embedded.
    pub fn embedded(&self, query: &str) -> Option<Vec<f32>> {
        let last = self
            .last_embedding
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let ((model, known), embedding) = last.as_ref()?;
        (*model == self.model_key && known == query).then(|| embedding.clone())
    }

    pub(super) fn has_no_vectors(&self) -> bool {
        let vectors = self.vectors.read();
        vectors.unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

fn target_of(file: &FileRow) -> Target {
    let content = file.document;
    content.map_or(Target::File(file.id), Target::Document)
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
