//! The one thread that writes the word index.
//!
//! Owns tantivy's writer for as long as the library is open; takes a closed set of commands from
//! a bounded channel. Commits by time and by count, never per document. Sleeps when there is
//! nothing to commit. Joined on drop, after a last commit.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nuthatch_models::priority::{self, Priority};
use tantivy::{Index, IndexReader, IndexWriter, TantivyDocument, Term, schema::Field};
use tokio::sync::oneshot;

use crate::{
    cpu,
    document::{DocumentId, FileId, PassageId, Sequence},
    lexical::{
        Error, Result, Tag,
        generation::Payload,
        merging::Merging,
        schema::Fields,
        spelled::spell,
        tokens::{self, Endings, Form, is_stop_word, tokens},
    },
};

/// What was handed over becomes visible after so long at the latest.
const COMMIT_AFTER: Duration = Duration::from_secs(2);
/// ... or after so many entries.
const COMMIT_ENTRIES: usize = 50_000;
/// tantivy's buffer before it writes a segment; beyond 50 MB indexing is no faster here.
const BUFFER_BYTES: usize = 50_000_000;
/// Merges of tantivy's own may be in the way of erasing: tried so often, this far apart.
const N_ERASURES: u32 = 200;
const BETWEEN_ERASURES: Duration = Duration::from_millis(50);
/// Batches that may wait; more would only hold memory.
const N_WAITING: usize = 4;

/// A passage as the index sees it.
#[derive(Debug)]
pub struct PassageEntry {
    /// Its id.
    pub passage: PassageId,
    /// Title and headings above it.
    pub title: String,
    /// Its text.
    pub text: String,
}

/// A file as the index sees it.
#[derive(Debug, Clone, Default)]
pub struct FileEntry {
    /// Its id.
    pub file: FileId,
    /// The document it has.
    pub document: Option<DocumentId>,
    /// Its name.
    pub name: String,
    /// The folders above it, below the chosen one.
    pub folder: String,
    /// Its document's own title.
    pub title: String,
    /// Its document's author.
    pub author: String,
    /// What else it is.
    pub tags: Vec<Tag>,
    /// Its size.
    pub size_bytes: u64,
    /// Seconds since 1970 of its last change.
    pub modified: i64,
    /// When it was written: see [`FileTest::Date`](crate::lexical::FileTest::Date).
    pub date: i64,
}

/// One change of the index. What is replaced is removed first: looking for what was never there costs
/// as much as adding it.
#[derive(Debug)]
pub enum Op {
    /// Adds the passages of a document that has none here.
    AddDocument {
        /// The document.
        document: DocumentId,
        /// Its language as ISO 639-3.
        language: Option<String>,
        /// Its passages.
        passages: Vec<PassageEntry>,
    },
    /// Forgets a document.
    RemoveDocument(DocumentId),
    /// Adds the entry of a file that has none here.
    AddFile(FileEntry),
    /// Forgets a file.
    RemoveFile(FileId),
}

#[derive(Debug)]
enum Command {
    Apply(Vec<Op>, Sequence),
    /// With whether nothing of the library is lacking any more.
    Commit(bool, oneshot::Sender<Result<()>>),
    Erase(oneshot::Sender<Result<()>>),
}

