//! Pages that are pictures into text: shown by a reader, recognised by a model, then read again.
//!
//! What a model saw is stored page by page, by content; when a document has all its pages, its files
//! wait, and the reading loop puts text and pages together ([`fill`]). This comes last, since it takes
//! a second or more for each page. Invariant: a page that cannot be recognised says why, once.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use nuthatch_models::{Error as ModelError, ModelWorker};
use tokio::sync::{mpsc, oneshot};

use super::{Error, LaterRequest, Parts, Request, cloud, read::Stop, walk};
use crate::{
    cpu,
    document::{DocumentId, Hash, PathKey, Text},
    extract::{self, Failure, PagePicture},
    store::{RecognisedPage, ToRecognise},
};

/// Pages shown at once: 5 MB each.
const N_PAGES: usize = 4;

/// What was recognised becomes findable after so long, though there is more to do.
const SHOWN_AFTER: Duration = Duration::from_secs(15);

/// A text with what was recognised of its pages.
pub(super) struct Filled {
    pub(super) text: Text,
    /// Pages that are still to be recognised.
    pub(super) to_recognise: Vec<u32>,
}

/// Puts in what is known of a text's pages that are pictures, and says what is missing.
pub(super) async fn fill(parts: &Parts, hash: &Hash, text: Text) -> Result<Filled, Stop> {
    if text.scans.is_empty() {
        return Ok(Filled {
            text,
            to_recognise: Vec::new(),
        });
    }
    let known = parts.store.recognised(hash).await?;
    let key = parts.text_reader.as_ref().map(|model| model.spec().key());
    let is_open = |page: u32| {
        let is_done =
            |known: &&RecognisedPage| known.page == page && Ok(&known.reader) == key.as_ref();
        known.iter().find(is_done).is_none()
    };
    let pages = text.scans.iter().map(|scan| scan.page);
    let open: Vec<u32> = pages.filter(|&page| is_open(page)).collect();
    let problem = known.iter().find_map(|known| known.problem.clone());
    let lines: Vec<_> = known
        .into_iter()
        .map(|known| (known.page, known.lines))
        .collect();
    let mut text = cpu::run_behind(move || extract::merged(&text, &lines, false))
        .await
        .map_err(|error| Failure::Failed(error.to_string()))?;
    if text.text.is_empty() && open.is_empty() {
        return Err(match problem {
            Some(problem) => Failure::Failed(problem),
            None => Failure::Skipped("no text was found in what it shows".into()),
        }
        .into());
    }
    let missing = missing(&text, open.len(), parts.text_reader.as_ref().err());
    text.partial = text.partial.or(missing).or(problem);
    let to_recognise = if parts.text_reader.is_ok() {
        open
    } else {
        Vec::new()
    };
    Ok(Filled { text, to_recognise })
}

/// What of a text is still to be recognised, and why.
fn missing(text: &Text, n_open: usize, why_not: Option<&String>) -> Option<String> {
    let n_pages = text.n_pages.unwrap_or_default();
    let what = match (n_open, n_pages) {
        (0, _) => return None,
        (1, 1) => "it is a picture".to_owned(),
        (1, _) => format!("1 of its {n_pages} pages is a picture"),
        _ => format!("{n_open} of its {n_pages} pages are pictures"),
    };
    Some(match why_not {
        None => format!("{what}, whose text is read in the background"),
        Some(why) => format!("{what}, whose text is not read: {why}"),
    })
}

