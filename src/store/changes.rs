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
    /// What happened after a batch: as many whole batches as have about so many documents, one at least.
    pub async fn changes_since(&self, since: Sequence, n_documents: u32) -> Result<Changes> {
        let mut until = self.sequence().await?;
        for nth in [
            "SELECT sequence FROM documents WHERE sequence > ? ORDER BY sequence LIMIT 1 OFFSET ?",
            "SELECT sequence FROM files WHERE sequence > ? ORDER BY sequence LIMIT 1 OFFSET 8 * ?",
        ] {
            let nth: Option<i64> = sqlx::query_scalar(nth)
                .bind(since.0)
                .bind(n_documents)
                .fetch_optional(&self.readers)
                .await?;
            until = nth.map_or(until, |nth| until.min(Sequence(nth)));
        }
        let mut changes = Changes {
            sequence: until,
            ..Changes::default()
        };
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT 0, id FROM deletions WHERE kind = 'document' AND sequence > ?1 AND sequence <= ?2 \
             UNION ALL SELECT 1, id FROM deletions WHERE kind = 'file' AND sequence > ?1 AND sequence <= ?2 \
             UNION ALL SELECT 2, id FROM documents WHERE sequence > ?1 AND sequence <= ?2 \
             UNION ALL SELECT 3, id FROM files WHERE sequence > ?1 AND sequence <= ?2",
        )
        .bind(since.0)
        .bind(until.0)
        .fetch_all(&self.readers)
        .await?;
        for (kind, id) in rows {
            match kind {
                0 => changes.removed_documents.push(DocumentId(id)),
                1 => changes.removed_files.push(FileId(id)),
                2 => changes.documents.push(DocumentId(id)),
                _ => changes.files.push(FileId(id)),
            }
        }
        Ok(changes)
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
