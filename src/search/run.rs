//! One search under way: what it knows so far, its stages, and loading what is to be shown.
//!
//! Owns the notices and times of a search. In which order the stages run is `search.rs`'s.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Error, NotReranked, Notice, Only, ParsedQuery, Ranked, RerankMode, Reranked, Reranker, Search,
    SearchRequest, SearchResult, SearchResults, Target, Timings, rerank::Reranking, retrieve::Leg,
    sentences, show, versions, wide,
};
use crate::document::{Admitted, DocumentId, PassageId};

/// After the time budget, a streamed search tells of further judgements so often.
const LATE_STEP: Duration = Duration::from_millis(400);
/// And goes on for so long at most, lest a slow machine computes on for minutes.
const LATE_LIMIT: Duration = Duration::from_secs(10);

/// A search under way.
pub(super) struct Run<'a> {
    pub(super) search: &'a Search,
    pub(super) request: &'a SearchRequest,
    pub(super) parsed: ParsedQuery,
    /// What meets the query's condition; `None` where everything does.
    pub(super) admitted: Option<Arc<Admitted>>,
    /// What was liked and is the whole query: it is not among what is like it.
    pub(super) left_out: Vec<DocumentId>,
    /// The best passages, whichever documents they are of.
    pub(super) passages: Vec<PassageId>,
    pub(super) began: Instant,
    pub(super) notices: Vec<Notice>,
    pub(super) timings: Timings,
}

impl<'a> Run<'a> {
    pub(super) fn new(search: &'a Search, request: &'a SearchRequest, parsed: ParsedQuery) -> Self {
        Self {
            search,
            request,
            parsed,
            admitted: None,
            left_out: Vec::new(),
            passages: Vec::new(),
            began: Instant::now(),
            notices: Vec::new(),
            timings: Timings::default(),
        }
    }

    /// What the user said of earlier results moves the query.
    pub(super) async fn learn(&mut self) -> Result<(), Error> {
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
    pub(super) async fn words(&mut self) -> Result<Option<Leg>, Error> {
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
    pub(super) async fn rerank(
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
    pub(super) async fn with_sentences(
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

    pub(super) async fn without_reranking(
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
    pub(super) async fn results(
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
            passages: self.passages.clone(),
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
