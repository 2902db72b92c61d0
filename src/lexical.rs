//! The word index: tantivy, BM25, derived from the store and deletable at any time.
//!
//! Owns the index folder, the one thread that writes it, how a [`WordQuery`] is scored, and which files
//! a [`Condition`] admits. Knows passages and files as entries of words; nothing of SQL or of how a query is typed.
//! Invariant: a commit carries the sequence number of the last batch in it, so that whoever
//! opens the index knows what it lacks; and a generation that cannot be read is never mended, but
//! built anew beside it. Start reading at [`Lexical::open`] and [`Lexical::search`].

mod collect;
mod conditions;
mod coverage;
mod directory;
mod entries;
mod error;
mod generation;
mod merging;
mod open;
mod query;
mod schema;
mod score;
mod spelled;
mod tags;
pub mod tokens;
mod vocabulary;
mod writer;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use tantivy::Searcher;
use tokio::sync::watch;

pub use entries::Entries;
pub use error::{Error, Result};
pub use query::{
    Condition, Coverage, Depth, FileField, FileHit, FileTest, FuzzyWord, PassageHit, Phrase,
    States, TextTest, WordHits, WordQuery, WordTerm,
};
pub use tags::Tag;
pub use vocabulary::tolerance;
pub use writer::{FileEntry, Op, PassageEntry};

use crate::{
    cpu,
    document::{Admitted, FileId, IdSet, Sequence},
    lexical::{
        open::Open,
        schema::{Fields, schema},
        writer::Writer,
    },
};

/// An open word index.
pub struct Lexical {
    folder: PathBuf,
    fields: Fields,
    /// Which history of the library its batches are of.
    history: String,
    /// Replaced whole; never locked across a search or a wait.
    open: RwLock<Generations>,
    /// Whether the newest generation turned out to be damaged.
    damage: watch::Sender<bool>,
}

#[derive(Clone)]
struct Generations {
    /// The one that is written.
    newest: Open,
    /// Answers until the newest is complete.
    older: Option<Open>,
}

impl Lexical {
    /// Opens the index below `folder` for writing. One that is missing, damaged, of another format or
    /// of another history is begun anew, at sequence 0; what can be read of the old one answers until
    /// [`Lexical::complete`].
    pub fn open(folder: &Path, history: &str) -> Result<Self> {
        let (_, fields) = schema();
        let newest = match generation::all(folder).first() {
            Some(path) => Open::fitting(path, fields, history)?,
            None => None,
        };
        let newest = match newest {
            Some(newest) => newest,
            None => Open::for_writing(&generation::next(folder), fields, history)?,
        };
        let older = if newest.is_complete() {
            None
        } else {
            Open::complete_one(folder, Some(&newest.path))
        };
        Ok(Self {
            folder: folder.to_owned(),
            fields,
            history: history.to_owned(),
            open: RwLock::new(Generations { newest, older }),
            damage: watch::Sender::new(false),
        })
    }

