//! A page of a document as it looks, drawn by a reader's process, and where a passage stands on it.
//!
//! Reads the file itself, unlike the stored text beside it: a file that has changed since is shown as
//! it is now, without its passage lit where that cannot be found. Invariant: no byte of the file is
//! parsed here.

use std::path::PathBuf;

use nuthatch_models::picture::Picture;
use tokio::sync::mpsc;

use super::{Engine, Error, Result, limits, obeyed};
use crate::{
    cpu,
    document::{FileId, PassageId, Rectangle},
    extract::{self, Format, Frame, Limits, Pool},
    store::FileRow,
};

/// A page as a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    /// Its grey pixels.
    pub picture: Picture,
    /// The lines of the passage: left, top, width and height, as parts of the picture's sides.
    pub lit: Vec<[f32; 4]>,
}

impl Engine {
    /// A page, from 1, of a file that has pages which can be drawn; nothing for any other.
    pub async fn page_view(
        &self,
        file: FileId,
        page: u32,
        passage: Option<PassageId>,
    ) -> Result<Option<PageView>> {
        let file = self.store.file(file).await?.ok_or(Error::Forgotten)?;
        let path = file.seen.path.to_path();
        if file.container.is_some() {
            return Ok(None);
        }
        let looked = path.clone();
        let format = match cpu::run(move || extract::identify_file(&looked)).await? {
            Ok(Ok(format)) if format.shows_pages() => format,
            Ok(_) => return Ok(None),
            Err(error) => return Err(unreadable(path, &extract::worker::reason(&error))),
        };
        let settings = obeyed::settings(&self.dirs)?;
        let limits = Limits {
            with_layout: true,
            ..limits(&settings)
        };
        // Of its own: the pool that indexes may be busy for a minute with one document.
        let pool = Pool::new(self.dirs.program("nuthatch"), limits, 2);
        let pages = [page];
        let shown = pool.pictures(&file.seen.path, format, None, &pages);
        let lines = self.lines(&pool, &file, format, page, passage);
        let (shown, lines) = tokio::join!(shown, lines);
        pool.close().await;
        let shown = shown.map_err(|failure| unreadable(path.clone(), &failure.to_string()))?;
        let Some(shown) = shown.into_iter().find(|shown| shown.page == page) else {
            return Ok(None);
        };
        let picture = shown.shown.map_err(|reason| unreadable(path, &reason))?;
        let place = |line: &Rectangle| shown.frame.as_ref().map(|frame: &Frame| frame.part(*line));
        Ok(Some(PageView {
            lit: lines?.iter().filter_map(place).collect(),
            picture,
        }))
    }

    /// Where the lines of a passage stand on a page; none where the file has changed since.
    async fn lines(
        &self,
        pool: &Pool,
        file: &FileRow,
        format: &Format,
        page: u32,
        passage: Option<PassageId>,
    ) -> Result<Vec<Rectangle>> {
        let passage = match passage {
            Some(id) => self.store.passage(id).await?,
            None => None,
        };
        let Some(passage) = passage.filter(|passage| Some(passage.document) == file.document)
        else {
            return Ok(Vec::new());
        };
        let stored = self
            .store
            .text(passage.document, passage.start, passage.end)
            .await?;
        let (nobody, _) = mpsc::channel(1);
        let Ok(read) = pool.read(&file.seen.path, format, &nobody).await else {
            return Ok(Vec::new());
        };
        // Text that was recognised stands in the stored text alone, and shifts what follows.
        let start = match read.text.get(passage.start..passage.end) {
            Some(found) if found == stored => passage.start,
            _ => match read.text.find(&stored) {
                Some(at) => at,
                None => return Ok(Vec::new()),
            },
        };
        let end = start + stored.len();
        let is_lit = |line: &&crate::document::TextBox| {
            line.page == page && line.start < end && line.end > start
        };
        let lines = read.boxes.iter().filter(is_lit);
        Ok(lines.map(|line| line.rectangle).collect())
    }
}

fn unreadable(path: PathBuf, reason: &str) -> Error {
    Error::Unreadable {
        path,
        reason: reason.to_owned(),
    }
}
