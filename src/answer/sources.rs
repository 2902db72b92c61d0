//! From what a search found to the passages that an answer may rest on.
//!
//! Owns how many, and how much around each: what stands before and behind it on the same page, under the
//! same headings. Invariant: a source's text is a span of the stored text, so that whatever is found in it
//! has a place in the document.

use std::{collections::HashMap, ops::Range};

use super::{Error, Source};
use crate::{
    chunk,
    document::{DocumentId, Mark, PassageId, Position, Unit},
    search::{Ranks, SearchResult, SearchResults},
    store::{PassageRow, Store},
};

/// Files whose best passages are looked at.
pub(super) const N_FILES: usize = 8;
/// Further passages of these files that are looked at: a long one says more than one thing.
const N_MORE: usize = 4;
/// More of a page than this is not looked at, in bytes.
const MAX_BYTES: usize = 6_000;

/// A passage's span with its neighbours on the same page and under the same headings, and which passages
/// these are, with their spans.
type Widened = (Range<usize>, Vec<(PassageId, Range<usize>)>);

/// The passages of a search's results and the best others of the same files, each with what is around it;
/// in the order of both retrievers, unless a reranker has judged.
pub(super) async fn sources(
    store: &Store,
    found: SearchResults,
    hidden: &[DocumentId],
) -> Result<Vec<Source>, Error> {
    let is_judged = found
        .results
        .iter()
        .any(|result| result.ranks.reranker.is_some());
    let files: HashMap<DocumentId, &SearchResult> = found
        .results
        .iter()
        .filter_map(|result| Some((result.passage.as_ref()?.document, result)))
        .filter(|(document, _)| !hidden.contains(document))
        .take(N_FILES)
        .collect();
    let documents: Vec<DocumentId> = files.keys().copied().collect();
    let all = store.passages_of(&documents).await?;
    let mut chosen = chosen(&found, &all, |document| files.contains_key(document));
    if !is_judged {
        let rank = |row: &PassageRow| found.passages.iter().position(|id| *id == row.id);
        chosen.sort_by_key(|(row, _)| rank(row).unwrap_or(usize::MAX));
    }
    let parts: Vec<_> = chosen
        .iter()
        .map(|(row, (span, _))| (row.document, span.start, span.end))
        .collect();
    let texts = store.texts(&parts).await?;
    let sources = chosen.into_iter().zip(texts);
    Ok(sources
        .filter_map(|((row, (span, passages)), text)| {
            let result = files.get(&row.document)?;
            Some(Source {
                passages,
                ..source(result, row, span, text)
            })
        })
        .collect())
}

/// The best passage of each admitted document, and the best others that do not lie in what is around these;
/// `all` are their documents' passages.
fn chosen(
    found: &SearchResults,
    all: &[PassageRow],
    is_admitted: impl Fn(&DocumentId) -> bool,
) -> Vec<(PassageRow, Widened)> {
    let best = found
        .results
        .iter()
        .filter_map(|result| result.passage.as_ref());
    let ranked = found.passages.iter();
    let further = ranked.filter_map(|id| all.iter().find(|row| row.id == *id));
    let mut chosen: Vec<(PassageRow, Widened)> = Vec::new();
    let mut n_more = 0;
    for (is_more, row) in best.map(|row| (0, row)).chain(further.map(|row| (1, row))) {
        let is_known = chosen.iter().any(|(other, (span, _))| {
            other.document == row.document && span.start <= row.start && row.end <= span.end
        });
        if is_admitted(&row.document) && !is_known && n_more < N_MORE {
            n_more += is_more;
            chosen.push((row.clone(), around(all, row)));
        }
    }
    chosen
}