    /// Opens the index below `folder` for reading beside a process that writes it.
    pub fn open_read_only(folder: &Path) -> Result<Self> {
        let (_, fields) = schema();
        let newest = Open::best(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            fields,
            history: String::new(),
            open: RwLock::new(Generations {
                newest,
                older: None,
            }),
            damage: watch::Sender::new(false),
        })
    }

    /// Format and number of the generation that is read.
    pub fn generation(&self) -> String {
        let path = self.opened().newest.path.clone();
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Starts anew from what is on disk, after writing failed. What was handed over since the
    /// last commit is to be handed over again.
    pub fn reopen(&self) -> Result<()> {
        // The old writer's lock on the folder goes before the new one asks for it.
        self.close();
        let path = self.opened().newest.path.clone();
        match Open::fitting(&path, self.fields, &self.history)? {
            Some(newest) => self.opened_to_change().newest = newest,
            None => self.begin_anew()?,
        }
        Ok(())
    }

    /// Begins a new generation, at sequence 0. The present one answers until [`Lexical::complete`], as
    /// far as it can.
    pub fn begin_anew(&self) -> Result<()> {
        tracing::warn!("the word index is begun anew");
        self.close();
        let path = generation::next(&self.folder);
        let fresh = Open::for_writing(&path, self.fields, &self.history)?;
        let mut open = self.opened_to_change();
        let before = std::mem::replace(&mut open.newest, fresh);
        if open.older.is_none() && before.is_complete() {
            open.older = Some(before);
        }
        self.damage.send_replace(false);
        Ok(())
    }

    /// Commits, and lets go of the folder; only reading is possible afterwards.
    pub fn close(&self) {
        let writer = self.opened_to_change().newest.writer.take();
        // Joins the thread, if no call is in flight.
        drop(writer);
    }

    fn opened(&self) -> RwLockReadGuard<'_, Generations> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened_to_change(&self) -> RwLockWriteGuard<'_, Generations> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> Result<Arc<Writer>> {
        let writer = self.opened().newest.writer.clone();
        writer.ok_or(Error::WriterStopped)
    }

    /// The last batch that the index holds for certain.
    pub fn committed(&self) -> Result<Sequence> {
        let open = self.opened().newest.clone();
        Ok(open.payload()?.sequence)
    }

    /// Whether something of the store is not in the index yet, since it was begun anew.
    pub fn is_being_built(&self) -> bool {
        !self.opened().newest.is_complete()
    }

    /// Hands over the changes of a batch; they become visible with the next commit, within
    /// seconds. Waits while the writer is busy.
    pub async fn apply(&self, ops: Vec<Op>, sequence: Sequence) -> Result<()> {
        self.writer()?.apply(ops, sequence).await
    }

    /// Makes everything handed over so far durable and visible.
    pub async fn commit(&self) -> Result<()> {
        self.writer()?.commit(false).await
    }

    /// The same, and says that nothing is lacking any more: older generations are removed.
    pub async fn complete(&self) -> Result<()> {
        self.writer()?.commit(true).await?;
        self.drop_older().await;
        Ok(())
    }

    /// Leaves no word on disk of what was removed, by writing anew what it stood in. An older generation
    /// goes, although the newest may not be complete yet: nobody takes anything out of it.
    pub async fn erase(&self) -> Result<()> {
        self.drop_older().await;
        self.writer()?.erase().await
    }

    async fn drop_older(&self) {
        let (older, newest) = {
            let mut open = self.opened_to_change();
            (open.older.take(), open.newest.path.clone())
        };
        let folder = self.folder.clone();
        let swept = cpu::run(move || {
            drop(older);
            generation::keep_only(&folder, &[&newest]);
        });
        if let Err(error) = swept.await {
            tracing::debug!(%error, "old word indexes stay for now");
        }
    }

    /// The best passages and file names for a query, of what is admitted. Blocking; milliseconds.
    pub fn search(
        &self,
        query: &WordQuery,
        depth: Depth,
        admitted: Option<&Arc<Admitted>>,
    ) -> Result<WordHits> {
        self.ask(|searcher| score::search(searcher, self.fields, query, depth, admitted))
    }

    /// What meets a condition. Blocking; milliseconds.
    pub fn admitted(&self, condition: &Condition, states: &States) -> Result<Admitted> {
        self.ask(|searcher| conditions::admitted(searcher, self.fields, condition, states))
    }

    /// The files of these that changed last, newest first. Blocking; milliseconds.
    pub fn newest(&self, files: &IdSet, limit: usize) -> Result<Vec<FileId>> {
        self.ask(|searcher| conditions::newest(searcher, files, limit))
    }

    /// The word that was meant by one that, with these stems, stands nowhere; `None` if it does, or if no
    /// word is like it. Blocking; milliseconds.
    pub fn meant(&self, word: &str, stems: &[String]) -> Result<Option<String>> {
        self.ask(|searcher| vocabulary::meant(searcher, self.fields, word, stems))
    }

    /// How much each word tells: its inverse frequency among passages. Blocking; milliseconds.
    pub fn rarity(&self, terms: &[WordTerm]) -> Result<Vec<f32>> {
        let rarity = |searcher: &Searcher, term| {
            score::rarity(searcher, score::n_having(searcher, self.fields, term)?)
        };
        self.ask(|searcher| terms.iter().map(|term| rarity(searcher, term)).collect())
    }

    /// Asks the generation that answers now.
    fn ask<T>(&self, question: impl Fn(&Searcher) -> Result<T>) -> Result<T> {
        let is_written = self.opened().newest.writer.is_some();
        if !is_written {
            self.catch_up()?;
        }
        let open = self.opened().clone();
        let answer = |open: &Open| {
            let searcher = open.reader.searcher();
            // tantivy meets some kinds of damage by panicking.
            catch_unwind(AssertUnwindSafe(|| question(&searcher))).unwrap_or(Err(Error::Unreadable))
        };
        if let Some(older) = &open.older {
            match answer(older) {
                Ok(answer) => return Ok(answer),
                Err(error) => tracing::debug!(%error, "the older word index does not answer"),
            }
        }
        let outcome = answer(&open.newest);
        if outcome.as_ref().is_err_and(Error::is_damage) {
            self.note_damage();
        }
        outcome
    }

    /// Follows the process that writes: what it has committed since, and a generation it has completed.
    fn catch_up(&self) -> Result<()> {
        let open = self.opened().newest.clone();
        let is_newest = generation::all(&self.folder).first() == Some(&open.path);
        if is_newest {
            return open.catch_up();
        }
        let best = Open::best(&self.folder)?;
        if best.path == open.path {
            return open.catch_up();
        }
        let mut generations = self.opened_to_change();
        // A writer that is between two generations has its own way.
        if generations.newest.writer.is_none() && generations.older.is_none() {
            generations.newest = best;
        }
        Ok(())
    }

    /// Says that the newest generation cannot be read; whoever writes it begins it anew.
    pub fn note_damage(&self) {
        self.damage.send_replace(true);
    }

    /// Whether that was said.
    pub fn is_damaged(&self) -> bool {
        *self.damage.borrow()
    }

    /// Waits until that is said.
    pub async fn damaged(&self) {
        let mut damage = self.damage.subscribe();
        let _ = damage.wait_for(|&is_damaged| is_damaged).await;
    }

    /// Reads all of the newest generation, and notes damage. Blocking; as long as reading it takes.
    pub fn verify(&self) -> Result<()> {
        let open = self.opened().newest.clone();
        let damaged = entries::damaged(&open.index)?;
        if !damaged.is_empty() {
            tracing::warn!(n_files = damaged.len(), "the word index is damaged");
            self.note_damage();
        }
        Ok(())
    }

    /// Bytes on disk.
    pub fn size_bytes(&self) -> u64 {
        generation::size_bytes(&self.folder)
    }
}

impl std::fmt::Debug for Lexical {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexical")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// A handle shared by the flows.
pub type SharedLexical = Arc<Lexical>;

#[cfg(test)]
mod tests;
