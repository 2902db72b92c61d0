//! From the store to what is derived from it: the word index and the vectors.
//!
//! The same code follows a write batch and replays the gap after a crash. Knows no file system.

mod entry;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Error, Parts};
use crate::{
    cpu,
    document::{DocumentId, FileId, PassageId, Sequence},
    lexical::{Op, PassageEntry},
    store::{Changes, DocumentRow, PassageRow},
};

/// Documents handed to the word index at once.
const BATCH_DOCUMENTS: usize = 32;
/// Documents after which a gap that is being closed counts as closed so far.
const STEP_DOCUMENTS: u32 = 2_000;
/// Vectors loaded at once.
const BATCH_VECTORS: u32 = 20_000;

/// Brings the derived indexes up to `changes`.
pub(super) async fn apply(parts: &Parts, changes: &Changes) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    // Until everything is handed over, a commit in between must not claim this batch.
    let before = Sequence(changes.sequence.0 - 1).min(parts.lexical.committed()?);
    derive(parts, changes, before, Vectors::Behind).await
}

/// Hands over changes to the word index, which holds everything up to `before`, and to the vectors.
/// The last step claims the batch, so that whatever fails before it is done again.
async fn derive(
    parts: &Parts,
    changes: &Changes,
    before: Sequence,
    in_memory: Vectors,
) -> Result<(), Error> {
    let files = changed_files(parts, changes).await?;
    parts
        .lexical
        .apply(removals(changes, &files), before)
        .await?;
    for documents in changes.documents.chunks(BATCH_DOCUMENTS) {
        let ops = document_ops(parts, documents).await?;
        parts.lexical.apply(ops, before).await?;
    }
    if in_memory == Vectors::Behind {
        vectors(parts, changes).await?;
    }
    let files = file_ops(parts, &files).await?;
    Ok(parts.lexical.apply(files, changes.sequence).await?)
}

/// The files whose entries are to be made: what an entry says of a document may have changed with it.
async fn changed_files(parts: &Parts, changes: &Changes) -> Result<Vec<FileId>, Error> {
    let mut files: HashSet<FileId> = changes.files.iter().copied().collect();
    let replaced: Vec<DocumentId> = changes
        .documents
        .iter()
        .filter(|id| !changes.new_documents.contains(id))
        .copied()
        .collect();
    if !replaced.is_empty() {
        let of_replaced = parts.store.files_by_document(&replaced).await?;
        files.extend(of_replaced.iter().map(|file| file.id));
    }
    Ok(files.into_iter().collect())
}

/// Everything that is gone or replaced; what is new has never been there.
fn removals(changes: &Changes, files: &[FileId]) -> Vec<Op> {
    let replaced = changes.documents.iter();
    let documents = replaced
        .filter(|id| !changes.new_documents.contains(id))
        .chain(&changes.removed_documents);
    let replaced = files.iter();
    let files = replaced
        .filter(|id| !changes.new_files.contains(id))
        .chain(&changes.removed_files);
    documents
        .map(|&id| Op::RemoveDocument(id))
        .chain(files.map(|&id| Op::RemoveFile(id)))
        .collect()
}

/// Goes back to what is on disk, after a failure; steps are to follow.
pub(super) async fn reopen(parts: &Parts) -> Result<(), Error> {
    let lexical = Arc::clone(&parts.lexical);
    let is_damaged = lexical.is_damaged();
    let reopen = move || {
        if is_damaged {
            lexical.begin_anew()
        } else {
            lexical.reopen()
        }
    };
    Ok(cpu::run_behind(reopen).await??)
}

/// Whether what a step derives has its vectors in memory already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vectors {
    /// They were loaded from the store.
    Loaded,
    /// A failure may have come before they were.
    Behind,
}

