//! The stored text around a passage, with everything needed to draw it.
//!
//! Documents with pages are shown by the page, others as about [`WINDOW_CHARS`] characters around
//! the passage, cut at the borders of paragraphs or lines. What is shown comes from the store; only
//! how it is set is read out of the file again (`structure`).
//! Invariant: every range counts characters of the text it comes with.

mod structure;

use std::{ops::Range, path::PathBuf};

use super::{Engine, Error, Result};
use crate::{
    document::{FileId, Mark, PassageId, Unit},
    search::{Highlighter, parse},
    store::{DocumentRow, FileRow, PassageRow},
};

pub use structure::{Part, SetCharacters};

use structure::Count;

/// Text is shown up to this many characters; a page up to [`PAGE_CHARS`].
const WINDOW_CHARS: usize = 3_000;
/// Longer than any printed page; a longer one is shown in part, like a document without pages.
const PAGE_CHARS: usize = 40_000;
/// Bytes of the longest character.
const MAX_CHAR_BYTES: usize = 4;

/// A piece of a document's stored text, ready to be drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The file.
    pub path: PathBuf,
    /// The document's own title.
    pub title: Option<String>,
    /// Page shown, from 1, for documents that have pages.
    pub page: Option<u32>,
    /// Number of pages, for documents that have pages.
    pub n_pages: Option<u32>,
    /// What its pages are.
    pub unit: Unit,
    /// Line where `text` begins, from 1, for documents that have lines.
    pub line: Option<u32>,
    /// The text; empty for a file that was not read and for a page without text.
    pub text: String,
    /// Character range of the passage in `text`.
    pub passage: Option<(usize, usize)>,
    /// Character ranges of `text` that match the query's words, ascending and disjoint.
    pub highlights: Vec<(usize, usize)>,
    /// What `text` is made of, in its order.
    pub parts: Vec<Part>,
    /// How its characters are set, as far as that is known; what is around comes before what is in it.
    pub styles: Vec<SetCharacters>,
    /// Files inside this one, and their names there.
    pub inside: Vec<(FileId, String)>,
    /// The page or document goes on before `text`.
    pub more_before: bool,
    /// The page or document goes on after `text`.
    pub more_after: bool,
}

/// What is shown: a span of the stored text around a span to keep whole.
#[derive(Debug)]
struct Window {
    text: String,
    span: Range<usize>,
}

impl Engine {
    /// The text around a passage of a file; where it begins, without one or when the passage has
    /// vanished since.
    pub async fn preview(
        &self,
        file: FileId,
        passage: Option<PassageId>,
        query: &str,
    ) -> Result<Preview> {
        let file = self.file(file).await?;
        let Some(document) = self.document_of(&file).await? else {
            return self.unread(&file).await;
        };
        let passage = match passage {
            Some(id) => self.store.passage(id).await?,
            None => None,
        };
        let passage = passage.filter(|passage| passage.document == document.id);
        let marks = self.store.marks(document.id).await?;
        let at = passage.as_ref().map_or(0, |passage| passage.start);
        let page = mark_at(&marks, at).and_then(|mark| mark.page);
        let shown = Shown {
            document,
            marks,
            page,
            passage,
        };
        self.draw(&file, shown, query).await
    }

    /// A page of a file, from 1; the last one for a number beyond it.
    pub async fn preview_page(&self, file: FileId, page: u32, query: &str) -> Result<Preview> {
        let file = self.file(file).await?;
        let Some(document) = self.document_of(&file).await? else {
            return self.unread(&file).await;
        };
        let marks = self.store.marks(document.id).await?;
        let page = document.n_pages.map(|n| page.clamp(1, n.max(1)));
        let shown = Shown {
            document,
            marks,
            page,
            passage: None,
        };
        self.draw(&file, shown, query).await
    }

    /// Where a file of the library lies; of a file inside another one, where that lies.
    pub async fn file_path(&self, file: FileId) -> Result<PathBuf> {
        let file = self.file(file).await?;
        let on_disk = match file.container {
            Some(container) => self.file(container).await?,
            None => file,
        };
        Ok(on_disk.seen.path.to_path())
    }

    async fn file(&self, id: FileId) -> Result<FileRow> {
        self.store.file(id).await?.ok_or(Error::Forgotten)
    }

    async fn document_of(&self, file: &FileRow) -> Result<Option<DocumentRow>> {
        Ok(match file.document {
            Some(id) => self.store.document(id).await?,
            None => None,
        })
    }

    /// What is shown of a file that has no text (yet).
    async fn unread(&self, file: &FileRow) -> Result<Preview> {
        Ok(Preview {
            path: file.seen.path.to_path(),
            inside: self.inside(file).await?,
            ..Preview::default()
        })
    }

    async fn draw(&self, file: &FileRow, shown: Shown, query: &str) -> Result<Preview> {
        let bounds = shown.bounds();
        let window = self.window(&shown, bounds.clone()).await?;
        let line = self.line_at(&shown, window.span.start).await?;
        let languages = self.languages().await?;
        let context = self.context(&languages, false);
        let parsed = parse(query, context);
        let language = shown.document.language.as_deref();
        let passage = shown
            .passage
            .as_ref()
            .and_then(|passage| Count::of(&window).shown(passage.start..passage.end));
        let styles = self.styles(file, &window).await?;
        Ok(Preview {
            path: file.seen.path.to_path(),
            title: shown.document.title,
            page: shown.page,
            n_pages: shown.document.n_pages,
            unit: shown.document.unit,
            line,
            parts: structure::parts(&window, &shown.marks, line),
            styles,
            inside: self.inside(file).await?,
            passage,
            highlights: Highlighter::new(&parsed.words)
                .lit(&window.text, language)
                .ranges,
            more_before: window.span.start > bounds.start,
            more_after: window.span.end < bounds.end,
            text: window.text,
        })
    }

