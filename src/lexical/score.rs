//! How words are scored: a [`WordQuery`] becomes a tantivy query.
//!
//! Passages: BM25 on stems, helped by title and headings, by the exact form, and by words that stand
//! together. File names are scored apart, since they are entries of their own. What is not admitted
//! is left out while collecting, before the best are cut off.

mod exact;

use std::sync::Arc;

use tantivy::{
    DocAddress, Executor, Searcher, Term,
    collector::{Collector, FilterCollector, TopDocs},
    columnar::Column,
    query::{
        Bm25StatisticsProvider, BooleanQuery, BoostQuery, DisjunctionMaxQuery, EnableScoring,
        Occur, PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    cpu,
    document::{Admitted, DocumentId, FileId, PassageId},
    lexical::{
        Depth, FileHit, PassageHit, Phrase, Result, WordHits, WordQuery, WordTerm,
        collect::BestPassages,
        coverage::{N_PASSAGES, coverage},
        schema::Fields,
        tokens::{is_function_word, is_stop_word},
        vocabulary::{beginning_with, near},
    },
};

// The three weights were chosen on cranfield, CISI, CACM and XQuAD with `nuthatch eval`.
/// Weight of a match in title or headings beside one in the text.
const TITLE_WEIGHT: f32 = 0.15;
/// Weight of the exact form beside the stem.
const EXACT_WEIGHT: f32 = 0.2;
/// Weight of a word that only makes a sentence of a query, beside 1.
const FUNCTION_WEIGHT: f32 = 0.1;
/// Weight of a Han character beside a pair of them. On `XQuAD` in Chinese, in a simulation of BM25, pairs alone
/// have an nDCG@10 of .9626, with characters at .2 and .5 .9675 and .9682, and jieba's words .9624.
const CHARACTER_WEIGHT: f32 = 0.35;
/// Weight of a folder's name beside the file's own.
const FOLDER_WEIGHT: f32 = 0.3;
/// Weight of a word that is still being typed.
const TYPED_WEIGHT: f32 = 0.5;
/// Weight of a word that is written much like the one that was asked for.
const NEAR_WEIGHT: f32 = 0.6;

pub(super) fn search(
    searcher: &Searcher,
    fields: Fields,
    query: &WordQuery,
    depth: Depth,
    admitted: Option<&Arc<Admitted>>,
) -> Result<WordHits> {
    if query.is_empty() {
        return Ok(WordHits::default());
    }
    let mut hits = WordHits::default();
    let statistics = Statistics::of(searcher, "passage")?;
    let ids = numbers(searcher, "passage")?;
    let exact = exact_terms(query);
    let best = BestPassages {
        limit: depth.n_passages,
        per_document: depth.n_per_document,
        admitted: admitted.cloned(),
    };
    let passages = passages(searcher, fields, query, exact.is_empty())?;
    let mut found = statistics.collect(&passages, &best)?;
    exact::add(&statistics, fields, &exact, &mut found)?;
    let first = found
        .iter()
        .take(N_PASSAGES)
        .map(|&(_, address, _)| address);
    let best_passages: Vec<DocAddress> = first.collect();
    for (score, address, document) in found {
        hits.passages.push(PassageHit {
            passage: PassageId(number(&ids, address)),
            document: DocumentId(document as i64),
            score,
        });
    }
    let statistics = Statistics::of(searcher, "file")?;
    let ids = numbers(searcher, "file")?;
    let names = names(searcher, fields, query)?;
    let best = TopDocs::with_limit(depth.n_files.max(1)).order_by_score();
    let found = match admitted.cloned() {
        None => statistics.collect(&names, &best)?,
        Some(admitted) => {
            let has = move |file: u64| admitted.has_file(FileId(file as i64));
            let best = FilterCollector::new("file".to_owned(), has, best);
            statistics.collect(&names, &best)?
        }
    };
    let best_files: Vec<DocAddress> = found.iter().map(|&(_, at)| at).collect();
    hits.coverage = coverage(searcher, fields, &query.terms, &best_passages, &best_files)?;
    for (score, address) in found {
        hits.files.push(FileHit {
            file: FileId(number(&ids, address)),
            score,
        });
    }
    Ok(hits)
}

/// How many passages have a word, by its commonest stem.
pub(super) fn n_having(searcher: &Searcher, fields: Fields, term: &WordTerm) -> Result<u64> {
    let mut n = 0;
    for stem in &term.stems {
        n = n.max(searcher.doc_freq(&Term::from_field_text(fields.stems, stem))?);
    }
    Ok(n)
}

/// How much a word tells that so many passages have: its inverse frequency as BM25 has it.
pub(super) fn rarity(searcher: &Searcher, n_having: u64) -> Result<f32> {
    let n_passages = Statistics::of(searcher, "passage")?.n_entries as f32;
    let n = n_having as f32;
    Ok((1.0 + (n_passages - n + 0.5).max(0.0) / (n + 0.5)).ln())
}

/// What BM25 needs to know of one kind of entries. The two kinds share an index, so that tantivy's
/// own figures would take the average length of a passage for half of what it is.
struct Statistics<'a> {
    searcher: &'a Searcher,
    n_entries: u64,
}

impl<'a> Statistics<'a> {
    /// `id` is the field that only entries of this kind have.
    fn of(searcher: &'a Searcher, id: &str) -> Result<Self> {
        let n_by_segment = numbers(searcher, id)?
            .into_iter()
            .map(|column| u64::from(column.values.num_vals()));
        Ok(Self {
            searcher,
            n_entries: n_by_segment.sum(),
        })
    }

