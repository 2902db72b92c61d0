//! Waiting files into documents: hash, extract in a worker, cut into passages, store.
//!
//! Content that was read before is recognised by its hash and not read again. Outcomes are
//! collected and written in batches; whatever happens to a file ends as its state and reason.
//! Files inside a file come one by one while that is read, and before it: if all ends in between, it
//! still waits.

mod look;

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, task::JoinSet};

use look::{Looked, is_gone, look};

use super::{
    Error, N_SPARE_READERS, Parts, recognise, walk,
    write::{Content, Outcome, What, write},
};
use crate::{
    chunk, cpu,
    document::{FileId, Hash, Kind, PathKey, Text},
    extract::{self, Child, Failure, Format},
    store::{DocumentRow, FileRow, HUGE_BYTES, NewDocument, Observed},
};

/// A batch is written when it holds so much text ...
const BATCH_BYTES: usize = 8 << 20;
/// ... or so many files, or is so old: what was read becomes findable soon.
const BATCH_FILES: usize = 256;
pub(super) const BATCH_AGE: Duration = Duration::from_millis(700);
/// Files fetched from the ledger at once.
const N_FETCHED: u32 = 256;
/// A file that changes while it is read is tried so often.
const N_ATTEMPTS: usize = 2;
/// Files found in others that wait to be written.
const N_INNER: usize = 16;
/// Characters by which a language is recognised.
const LANGUAGE_CHARS: usize = 1_200;

/// Why a file has no outcome.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file's own fault, which becomes its state and reason.
    File(Failure),
    /// The library could not be asked what it knows: the file waits as before.
    Library,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::File(failure)
    }
}

impl From<crate::store::Error> for Stop {
    fn from(error: crate::store::Error) -> Self {
        let error: &dyn std::error::Error = &error;
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, "a file waits, since the library could not be asked");
        Self::Library
    }
}

/// Files being read and their outcomes, not yet written.
pub(super) struct Reading {
    parts: Arc<Parts>,
    queue: VecDeque<FileRow>,
    in_hand: HashSet<FileId>,
    tasks: JoinSet<Outcome>,
    /// What is found in files that are being read: sender for the tasks, and receiver.
    inner: (mpsc::Sender<Outcome>, mpsc::Receiver<Outcome>),
    outcomes: Vec<Outcome>,
    n_bytes: usize,
    began: Instant,
    something_went: bool,
    /// Huge files that are being read.
    n_huge: usize,
    /// How long a reader took for each file that is done, until somebody asks.
    timed: Vec<(Kind, u64, Duration)>,
}

/// Whether more is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakeUp {
    More,
    Nothing,
}

impl Reading {
    pub(super) fn new(parts: Arc<Parts>) -> Self {
        Self {
            parts,
            queue: VecDeque::new(),
            in_hand: HashSet::new(),
            tasks: JoinSet::new(),
            inner: mpsc::channel(N_INNER),
            outcomes: Vec::new(),
            n_bytes: 0,
            began: Instant::now(),
            something_went: false,
            n_huge: 0,
            timed: Vec::new(),
        }
    }

    /// Whether files are being read, or wait to be written.
    pub(super) fn is_in_hand(&self) -> bool {
        !self.tasks.is_empty() || !self.outcomes.is_empty()
    }

    /// How long each file took that was read since this was asked last.
    pub(super) fn take_timed(&mut self) -> Vec<(Kind, u64, Duration)> {
        std::mem::take(&mut self.timed)
    }

    /// Lets go of what is being read: it waits again. What was read is kept.
    pub(super) async fn let_go(&mut self) {
        self.tasks.shutdown().await;
        let is_read = |id: &FileId| self.outcomes.iter().any(|outcome| outcome.file.id == *id);
        self.in_hand.retain(is_read);
        self.queue.clear();
        self.n_huge = 0;
    }

    /// Whether a file turned out to be gone since this was asked last.
    pub(super) fn take_something_went(&mut self) -> bool {
        std::mem::take(&mut self.something_went)
    }

    /// One step: start reading what there is room for, and wait for one outcome, but no longer than
    /// `patience`. Returns how many files were written, or `None` when nothing waits any more.
    pub(super) async fn step(
        &mut self,
        take_up: TakeUp,
        patience: Duration,
    ) -> Result<Option<u32>, Error> {
        if take_up == TakeUp::More {
            self.fill().await?;
        }
        if self.tasks.is_empty() && self.outcomes.is_empty() {
            return Ok(None);
        }
        let next = next(&mut self.inner.1, &mut self.tasks);
        if let Ok(Some(outcome)) = tokio::time::timeout(patience, next).await {
            self.note(outcome);
        }
        let due = self.is_full() || self.began.elapsed() >= BATCH_AGE || self.tasks.is_empty();
        if due && !self.outcomes.is_empty() {
            self.flush(take_up).await.map(Some)
        } else {
            Ok(Some(0))
        }
    }

    fn is_full(&self) -> bool {
        self.outcomes.len() >= BATCH_FILES || self.n_bytes >= BATCH_BYTES
    }