    /// The whole of `bounds` if it is a page, else what stands around the passage.
    async fn window(&self, shown: &Shown, bounds: Range<usize>) -> Result<Window> {
        let n_chars = if shown.page.is_some() {
            PAGE_CHARS
        } else {
            WINDOW_CHARS
        };
        let kept = shown
            .passage
            .as_ref()
            .map_or(bounds.start..bounds.start, |passage| {
                passage.start..passage.end
            });
        let text = |span: Range<usize>| self.store.text(shown.document.id, span.start, span.end);
        let middle = text(kept.clone()).await?;
        // Without a passage all the room is behind its place.
        let room = n_chars.saturating_sub(middle.chars().count());
        let n_before = if middle.is_empty() { 0 } else { room / 2 };
        let before_from = kept.start.saturating_sub(n_before * MAX_CHAR_BYTES);
        let before = text(before_from.max(bounds.start)..kept.start).await?;
        let is_whole = kept.start - before.len() == bounds.start;
        let before = end_of(&before, n_before, is_whole);
        let n_after = room - before.chars().count();
        let after_to = kept.end + n_after * MAX_CHAR_BYTES;
        let after = text(kept.end..after_to.min(bounds.end)).await?;
        let is_whole = kept.end + after.len() == bounds.end;
        let after = beginning_of(&after, n_after, is_whole);
        Ok(Window {
            span: kept.start - before.len()..kept.end + after.len(),
            text: format!("{before}{middle}{after}"),
        })
    }

    /// The line on which a byte of the text stands, for documents that have lines.
    async fn line_at(&self, shown: &Shown, at: usize) -> Result<Option<u32>> {
        let Some(mark) = mark_at(&shown.marks, at) else {
            return Ok(None);
        };
        let Some(first) = mark.line else {
            return Ok(None);
        };
        let passed = self
            .store
            .text(shown.document.id, mark.start, at.max(mark.start))
            .await?;
        Ok(Some(first + passed.matches('\n').count() as u32))
    }
}

/// A document, and what of it is to be shown.
struct Shown {
    document: DocumentRow,
    marks: Vec<Mark>,
    page: Option<u32>,
    passage: Option<PassageRow>,
}

impl Shown {
    /// The span of the page, or of the whole text; empty for a page without text.
    fn bounds(&self) -> Range<usize> {
        let whole = 0..self.document.n_text_bytes;
        let Some(page) = self.page else { return whole };
        let is_on_it = |mark: &Mark| mark.page == Some(page);
        let Some(first) = self.marks.iter().position(is_on_it) else {
            return 0..0;
        };
        let next = self.marks.iter().skip(first).find(|mark| !is_on_it(mark));
        let start = self.marks.get(first).map_or(0, |mark| mark.start);
        start..next.map_or(whole.end, |mark| mark.start)
    }
}

fn mark_at(marks: &[Mark], at: usize) -> Option<&Mark> {
    let n_before = marks.partition_point(|mark| mark.start <= at);
    n_before.checked_sub(1).and_then(|i| marks.get(i))
}

/// The last characters of a text, from the first paragraph or line that begins among them;
/// everything if it is short and nothing was cut off before.
fn end_of(text: &str, n_chars: usize, is_whole: bool) -> &str {
    let (start, _) = n_chars
        .checked_sub(1)
        .and_then(|n| text.char_indices().rev().nth(n))
        .unwrap_or((if n_chars == 0 { text.len() } else { 0 }, ' '));
    if start == 0 && is_whole {
        return text;
    }
    let cut = text.get(start..).unwrap_or_default();
    let borders = ["\n\n", "\n", ". ", " "];
    let after = |border: &&str| cut.find(*border).map(|at| at + border.len());
    let first = borders.iter().find_map(after).unwrap_or(0);
    cut.get(first..).unwrap_or_default()
}

/// The first characters of a text, up to the last paragraph or line that ends among them;
/// everything if it is short and nothing was cut off behind.
fn beginning_of(text: &str, n_chars: usize, is_whole: bool) -> &str {
    let end = text.char_indices().nth(n_chars).map(|(at, _)| at);
    let Some(end) = end.or((!is_whole).then_some(text.len())) else {
        return text;
    };
    let cut = text.get(..end).unwrap_or_default();
    let borders = ["\n\n", "\n", ". ", " "];
    let last = borders.iter().find_map(|border| cut.rfind(border));
    cut.get(..last.unwrap_or(end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_falls_on_the_border_of_a_paragraph_or_a_line() {
        let text = "first one\n\nsecönd öne\nthird line";
        assert_eq!(end_of(text, 25, true), "secönd öne\nthird line");
        assert_eq!(end_of(text, 14, true), "third line");
        assert_eq!(end_of(text, 3, true), "ine");
        assert_eq!(end_of(text, 0, true), "");
        assert_eq!(end_of(text, 99, true), text);
        assert_eq!(end_of(text, 99, false), "secönd öne\nthird line");
        assert_eq!(beginning_of(text, 17, true), "first one");
        assert_eq!(beginning_of(text, 25, true), "first one");
        assert_eq!(beginning_of("ein\nzwei\ndrei", 10, true), "ein\nzwei");
        assert_eq!(beginning_of("Größe", 3, true), "Grö");
        assert_eq!(beginning_of(text, 99, true), text);
    }

    #[test]
    fn a_range_counts_characters() {
        let window = Window {
            text: "äöü passage".into(),
            span: 100..114,
        };
        let count = Count::of(&window);
        assert_eq!(count.shown(107..114), Some((4, 11)));
        assert_eq!(count.shown(100..106), Some((0, 3)));
        assert_eq!(count.shown(114..120), None);
    }
}
