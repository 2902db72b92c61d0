//! What happens to a query: parse, retrieve by words and by meaning, fuse, rerank, highlight.
//!
//! Owns the order of results. Knows the parts below as they are; nothing of who asks or of how
//! results are drawn. Invariant: the word stage uses no model, and a later stage that fails
//! leaves the earlier one's results with a notice. Start reading at [`Search::run`].

mod blend;
mod candidates;
mod correct;
mod existence;
mod feedback;
mod fusion;
mod highlight;
mod parse;
mod rerank;
mod rerankers;
mod retrieve;
mod run;
mod sentences;
mod show;
mod types;
mod versions;
mod within;

use std::{
    pin::pin,
    sync::{Arc, Mutex, RwLock},
    time::{Duration, Instant, SystemTime},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use nuthatch_models::ModelWorker;
use tokio::time::sleep;

pub use candidates::N_RERANKED;
pub use feedback::Feedback;
pub use highlight::{Highlighter, merge_ranges};
pub use parse::{
    Chip, ChipKind, Context, Hint, MAX_QUERY_CHARS, MAX_QUERY_WORDS, ParsedQuery, parse,
    parse_prose,
};
pub use rerankers::{Reranker, Rerankers};
pub use types::{
    Error, NotReranked, Notice, Only, Ranked, Rankings, Ranks, RerankMode, Reranked, SearchRequest,
    SearchResult, SearchResults, Strength, Target, Timings,
};
pub use within::FoundPassage;

use crate::{lexical::SharedLexical, store::Store, vectors::Vectors};

use self::{rerank::Reranking, run::Run};

/// Results beyond those that are shown: see [`wide`].
const N_SPARE: usize = 10;

/// While somebody types, the rows by words are on the screen before a model takes the cores; and whoever
/// types faster costs no embedding at all.
const TYPING_LEAD: Duration = Duration::from_millis(60);

/// A model and a query, with its embedding.
pub type LastEmbedding = Arc<Mutex<Option<((String, String), Vec<f32>)>>>;

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
    /// What keys its vectors.
    pub model_key: String,
    /// The last query that was embedded: typing, settling and following changes ask for it again.
    pub last_embedding: LastEmbedding,
    /// Languages of the library's documents (ISO 639-3), the most common first.
    pub languages: Arc<[String]>,
    /// The rerankers that this machine runs.
    pub rerankers: Rerankers,
    /// How long reranking may take before an order is shown.
    pub rerank_budget: Duration,
    /// What `today` is counted from.
    pub now: SystemTime,
}

impl Search {
    /// Runs every wanted stage. `on_update` gets what each stage made, as soon as it is there,
    /// except the last one's, which is returned.
    pub async fn run(
        &self,
        request: &SearchRequest,
        mut on_update: impl FnMut(SearchResults) + Send,
    ) -> Result<SearchResults, Error> {
        let mut run = Run::new(self, request, self.parsed(request));
        run.learn().await?;
        let (query, mut embedded) = (run.parsed.meaning.clone(), None);
        let embedding = async {
            if request.typing {
                sleep(TYPING_LEAD).await;
            }
            self.embed_ahead(request, &query).await
        };
        let mut embedding = pin!(embedding);
        let words = {
            let mut words = pin!(run.words());
            tokio::select! {
                found = &mut words => found?,
                took = &mut embedding => {
                    embedded = Some(took);
                    words.await?
                }
            }
        };
        let says_something = !run.parsed.meaning.is_empty() || !request.feedback.is_empty();
        let wants_meaning = request.only != Some(Only::Words) && says_something;
        let wants_stages = request.n_passages == 0;
        if let Some(words) = words.as_ref().filter(|_| wants_meaning && wants_stages) {
            let ranked = fusion::fuse(Some(words), None, wide(request.limit));
            on_update(run.results(ranked, Reranked::default()).await?);
        }
        let meaning = if wants_meaning {
            run.timings.embed = match embedded {
                Some(took) => took,
                None => embedding.await,
            };
            let asked = (&run.parsed, &request.feedback);
            let to_tell = (&mut run.timings, &mut run.notices);
            self.meaning(asked, run.admitted.as_ref(), to_tell).await?
        } else {
            None
        };
        let fuse = |limit| fusion::fuse(words.as_ref(), meaning.as_ref(), limit);
        let wanted = if run.parsed.meaning.is_empty() {
            // There is nothing to judge by.
            Err(NotReranked::Unwanted)
        } else {
            self.wants_reranking(request)
        };
        run.passages = fusion::passages(words.as_ref(), meaning.as_ref(), request.n_passages);
        if wanted.is_ok() && wants_stages {
            on_update(
                run.results(fuse(wide(request.limit)), Reranked::default())
                    .await?,
            );
        }
        let rerankers = match wanted {
            Ok(()) => self.rerankers.get().await.map_err(NotReranked::Failed),
            Err(why_not) => Err(why_not),
        };
        let results = match rerankers {
            Ok(rerankers) => {
                let fused = fuse(wide(request.limit).max(N_RERANKED));
                run.rerank(&rerankers, fused, &mut on_update).await?
            }
            Err(why_not) => {
                run.without_reranking(fuse(wide(request.limit)), why_not)
                    .await?
            }
        };
        run.with_sentences(results, &mut on_update).await
    }

