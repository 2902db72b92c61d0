//! How words are scored: a [`WordQuery`] becomes a tantivy query.
//!
//! Passages: BM25 on stems, helped by title and headings and by the exact form; quoted phrases
//! and exclusions are conditions. File names are scored apart, since they are entries of their own.

use std::sync::Arc;

use tantivy::{
    DocAddress, Executor, Searcher, Term,
    collector::{Collector, TopDocs},
    columnar::Column,
    query::{
        Bm25StatisticsProvider, BooleanQuery, BoostQuery, DisjunctionMaxQuery, EnableScoring,
        Occur, PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    cpu,
    document::{DocumentId, FileId, PassageId},
    lexical::{Result, collect::BestPassages, schema::Fields, tokens::is_function_word},
};

// The three weights were chosen on cranfield, CISI, CACM and XQuAD with `nuthatch eval`.
/// Weight of a match in title or headings beside one in the text.
const TITLE_WEIGHT: f32 = 0.15;
/// Weight of the exact form beside the stem.
const EXACT_WEIGHT: f32 = 0.2;
/// Weight of a word that only makes a sentence of a query, beside 1.
const FUNCTION_WEIGHT: f32 = 0.1;
/// Weight of a folder's name beside the file's own.
const FOLDER_WEIGHT: f32 = 0.3;
/// Words that a prefix stands for at most: the most common ones.
const MAX_EXPANSIONS: usize = 24;

/// What to look for, in folded words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordQuery {
    /// Words of which any may occur; more and rarer ones weigh more.
    pub terms: Vec<WordTerm>,
    /// The beginning of a word, still being typed.
    pub prefix: Option<String>,
    /// Word sequences that must occur.
    pub phrases: Vec<Vec<String>>,
    /// Words that must not occur.
    pub excluded: Vec<String>,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordTerm {
    /// The folded word.
    pub word: String,
    /// Its stems in the languages of the library, without repetition.
    pub stems: Vec<String>,
    /// How often the query says it: what is repeated weighs more.
    pub n_times: u32,
}

impl WordQuery {
    /// There is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.prefix.is_none() && self.phrases.is_empty()
    }
}

/// A passage with its word score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassageHit {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// BM25, larger is better; comparable within one query only.
    pub score: f32,
}

/// A file whose name matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FileHit {
    /// The file.
    pub file: FileId,
    /// BM25 of the name; comparable within one query only.
    pub score: f32,
}

/// How much of what words find is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Depth {
    /// Passages.
    pub n_passages: usize,
    /// Passages of one document among them.
    pub n_per_document: usize,
    /// Files by their names, at least one.
    pub n_files: usize,
}

/// What words found, best first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordHits {
    /// Passages.
    pub passages: Vec<PassageHit>,
    /// Files, by name.
    pub files: Vec<FileHit>,
}

