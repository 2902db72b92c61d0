//! From what a search found to the passages that an answer may rest on.
//!
//! Owns how many, and how much around each: what stands before and behind it on the same page, under the
//! same headings. Invariant: a source's text is a span of the stored text, so that whatever is found in it
//! has a place in the document.

use std::ops::Range;

use super::{Error, Source};
use crate::{
    chunk,
    document::{DocumentId, Mark, PassageId, Position, Unit},
    search::{SearchResult, SearchResults},
    store::{PassageRow, Store},
};

/// Passages that are looked at.
pub(super) const N_SOURCES: usize = 8;
/// More of a page than this is not looked at, in bytes.
const MAX_BYTES: usize = 6_000;

/// The passages of a search's results, each with what is around it.
pub(super) async fn sources(
    store: &Store,
    found: SearchResults,
    hidden: &[DocumentId],
) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for result in found.results {
        let (Some(passage), Some(document)) = (&result.passage, &result.document) else {
            continue;
        };
        if hidden.contains(&document.id) {
            continue;
        }
        let (span, passages) = around(store, passage).await?;
        let text = store.text(document.id, span.start, span.end).await?;
        sources.push(Source {
            passages,
            ..source(&result, passage.clone(), span, text)
        });
        if sources.len() == N_SOURCES {
            break;
        }
    }
    Ok(sources)
}

fn source(result: &SearchResult, passage: PassageRow, span: Range<usize>, text: String) -> Source {
    let document = result.document.as_ref();
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
        similarity: result.ranks.meaning.map(|(_, similarity)| similarity),
        by_words: result.ranks.words.map(|(_, score)| score),
        judged: result.ranks.reranker.map(|(_, judged)| judged),
    }
}

/// The span of a passage with its neighbours on the same page and under the same headings, and which
/// passages these are, with their spans.
async fn around(
    store: &Store,
    passage: &PassageRow,
) -> Result<(Range<usize>, Vec<(PassageId, Range<usize>)>), Error> {
    let all = store.passages_of(&[passage.document]).await?;
    let mut span = passage.start..passage.end;
    let mut within = vec![(passage.id, span.clone())];
    let is_near = |other: &&PassageRow| {
        other.position.page == passage.position.page && other.context == passage.context
    };
    let Some(at) = all.iter().position(|other| other.id == passage.id) else {
        return Ok((span, within));
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
    Ok((span, within))
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