/// A handle on the thread.
#[derive(Debug)]
pub(super) struct Writer {
    commands: Option<SyncSender<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Goes on from what the last commit says of itself; tells whether that is complete.
    pub(super) fn start(
        index: &Index,
        fields: Fields,
        reader: IndexReader,
        (last, is_complete): (Payload, Arc<AtomicBool>),
    ) -> Result<Self> {
        let index = index.clone();
        let (commands, inbox) = sync_channel(N_WAITING);
        let (reply, is_open) = sync_channel(1);
        let own = move || {
            let writer = match open_writer(&index) {
                Ok(writer) => writer,
                Err(error) => return drop(reply.send(Err(error))),
            };
            let _ = reply.send(Ok(()));
            let owner = Owner {
                writer,
                fields,
                reader,
                last,
                is_complete,
                since: None,
                n_entries: 0,
            };
            owner.run(&inbox);
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the owner thread, joined on drop"
        )]
        let thread = thread::Builder::new()
            .name("word-index".into())
            .spawn(own)
            .map_err(|_| Error::WriterStopped)?;
        let writer = Self {
            commands: Some(commands),
            thread: Some(thread),
        };
        is_open.recv().map_err(|_| Error::WriterStopped)??;
        Ok(writer)
    }

    pub(super) async fn apply(&self, ops: Vec<Op>, sequence: Sequence) -> Result<()> {
        self.send(Command::Apply(ops, sequence)).await
    }

    pub(super) async fn commit(&self, is_complete: bool) -> Result<()> {
        let (reply, done) = oneshot::channel();
        self.send(Command::Commit(is_complete, reply)).await?;
        done.await.map_err(|_| Error::WriterStopped)?
    }

    pub(super) async fn erase(&self) -> Result<()> {
        let (reply, done) = oneshot::channel();
        self.send(Command::Erase(reply)).await?;
        done.await.map_err(|_| Error::WriterStopped)?
    }

    /// A full channel is waited for without holding an async thread.
    async fn send(&self, mut command: Command) -> Result<()> {
        let commands = self.commands.as_ref().ok_or(Error::WriterStopped)?;
        loop {
            match commands.try_send(command) {
                Ok(()) => return Ok(()),
                Err(std::sync::mpsc::TrySendError::Disconnected(_)) => {
                    return Err(Error::WriterStopped);
                }
                Err(std::sync::mpsc::TrySendError::Full(back)) => {
                    command = back;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// On the thread that will write. tantivy's threads have the right of way of the one that starts them: those
/// that merge are started here, while somebody waits for the library, those that index with each commit.
fn open_writer(index: &Index) -> Result<IndexWriter> {
    let wanted = cpu::behind();
    if wanted != Priority::Normal {
        priority::lower_thread(Priority::Low);
    }
    let writer = index.writer_with_num_threads(1, BUFFER_BYTES)?;
    writer.set_merge_policy(Box::<Merging>::default());
    // What a killed process began to write may have the very name that the next commit needs.
    writer.garbage_collect_files().wait()?;
    priority::lower_thread(wanted);
    Ok(writer)
}

struct Owner {
    writer: IndexWriter,
    fields: Fields,
    reader: IndexReader,
    /// What the next commit says of itself.
    last: Payload,
    /// What the last one said, for whoever asks.
    is_complete: Arc<AtomicBool>,
    /// Since when something waits to be committed.
    since: Option<Instant>,
    n_entries: usize,
}

impl Owner {
    fn run(mut self, inbox: &Receiver<Command>) {
        loop {
            let command = match self.since {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(since) => inbox.recv_timeout(COMMIT_AFTER.saturating_sub(since.elapsed())),
            };
            let outcome = match command {
                Ok(Command::Apply(ops, sequence)) => self.apply(ops, sequence),
                Ok(Command::Commit(is_complete, reply)) => {
                    let outcome = self.commit_as(is_complete);
                    let has_failed = outcome.is_err();
                    let _ = reply.send(outcome);
                    if has_failed {
                        return;
                    }
                    Ok(())
                }
                Ok(Command::Erase(reply)) => {
                    let erased = self.commit().and_then(|()| self.erase());
                    let _ = reply.send(erased);
                    Ok(())
                }
                Err(RecvTimeoutError::Timeout) => self.commit(),
                Err(RecvTimeoutError::Disconnected) => {
                    if let Err(error) = self.commit() {
                        tracing::warn!(%error, "the word index's last commit failed; it is replayed on the next start");
                    }
                    return;
                }
            };
            if let Err(error) = outcome {
                // Nothing is lost: the store is ahead, and the gap is replayed after reopening.
                tracing::error!(%error, "the word index could not be written");
                return;
            }
        }
    }

    fn apply(&mut self, ops: Vec<Op>, sequence: Sequence) -> Result<()> {
        for op in ops {
            self.apply_one(op)?;
        }
        self.since.get_or_insert_with(Instant::now);
        self.last.sequence = sequence;
        if self.n_entries >= COMMIT_ENTRIES {
            self.commit()
        } else {
            Ok(())
        }
    }

    fn apply_one(&mut self, op: Op) -> Result<()> {
        let fields = self.fields;
        match op {
            Op::AddDocument {
                document,
                language,
                passages,
            } => {
                let endings = Endings::of(language.as_deref());
                for passage in passages {
                    self.writer
                        .add_document(passage_document(fields, document, &passage, &endings))?;
                    self.n_entries += 1;
                }
            }
            Op::RemoveDocument(document) => self.delete(fields.document, document.0),
            Op::AddFile(file) => {
                self.writer.add_document(file_document(fields, &file))?;
                self.n_entries += 1;
            }
            Op::RemoveFile(file) => self.delete(fields.file, file.0),
        }
        Ok(())
    }

    fn delete(&mut self, field: Field, id: i64) {
        self.writer
            .delete_term(Term::from_field_u64(field, id as u64));
        self.n_entries += 1;
    }

    fn commit_as(&mut self, is_complete: bool) -> Result<()> {
        if is_complete && !self.last.is_complete {
            self.last.is_complete = true;
            self.since.get_or_insert_with(Instant::now);
        }
        self.commit()
    }

    fn commit(&mut self) -> Result<()> {
        if self.since.is_some() {
            let mut prepared = self.writer.prepare_commit()?;
            prepared.set_payload(&self.last.to_text());
            prepared.commit()?;
            self.since = None;
            self.n_entries = 0;
        }
        self.reader.reload()?;
        self.is_complete
            .store(self.last.is_complete, Ordering::Relaxed);
        Ok(())
    }

    /// Writes every segment anew in which something is deleted: its words stand there until then.
    fn erase(&mut self) -> Result<()> {
        for _ in 0..N_ERASURES {
            let metas = self.writer.index().searchable_segment_metas()?;
            let stale = metas.iter().filter(|meta| meta.has_deletes());
            let stale: Vec<_> = stale.map(tantivy::SegmentMeta::id).collect();
            drop(metas);
            if stale.is_empty() {
                // A search that goes on holds the old files until it ends.
                self.reader.reload()?;
                self.writer.garbage_collect_files().wait()?;
                return Ok(());
            }
            for segment in stale {
                // One that is being merged already is looked at again in the next round.
                if let Err(error) = self.writer.merge(&[segment]).wait() {
                    tracing::debug!(%error, "a segment is written anew by another merge");
                    thread::sleep(BETWEEN_ERASURES);
                }
            }
        }
        Err(Error::NotErased)
    }
}

fn passage_document(
    fields: Fields,
    document: DocumentId,
    passage: &PassageEntry,
    endings: &Endings,
) -> TantivyDocument {
    let words = tokens(&passage.text);
    let mut entry = TantivyDocument::default();
    entry.add_u64(fields.passage, passage.passage.0 as u64);
    entry.add_u64(fields.document, document.0 as u64);
    entry.add_text(fields.stems, stems(&words, endings));
    entry.add_text(fields.title, stems(&tokens(&passage.title), endings));
    entry.add_text(fields.words, all_words(&words));
    entry
}

fn file_document(fields: Fields, file: &FileEntry) -> TantivyDocument {
    let mut entry = TantivyDocument::default();
    entry.add_u64(fields.file, file.file.0 as u64);
    if let Some(document) = file.document {
        entry.add_u64(fields.content, document.0 as u64);
    }
    for (field, text) in [
        (fields.name, &file.name),
        (fields.folder, &file.folder),
        (fields.heading, &file.title),
        (fields.author, &file.author),
    ] {
        if !text.is_empty() {
            entry.add_text(field, all_words(&tokens(text)));
        }
    }
    for tag in &file.tags {
        entry.add_text(fields.tag, spell(vec![(0, tag.term())]));
    }
    entry.add_u64(fields.size, file.size_bytes);
    entry.add_i64(fields.modified, file.modified);
    entry.add_i64(fields.date, file.date);
    entry
}

/// Stems of what says something, and single Han characters; what else is only there to be begun with says nothing of its own.
fn stems(words: &[tokens::Token], endings: &Endings) -> String {
    let telling = words
        .iter()
        .filter(|token| token.form != Form::Tail && !is_stop_word(&token.word));
    let stems = telling.map(|token| endings.cut(&token.word));
    let characters = tokens::characters(words).map(|han| Cow::Owned(han.to_string()));
    spell(stems.chain(characters).enumerate().collect())
}

fn all_words(words: &[tokens::Token]) -> String {
    let words = words.iter().map(|token| (token.position, &token.word));
    spell(words.collect())
}
