//! One write batch: everything that changes what can be found, under one sequence number.
//!
//! A batch is a transaction. Its commit raises the library's sequence number and returns what
//! derived indexes have to do; the same is read back by [`Store::changes_since`] after a crash.

mod documents;

use std::collections::{BTreeSet, HashMap};

use sqlx::{Sqlite, Transaction};

use crate::{
    document::{DocumentId, FileId, FileState, FolderId, Kind, PathKey, Sequence},
    store::{Changes, FileRow, Observed, Result, Store, json_list, texts::Stream},
};

/// An open transaction; dropping it undoes everything.
#[derive(Debug)]
pub struct Batch {
    pub(super) transaction: Transaction<'static, Sqlite>,
    pub(super) changes: Changes,
    stream: Stream,
    /// The directory that was asked for last.
    directory: Option<(Vec<u8>, i64)>,
    /// The passage with the highest id that there ever was.
    last_passage: i64,
    /// Whether models have made anything of any text.
    pub(super) has_outputs: bool,
    /// Documents with passages that the present model has not embedded.
    to_embed: BTreeSet<i64>,
    /// Documents that lost a file; they go with the commit if no other file has them by then.
    replaced: Vec<DocumentId>,
    /// Passages went, whose texts are in `lost`.
    pub(super) lost_passages: bool,
    /// What goes with this batch goes at the user's wish, and leaves nothing.
    pub(super) forgets: bool,
}

impl Store {
    /// Begins a batch; waits for the one before it.
    pub async fn begin(&self) -> Result<Batch> {
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        let (last, last_passage, has_outputs): (i64, i64, bool) = sqlx::query_as(
            "SELECT CAST((SELECT value FROM library WHERE key = 'sequence') AS INTEGER), \
             CAST((SELECT value FROM library WHERE key = 'last_passage') AS INTEGER), \
             EXISTS (SELECT 1 FROM embeddings) OR EXISTS (SELECT 1 FROM scores)",
        )
        .fetch_one(&mut *transaction)
        .await?;
        let changes = Changes {
            sequence: Sequence(last + 1),
            ..Changes::default()
        };
        Ok(Batch {
            stream: Stream::open(&mut transaction).await?,
            transaction,
            changes,
            directory: None,
            last_passage,
            has_outputs,
            to_embed: BTreeSet::new(),
            replaced: Vec::new(),
            lost_passages: false,
            forgets: false,
        })
    }
}

impl Batch {
    /// Ends the batch. Without changes nothing is written, and the number stays.
    pub async fn commit(mut self) -> Result<Changes> {
        for document in std::mem::take(&mut self.replaced) {
            self.remove_if_orphan(document).await?;
        }
        self.sort_out_lost().await?;
        if self.changes.is_empty() {
            self.changes.sequence.0 -= 1;
            self.transaction.commit().await?;
            return Ok(self.changes);
        }
        self.stream.write(&mut self.transaction).await?;
        sqlx::query(
            "INSERT OR IGNORE INTO to_embed SELECT value FROM json_each(?) \
             WHERE EXISTS (SELECT 1 FROM documents WHERE id = value)",
        )
        .bind(json_list(self.to_embed.iter().copied()))
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query(
            "UPDATE library SET value = CASE key WHEN 'sequence' THEN ?1 ELSE ?2 END \
             WHERE key IN ('sequence', 'last_passage')",
        )
        .bind(self.changes.sequence.0.to_string())
        .bind(self.last_passage.to_string())
        .execute(&mut *self.transaction)
        .await?;
        self.transaction.commit().await?;
        Ok(self.changes)
    }