/// Recognises whenever it is woken and there is nothing else to do.
pub(super) async fn recognising_loop(
    parts: Arc<Parts>,
    mut inbox: mpsc::Receiver<LaterRequest>,
    reading: mpsc::Sender<Request>,
) {
    // Documents whose file is not what it was: read anew, or tried again at the next start.
    let mut failed = Vec::new();
    while let Some(request) = inbox.recv().await {
        let mut replies: Vec<oneshot::Sender<bool>> = Vec::new();
        replies.extend(reply(request));
        let mut did_something = false;
        let mut shown = Instant::now();
        loop {
            while let Ok(request) = inbox.try_recv() {
                replies.extend(reply(request));
            }
            match step(&parts, &mut failed).await {
                Ok(true) => did_something = true,
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "text in pictures cannot be recognised now");
                    break;
                }
            }
            if shown.elapsed() > SHOWN_AFTER {
                let _ = reading.try_send(read_what_waits());
                shown = Instant::now();
            }
        }
        parts
            .progress
            .send_if_modified(|progress| std::mem::take(&mut progress.recognising));
        if did_something {
            let _ = reading.send(read_what_waits()).await;
        }
        for reply in replies {
            let _ = reply.send(did_something);
        }
    }
}

fn read_what_waits() -> Request {
    Request::Look(Some(BTreeSet::new()), None)
}

fn reply(request: LaterRequest) -> Option<oneshot::Sender<bool>> {
    match request {
        LaterRequest::Wake => None,
        LaterRequest::Settle(reply) => Some(reply),
    }
}

/// One document. Returns whether there was one, and nothing more urgent.
async fn step(parts: &Parts, failed: &mut Vec<DocumentId>) -> Result<bool, Error> {
    let Ok(model) = &parts.text_reader else {
        return Ok(false);
    };
    let n_pages = parts.store.count_to_recognise().await?;
    parts
        .progress
        .send_modify(|progress| progress.n_to_recognise = n_pages);
    if is_busy(parts) {
        return Ok(false);
    }
    let Some(document) = parts.store.to_recognise(failed).await? else {
        return Ok(false);
    };
    parts
        .progress
        .send_modify(|progress| progress.recognising = true);
    match recognise(parts, model, &document).await {
        Ok(true) => parts.store.read_again(document.document).await?,
        // Something more urgent came up, and wakes this loop again.
        Ok(false) => return Ok(false),
        Err(Error::Changed) => failed.push(document.document),
        Err(error) => return Err(error),
    }
    Ok(true)
}

fn is_busy(parts: &Parts) -> bool {
    let progress = parts.progress.borrow();
    progress.walking || progress.n_waiting > 0 || progress.embedding
}

/// All pages of a document that are not known yet. Returns whether it came to the end.
async fn recognise(
    parts: &Parts,
    model: &ModelWorker,
    document: &ToRecognise,
) -> Result<bool, Error> {
    let reader = model.spec().key();
    let known = parts.store.recognised(&document.hash).await?;
    let is_known = |page: u32| {
        let mut known = known.iter();
        known.any(|known| known.page == page && known.reader == reader)
    };
    let mut pages = document.pages.clone();
    pages.retain(|&page| !is_known(page));
    for pages in pages.chunks(N_PAGES) {
        parts.may_go_on().await;
        if is_busy(parts) {
            return Ok(false);
        }
        let shown = match show(parts, document, pages).await {
            Ok(Some(shown)) => shown,
            // It waits to be read anew, or is out of reach.
            Ok(None) => return Err(Error::Changed),
            Err(Failure::Skipped(reason) | Failure::Failed(reason)) => {
                pages.iter().map(|&page| not_shown(page, &reason)).collect()
            }
        };
        for &page in pages {
            let picture = shown.iter().find(|shown| shown.page == page).cloned();
            let picture = picture.unwrap_or_else(|| not_shown(page, "it was not found any more"));
            let recognised = loop {
                parts.may_go_on().await;
                tokio::select! {
                    recognised = look_at(model, picture.clone(), &reader) => break recognised?,
                    () = parts.governor.until_paused() => {}
                }
            };
            parts
                .store
                .put_recognised(&document.hash, &recognised)
                .await?;
            parts.progress.send_modify(|progress| {
                progress.n_to_recognise = progress.n_to_recognise.saturating_sub(1);
            });
        }
    }
    Ok(true)
}