    fn note(&mut self, outcome: Outcome) {
        if self.outcomes.is_empty() {
            self.began = Instant::now();
        }
        self.something_went |= matches!(outcome.what, What::Gone);
        let seen = &outcome.file.seen;
        if let Some(took) = outcome.took {
            let kind = Kind::of(&seen.path);
            self.timed.push((kind, seen.size_bytes, took));
            self.n_huge -= usize::from(is_huge(&outcome.file)).min(self.n_huge);
        }
        if let What::Whole(Content::New(new), _) | What::Inner(_, Content::New(new)) = &outcome.what
        {
            self.n_bytes += new.text.text.len();
        }
        self.outcomes.push(outcome);
    }

    /// A huge file never takes the last place: one is kept for small files, beyond the cores to be
    /// used if there is no other.
    async fn fill(&mut self) -> Result<(), Error> {
        let n_readers = self.parts.n_readers;
        let has_spare = |n_huge: usize| n_readers == 1 && n_huge > 0;
        let n_places = |n_huge| {
            n_readers
                + if has_spare(n_huge) {
                    N_SPARE_READERS
                } else {
                    0
                }
        };
        if self.queue.is_empty() && self.tasks.len() < n_places(self.n_huge) {
            // Those in hand wait, too, until they are written.
            let n_fetched = N_FETCHED + self.in_hand.len() as u32;
            let waiting = self.parts.store.waiting(n_fetched).await?;
            self.queue.extend(
                waiting
                    .into_iter()
                    .filter(|file| !self.in_hand.contains(&file.id)),
            );
        }
        while self.tasks.len() < n_places(self.n_huge)
            && let Some(file) = self.queue.pop_front()
        {
            if is_huge(&file) {
                if self.n_huge >= (n_readers - 1).max(1) {
                    // Asked for again with the next step: by then there may be small ones.
                    self.queue.clear();
                    break;
                }
                self.n_huge += 1;
            }
            self.in_hand.insert(file.id);
            self.parts.note_current(&file);
            let parts = Arc::clone(&self.parts);
            let inner = self.inner.0.clone();
            self.tasks.spawn(async move {
                let began = Instant::now();
                let what = match read(&parts, &file, &inner).await {
                    Ok(what) => what,
                    Err(Stop::File(failure)) => {
                        What::Whole(Content::Failure(failure), HashSet::new())
                    }
                    Err(Stop::Library) => What::Unread,
                };
                let took = Some(began.elapsed());
                Outcome { file, what, took }
            });
        }
        Ok(())
    }

    /// Writes what was read. Reading goes on meanwhile, until the next batch is full.
    async fn flush(&mut self, take_up: TakeUp) -> Result<u32, Error> {
        let outcomes = std::mem::take(&mut self.outcomes);
        self.n_bytes = 0;
        let n = outcomes.len() as u32;
        let done = outcomes
            .iter()
            .filter(|outcome| !matches!(outcome.what, What::Inner(..)));
        let ids: Vec<_> = done.map(|outcome| outcome.file.id).collect();
        let parts = Arc::clone(&self.parts);
        let writing = write(&parts, outcomes);
        tokio::pin!(writing);
        let written = loop {
            let reads_on = !self.tasks.is_empty() && !self.is_full();
            tokio::select! {
                written = &mut writing => break written,
                read = next(&mut self.inner.1, &mut self.tasks), if reads_on => {
                    if let Some(outcome) = read {
                        self.note(outcome);
                    }
                    if take_up == TakeUp::More && let Err(error) = self.fill().await {
                        // The next step meets it again; this batch is not to be lost for it.
                        tracing::debug!(%error, "nothing more can be taken up for now");
                    }
                }
            }
        };
        // Rows fetched before this batch may be stale: fetch anew.
        self.queue.clear();
        for id in ids {
            self.in_hand.remove(&id);
        }
        written.map(|()| n)
    }
}

/// The next outcome: what was found in a file before the file itself. `None` if its task failed, or if
/// nothing is being read.
async fn next(
    inner: &mut mpsc::Receiver<Outcome>,
    tasks: &mut JoinSet<Outcome>,
) -> Option<Outcome> {
    tokio::select! {
        biased;
        found = inner.recv() => found,
        done = tasks.join_next() => match done? {
            Ok(outcome) => Some(outcome),
            Err(error) => {
                tracing::error!(%error, "a reading task failed");
                None
            }
        },
    }
}

impl Parts {
    fn note_current(&self, file: &FileRow) {
        let name = file
            .seen
            .path
            .to_path()
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        self.progress
            .send_modify(|progress| progress.current = name);
    }
}

fn is_huge(file: &FileRow) -> bool {
    file.seen.size_bytes > HUGE_BYTES
}

