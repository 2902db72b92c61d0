//! What the text of a preview is made of: its parts, how it is set, and what lies in the file.
//!
//! Parts come from the stored marks. How a text is set is not stored: a reader's process is asked
//! again, for a file that can be read in a moment and still says what it said; any other text goes
//! without. Invariant: what is told here are places in the text that is shown, and never markup.

use std::{ops::Range, time::Duration};

use tokio::sync::mpsc;

use super::Window;
use crate::{
    cpu,
    document::{FileId, Mark, Style},
    engine::{Engine, Result, limits, obeyed},
    extract::{self, Limits, Pool},
    store::FileRow,
};

/// A larger file is shown as text: reading it again would be waited for.
const MAX_BYTES: u64 = 8 << 20;
/// So long a person looks at nothing without wondering.
const PATIENCE: Duration = Duration::from_secs(2);
/// Files in a file that are told of; more are nothing to look at beside a text.
const MAX_INSIDE: u32 = 50;

/// A part of the text that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Its characters.
    pub span: (usize, usize),
    /// Heading level, from 1, if it is a heading.
    pub heading: Option<u8>,
    /// What the document itself calls the place.
    pub label: Option<String>,
    /// The line where it begins, from 1, for documents that have lines.
    pub line: Option<u32>,
}

/// Characters of the text that is shown, and how they are set.
pub type SetCharacters = ((usize, usize), Style);

/// Counts characters of a window by bytes of the document.
#[derive(Debug)]
pub(super) struct Count<'a> {
    window: &'a Window,
    /// Where each character begins.
    starts: Vec<usize>,
}

impl<'a> Count<'a> {
    pub(super) fn of(window: &'a Window) -> Self {
        let starts = window.text.char_indices().map(|(at, _)| at).collect();
        Self { window, starts }
    }

    /// The characters of a span of the document that are shown; `None` if none is.
    pub(super) fn shown(&self, span: Range<usize>) -> Option<(usize, usize)> {
        let at = |byte: usize| {
            let byte = byte.saturating_sub(self.window.span.start);
            self.starts.partition_point(|&start| start < byte)
        };
        let (start, end) = (at(span.start), at(span.end));
        (start < end).then_some((start, end))
    }
}

/// The parts of which something is shown; `line` is where the window begins.
pub(super) fn parts(window: &Window, marks: &[Mark], line: Option<u32>) -> Vec<Part> {
    let count = Count::of(window);
    let next = marks.iter().skip(1).map(|mark| mark.start);
    let ends = next.chain([usize::MAX]);
    let part = |(mark, end): (&Mark, usize)| {
        let is_cut = mark.start < window.span.start;
        Some(Part {
            span: count.shown(mark.start..end.min(window.span.end))?,
            heading: mark.heading,
            label: mark.label.clone(),
            line: if is_cut { line } else { mark.line },
        })
    };
    marks.iter().zip(ends).filter_map(part).collect()
}

impl Engine {
    /// How the text is set that a window shows, where that can be found out soon.
    pub(super) async fn styles(
        &self,
        file: &FileRow,
        window: &Window,
    ) -> Result<Vec<SetCharacters>> {
        if file.container.is_some() || file.seen.size_bytes > MAX_BYTES || window.text.is_empty() {
            return Ok(Vec::new());
        }
        let path = file.seen.path.to_path();
        let format = match cpu::run(move || extract::identify_file(&path)).await? {
            Ok(Ok(format)) if format.has_styles => format,
            _ => return Ok(Vec::new()),
        };
        let settings = obeyed::settings(&self.dirs)?;
        let limits = Limits {
            with_layout: true,
            timeout: PATIENCE,
            ..limits(&settings)
        };
        let pool = Pool::new(self.dirs.program("nuthatch"), limits, 1);
        let (nobody, _) = mpsc::channel(1);
        let read = pool.read(&file.seen.path, format, &nobody).await;
        pool.close().await;
        let Ok(read) = read else {
            return Ok(Vec::new());
        };
        if read.text.get(window.span.clone()) != Some(window.text.as_str()) {
            return Ok(Vec::new());
        }
        let count = Count::of(window);
        let shown = read.styles.into_iter().filter_map(|styled| {
            let span = styled.start.max(window.span.start)..styled.end.min(window.span.end);
            Some((count.shown(span)?, styled.style))
        });
        Ok(shown.collect())
    }

    /// The files that lie in a file, and their names there; not those in these.
    pub(super) async fn inside(&self, file: &FileRow) -> Result<Vec<(FileId, String)>> {
        let files = self.store.files_inside(file, MAX_INSIDE).await?;
        let named = files.into_iter().map(|inner| {
            let (_, name) = inner.seen.path.split();
            (inner.id, String::from_utf8_lossy(name).into_owned())
        });
        Ok(named.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_told_as_far_as_it_is_shown_and_begins_at_its_own_line() {
        let mark = |start: usize, line: u32, heading: Option<u8>| Mark {
            start,
            line: Some(line),
            heading,
            ..Mark::default()
        };
        // "Größe\n\nöde\nTage\n\nEnd", of which a piece from the second line of the second part on is shown.
        let marks = [mark(0, 1, Some(1)), mark(9, 3, None), mark(20, 6, None)];
        let window = Window {
            text: "Tage\n\nEn".into(),
            span: 14..22,
        };
        let found: Vec<_> = parts(&window, &marks, Some(4))
            .into_iter()
            .map(|part| (part.span, part.line, part.heading))
            .collect();
        assert_eq!(found, [((0, 6), Some(4), None), ((6, 8), Some(6), None)]);
    }
}