pub(super) fn search(
    searcher: &Searcher,
    fields: Fields,
    query: &WordQuery,
    depth: Depth,
) -> Result<WordHits> {
    if query.is_empty() {
        return Ok(WordHits::default());
    }
    let prefixed = expand(searcher, fields.words, query.prefix.as_deref())?;
    let mut hits = WordHits::default();
    let statistics = Statistics::of(searcher, "passage")?;
    let ids = numbers(searcher, "passage")?;
    let best = BestPassages {
        document: "document",
        limit: depth.n_passages,
        per_document: depth.n_per_document,
    };
    for (score, address, document) in
        statistics.collect(&passages(fields, query, &prefixed), &best)?
    {
        hits.passages.push(PassageHit {
            passage: PassageId(number(&ids, address)),
            document: DocumentId(document as i64),
            score,
        });
    }
    if query.excluded.is_empty() {
        let prefixed = expand(searcher, fields.name, query.prefix.as_deref())?;
        let statistics = Statistics::of(searcher, "file")?;
        let ids = numbers(searcher, "file")?;
        let best = TopDocs::with_limit(depth.n_files.max(1)).order_by_score();
        for (score, address) in statistics.collect(&names(fields, query, &prefixed), &best)? {
            hits.files.push(FileHit {
                file: FileId(number(&ids, address)),
                score,
            });
        }
    }
    Ok(hits)
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

fn passages(fields: Fields, query: &WordQuery, prefixed: &[String]) -> BooleanQuery {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for term in &query.terms {
        let weight = term.n_times as f32
            * if is_function_word(&term.word) {
                FUNCTION_WEIGHT
            } else {
                1.0
            };
        let stems = |field| any(term.stems.iter().map(|stem| word(field, stem)).collect());
        let exact = word(fields.words, &term.word);
        clauses.extend([
            (Occur::Should, boosted(stems(fields.stems), weight)),
            (
                Occur::Should,
                boosted(stems(fields.title), weight * TITLE_WEIGHT),
            ),
            (Occur::Should, boosted(exact, weight * EXACT_WEIGHT)),
        ]);
    }
    if !prefixed.is_empty() {
        let words = prefixed
            .iter()
            .map(|full| word(fields.words, full))
            .collect();
        clauses.push((Occur::Should, boosted(any(words), 0.5)));
    }
    for phrase in &query.phrases {
        clauses.push((Occur::Must, sequence(fields.words, phrase)));
    }
    for excluded in &query.excluded {
        clauses.push((Occur::MustNot, word(fields.words, excluded)));
    }
    BooleanQuery::new(clauses)
}

fn names(fields: Fields, query: &WordQuery, prefixed: &[String]) -> BooleanQuery {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for term in &query.terms {
        clauses.push((Occur::Should, word(fields.name, &term.word)));
        clauses.push((
            Occur::Should,
            boosted(word(fields.folder, &term.word), FOLDER_WEIGHT),
        ));
    }
    if !prefixed.is_empty() {
        clauses.push((
            Occur::Should,
            any(prefixed
                .iter()
                .map(|full| word(fields.name, full))
                .collect()),
        ));
    }
    for phrase in &query.phrases {
        clauses.push((Occur::Must, sequence(fields.name, phrase)));
    }
    BooleanQuery::new(clauses)
}

fn word(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, word),
        IndexRecordOption::WithFreqs,
    ))
}

fn sequence(field: Field, words: &[String]) -> Box<dyn Query> {
    match words {
        [only] => word(field, only),
        _ => Box::new(PhraseQuery::new(
            words
                .iter()
                .map(|word| Term::from_field_text(field, word))
                .collect(),
        )),
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

/// The most common words that begin with `prefix`.
fn expand(searcher: &Searcher, field: Field, prefix: Option<&str>) -> Result<Vec<String>> {
    let Some(prefix) = prefix.filter(|prefix| !prefix.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut found: Vec<(u32, String)> = Vec::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut stream = index
            .terms()
            .range()
            .ge(prefix.as_bytes())
            .into_stream()
            .map_err(tantivy::TantivyError::from)?;
        while stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
            if let Ok(word) = std::str::from_utf8(stream.key()) {
                found.push((stream.value().doc_freq, word.to_owned()));
            }
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    let mut words: Vec<String> = Vec::new();
    for (_, word) in found {
        if words.len() == MAX_EXPANSIONS {
            break;
        }
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Ok(words)
}

/// A field's numbers by segment. Opening them costs more than reading: once per query, not per hit.
fn numbers(searcher: &Searcher, field: &str) -> Result<Vec<Column<u64>>> {
    let segments = searcher.segment_readers().iter();
    Ok(segments
        .map(|segment| segment.fast_fields().u64(field))
        .collect::<tantivy::Result<_>>()?)
}

fn number(columns: &[Column<u64>], address: DocAddress) -> i64 {
    let column = columns.get(address.segment_ord as usize);
    column
        .and_then(|column| column.first(address.doc_id))
        .unwrap_or_default() as i64
}