    fn collect<C: Collector>(&self, query: &dyn Query, collector: &C) -> Result<C::Fruit> {
        let scoring = EnableScoring::enabled_from_statistics_provider(self, self.searcher);
        // Side by side, segments take 5.1 ms instead of 6.7 at the 95th percentile (`cargo bench
        // --bench search`, two cores).
        let executor = match cpu::pool() {
            Ok(pool) => Executor::ThreadPool(Arc::clone(pool)),
            Err(_) => Executor::single_thread(),
        };
        Ok(self
            .searcher
            .search_with_executor(query, collector, &executor, scoring)?)
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.n_entries)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Bm25StatisticsProvider::doc_freq(self.searcher, term)
    }
}

/// Clauses of which any may hold.
#[derive(Default)]
struct Clauses(Vec<(Occur, Box<dyn Query>)>);

impl Clauses {
    fn push(&mut self, query: Box<dyn Query>, weight: f32) {
        self.0.push((Occur::Should, boosted(query, weight)));
    }

    fn push_any(&mut self, forms: Vec<Box<dyn Query>>, weight: f32) {
        if !forms.is_empty() {
            self.push(any(forms), weight);
        }
    }
}

fn passages(
    searcher: &Searcher,
    fields: Fields,
    query: &WordQuery,
    with_exact: bool,
) -> Result<BooleanQuery> {
    let mut clauses = Clauses::default();
    for term in &query.terms {
        let weight = weight(term);
        let stems = |field| term.stems.iter().map(|stem| word(field, stem)).collect();
        clauses.push_any(stems(fields.stems), weight);
        clauses.push_any(stems(fields.title), weight * TITLE_WEIGHT);
        if with_exact {
            clauses.push(word(fields.words, &term.word), weight * EXACT_WEIGHT);
        }
    }
    for character in &query.characters {
        clauses.push(word(fields.stems, character), CHARACTER_WEIGHT);
    }
    expansions(searcher, fields.words, query, &mut clauses)?;
    for phrase in &query.phrases {
        clauses.push(sequence(fields.words, phrase), 1.0);
    }
    Ok(BooleanQuery::new(clauses.0))
}

fn weight(term: &WordTerm) -> f32 {
    let weight = if is_function_word(&term.word) {
        FUNCTION_WEIGHT
    } else {
        1.0
    };
    weight * term.n_times as f32
}

/// The terms whose exact forms are scored after the best were found: all, where stems find whatever exact
/// forms do. Stop words have none.
fn exact_terms(query: &WordQuery) -> Vec<&WordTerm> {
    let is_telling = |term: &WordTerm| !is_stop_word(&term.word);
    let is_after = query.has_every_stem && query.terms.iter().any(is_telling);
    query.terms.iter().filter(|_| is_after).collect()
}

fn names(searcher: &Searcher, fields: Fields, query: &WordQuery) -> Result<BooleanQuery> {
    let mut clauses = Clauses::default();
    for term in &query.terms {
        clauses.push(word(fields.name, &term.word), 1.0);
        clauses.push(word(fields.folder, &term.word), FOLDER_WEIGHT);
    }
    expansions(searcher, fields.name, query, &mut clauses)?;
    if let Some(letter) = &query.letter {
        let names = beginning_with(searcher, fields.name, letter)?;
        let names = names.iter().map(|full| word(fields.name, full));
        clauses.push_any(names.collect(), TYPED_WEIGHT);
    }
    for phrase in &query.phrases {
        clauses.push(sequence(fields.name, phrase), 1.0);
    }
    Ok(BooleanQuery::new(clauses.0))
}

/// What beginnings and misspellings stand for.
fn expansions(
    searcher: &Searcher,
    field: Field,
    query: &WordQuery,
    clauses: &mut Clauses,
) -> Result<()> {
    let mut push = |words: Vec<String>, weight| {
        let forms = words.iter().map(|full| word(field, full)).collect();
        clauses.push_any(forms, weight);
    };
    if let Some(prefix) = &query.prefix {
        push(beginning_with(searcher, field, prefix)?, TYPED_WEIGHT);
    }
    for prefix in &query.prefixes {
        push(beginning_with(searcher, field, prefix)?, 1.0);
    }
    for fuzzy in &query.fuzzy {
        push(near(searcher, field, fuzzy)?, NEAR_WEIGHT);
    }
    Ok(())
}

pub(super) fn word(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, word),
        IndexRecordOption::WithFreqs,
    ))
}

pub(super) fn sequence(field: Field, phrase: &Phrase) -> Box<dyn Query> {
    match phrase.words.as_slice() {
        [only] => word(field, only),
        words => {
            let terms = words.iter().map(|word| Term::from_field_text(field, word));
            let mut query = PhraseQuery::new(terms.collect());
            query.set_slop(phrase.slop);
            Box::new(query)
        }
    }
}

/// The best of several forms of one word, so that having many forms is no advantage.
fn any(mut forms: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if forms.len() == 1 {
        forms.swap_remove(0)
    } else {
        Box::new(DisjunctionMaxQuery::new(forms))
    }
}

fn boosted(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, weight))
}

/// A field's numbers by segment. Opening them costs more than reading: once per query, not per hit.
pub(super) fn numbers(searcher: &Searcher, field: &str) -> Result<Vec<Column<u64>>> {
    let segments = searcher.segment_readers().iter();
    Ok(segments
        .map(|segment| segment.fast_fields().u64(field))
        .collect::<tantivy::Result<_>>()?)
}

pub(super) fn number(columns: &[Column<u64>], address: DocAddress) -> i64 {
    let column = columns.get(address.segment_ord as usize);
    column
        .and_then(|column| column.first(address.doc_id))
        .unwrap_or_default() as i64
}
