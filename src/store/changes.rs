//! What a batch changed, for what is derived from the store.
//!
//! The same after the batch as after a crash that came in between, when it is read back. Knows no
//! derived index.

use std::collections::HashSet;

use crate::{
    document::{DocumentId, FileId, Sequence},
    store::{Result, Store},
};

/// What derived indexes have to do. Removals come before additions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The number of the last batch in here.
    pub sequence: Sequence,
    /// Documents to forget.
    pub removed_documents: Vec<DocumentId>,
    /// Files to forget.
    pub removed_files: Vec<FileId>,
    /// Documents to add or replace.
    pub documents: Vec<DocumentId>,
    /// Files to add or replace.
    pub files: Vec<FileId>,
    /// Of the documents, those that no derived index can have.
    pub new_documents: HashSet<DocumentId>,
    /// Of the files, those that no derived index can have.
    pub new_files: HashSet<FileId>,
}

impl Changes {
    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.removed_documents.is_empty()
            && self.removed_files.is_empty()
            && self.documents.is_empty()
            && self.files.is_empty()
    }
}

impl Store {
    /// What happened after a batch.
    pub async fn changes_since(&self, since: Sequence) -> Result<Changes> {
        let deletions: Vec<(String, i64)> =
            sqlx::query_as("SELECT kind, id FROM deletions WHERE sequence > ?")
                .bind(since.0)
                .fetch_all(&self.readers)
                .await?;
        let of = |wanted: &str| {
            let wanted = wanted.to_owned();
            deletions
                .iter()
                .filter(move |(kind, _)| *kind == wanted)
                .map(|&(_, id)| id)
        };
        Ok(Changes {
            new_documents: HashSet::new(),
            new_files: HashSet::new(),
            sequence: self.sequence().await?,
            removed_documents: of("document").map(DocumentId).collect(),
            removed_files: of("file").map(FileId).collect(),
            documents: self.documents_since(since).await?,
            files: self.files_since(since).await?,
        })
    }

    /// Drops the record of deletions that every derived index has seen.
    pub async fn trim_deletions(&self, seen: Sequence) -> Result<()> {
        sqlx::query("DELETE FROM deletions WHERE sequence <= ?")
            .bind(seen.0)
            .execute(self.writer()?)
            .await?;
        Ok(())
    }
}