    /// Enters a file that was not in the ledger.
    pub async fn add_file(
        &mut self,
        folder: FolderId,
        seen: &Observed,
        state: FileState,
        reason: Option<&str>,
    ) -> Result<FileId> {
        let directory = self.directory(&seen.path).await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO files (kind, folder_id, directory_id, name, size_bytes, modified_ns, file_key, \
             state, reason, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(Kind::of(&seen.path).number())
        .bind(folder.0)
        .bind(directory)
        .bind(seen.path.split().1)
        .bind(seen.size_bytes as i64)
        .bind(seen.modified_ns)
        .bind(seen.file_key)
        .bind(state.name())
        .bind(reason)
        .bind(self.changes.sequence.0)
        .fetch_one(&mut *self.transaction)
        .await?;
        self.changes.files.push(FileId(id));
        self.changes.new_files.insert(FileId(id));
        Ok(FileId(id))
    }

    /// The directory of a path.
    pub(super) async fn directory(&mut self, path: &PathKey) -> Result<i64> {
        let (directory, _) = path.split();
        if let Some((last, id)) = &self.directory
            && last == directory
        {
            return Ok(*id);
        }
        let known: Option<i64> = sqlx::query_scalar("SELECT id FROM directories WHERE path = ?")
            .bind(directory)
            .fetch_optional(&mut *self.transaction)
            .await?;
        let id = match known {
            Some(id) => id,
            None => {
                sqlx::query_scalar("INSERT INTO directories (path) VALUES (?) RETURNING id")
                    .bind(directory)
                    .fetch_one(&mut *self.transaction)
                    .await?
            }
        };
        self.directory = Some((directory.to_vec(), id));
        Ok(id)
    }

    /// Notes where a file is now and how it looks, e.g. after a rename; its content stays.
    pub async fn observe_file(
        &mut self,
        id: FileId,
        folder: FolderId,
        seen: &Observed,
    ) -> Result<()> {
        self.move_children(id, folder, &seen.path).await?;
        let directory = self.directory(&seen.path).await?;
        sqlx::query(
            "UPDATE files SET kind = ?, folder_id = ?, directory_id = ?, name = ?, size_bytes = ?, \
             modified_ns = ?, file_key = ?, sequence = ? WHERE id = ?",
        )
        .bind(Kind::of(&seen.path).number())
        .bind(folder.0)
        .bind(directory)
        .bind(seen.path.split().1)
        .bind(seen.size_bytes as i64)
        .bind(seen.modified_ns)
        .bind(seen.file_key)
        .bind(self.changes.sequence.0)
        .bind(id.0)
        .execute(&mut *self.transaction)
        .await?;
        self.changes.files.push(id);
        Ok(())
    }

    /// Sets a file's state and reason, of which no derived index knows; what was read out of it
    /// before stays findable. A file that waits already keeps its reason, unless it gets another.
    pub async fn set_state(
        &mut self,
        id: FileId,
        state: FileState,
        reason: Option<&str>,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE files SET reason = CASE WHEN ?1 = 'waiting' AND state = 'waiting' \
             THEN ifnull(?2, reason) ELSE ?2 END, state = ?1 WHERE id = ?3",
        )
        .bind(state.name())
        .bind(reason)
        .bind(id.0)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Of these files, those that the ledger still shows as they were when their reading began, with the
    /// documents that they have.
    pub async fn as_seen(
        &mut self,
        files: &[&FileRow],
    ) -> Result<HashMap<FileId, Option<DocumentId>>> {
        let rows: Vec<FileRow> =
            sqlx::query_as("SELECT * FROM located WHERE id IN (SELECT value FROM json_each(?))")
                .bind(json_list(files.iter().map(|file| file.id.0)))
                .fetch_all(&mut *self.transaction)
                .await?;
        let now: HashMap<FileId, FileRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let as_seen = |file: &&FileRow| {
            let now = now.get(&file.id)?;
            let is_same = now.seen.path == file.seen.path
                && file.seen.looks_unchanged(now)
                && now.state == file.state;
            is_same.then_some((file.id, now.document))
        };
        Ok(files.iter().filter_map(as_seen).collect())
    }

    /// Whether a document is still there.
    pub async fn has_document(&mut self, id: DocumentId) -> Result<bool> {
        Ok(
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM documents WHERE id = ?)")
                .bind(id.0)
                .fetch_one(&mut *self.transaction)
                .await?,
        )
    }