/// Reads a file whose content stays the same meanwhile, so that hash and text belong together.
async fn read(parts: &Parts, file: &FileRow, inner: &mpsc::Sender<Outcome>) -> Result<What, Stop> {
    let path = file.seen.path.to_path();
    let look = || std::fs::metadata(&path).map(|metadata| walk::observed(&path, &metadata));
    // What was found in it before it changed is on its way to the ledger.
    let mut is_between = file.is_between_contents();
    for _ in 0..N_ATTEMPTS {
        let before = look().ok();
        let what = read_once(parts, file, is_between, inner).await;
        if look().ok() == before {
            return what;
        }
        is_between = true;
    }
    Err(Failure::Failed("it kept changing while it was read".into()).into())
}

async fn read_once(
    parts: &Parts,
    file: &FileRow,
    is_between: bool,
    inner: &mpsc::Sender<Outcome>,
) -> Result<What, Stop> {
    let path = file.seen.path.to_path();
    let limits = parts.pool.limits().clone();
    let looked = cpu::run_behind(move || look(&path, &limits))
        .await
        .map_err(|error| Failure::Failed(error.to_string()))?;
    let Looked { hash, format } = match looked {
        Ok(looked) => looked?,
        Err(error) if is_gone(&error) => return Ok(What::Gone),
        Err(error) => return Err(Failure::Failed(extract::worker::reason(&error)).into()),
    };
    if let Some(known) = known(parts, &hash, format).await? {
        let content = Content::Known(known.id, known.partial);
        if file.document == Some(known.id) && !is_between {
            return Ok(What::Same(content));
        }
        if known.n_children == 0 {
            return Ok(What::Whole(content, HashSet::new()));
        }
        if let Some(holder) = parts.store.file_with(known.id, file.id).await? {
            return Ok(What::Copy(holder));
        }
    }
    parts.progress.send_modify(|progress| progress.n_read += 1);
    let (to, from) = mpsc::channel(1);
    let reading = async move { parts.pool.read(&file.seen.path, format, &to).await };
    let (text, children) = tokio::join!(reading, forward(parts, file, from, inner));
    let children = children?;
    let n_children = children.len() as u32;
    let content = content(parts, hash, format, text?, n_children).await?;
    Ok(What::Whole(content, children))
}

/// Passes on what was found in a file; returns the paths. Where something of it could not be told, the
/// file is not read whole.
async fn forward(
    parts: &Parts,
    file: &FileRow,
    mut from: mpsc::Receiver<Child>,
    to: &mpsc::Sender<Outcome>,
) -> Result<HashSet<PathKey>, Stop> {
    let (mut paths, mut is_whole) = (HashSet::new(), true);
    while let Some(child) = from.recv().await {
        let seen = Observed {
            path: file.seen.path.inner(&child.path),
            size_bytes: child.size_bytes,
            modified_ns: child.modified_ns.unwrap_or(file.seen.modified_ns),
            file_key: None,
        };
        paths.insert(seen.path.clone());
        let content = match inner_content(parts, child).await {
            Ok(content) => content,
            Err(Stop::File(failure)) => Content::Failure(failure),
            Err(Stop::Library) => {
                is_whole = false;
                continue;
            }
        };
        let outcome = Outcome {
            file: file.clone(),
            what: What::Inner(seen, content),
            took: None,
        };
        if to.send(outcome).await.is_err() {
            break;
        }
    }
    if is_whole {
        Ok(paths)
    } else {
        Err(Stop::Library)
    }
}

async fn inner_content(parts: &Parts, child: Child) -> Result<Content, Stop> {
    let (name, text) = child.outcome?;
    let format = extract::formats().find(|format| format.name == name);
    let format = format
        .ok_or_else(|| Failure::Failed("its reader is of another version of the program".into()))?;
    match known(parts, &child.hash, format).await? {
        Some(known) => Ok(Content::Known(known.id, known.partial)),
        None => content(parts, child.hash, format, text, 0).await,
    }
}

async fn known(parts: &Parts, hash: &Hash, format: &Format) -> Result<Option<DocumentRow>, Stop> {
    let known = parts
        .store
        .document_for(hash, format.name, format.version, chunk::VERSION);
    Ok(known.await?)
}

async fn content(
    parts: &Parts,
    hash: Hash,
    format: &'static Format,
    text: Text,
    n_children: u32,
) -> Result<Content, Stop> {
    let filled = recognise::fill(parts, &hash, text).await?;
    let make = move || NewDocument {
        n_children,
        content_hash: hash,
        extractor: format.name,
        extractor_version: format.version,
        chunker_version: chunk::VERSION,
        language: language(&filled.text.text),
        chunks: chunk::chunks(&filled.text),
        to_recognise: filled.to_recognise,
        text: filled.text,
    };
    cpu::run_behind(make)
        .await
        .map(|document| Content::New(Box::new(document)))
        .map_err(|error| Failure::Failed(error.to_string()).into())
}

/// The language of a text, by three letters, where it is told reliably.
pub(crate) fn language(text: &str) -> Option<String> {
    let sample: String = text.chars().take(LANGUAGE_CHARS).collect();
    let found = whatlang::detect(&sample)?;
    found.is_reliable().then(|| found.lang().code().to_owned())
}