/// Derives the next of what the word index lacks; one that was begun anew lacks everything. Returns
/// whether it is complete now.
pub(super) async fn step(parts: &Parts, in_memory: Vectors) -> Result<bool, Error> {
    let stored = parts.store.sequence().await?;
    let committed = parts.lexical.committed()?;
    if committed > stored {
        // The database has lost its last batches, and numbers them again with others.
        let lexical = Arc::clone(&parts.lexical);
        cpu::run_behind(move || lexical.begin_anew()).await??;
        return Ok(false);
    }
    let changes = parts.store.changes_since(committed, STEP_DOCUMENTS).await?;
    if !changes.is_empty() {
        tracing::info!(
            documents = changes.documents.len(),
            files = changes.files.len(),
            "bringing the word index up to date"
        );
        derive(parts, &changes, committed, in_memory).await?;
    } else if changes.sequence > committed {
        parts.lexical.apply(Vec::new(), changes.sequence).await?;
    }
    if changes.sequence < stored {
        parts.lexical.commit().await?;
        return Ok(false);
    }
    parts.lexical.complete().await?;
    parts
        .store
        .trim_deletions(parts.lexical.committed()?)
        .await?;
    Ok(true)
}

/// Loads every stored vector of the model that these are of. Returns the passages whose vectors cannot
/// be used.
pub(crate) async fn load_vectors(
    store: &crate::store::Store,
    vectors: &std::sync::RwLock<crate::vectors::Vectors>,
) -> Result<Vec<PassageId>, crate::store::Error> {
    let model = {
        let vectors = vectors.read();
        let vectors = vectors.unwrap_or_else(std::sync::PoisonError::into_inner);
        vectors.model().to_owned()
    };
    let mut after = PassageId(0);
    let mut misfits = Vec::new();
    loop {
        let rows = store.vectors_after(&model, after, BATCH_VECTORS).await?;
        let Some(last) = rows.last() else {
            return Ok(misfits);
        };
        after = last.passage;
        let mut vectors = vectors
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for row in &rows {
            if !vectors.put(row.passage, row.document, &row.vector) {
                misfits.push(row.passage);
            }
        }
    }
}

async fn document_ops(parts: &Parts, ids: &[DocumentId]) -> Result<Vec<Op>, Error> {
    let documents = parts.store.documents_by_id(ids).await?;
    let whole: Vec<_> = documents
        .iter()
        .map(|document| (document.id, 0, document.n_text_bytes))
        .collect();
    let texts = parts.store.texts(&whole).await?;
    let mut passages: HashMap<DocumentId, Vec<PassageRow>> = HashMap::new();
    for passage in parts.store.passages_of(ids).await? {
        passages.entry(passage.document).or_default().push(passage);
    }
    let op = |(document, text): (DocumentRow, String)| {
        let title = document.title.unwrap_or_default();
        let rows = passages.remove(&document.id).unwrap_or_default();
        let entry = |row: PassageRow| PassageEntry {
            passage: row.id,
            title: format!("{title} {}", row.context),
            text: text.get(row.start..row.end).unwrap_or_default().to_owned(),
        };
        Op::AddDocument {
            document: document.id,
            language: document.language,
            passages: rows.into_iter().map(entry).collect(),
        }
    };
    Ok(documents.into_iter().zip(texts).map(op).collect())
}

async fn file_ops(parts: &Parts, ids: &[FileId]) -> Result<Vec<Op>, Error> {
    let folders = parts.store.folders().await?;
    let files = parts.store.files_by_id(ids).await?;
    let contents: Vec<DocumentId> = files.iter().filter_map(|file| file.document).collect();
    let documents: HashMap<DocumentId, DocumentRow> = parts
        .store
        .documents_by_id(&contents)
        .await?
        .into_iter()
        .map(|document| (document.id, document))
        .collect();
    let entries = files.iter().map(|file| {
        let document = file.document.and_then(|id| documents.get(&id));
        Op::AddFile(entry::of(file, document, &folders))
    });
    Ok(entries.collect())
}

async fn vectors(parts: &Parts, changes: &Changes) -> Result<(), Error> {
    let stale: HashSet<DocumentId> = changes
        .removed_documents
        .iter()
        .chain(&changes.documents)
        .copied()
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    let _in_step = parts.vectors_in_step.lock().await;
    // Most are new; searches are held up only for those that are not.
    if parts.holds_vectors(&stale) {
        parts.write_vectors(|vectors| vectors.remove_documents(&stale));
    }
    let serving = parts.serving();
    let rows = parts.store.vectors_of(&serving, &changes.documents);
    parts.put_vectors(&rows.await?);
    Ok(())
}