    /// Sets what was read out of a file, and with it its state. The document it had before goes
    /// with the commit if no file has it then: a later file of the batch may.
    pub async fn set_document(
        &mut self,
        id: FileId,
        (before, document): (Option<DocumentId>, Option<DocumentId>),
        state: FileState,
        reason: Option<&str>,
    ) -> Result<()> {
        let is_same = before == document;
        // A file's entry in the word index says which document it has.
        sqlx::query(
            "UPDATE files SET document_id = ?, state = ?, reason = ?, \
             sequence = iif(?, sequence, ?) WHERE id = ?",
        )
        .bind(document.map(|document| document.0))
        .bind(state.name())
        .bind(reason)
        .bind(is_same)
        .bind(self.changes.sequence.0)
        .bind(id.0)
        .execute(&mut *self.transaction)
        .await?;
        if !is_same {
            self.changes.files.push(id);
            self.replaced.extend(before);
        }
        Ok(())
    }

    /// Forgets a file. Its document stays until [`Batch::remove_orphans`], so that a move seen as
    /// a removal and an addition reads nothing again. The files inside it go with it.
    pub async fn remove_file(&mut self, id: FileId) -> Result<()> {
        // It goes with its last file.
        self.directory = None;
        // Inner ones first: the table refers to itself.
        let removed: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM files WHERE id = ?1 OR container_id = ?1 ORDER BY container_id IS NULL",
        )
        .bind(id.0)
        .fetch_all(&mut *self.transaction)
        .await?;
        for id in removed {
            let document: Option<i64> =
                sqlx::query_scalar("DELETE FROM files WHERE id = ? RETURNING document_id")
                    .bind(id)
                    .fetch_optional(&mut *self.transaction)
                    .await?
                    .flatten();
            if let Some(document) = document {
                sqlx::query("INSERT OR IGNORE INTO released VALUES (?)")
                    .bind(document)
                    .execute(&mut *self.transaction)
                    .await?;
            }
            self.record_deletion("file", id).await?;
            self.changes.removed_files.push(FileId(id));
        }
        Ok(())
    }

    /// Forgets a chosen folder and every file of it, with every trace once [`Store::erase`] is done.
    pub async fn remove_folder(&mut self, folder: FolderId) -> Result<()> {
        self.forgets = true;
        let files: Vec<i64> = sqlx::query_scalar("SELECT id FROM files WHERE folder_id = ?")
            .bind(folder.0)
            .fetch_all(&mut *self.transaction)
            .await?;
        for id in files {
            self.remove_file(FileId(id)).await?;
        }
        sqlx::query("DELETE FROM file_counts WHERE folder_id = ?")
            .bind(folder.0)
            .execute(&mut *self.transaction)
            .await?;
        let path: Option<Vec<u8>> =
            sqlx::query_scalar("DELETE FROM folders WHERE id = ? RETURNING path")
                .bind(folder.0)
                .fetch_optional(&mut *self.transaction)
                .await?;
        if let Some(path) = path {
            self.forget_held_below(&path).await?;
        }
        self.remove_orphans().await
    }

    /// Marks a folder and its files as away or back; a file that is back keeps its content.
    pub async fn set_away(&mut self, folder: FolderId, away: bool) -> Result<()> {
        sqlx::query("UPDATE folders SET away = ? WHERE id = ?")
            .bind(away)
            .bind(folder.0)
            .execute(&mut *self.transaction)
            .await?;
        let statements: &[&str] = if away {
            &[
                "UPDATE files SET present_state = state, present_reason = reason, state = 'away', \
               reason = 'its folder cannot be reached now' WHERE folder_id = ? AND state <> 'away'",
            ]
        } else {
            // What a file was before is found out by looking: the walk that follows reads what
            // changed, and content that was read before is known by its hash. Files inside a file
            // are what they were, unless that changed.
            &[
                "UPDATE files SET state = 'waiting', \
                 reason = CASE present_state WHEN 'waiting' THEN present_reason END \
                 WHERE folder_id = ? AND state = 'away' AND container_id IS NULL",
                "UPDATE files SET state = present_state, reason = present_reason \
                 WHERE folder_id = ? AND state = 'away' AND container_id IS NOT NULL",
            ]
        };
        for &statement in statements {
            sqlx::query(statement)
                .bind(folder.0)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(())
    }

    async fn record_deletion(&mut self, kind: &str, id: i64) -> Result<()> {
        sqlx::query("INSERT INTO deletions (sequence, kind, id) VALUES (?, ?, ?)")
            .bind(self.changes.sequence.0)
            .bind(kind)
            .bind(id)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}
