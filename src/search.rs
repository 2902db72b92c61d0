//! What happens to a query: parse, retrieve by words and by meaning, fuse, rerank, highlight.
//!
//! Owns the order of results. Knows the parts below as they are; nothing of who asks or of how
//! results are drawn. Invariant: the word stage uses no model, and a later stage that fails
//! leaves the earlier one's results with a notice. Start reading at [`Search::run`].

mod blend;
mod candidates;
mod existence;
mod fusion;
mod highlight;
mod parse;
mod rerank;
mod rerankers;
mod retrieve;
mod show;
mod types;

use std::{
    sync::{Arc, Mutex, RwLock},
    time::{Duration, Instant},
};

use nuthatch_models::ModelWorker;

pub use candidates::N_RERANKED;
pub use highlight::{Highlighter, merge_ranges};
pub use parse::{MAX_QUERY_CHARS, MAX_QUERY_WORDS, ParsedQuery, parse, parse_prose};
pub use rerankers::{Reranker, Rerankers};
pub use types::{
    Error, NotReranked, Notice, Only, Ranked, Rankings, Ranks, RerankMode, Reranked, SearchRequest,
    SearchResult, SearchResults, Strength, Target, Timings,
};

use crate::{lexical::SharedLexical, store::Store, vectors::Vectors};

use self::{rerank::Reranking, retrieve::Leg};

/// After the time budget, a streamed search tells of further judgements so often.
const LATE_STEP: Duration = Duration::from_millis(400);
/// And goes on for so long at most, lest a slow machine computes on for minutes.
const LATE_LIMIT: Duration = Duration::from_secs(10);

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
}

/// A search under way.
struct Run<'a> {
    search: &'a Search,
    request: &'a SearchRequest,
    parsed: ParsedQuery,
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
            began: Instant::now(),
            notices: Vec::new(),
            timings: Timings::default(),
        };
        run.notices.clone_from(&run.parsed.notices);
        let words = run.words().await?;
        let wants_meaning = request.only != Some(Only::Words) && !run.parsed.meaning.is_empty();
        if let Some(words) = words.as_ref().filter(|_| wants_meaning) {
            let ranked = fusion::fuse(Some(words), None, request.limit);
            on_update(run.results(ranked, Reranked::default()).await?);
        }
        let meaning = if wants_meaning {
            let (timings, notices) = (&mut run.timings, &mut run.notices);
            self.meaning(&run.parsed, timings, notices).await?
        } else {
            None
        };
        let fuse = |limit| fusion::fuse(words.as_ref(), meaning.as_ref(), limit);
        let wanted = self.wants_reranking(request);
        if wanted.is_ok() {
            on_update(
                run.results(fuse(request.limit), Reranked::default())
                    .await?,
            );
        }
        let rerankers = match wanted {
            Ok(()) => self.rerankers.get().await.map_err(NotReranked::Failed),
            Err(why_not) => Err(why_not),
        };
        match rerankers {
            Ok(rerankers) => {
                let fused = fuse(request.limit.max(N_RERANKED));
                run.rerank(&rerankers, fused, &mut on_update).await
            }
            Err(why_not) => run.without_reranking(fuse(request.limit), why_not).await,
        }
    }

    fn parsed(&self, request: &SearchRequest) -> ParsedQuery {
        if request.prose {
            parse_prose(&request.query, &self.languages)
        } else {
            parse(&request.query, request.typing, &self.languages)
        }
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
    /// What has the words; a quoted phrase that nothing has is dropped.
    async fn words(&mut self) -> Result<Option<Leg>, Error> {
        if self.request.only == Some(Only::Meaning) {
            return Ok(None);
        }
        let mut words = self.search.words(&self.parsed, &mut self.notices).await?;
        if words.is_empty()
            && let Some(notice) = self.parsed.drop_phrases()
        {
            // While a phrase is being typed, that it is not found yet is no news.
            self.notices
                .extend((!self.request.typing).then_some(notice));
            words = self.search.words(&self.parsed, &mut self.notices).await?;
        }
        self.timings.words = Some(self.began.elapsed());
        Ok(Some(words))
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
                let ranked = reranking.ranked(self.request.limit);
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
            .results(reranking.ranked(self.request.limit), outcome)
            .await?;
        results.is_late = is_late;
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

    /// Loads what is to be shown of an order.
    async fn results(
        &mut self,
        ranked: Vec<Ranked>,
        reranked: Reranked,
    ) -> Result<SearchResults, Error> {
        let began = Instant::now();
        let (results, gone) = show::show(self.search, &self.parsed, ranked).await?;
        self.timings.show = began.elapsed();
        self.timings.total = self.began.elapsed();
        Ok(SearchResults {
            results,
            gone,
            notices: self.notices.clone(),
            timings: self.timings,
            reranked,
            is_late: false,
        })
    }
}
