//! What happens to a query: parse, retrieve by words and by meaning, fuse, group, highlight.
//!
//! Owns the order of results. Knows the parts below as they are; nothing of who asks or of how
//! results are drawn. Invariant: the word stage uses no model, and a later stage that fails
//! leaves the earlier one's results with a notice. Start reading at [`Search::run`].

mod fusion;
mod highlight;
mod parse;
mod show;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use nuthatch_models::{ModelWorker, Role};

pub use highlight::{Highlighter, merge_ranges};
pub use parse::{MAX_QUERY_CHARS, MAX_QUERY_WORDS, ParsedQuery, parse, parse_prose};

use crate::{
    cpu,
    document::{DocumentId, FileId, PassageId},
    lexical::{self, Depth, SharedLexical, WordHits},
    store::{self, Store},
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

/// A query with what is wanted of it.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// As typed.
    pub query: String,
    /// How many results at most.
    pub limit: usize,
    /// One retriever instead of both.
    pub only: Option<Only>,
    /// The query is still being typed: the last word also matches as a prefix.
    pub typing: bool,
    /// The query is prose: quotes and dashes in it are no operators.
    pub prose: bool,
}

/// One of the two retrievers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Words.
    Words,
    /// Meaning.
    Meaning,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct SearchResults {
    /// Files with their best passage, best first.
    pub results: Vec<SearchResult>,
    /// What the user should know about this search.
    pub notices: Vec<Notice>,
    /// How long each stage took.
    pub timings: Timings,
}

/// One file with its best passage.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// The file; with copies, the first by path.
    pub file: store::FileRow,
    /// Other files with the same content.
    pub copies: Vec<store::FileRow>,
    /// Its document, where it was read.
    pub document: Option<store::DocumentRow>,
    /// The best passage; absent when only the name matched.
    pub passage: Option<store::PassageRow>,
    /// The passage's text; empty without one.
    pub text: String,
    /// Character ranges of `text` that match the query's words.
    pub highlights: Vec<(usize, usize)>,
    /// Ordering score; larger is better, comparable within one search only.
    pub score: f64,
    /// How each stage saw it.
    pub ranks: Ranks,
}

/// A result's place in each stage, from 1, with the stage's own score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ranks {
    /// By words.
    pub words: Option<(usize, f32)>,
    /// By meaning.
    pub meaning: Option<(usize, f32)>,
}

/// Something the user should know, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Time spent by stage; absent when the stage did not run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Word retrieval.
    pub words: Option<Duration>,
    /// Embedding the query.
    pub embed: Option<Duration>,
    /// Vector retrieval.
    pub vectors: Option<Duration>,
    /// Loading and highlighting the results.
    pub show: Duration,
    /// Everything.
    pub total: Duration,
}

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The word index failed.
    #[error(transparent)]
    Lexical(#[from] lexical::Error),
    /// A computation failed.
    #[error(transparent)]
    Cpu(#[from] cpu::Error),
}

/// What is found: a content, or a file known by name only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// A document, whatever files have it.
    Document(DocumentId),
    /// A file without a document.
    File(FileId),
}

/// A target in the order of a search, not yet loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// What was found.
    pub target: Target,
    /// Its best passage.
    pub passage: Option<PassageId>,
    /// Ordering score.
    pub score: f64,
    /// How each stage saw it.
    pub ranks: Ranks,
}

/// One query's targets in the order of each stage, with the time that it took.
#[derive(Debug, Clone)]
pub struct Rankings {
    /// By words alone.
    pub words: Vec<Ranked>,
    /// By meaning alone; empty when there is no model.
    pub meaning: Vec<Ranked>,
    /// Both fused.
    pub hybrid: Vec<Ranked>,
    /// Word retrieval.
    pub words_took: Duration,
    /// Embedding the query and vector retrieval.
    pub meaning_took: Duration,
    /// Fusion alone.
    pub fusion_took: Duration,
}

/// A query with its embedding.
pub type LastEmbedding = Arc<Mutex<Option<(String, Vec<f32>)>>>;

/// What a search draws on; cheap to clone.
#[derive(Debug, Clone)]
pub struct Search {
    /// The truth.
    pub store: Store,
    /// The word index; absent when it cannot be opened.
    pub lexical: Option<SharedLexical>,
    /// The embeddings.
    pub vectors: Arc<RwLock<Vectors>>,
    /// The model process; or why there is none.
    pub model: Result<Arc<ModelWorker>, Notice>,
    /// The last query that was embedded: typing, settling and following changes ask for it again.
    pub last_embedding: LastEmbedding,
    /// Languages of the library's documents (ISO 639-3), the most common first.
    pub languages: Arc<[String]>,
}

