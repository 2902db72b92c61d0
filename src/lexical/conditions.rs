//! Which files a [`Condition`] admits, with their documents and what shows that it is met.
//!
//! Every test becomes a set of files, and sets are joined, met and taken from each other; so each file
//! is judged by its own name, folder and date, and copies of one content apart. A text counts for
//! every file that has it. Blocking; a set of a million files takes 125 KB.

use std::{collections::BinaryHeap, ops::Bound};

use tantivy::{
    DocId, Score, Searcher, SegmentOrdinal, SegmentReader, Term,
    collector::{Collector, SegmentCollector},
    columnar::{Column, ColumnIndex},
    query::{BooleanQuery, Occur, PhrasePrefixQuery, Query, RangeQuery, TermSetQuery},
    schema::Field,
};

use crate::{
    document::{Admitted, FileId, IdSet},
    lexical::{
        Condition, FileField, FileTest, Phrase, Result, States, TextTest,
        schema::Fields,
        score::{sequence, word},
        vocabulary::near,
    },
};

/// What meets a condition.
pub(super) fn admitted(
    searcher: &Searcher,
    fields: Fields,
    condition: &Condition,
    states: &States,
) -> Result<Admitted> {
    let mut evaluation = Evaluation {
        searcher,
        fields,
        states,
        contents: contents(searcher)?,
        evidence: None,
    };
    let files = evaluation.files(condition, true)?;
    let mut documents = IdSet::new();
    for &(file, document) in &evaluation.contents {
        if let Some(document) = document.filter(|_| files.contains(file)) {
            documents.grow_and_insert(document);
        }
    }
    Ok(Admitted {
        files,
        documents,
        evidence: evaluation.evidence,
    })
}

/// The files of these that changed last, newest first.
pub(super) fn newest(searcher: &Searcher, files: &IdSet, limit: usize) -> Result<Vec<FileId>> {
    let mut newest: BinaryHeap<std::cmp::Reverse<(i64, u64)>> = BinaryHeap::new();
    for segment in searcher.segment_readers() {
        let modified = segment.fast_fields().i64("modified")?;
        for (doc, file) in entries(segment, &segment.fast_fields().u64("file")?) {
            if files.contains(file as usize) {
                let changed = modified.first(doc).unwrap_or_default();
                newest.push(std::cmp::Reverse((changed, file)));
                if newest.len() > limit {
                    newest.pop();
                }
            }
        }
    }
    let newest = newest.into_sorted_vec().into_iter();
    Ok(newest
        .map(|std::cmp::Reverse((_, file))| FileId(file as i64))
        .collect())
}

/// Every file with its document.
fn contents(searcher: &Searcher) -> Result<Vec<(usize, Option<usize>)>> {
    let mut contents = Vec::new();
    for segment in searcher.segment_readers() {
        let columns = segment.fast_fields();
        let content = columns.u64("content")?;
        for (doc, file) in entries(segment, &columns.u64("file")?) {
            let document = content.first(doc).map(|document| document as usize);
            contents.push((file as usize, document));
        }
    }
    Ok(contents)
}

/// The living entries that have a value in a column, with it. Passes over the others without a look:
/// there are many more passages than files.
fn entries<'a>(
    segment: &'a SegmentReader,
    column: &'a Column<u64>,
) -> impl Iterator<Item = (DocId, u64)> + 'a {
    let filled: Box<dyn Iterator<Item = DocId> + 'a> = match &column.index {
        ColumnIndex::Empty { .. } => Box::new(std::iter::empty()),
        ColumnIndex::Full => Box::new(0..segment.max_doc()),
        ColumnIndex::Optional(index) => Box::new(index.iter_non_null_docs()),
        ColumnIndex::Multivalued(index) => index.iter_non_null_docs(),
    };
    let alive = segment.alive_bitset();
    filled
        .filter(move |&doc| alive.is_none_or(|alive| alive.is_alive(doc)))
        .filter_map(|doc| Some((doc, column.first(doc)?)))
}

