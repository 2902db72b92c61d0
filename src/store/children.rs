//! Files inside a file, in the ledger: they come, move and go with the file that holds them.
//!
//! Their paths are made of its path and theirs in it, so that everything which goes by paths treats
//! them like files in a folder. Invariant: `container_id` is the file of the disk, however deep a
//! file lies in it, and both are in one folder.

use std::collections::HashSet;

use crate::{
    document::{DocumentId, FileId, FileState, FolderId, PathKey},
    store::{Batch, FileRow, Observed, Result, Store},
};

impl Store {
    /// Another file of the disk with this content. One that waits does not count: the files inside it
    /// may be those of its next content already.
    pub async fn file_with(&self, document: DocumentId, but: FileId) -> Result<Option<FileRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM located WHERE document_id = ? AND id <> ? AND container_id IS NULL \
             AND state IN ('indexed', 'partial') LIMIT 1",
        )
        .bind(document.0)
        .bind(but.0)
        .fetch_optional(&self.readers)
        .await?)
    }

    /// The files inside a file, by path.
    pub async fn children(&self, container: FileId) -> Result<Vec<FileRow>> {
        Ok(
            sqlx::query_as("SELECT * FROM located WHERE container_id = ? ORDER BY path")
                .bind(container.0)
                .fetch_all(&self.readers)
                .await?,
        )
    }

    /// Of these, the first that lie in this very file and not in one inside it, by name.
    pub async fn files_inside(&self, file: &FileRow, limit: u32) -> Result<Vec<FileRow>> {
        let container = file.container.unwrap_or(file.id);
        Ok(sqlx::query_as(
            "SELECT f.*, CAST(d.path || f.name AS BLOB) AS path \
             FROM directories d JOIN files f ON f.directory_id = d.id \
             WHERE d.path = ? AND f.container_id = ? ORDER BY f.name LIMIT ?",
        )
        .bind(file.seen.path.inner("").0)
        .bind(container.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }
}

/// Why a file waits whose files are being entered: they are not those of its document any more.
const BETWEEN: &str = "the files in it are being read";

impl FileRow {
    /// Whether the reading of a next content was interrupted among the files inside it.
    pub fn is_between_contents(&self) -> bool {
        self.reason.as_deref() == Some(BETWEEN)
    }
}

impl Batch {
    /// Notes that files of the next content of a file are entered.
    pub async fn begin_children(&mut self, container: FileId) -> Result<()> {
        self.set_state(container, FileState::Waiting, Some(BETWEEN))
            .await
    }

    /// Enters what was read of a file inside `container`, or brings it up to date.
    pub async fn put_child(
        &mut self,
        container: &FileRow,
        seen: &Observed,
        document: Option<DocumentId>,
        state: FileState,
        reason: Option<&str>,
    ) -> Result<()> {
        let (directory, name) = seen.path.split();
        let known: Option<(i64, Option<i64>)> = sqlx::query_as(
            "SELECT f.id, f.document_id FROM files f JOIN directories d ON d.id = f.directory_id \
             WHERE d.path = ? AND f.name = ? AND f.container_id = ?",
        )
        .bind(directory)
        .bind(name)
        .bind(container.id.0)
        .fetch_optional(&mut *self.transaction)
        .await?;
        let before = known.and_then(|(_, document)| document).map(DocumentId);
        let id = if let Some((id, _)) = known {
            FileId(id)
        } else {
            let id = self.add_file(container.folder, seen, state, reason).await?;
            sqlx::query("UPDATE files SET container_id = ? WHERE id = ?")
                .bind(container.id.0)
                .bind(id.0)
                .execute(&mut *self.transaction)
                .await?;
            id
        };
        sqlx::query("UPDATE files SET size_bytes = ?, modified_ns = ? WHERE id = ?")
            .bind(seen.size_bytes as i64)
            .bind(seen.modified_ns)
            .bind(id.0)
            .execute(&mut *self.transaction)
            .await?;
        self.set_document(id, (before, document), state, reason)
            .await
    }

    /// Forgets the files inside a file but for these.
    pub async fn keep_children(
        &mut self,
        container: FileId,
        kept: &HashSet<PathKey>,
    ) -> Result<()> {
        for (id, path) in self.paths_of_children(container).await? {
            if !kept.contains(&path) {
                self.remove_file(id).await?;
            }
        }
        Ok(())
    }

    /// Enters the files inside a file that has the same content as `from`, and says which that is;
    /// nothing if `from` is not what it was any more.
    pub async fn copy_children(
        &mut self,
        from: &FileRow,
        to: &FileRow,
    ) -> Result<Option<DocumentId>> {
        if self.as_seen(&[from]).await?.is_empty() {
            return Ok(None);
        }
        let children: Vec<FileRow> = sqlx::query_as("SELECT * FROM located WHERE container_id = ?")
            .bind(from.id.0)
            .fetch_all(&mut *self.transaction)
            .await?;
        let mut kept = HashSet::new();
        for child in children {
            let seen = Observed {
                path: moved(&child.seen.path, &from.seen.path, &to.seen.path),
                ..child.seen
            };
            let reason = child.reason.as_deref();
            self.put_child(to, &seen, child.document, child.state, reason)
                .await?;
            kept.insert(seen.path);
        }
        self.keep_children(to.id, &kept).await?;
        Ok(from.document)
    }

    /// Takes the files inside a file along to where that is now.
    pub(super) async fn move_children(
        &mut self,
        container: FileId,
        folder: FolderId,
        to: &PathKey,
    ) -> Result<()> {
        let (from, before): (Vec<u8>, i64) =
            sqlx::query_as("SELECT path, folder_id FROM located WHERE id = ?")
                .bind(container.0)
                .fetch_one(&mut *self.transaction)
                .await?;
        let from = PathKey(from);
        if from == *to && before == folder.0 {
            return Ok(());
        }
        for (id, path) in self.paths_of_children(container).await? {
            let path = moved(&path, &from, to);
            let directory = self.directory(&path).await?;
            sqlx::query(
                "UPDATE files SET folder_id = ?, directory_id = ?, name = ?, sequence = ? WHERE id = ?",
            )
            .bind(folder.0)
            .bind(directory)
            .bind(path.split().1)
            .bind(self.changes.sequence.0)
            .bind(id.0)
            .execute(&mut *self.transaction)
            .await?;
            self.changes.files.push(id);
        }
        Ok(())
    }

    async fn paths_of_children(&mut self, container: FileId) -> Result<Vec<(FileId, PathKey)>> {
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT id, path FROM located WHERE container_id = ?")
                .bind(container.0)
                .fetch_all(&mut *self.transaction)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(id, path)| (FileId(id), PathKey(path)))
            .collect())
    }
}

/// A path below `from` as one below `to`.
fn moved(path: &PathKey, from: &PathKey, to: &PathKey) -> PathKey {
    let inner = path.0.strip_prefix(from.0.as_slice()).unwrap_or_default();
    PathKey([to.0.as_slice(), inner].concat())
}