/// One retriever's view: targets in order, each with its best passage and score.
#[derive(Debug, Clone, Default)]
struct Leg {
    targets: Vec<(Target, Option<PassageId>, f32)>,
    /// Passages in order with their scores, for choosing which passage to show.
    passages: Vec<(PassageId, f32)>,
    /// The score that counts for nothing: that of the last candidate where more were to be had.
    floor: f32,
}

impl Search {
    /// Runs every wanted stage. `on_words` gets the word stage's results as soon as they are
    /// there, unless they are the final ones.
    pub async fn run(
        &self,
        request: &SearchRequest,
        on_words: impl FnOnce(SearchResults) + Send,
    ) -> Result<SearchResults, Error> {
        let began = Instant::now();
        let mut parsed = self.parsed(request);
        let mut timings = Timings::default();
        let mut notices = parsed.notices.clone();
        let words = if request.only == Some(Only::Meaning) {
            None
        } else {
            let mut words = self.words(&parsed, &mut notices).await?;
            if words.targets.is_empty()
                && let Some(notice) = parsed.drop_phrases()
            {
                // While a phrase is being typed, that it is not found yet is no news.
                notices.extend((!request.typing).then_some(notice));
                words = self.words(&parsed, &mut notices).await?;
            }
            timings.words = Some(began.elapsed());
            Some(words)
        };
        let wants_meaning = request.only != Some(Only::Words) && !parsed.meaning.is_empty();
        if let Some(words) = words.as_ref().filter(|_| wants_meaning) {
            let ranked = fusion::fuse(Some(words), None, request.limit);
            let results = show::show(self, &parsed, ranked).await?;
            on_words(SearchResults {
                results,
                notices: notices.clone(),
                timings,
            });
        }
        let meaning = if wants_meaning {
            self.meaning(&parsed, &mut timings, &mut notices).await?
        } else {
            None
        };
        let ranked = fusion::fuse(words.as_ref(), meaning.as_ref(), request.limit);
        let show_began = Instant::now();
        let results = show::show(self, &parsed, ranked).await?;
        timings.show = show_began.elapsed();
        timings.total = began.elapsed();
        Ok(SearchResults {
            results,
            notices,
            timings,
        })
    }

    fn parsed(&self, request: &SearchRequest) -> ParsedQuery {
        if request.prose {
            parse_prose(&request.query, &self.languages)
        } else {
            parse(&request.query, request.typing, &self.languages)
        }
    }

    /// The order alone, for measuring: each retriever's and both fused, without loading texts.
    pub async fn rank(&self, request: &SearchRequest) -> Result<Rankings, Error> {
        let parsed = self.parsed(request);
        let (mut notices, mut timings) = (Vec::new(), Timings::default());
        let began = Instant::now();
        let words = self.words(&parsed, &mut notices).await?;
        let words_took = began.elapsed();
        let began = Instant::now();
        let meaning = self.meaning(&parsed, &mut timings, &mut notices).await?;
        let meaning_took = began.elapsed();
        let began = Instant::now();
        let hybrid = fusion::fuse(Some(&words), meaning.as_ref(), request.limit);
        Ok(Rankings {
            hybrid,
            words: fusion::fuse(Some(&words), None, request.limit),
            meaning: fusion::fuse(None, meaning.as_ref(), request.limit),
            words_took,
            meaning_took,
            fusion_took: began.elapsed(),
        })
    }

    async fn words(&self, parsed: &ParsedQuery, notices: &mut Vec<Notice>) -> Result<Leg, Error> {
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
        let hits = cpu::run(move || lexical.search(&query, depth)).await??;
        self.words_leg(hits).await
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
    async fn meaning(
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
        let vectors = Arc::clone(&self.vectors);
        let neighbours = cpu::run(move || {
            vectors
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .nearest(&query, N_CANDIDATES, N_PER_DOCUMENT)
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
        if let Some((text, embedding)) = &*last()
            && text == query
        {
            return Ok(embedding.clone());
        }
        let mut embedded = model.embed(Role::Query, vec![query.to_owned()]).await?;
        let embedding = embedded.pop().unwrap_or_default();
        *last() = Some((query.to_owned(), embedding.clone()));
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
    let mut seen = std::collections::HashSet::new();
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