/// The pages as pictures; `None` if the file is not, or does not stay, what the ledger shows.
async fn show(
    parts: &Parts,
    document: &ToRecognise,
    pages: &[u32],
) -> Result<Option<Vec<PagePicture>>, Failure> {
    let file = document.container.as_ref().unwrap_or(&document.file);
    let inner = inner_path(&file.seen.path, &document.file.seen.path);
    let path = file.seen.path.to_path();
    let is_as_seen = || {
        let found = std::fs::metadata(&path).ok();
        // A file can go back to its cloud without another size or time.
        found.is_some_and(|found| {
            walk::observed(&path, &found).looks_unchanged(file)
                && !cloud::is_placeholder(&path, &found)
        })
    };
    if !is_as_seen() {
        return Ok(None);
    }
    let identified = path.clone();
    let format = cpu::run_behind(move || extract::identify_file(&identified)).await;
    let format = format.map_err(|error| Failure::Failed(error.to_string()))?;
    let format = format.map_err(|error| Failure::Failed(extract::worker::reason(&error)))??;
    let shown = parts
        .pool
        .pictures(&file.seen.path, format, inner, pages)
        .await?;
    Ok(is_as_seen().then_some(shown))
}

/// Where a file lies in the file of the disk that holds it; `None` if it is that itself.
fn inner_path(container: &PathKey, file: &PathKey) -> Option<String> {
    let inner = file.0.strip_prefix(container.0.as_slice())?;
    let inner = inner.strip_prefix(b"/")?;
    String::from_utf8(inner.to_vec()).ok()
}

fn not_shown(page: u32, reason: &str) -> PagePicture {
    PagePicture {
        page,
        shown: Err(reason.to_owned()),
        frame: None,
    }
}

/// The error is that there is no model now. What the model makes of a page, its end included, is said
/// of the page, so that none is tried again and again.
async fn look_at(
    model: &ModelWorker,
    shown: PagePicture,
    reader: &str,
) -> Result<RecognisedPage, Error> {
    let page = shown.page;
    let seen = match shown.shown {
        Ok(picture) => match model.read(picture.clone()).await {
            Ok(lines) => Ok((lines, picture)),
            Err(error @ (ModelError::Stopped { .. } | ModelError::Refused { .. })) => {
                Err(error.to_string())
            }
            Err(error) => return Err(error.into()),
        },
        Err(reason) => Err(reason),
    };
    let (lines, problem) = match seen {
        Ok((lines, picture)) => {
            let frame = shown.frame;
            let ordered =
                cpu::run_behind(move || extract::ordered(&lines, &picture, frame.as_ref()));
            (ordered.await?, None)
        }
        Err(reason) => {
            let problem = format!("the picture on page {page} could not be read: {reason}");
            (Vec::new(), Some(problem))
        }
    };
    Ok(RecognisedPage {
        page,
        reader: reader.to_owned(),
        lines,
        problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_a_file_is_known_by_its_path_there() {
        let key = |path: &str| PathKey::of(std::path::Path::new(path));
        let inner = |file: &str| inner_path(&key("/a/box.zip"), &key(file));
        assert_eq!(
            inner("/a/box.zip/in/scan.png").as_deref(),
            Some("in/scan.png")
        );
        assert_eq!(inner("/a/box.zip"), None);
    }

    #[test]
    fn what_is_missing_is_counted_and_given_its_reason() {
        let text = |n_pages| Text {
            n_pages: Some(n_pages),
            ..Text::default()
        };
        assert_eq!(missing(&text(3), 0, None), None);
        let waiting = missing(&text(3), 2, None).unwrap();
        assert!(
            waiting.starts_with("2 of its 3 pages are pictures"),
            "{waiting}"
        );
        let why = "the model is missing".to_owned();
        let missing = missing(&text(1), 1, Some(&why)).unwrap();
        assert!(
            missing.ends_with("is not read: the model is missing"),
            "{missing}"
        );
    }
}
