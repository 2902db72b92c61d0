//! The word index: tantivy, BM25, derived from the store and deletable at any time.
//!
//! Owns the index folder, the one thread that writes it, and how a [`WordQuery`] is scored.
//! Knows passages and files as entries of words; nothing of SQL or of how a query is typed.
//! Invariant: a commit carries the sequence number of the last batch in it, so that whoever
//! opens the index knows what it lacks. Start reading at [`Lexical::open`] and [`Lexical::search`].

mod collect;
mod entries;
mod query;
mod schema;
pub mod tokens;
mod writer;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard},
};

use tantivy::{
    Index, IndexReader, Opstamp, ReloadPolicy, SegmentMeta, directory::MmapDirectory,
    index::SegmentId,
};

pub use entries::Entries;
pub use query::{Depth, FileHit, PassageHit, WordHits, WordQuery, WordTerm};
pub use writer::{FileEntry, Op, PassageEntry};

use crate::{
    document::Sequence,
    lexical::{
        schema::{FORMAT, Fields, schema},
        writer::Writer,
    },
};

/// Why the word index failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder could not be made or emptied.
    #[error("could not prepare the word index in {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// tantivy failed.
    #[error("the word index failed")]
    Tantivy(#[from] tantivy::TantivyError),
    /// Merging went on all the time; it is to be tried again.
    #[error("the word index could not be rewritten without what was forgotten")]
    NotErased,
    /// The writing thread is gone.
    #[error("the word index's writer stopped")]
    WriterStopped,
}

/// A shorthand of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// An open word index.
pub struct Lexical {
    path: PathBuf,
    fields: Fields,
    /// Replaced whole by [`Lexical::reopen`]; never locked across a search or a wait.
    open: RwLock<Open>,
}

#[derive(Clone)]
struct Open {
    index: Index,
    reader: IndexReader,
    writer: Option<Arc<Writer>>,
    /// The state on disk that a reader without a writer has open.
    state: Arc<Mutex<Option<State>>>,
}

/// The last commit's stamp and the segments: what differs when there is something new to read.
type State = (Opstamp, Vec<SegmentId>);

impl Lexical {
    /// Opens the index below `folder` for writing. One that is missing, damaged or of another
    /// format is begun anew, at sequence 0.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(FORMAT);
        let (_, fields) = schema();
        let open = RwLock::new(Open::for_writing(&path, fields)?);
        Ok(Self { path, fields, open })
    }

    /// Opens the index below `folder` for reading beside a process that writes it.
    pub fn open_read_only(folder: &Path) -> Result<Self> {
        let path = folder.join(FORMAT);
        let (_, fields) = schema();
        let open = RwLock::new(Open::over(Index::open_in_dir(&path)?)?);
        Ok(Self { path, fields, open })
    }

    /// Starts anew from what is on disk, after writing failed. What was handed over since the
    /// last commit is to be handed over again.
    pub fn reopen(&self) -> Result<()> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        // The old writer's lock on the folder goes before the new one asks for it.
        open.writer = None;
        *open = Open::for_writing(&self.path, self.fields)?;
        Ok(())
    }

    /// Commits, and lets go of the folder; only reading is possible afterwards.
    pub fn close(&self) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.writer = None;
    }

    fn opened(&self) -> RwLockReadGuard<'_, Open> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> Result<Arc<Writer>> {
        self.opened().writer.clone().ok_or(Error::WriterStopped)
    }

    /// The last batch that the index holds for certain.
    pub fn committed(&self) -> Result<Sequence> {
        let payload = self.opened().index.load_metas()?.payload;
        Ok(Sequence(
            payload.and_then(|text| text.parse().ok()).unwrap_or(0),
        ))
    }

    /// Hands over the changes of a batch; they become visible with the next commit, within
    /// seconds. Waits while the writer is busy.
    pub async fn apply(&self, ops: Vec<Op>, sequence: Sequence) -> Result<()> {
        self.writer()?.apply(ops, sequence).await
    }

    /// Makes everything handed over so far durable and visible.
    pub async fn commit(&self) -> Result<()> {
        self.writer()?.commit().await
    }

    /// Leaves no word on disk of what was removed, by writing anew what it stood in.
    pub async fn erase(&self) -> Result<()> {
        self.writer()?.erase().await
    }

    /// The best passages and file names for a query. Blocking; milliseconds.
    pub fn search(&self, query: &WordQuery, depth: Depth) -> Result<WordHits> {
        let open = self.opened().clone();
        if open.writer.is_none() {
            open.catch_up()?;
        }
        let searcher = open.reader.searcher();
        query::search(&searcher, self.fields, query, depth)
    }

    /// Bytes on disk.
    pub fn size_bytes(&self) -> u64 {
        let Ok(entries) = std::fs::read_dir(&self.path) else {
            return 0;
        };
        entries
            .flatten()
            .filter_map(|entry| entry.metadata().ok())
            .map(|meta| meta.len())
            .sum()
    }
}

impl Open {
    fn for_writing(path: &Path, fields: Fields) -> Result<Self> {
        let index = match open_index(path) {
            Ok(index) => index,
            Err(error) => {
                tracing::warn!(%error, "the word index is begun anew");
                empty(path)?;
                open_index(path)?
            }
        };
        let mut open = Self::over(index)?;
        let writer = Writer::start(&open.index, fields, open.reader.clone())?;
        open.writer = Some(Arc::new(writer));
        Ok(open)
    }

    fn over(index: Index) -> Result<Self> {
        // Reloaded after our own commits: no thread that polls the disk.
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            index,
            reader,
            writer: None,
            state: Arc::default(),
        })
    }

    /// Reads what another process has committed since. Opening every segment costs about as much
    /// as a search, so only when something has changed.
    fn catch_up(&self) -> Result<()> {
        let metas = self.index.load_metas()?;
        let segments = metas.segments.iter().map(SegmentMeta::id).collect();
        let found = Some((metas.opstamp, segments));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *state != found {
            self.reader.reload()?;
            *state = found;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Lexical {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexical")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A handle shared by the flows.
pub type SharedLexical = Arc<Lexical>;

fn open_index(path: &Path) -> Result<Index> {
    std::fs::create_dir_all(path).map_err(|source| Error::Folder {
        path: path.to_owned(),
        source,
    })?;
    let directory = MmapDirectory::open(path).map_err(tantivy::TantivyError::from)?;
    let index = Index::open_or_create(directory, schema().0)?;
    // A reader touches every segment, so that damage shows here and not in a search.
    let _: IndexReader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()?;
    Ok(index)
}

fn empty(path: &Path) -> Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::Folder {
            path: path.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
