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
mod sentences;
mod show;
mod types;
mod versions;

use std::{
    path::PathBuf,
    pin::pin,
    sync::{Arc, Mutex, RwLock},
    time::{Duration, Instant, SystemTime},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use nuthatch_models::ModelWorker;

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

use crate::{
    document::{Admitted, DocumentId},
    lexical::SharedLexical,
    store::Store,
    vectors::Vectors,
};

use self::{rerank::Reranking, retrieve::Leg};

/// After the time budget, a streamed search tells of further judgements so often.
const LATE_STEP: Duration = Duration::from_millis(400);
/// And goes on for so long at most, lest a slow machine computes on for minutes.
const LATE_LIMIT: Duration = Duration::from_secs(10);

/// Results beyond those that are shown: see [`wide`].
const N_SPARE: usize = 10;

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

/// A search under way.
struct Run<'a> {
    search: &'a Search,
    request: &'a SearchRequest,
    parsed: ParsedQuery,
    /// What meets the query's condition; `None` where everything does.
    admitted: Option<Arc<Admitted>>,
    /// What was liked and is the whole query: it is not among what is like it.
    left_out: Vec<DocumentId>,
    began: Instant,
    notices: Vec<Notice>,
    timings: Timings,
}

impl Search {
    /// Runs every wanted stage. `on_update` gets what each stage made, as soon as it is there,
    /// except the last one's, which is returned.
    pub async fn run(
        &self,
        request: &SearchRequest,
        mut on_update: impl FnMut(SearchResults) + Send,
    ) -> Result<SearchResults, Error> {
        let mut run = Run {
            search: self,
            request,
            parsed: self.parsed(request),
            admitted: None,
            left_out: Vec::new(),
            began: Instant::now(),
            notices: Vec::new(),
            timings: Timings::default(),
        };
        run.learn().await?;
        let (query, mut embedded) = (run.parsed.meaning.clone(), None);
        let mut embedding = pin!(self.embed_ahead(request, &query));
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
        if let Some(words) = words.as_ref().filter(|_| wants_meaning) {
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
        if wanted.is_ok() {
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

impl Run<'_> {
    /// What the user said of earlier results moves the query.
    async fn learn(&mut self) -> Result<(), Error> {
        let feedback = &self.request.feedback;
        if feedback.is_empty() {
            return Ok(());
        }
        let is_whole_query = self.parsed.is_empty();
        let liked = self.search.learn_words(feedback, &mut self.parsed).await?;
        if is_whole_query {
            self.left_out = liked;
        }
        Ok(())
    }

    /// What meets the conditions and has the words; where nothing has what must be there, what has the
    /// same words in any way.
    async fn words(&mut self) -> Result<Option<Leg>, Error> {
        if !self.request.typing {
            let notices = &mut self.notices;
            self.search.correct(&mut self.parsed, notices).await?;
        }
        let is_wanted = self.request.only != Some(Only::Meaning);
        let n_notices = self.notices.len();
        let mut words = self.retrieve(is_wanted).await?;
        // Where the word index cannot answer, and has said so, nothing is known to be missing.
        let is_answered = self.notices.len() == n_notices;
        if is_answered
            && self.admits_nothing()
            && let Some(relaxed) = self.parsed.relaxed()
        {
            self.parsed = relaxed;
            words = self.retrieve(is_wanted).await?;
            if !words.is_empty() && !self.request.typing {
                self.notices.push(Notice {
                    message: "Nothing has all that must be there; these are the nearest".into(),
                    hint: Some(
                        "Leave out quotes, signs and operators to search like this from the start"
                            .into(),
                    ),
                });
            }
        }
        if is_answered && self.admits_nothing() && !self.request.typing {
            self.notices.push(Notice {
                message: "No file meets these conditions".into(),
                hint: Some("Take one of them away".into()),
            });
        }
        self.timings.words = is_wanted.then(|| self.began.elapsed());
        Ok(is_wanted.then_some(words))
    }

    fn admits_nothing(&self) -> bool {
        let admitted = self.admitted.as_ref();
        admitted.is_some_and(|admitted| admitted.files.is_clear())
    }

    async fn retrieve(&mut self, is_wanted: bool) -> Result<Leg, Error> {
        let (search, notices) = (self.search, &mut self.notices);
        self.admitted = search.admitted(&self.parsed, notices).await?;
        if !is_wanted {
            return Ok(Leg::default());
        }
        search
            .words(&self.parsed, self.admitted.as_ref(), notices)
            .await
    }

    /// Reranks within the time budget and, if that is wanted, on to the end.
    async fn rerank(
        &mut self,
        rerankers: &[Reranker],
        fused: Vec<Ranked>,
        on_update: &mut (impl FnMut(SearchResults) + Send),
    ) -> Result<SearchResults, Error> {
        let began = Instant::now();
        let budget = self.request.rerank_budget;
        let budget = budget.unwrap_or(self.search.rerank_budget);
        let mut reranking = Reranking::new(self.search, rerankers, &self.parsed, fused).await?;
        reranking.wait_for_models().await;
        // Loading may have taken longer than anybody waits.
        let mut is_late = began.elapsed() > budget;
        let mode = self.request.reranking;
        reranking
            .judge_for((mode != RerankMode::Whole).then_some(budget))
            .await;
        let (in_time, mut n_told) = (Instant::now(), 0);
        while mode == RerankMode::Streamed
            && !reranking.is_complete()
            && in_time.elapsed() < LATE_LIMIT
        {
            let so_far = reranking.outcome();
            if so_far.n_judged > n_told {
                n_told = so_far.n_judged;
                let ranked = reranking.ranked(wide(self.request.limit));
                let mut results = self.results(ranked, so_far).await?;
                results.timings.rerank = Some(began.elapsed());
                results.is_late = is_late;
                on_update(results);
            }
            is_late = true;
            reranking.judge_on(LATE_STEP).await;
        }
        let outcome = reranking.outcome();
        if let Some(NotReranked::Failed(notice)) = &outcome.why_not {
            self.notices.push(notice.clone());
        }
        self.timings.rerank = Some(began.elapsed());
        let mut results = self
            .results(reranking.ranked(wide(self.request.limit)), outcome)
            .await?;
        results.is_late = is_late;
        Ok(results)
    }

    /// The final order goes out before the sentences are looked for.
    async fn with_sentences(
        &self,
        mut results: SearchResults,
        on_update: &mut (impl FnMut(SearchResults) + Send),
    ) -> Result<SearchResults, Error> {
        let is_wanted = self.request.sentences && !self.request.typing;
        let (Some(query), Ok(model)) = (
            self.search.embedded(&self.parsed.meaning),
            &self.search.model,
        ) else {
            return Ok(results);
        };
        if is_wanted && results.timings.vectors.is_some() {
            on_update(results.clone());
            let began = Instant::now();
            sentences::mark(model, &query, &mut results.results).await;
            results.timings.sentences = Some(began.elapsed());
        }
        Ok(results)
    }

    async fn without_reranking(
        &mut self,
        fused: Vec<Ranked>,
        why_not: NotReranked,
    ) -> Result<SearchResults, Error> {
        if let NotReranked::Failed(notice) = &why_not {
            self.notices.push(notice.clone());
        }
        let none = Reranked {
            why_not: Some(why_not),
            ..Reranked::default()
        };
        self.results(fused, none).await
    }

    /// Loads results and puts them behind those that are there; versions become one.
    async fn shown(
        &self,
        ranked: Vec<Ranked>,
        mut before: Vec<SearchResult>,
    ) -> Result<(Vec<SearchResult>, Vec<PathBuf>), Error> {
        let admitted = self.admitted.as_deref();
        let (results, gone) = show::show(self.search, &self.parsed, admitted, ranked).await?;
        before.extend(results);
        // Whoever asks for files by their names and dates wants to see them all.
        if self.parsed.words.is_empty() {
            return Ok((before, gone));
        }
        let folded = versions::fold_versions(self.search, &self.parsed.words, before).await?;
        Ok((folded, gone))
    }

    /// Loads what is to be shown of an order.
    async fn results(
        &mut self,
        ranked: Vec<Ranked>,
        reranked: Reranked,
    ) -> Result<SearchResults, Error> {
        let began = Instant::now();
        let left_out = |ranked: &Ranked| matches!(ranked.target, Target::Document(id) if self.left_out.contains(&id));
        let mut ranked: Vec<Ranked> = ranked
            .into_iter()
            .filter(|ranked| !left_out(ranked))
            .collect();
        let limit = self.request.limit;
        let spare = ranked.split_off(limit.min(ranked.len()));
        let (mut results, mut gone) = self.shown(ranked, Vec::new()).await?;
        if results.len() < limit && !spare.is_empty() {
            let (more, also_gone) = self.shown(spare, results).await?;
            results = more;
            gone.extend(also_gone);
        }
        results.truncate(limit);
        self.timings.show = began.elapsed();
        self.timings.total = self.began.elapsed();
        Ok(SearchResults {
            results,
            gone,
            notices: self.notices.clone(),
            chips: self.parsed.chips.clone(),
            hints: self.parsed.hints.clone(),
            timings: self.timings,
            reranked,
            is_late: false,
        })
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