struct Evaluation<'a> {
    searcher: &'a Searcher,
    fields: Fields,
    states: &'a States,
    contents: Vec<(usize, Option<usize>)>,
    evidence: Option<IdSet>,
}

impl Evaluation<'_> {
    /// The files that meet a condition. What is only asked not to be there gives no evidence.
    fn files(&mut self, condition: &Condition, gives_evidence: bool) -> Result<IdSet> {
        match condition {
            Condition::All(parts) => {
                let mut all: Option<IdSet> = None;
                for part in parts {
                    let files = self.files(part, gives_evidence)?;
                    match &mut all {
                        Some(all) => all.intersect_with(&files),
                        None => all = Some(files),
                    }
                }
                Ok(all.unwrap_or_else(|| self.everything()))
            }
            Condition::Any(parts) => {
                let mut any = IdSet::new();
                for part in parts {
                    any.union_with(&self.files(part, gives_evidence)?);
                }
                Ok(any)
            }
            Condition::Not(part) => {
                let mut others = self.everything();
                others.difference_with(&self.files(part, false)?);
                Ok(others)
            }
            Condition::Text(test) => self.with_text(test, gives_evidence),
            Condition::File(FileTest::State(state)) => {
                Ok(self.states.get(state).cloned().unwrap_or_default())
            }
            Condition::File(test) => self.collected(&file_query(self.fields, test)),
        }
    }

    fn everything(&self) -> IdSet {
        let mut everything = IdSet::new();
        for &(file, _) in &self.contents {
            everything.grow_and_insert(file);
        }
        everything
    }

    /// Files whose text or name passes a test.
    fn with_text(&mut self, test: &TextTest, gives_evidence: bool) -> Result<IdSet> {
        let query = self.text_query(
            test,
            &[self.fields.stems, self.fields.title],
            self.fields.words,
        )?;
        let found = self.searcher.search(&query, &Passages)?;
        let mut files = self.collected(&self.text_query(test, &[], self.fields.name)?)?;
        for &(file, document) in &self.contents {
            if document.is_some_and(|document| found.documents.contains(document)) {
                files.grow_and_insert(file);
            }
        }
        if gives_evidence {
            self.evidence
                .get_or_insert_default()
                .union_with(&found.passages);
        }
        Ok(files)
    }

    /// A test of texts in a field of words; of words in any form also in fields of stems.
    fn text_query(&self, test: &TextTest, stems: &[Field], words: Field) -> Result<BooleanQuery> {
        let mut any: Vec<Box<dyn Query>> = Vec::new();
        match test {
            TextTest::Word(term) => {
                for &field in stems {
                    any.extend(term.stems.iter().map(|stem| word(field, stem)));
                }
                any.push(word(words, &term.word));
            }
            TextTest::Phrase(phrase) => any.push(sequence(words, phrase)),
            TextTest::Prefix(prefix) => any.push(beginning(words, &[], prefix)),
            TextTest::Fuzzy(fuzzy) => {
                let near = near(self.searcher, words, fuzzy)?;
                any.extend(near.iter().map(|near| word(words, near)));
            }
        }
        Ok(either(any))
    }

    fn collected(&self, query: &dyn Query) -> Result<IdSet> {
        Ok(self.searcher.search(query, &Files)?)
    }
}

fn either(any: Vec<Box<dyn Query>>) -> BooleanQuery {
    BooleanQuery::new(
        any.into_iter()
            .map(|query| (Occur::Should, query))
            .collect(),
    )
}

/// Words of which the last is only begun.
fn beginning(field: Field, words: &[String], prefix: &str) -> Box<dyn Query> {
    let words = words.iter().map(String::as_str).chain([prefix]);
    let terms = words
        .map(|word| Term::from_field_text(field, word))
        .collect();
    let mut query = PhrasePrefixQuery::new(terms);
    query.set_max_expansions(u32::MAX);
    Box::new(query)
}

