//! One generation that is open: tantivy's index, what reads it, and for the newest what writes it.
//!
//! Owns how a generation is opened and judged. Invariant: a disk
//! that refuses is an error, never taken for damage.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tantivy::{
    Index, IndexReader, Opstamp, ReloadPolicy, SegmentMeta, TantivyError, directory::MmapDirectory,
    index::SegmentId, tokenizer::TokenizerManager,
};

use super::{
    Error, Result,
    directory::PatientDirectory,
    generation::{self, Payload},
    schema::{Fields, TOKENIZER, schema},
    spelled::Spelled,
    writer::Writer,
};

/// An open generation. Cheap to clone.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) path: PathBuf,
    pub(super) index: Index,
    pub(super) reader: IndexReader,
    pub(super) writer: Option<Arc<Writer>>,
    /// Shared with the writer, which says so in its commits.
    is_complete: Arc<AtomicBool>,
    /// The state on disk that a reader without a writer has open.
    state: Arc<Mutex<Option<State>>>,
}

/// The last commit's stamp and the segments: what differs when there is something new to read.
type State = (Opstamp, Vec<SegmentId>);

impl Open {
    /// Opens a generation for writing, and makes it if there is none.
    pub(super) fn for_writing(path: &Path, fields: Fields, history: &str) -> Result<Self> {
        generation::ensure_folder(path)?;
        generation::sweep(path);
        let index = Index::open_or_create(directory(path)?, schema().0)?;
        let mut open = Self::over(path, index)?;
        let payload = Payload {
            history: history.to_owned(),
            ..open.payload()?
        };
        let is_complete = Arc::clone(&open.is_complete);
        let writer = Writer::start(
            &open.index,
            fields,
            open.reader.clone(),
            (payload, is_complete),
        )?;
        open.writer = Some(Arc::new(writer));
        Ok(open)
    }

    /// The same of one that is there, unless it is damaged or of another history.
    pub(super) fn fitting(path: &Path, fields: Fields, history: &str) -> Result<Option<Self>> {
        let found = match Self::for_reading(path) {
            Ok(open) => open.payload(),
            Err(error) => Err(error),
        };
        match found {
            Ok(found) if found == Payload::default() || found.history == history => {
                Self::for_writing(path, fields, history).map(Some)
            }
            Ok(_) => Ok(None),
            // A kill between making the folder and the first file in it.
            Err(Error::Missing) => Self::for_writing(path, fields, history).map(Some),
            Err(error) if error.is_damage() => {
                tracing::warn!(%error, "the word index is damaged");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn for_reading(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Err(Error::Missing);
        }
        let directory = directory(path)?;
        if !Index::exists(&directory).map_err(TantivyError::from)? {
            return Err(Error::Missing);
        }
        Self::over(path, Index::open(directory)?)
    }

    /// The newest complete generation that can be read, but for one.
    pub(super) fn complete_one(folder: &Path, but: Option<&Path>) -> Option<Self> {
        let others = generation::all(folder).into_iter();
        others
            .filter(|path| Some(path.as_path()) != but)
            .filter_map(|path| Self::for_reading(&path).ok())
            .find(Self::is_complete)
    }

    /// The one to be read: the newest complete one, else the newest that can be read.
    pub(super) fn best(folder: &Path) -> Result<Self> {
        if let Some(open) = Self::complete_one(folder, None) {
            return Ok(open);
        }
        let mut outcome = Err(Error::Missing);
        for path in generation::all(folder) {
            match Self::for_reading(&path) {
                Ok(open) => return Ok(open),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    fn over(path: &Path, mut index: Index) -> Result<Self> {
        let tokenizers = TokenizerManager::default();
        tokenizers.register(TOKENIZER, Spelled::default());
        index.set_tokenizers(tokenizers);
        // Reloaded after our own commits: no thread that polls the disk. Making it touches every
        // segment, so that most damage shows here and not in a search.
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let open = Self {
            path: path.to_owned(),
            index,
            reader,
            writer: None,
            is_complete: Arc::default(),
            state: Arc::default(),
        };
        let is_complete = open.payload()?.is_complete;
        open.is_complete.store(is_complete, Ordering::Relaxed);
        Ok(open)
    }

    /// What the last commit says of itself.
    pub(super) fn payload(&self) -> Result<Payload> {
        Ok(Payload::read(self.index.load_metas()?.payload.as_deref()))
    }

    pub(super) fn is_complete(&self) -> bool {
        self.is_complete.load(Ordering::Relaxed)
    }

    /// Reads what another process has committed since. Opening every segment costs about as much
    /// as a search, so only when something has changed.
    pub(super) fn catch_up(&self) -> Result<()> {
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

fn directory(path: &Path) -> Result<PatientDirectory> {
    let directory = MmapDirectory::open(path).map_err(TantivyError::from)?;
    Ok(PatientDirectory(directory))
}