    fn parsed(&self, request: &SearchRequest) -> ParsedQuery {
        if request.prose {
            return parse_prose(&request.query, &self.languages);
        }
        let context = Context {
            typing: request.typing,
            languages: &self.languages,
            today: day(self.now),
        };
        parse(&request.query, context)
    }

    /// Embeds a query while words are looked up; both take about as long. How long it took; `None` where
    /// there is nothing to embed, or no way to.
    async fn embed_ahead(&self, request: &SearchRequest, query: &str) -> Option<Duration> {
        let model = self.model.as_ref().ok()?;
        let is_wanted = request.only != Some(Only::Words) && !query.is_empty();
        if !is_wanted || !model.spec().reads(query) || self.has_no_vectors() {
            return None;
        }
        let began = Instant::now();
        // What fails here fails again where it is told.
        self.embed(model, query).await.ok()?;
        Some(began.elapsed())
    }

    /// Whether a request is to be reranked, or why not. While the user types, the models are loaded.
    fn wants_reranking(&self, request: &SearchRequest) -> Result<(), NotReranked> {
        if request.reranking == RerankMode::Off || request.only.is_some() {
            return Err(NotReranked::Unwanted);
        }
        if self.rerankers.is_empty() {
            return Err(NotReranked::NotInstalled);
        }
        if request.typing {
            tokio::spawn(self.rerankers.clone().warm_up());
            return Err(NotReranked::Unwanted);
        }
        Ok(())
    }

    /// The order alone, for measuring: each retriever's, both fused, and the best of these
    /// reranked, without loading texts for show.
    pub async fn rank(&self, request: &SearchRequest) -> Result<Rankings, Error> {
        let mut parsed = self.parsed(request);
        let (mut notices, mut timings) = (Vec::new(), Timings::default());
        let began = Instant::now();
        self.correct(&mut parsed, &mut notices).await?;
        let admitted = self.admitted(&parsed, &mut notices).await?;
        let words = self.words(&parsed, admitted.as_ref(), &mut notices).await?;
        let words_took = began.elapsed();
        let began = Instant::now();
        let to_tell = (&mut timings, &mut notices);
        let asked = (&parsed, &request.feedback);
        let meaning = self.meaning(asked, admitted.as_ref(), to_tell).await?;
        let meaning_took = began.elapsed();
        let began = Instant::now();
        let hybrid = fusion::fuse(Some(&words), meaning.as_ref(), request.limit);
        let fusion_took = began.elapsed();
        let began = Instant::now();
        let reranked = self.reranked(request, &parsed, &hybrid).await?;
        Ok(Rankings {
            hybrid,
            reranked,
            words: fusion::fuse(Some(&words), None, request.limit),
            meaning: fusion::fuse(None, meaning.as_ref(), request.limit),
            words_took,
            meaning_took,
            fusion_took,
            rerank_took: began.elapsed(),
        })
    }

    async fn reranked(
        &self,
        request: &SearchRequest,
        parsed: &ParsedQuery,
        hybrid: &[Ranked],
    ) -> Result<Option<Vec<Ranked>>, Error> {
        if self.wants_reranking(request).is_err() {
            return Ok(None);
        }
        let Ok(rerankers) = self.rerankers.get().await else {
            return Ok(None);
        };
        let mut reranking = Reranking::new(self, &rerankers, parsed, hybrid.to_vec()).await?;
        reranking.judge_for(None).await;
        let is_judged = reranking.outcome().n_judged > 0;
        Ok(is_judged.then(|| reranking.ranked(request.limit)))
    }
}

/// How many are looked at for so many rows: versions that are folded into one leave room for others.
fn wide(limit: usize) -> usize {
    match limit {
        0 => 0,
        limit => limit.saturating_add(N_SPARE),
    }
}

/// Which day it is here.
pub fn day(now: SystemTime) -> Date {
    let now = Timestamp::try_from(now).unwrap_or_default();
    now.to_zoned(TimeZone::system()).date()
}
