//! What was read, into the store and what is derived from it: one batch of outcomes.
//!
//! Owns what each outcome does to the ledger. Invariant: an outcome is written only if the ledger
//! still shows its file as it was when its reading began; otherwise that waits.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{Error, Parts, derive};
use crate::{
    document::{DocumentId, FileId, FileState, Hash, PathKey},
    extract::Failure,
    store::{Batch, FileRow, NewDocument, Observed},
};

/// What became of one file.
pub(super) struct Outcome {
    pub(super) file: FileRow,
    pub(super) what: What,
    /// How long it took a reader, where the file is done.
    pub(super) took: Option<Duration>,
}

pub(super) enum What {
    /// Its content is what it was, and so are the files in it.
    Same(Content),
    /// It was read, with these files in it and no others.
    Whole(Content, HashSet<PathKey>),
    /// Its content was read before, with files in it that this file has, too.
    Copy(FileRow),
    /// This was found in it, which is not all of it.
    Inner(Observed, Content),
    Gone,
    /// It was not found out: the file waits as before.
    Unread,
}

/// What is in a file.
pub(super) enum Content {
    /// It was read before.
    Known(DocumentId, Option<String>),
    New(Box<NewDocument>),
    Failure(Failure),
}

pub(super) async fn write(parts: &Parts, outcomes: Vec<Outcome>) -> Result<(), Error> {
    let mut writing = Writing {
        batch: parts.store.begin().await?,
        stored: HashMap::new(),
        begun: HashSet::new(),
        before: HashMap::new(),
        model_key: &parts.model_key,
    };
    let files: Vec<&FileRow> = outcomes.iter().map(|outcome| &outcome.file).collect();
    writing.before = writing.batch.as_seen(&files).await?;
    for Outcome { file, what, .. } in outcomes {
        // Otherwise it changed, moved or went while it was read: it waits, and is read as it is now.
        if writing.before.contains_key(&file.id) {
            writing.write(&file, what).await?;
        }
    }
    let changes = writing.batch.commit().await?;
    derive::apply(parts, &changes).await
}

/// A batch in the making.
struct Writing<'a> {
    batch: Batch,
    /// Documents that this batch has stored: files with equal content share them.
    stored: HashMap<(Hash, &'static str), DocumentId>,
    /// Files that this batch has entered files of.
    begun: HashSet<FileId>,
    /// The documents of the files that are as they were when their reading began.
    before: HashMap<FileId, Option<DocumentId>>,
    model_key: &'a str,
}

impl Writing<'_> {
    async fn write(&mut self, file: &FileRow, what: What) -> Result<(), Error> {
        match what {
            What::Gone => self.batch.remove_file(file.id).await?,
            What::Unread => {}
            What::Same(content) => {
                self.set(file, content).await?;
            }
            What::Whole(content, inner) => {
                // What was never read has left no files behind.
                let is_first = file.document.is_none() && !file.is_between_contents();
                if self.set(file, content).await? && !(is_first && inner.is_empty()) {
                    self.batch.keep_children(file.id, &inner).await?;
                }
            }
            What::Copy(from) => {
                if let Some(document) = self.batch.copy_children(&from, file).await? {
                    let partial = from.reason.filter(|_| from.state == FileState::Partial);
                    self.set(file, Content::Known(document, partial)).await?;
                }
            }
            What::Inner(seen, content) => {
                if let Some((document, state, reason)) = self.enter(content).await? {
                    let reason = reason.as_deref();
                    if self.begun.insert(file.id) {
                        self.batch.begin_children(file.id).await?;
                    }
                    self.batch
                        .put_child(file, &seen, document, state, reason)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Whether the content could be set: what it was known by may be gone meanwhile.
    async fn set(&mut self, file: &FileRow, content: Content) -> Result<bool, Error> {
        let Some((document, state, reason)) = self.enter(content).await? else {
            return Ok(false);
        };
        let before = self.before.get(&file.id).copied().flatten();
        self.batch
            .set_document(file.id, (before, document), state, reason.as_deref())
            .await?;
        Ok(true)
    }

    async fn enter(&mut self, content: Content) -> Result<Option<Entered>, Error> {
        Ok(Some(match content {
            Content::Known(document, _) if !self.batch.has_document(document).await? => {
                return Ok(None);
            }
            Content::Known(document, partial) => {
                (Some(document), state_of(partial.as_ref()), partial)
            }
            Content::New(new) => {
                let key = (new.content_hash, new.extractor);
                let partial = new.text.partial.clone();
                let document = match self.stored.get(&key) {
                    Some(&document) => document,
                    None => self.batch.put_document(&new, self.model_key).await?,
                };
                self.stored.insert(key, document);
                (Some(document), state_of(partial.as_ref()), partial)
            }
            Content::Failure(Failure::Skipped(reason)) => (None, FileState::Skipped, Some(reason)),
            Content::Failure(Failure::Failed(reason)) => (None, FileState::Failed, Some(reason)),
        }))
    }
}

/// What the ledger gets to know of a file.
type Entered = (Option<DocumentId>, FileState, Option<String>);

fn state_of(partial: Option<&String>) -> FileState {
    if partial.is_some() {
        FileState::Partial
    } else {
        FileState::Indexed
    }
}