fn source(result: &SearchResult, passage: PassageRow, span: Range<usize>, text: String) -> Source {
    let document = result.document.as_ref();
    // The retrievers' scores are of the file's best passage alone.
    let ranks = match &result.passage {
        Some(best) if best.id == passage.id => result.ranks,
        Some(_) | None => Ranks::default(),
    };
    let end = (passage.end - span.start).min(text.len());
    Source {
        file: result.file.clone(),
        document: passage.document,
        title: document.and_then(|document| document.title.clone()),
        language: document.and_then(|document| document.language.clone()),
        unit: document.map(|document| document.unit).unwrap_or_default(),
        passage: passage.id,
        passages: Vec::new(),
        span: passage.start - span.start..end,
        start: span.start,
        context: passage.context,
        position: passage.position,
        text,
        similarity: ranks.meaning.map(|(_, similarity)| similarity),
        by_words: ranks.words.map(|(_, score)| score),
        judged: ranks.reranker.map(|(_, judged)| judged),
    }
}

/// Widens a passage, `all` being those of its document and of others.
fn around(all: &[PassageRow], passage: &PassageRow) -> Widened {
    let mut span = passage.start..passage.end;
    let mut within = vec![(passage.id, span.clone())];
    let is_near = |other: &&PassageRow| {
        other.document == passage.document
            && other.position.page == passage.position.page
            && other.context == passage.context
    };
    let Some(at) = all.iter().position(|other| other.id == passage.id) else {
        return (span, within);
    };
    let mut neighbours = Vec::new();
    neighbours.extend(at.checked_sub(1).and_then(|before| all.get(before)));
    neighbours.extend(all.get(at + 1));
    for other in neighbours.into_iter().filter(is_near) {
        let wider = span.start.min(other.start)..span.end.max(other.end);
        if wider.len() <= MAX_BYTES {
            span = wider;
            within.push((other.id, other.start..other.end));
        }
    }
    (span, within)
}

impl Source {
    /// The passage that a range of its text lies in, the one that was found before its neighbours.
    pub fn passage_at(&self, range: &Range<usize>) -> PassageId {
        let (start, end) = (self.start + range.start, self.start + range.end);
        let holds = |span: &Range<usize>| span.start <= start && end <= span.end;
        let within = self.passages.iter().find(|(_, span)| holds(span));
        let begins = || self.passages.iter().find(|(_, span)| span.contains(&start));
        within.or_else(begins).map_or(self.passage, |&(id, _)| id)
    }

    /// Its sentences as byte ranges; the lines of slides and sheets are sentences of their own.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let sentences = chunk::sentences(&self.text);
        if !matches!(self.unit, Unit::Slide | Unit::Sheet) {
            return sentences;
        }
        let lines = |range: Range<usize>| {
            let mut start = range.start;
            let text = self.text.get(range).unwrap_or_default();
            let lines = text.split_inclusive('\n').map(move |line| {
                let from = start;
                start += line.len();
                from..from + line.trim_end().len()
            });
            lines.filter(|line| !line.is_empty()).collect::<Vec<_>>()
        };
        sentences.into_iter().flat_map(lines).collect()
    }
}

/// Where a byte of a source's text stands in its document.
pub(super) fn position(source: &Source, marks: &[Mark], at: usize) -> Position {
    let offset = source.start + at;
    let n_before = marks.partition_point(|mark| mark.start <= offset);
    let Some(mark) = n_before.checked_sub(1).and_then(|i| marks.get(i)) else {
        return source.position.clone();
    };
    // Lines are counted from where the source's text or the mark begins, whichever is later.
    let line = mark
        .line
        .map(|first| match mark.start.checked_sub(source.start) {
            Some(from) => first + n_lines(source.text.get(from..at)),
            None => source.position.line.map_or(first, |line| {
                line + n_lines(source.text.get(source.span.start..at))
            }),
        });
    Position {
        page: mark.page,
        label: mark.label.clone(),
        line,
        confidence: mark.confidence,
    }
}

fn n_lines(text: Option<&str>) -> u32 {
    text.unwrap_or_default()
        .bytes()
        .filter(|&byte| byte == b'\n')
        .count() as u32
}