fn file_query(fields: Fields, test: &FileTest) -> BooleanQuery {
    let one = |query: Box<dyn Query>| either(vec![query]);
    match test {
        FileTest::Words {
            field,
            words,
            is_prefix,
        } => {
            let of_field: &[Field] = match field {
                FileField::Name => &[fields.name],
                FileField::Folder => &[fields.folder],
                FileField::Path => &[fields.name, fields.folder],
                FileField::Title => &[fields.heading],
                FileField::Author => &[fields.author],
            };
            let queries = of_field.iter().filter_map(|&field| {
                let (last, before) = words.split_last()?;
                Some(if *is_prefix {
                    beginning(field, before, last)
                } else {
                    let words = words.clone();
                    sequence(field, &Phrase { words, slop: 0 })
                })
            });
            either(queries.collect())
        }
        FileTest::Tags(tags) => {
            let terms = tags
                .iter()
                .map(|tag| Term::from_field_text(fields.tag, &tag.term()));
            one(Box::new(TermSetQuery::new(terms)))
        }
        // A set already.
        FileTest::State(_) => either(Vec::new()),
        FileTest::Size(range) => {
            let term = |bytes| Term::from_field_u64(fields.size, bytes);
            one(between(term(range.start), term(range.end)))
        }
        FileTest::Modified(range) => {
            let term = |seconds| Term::from_field_i64(fields.modified, seconds);
            one(between(term(range.start), term(range.end)))
        }
        FileTest::Date(range) => {
            let term = |seconds| Term::from_field_i64(fields.date, seconds);
            one(between(term(range.start), term(range.end)))
        }
    }
}

fn between(first: Term, end: Term) -> Box<dyn Query> {
    Box::new(RangeQuery::new(
        Bound::Included(first),
        Bound::Excluded(end),
    ))
}

/// Collects the ids of files.
struct Files;

/// Collects the ids of passages and of their documents.
struct Passages;

/// What was found of one segment, or of all.
#[derive(Default)]
struct Found {
    passages: IdSet,
    documents: IdSet,
}

struct FilesOf {
    files: Column<u64>,
    found: IdSet,
}

struct PassagesOf {
    passages: Column<u64>,
    documents: Column<u64>,
    found: Found,
}

impl Collector for Files {
    type Fruit = IdSet;
    type Child = FilesOf;

    fn for_segment(&self, _: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<FilesOf> {
        Ok(FilesOf {
            files: reader.fast_fields().u64("file")?,
            found: IdSet::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<IdSet>) -> tantivy::Result<IdSet> {
        let mut all = IdSet::new();
        for found in &segments {
            all.union_with(found);
        }
        Ok(all)
    }
}

impl SegmentCollector for FilesOf {
    type Fruit = IdSet;

    fn collect(&mut self, doc: DocId, _: Score) {
        if let Some(file) = self.files.first(doc) {
            self.found.grow_and_insert(file as usize);
        }
    }

    fn harvest(self) -> IdSet {
        self.found
    }
}

impl Collector for Passages {
    type Fruit = Found;
    type Child = PassagesOf;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<PassagesOf> {
        let columns = reader.fast_fields();
        Ok(PassagesOf {
            passages: columns.u64("passage")?,
            documents: columns.u64("document")?,
            found: Found::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Found>) -> tantivy::Result<Found> {
        let mut all = Found::default();
        for found in &segments {
            all.passages.union_with(&found.passages);
            all.documents.union_with(&found.documents);
        }
        Ok(all)
    }
}

impl SegmentCollector for PassagesOf {
    type Fruit = Found;

    fn collect(&mut self, doc: DocId, _: Score) {
        let ids = self.passages.first(doc).zip(self.documents.first(doc));
        if let Some((passage, document)) = ids {
            self.found.passages.grow_and_insert(passage as usize);
            self.found.documents.grow_and_insert(document as usize);
        }
    }

    fn harvest(self) -> Found {
        self.found
    }
}
