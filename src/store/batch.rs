//! One write batch: everything that changes what can be found, under one sequence number.
//!
//! A batch is a transaction. Its commit raises the library's sequence number and returns what
//! derived indexes have to do; the same is read back by [`Store::changes_since`] after a crash.

use sqlx::{Sqlite, Transaction};

use crate::{
    document::{DocumentId, FileId, FileState, FolderId, Kind, PathKey, Sequence},
    store::{
        Changes, Error, FileRow, NewDocument, Observed, Result, Store, marks,
        passages::{self, passage_input, text_hash},
        scans,
        texts::Stream,
    },
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

    /// Whether the ledger still shows a file as it was when its reading began.
    pub async fn is_as_seen(&mut self, file: &FileRow) -> Result<bool> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM located WHERE id = ? AND path = ? AND size_bytes = ? \
             AND modified_ns = ? AND state = ?)",
        )
        .bind(file.id.0)
        .bind(&file.seen.path.0)
        .bind(file.seen.size_bytes as i64)
        .bind(file.seen.modified_ns)
        .bind(file.state.name())
        .fetch_one(&mut *self.transaction)
        .await?)
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
        document: Option<DocumentId>,
        state: FileState,
        reason: Option<&str>,
    ) -> Result<()> {
        let before: Option<i64> = sqlx::query_scalar("SELECT document_id FROM files WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&mut *self.transaction)
            .await?
            .flatten();
        let before = before.map(DocumentId);
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

    /// Stores a document with its passages; an older reading of the same content is replaced.
    pub async fn put_document(&mut self, new: &NewDocument, model: &str) -> Result<DocumentId> {
        let before: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM documents WHERE substr(content_hash, 1, 8) = substr(?1, 1, 8) \
                 AND content_hash = ?1 AND extractor = ?2",
        )
        .bind(new.content_hash.as_slice())
        .bind(new.extractor)
        .fetch_optional(&mut *self.transaction)
        .await?;
        if let Some(before) = before {
            self.empty_document(DocumentId(before)).await?;
        }
        let id = self.put_document_row(new, before).await?;
        self.recognise_passages(id, new, model).await?;
        self.changes.documents.push(id);
        if before.is_none() {
            self.changes.new_documents.insert(id);
        }
        Ok(id)
    }

    async fn put_document_row(
        &mut self,
        new: &NewDocument,
        before: Option<i64>,
    ) -> Result<DocumentId> {
        let (places, words) = passages::lists(&new.chunks);
        let marks = marks::write(&new.text.marks).map_err(|_| Error::Damaged { what: "marks" })?;
        let id: i64 = sqlx::query_scalar(
            "INSERT OR REPLACE INTO documents (id, content_hash, extractor, extractor_version, \
             chunker_version, title, author, written, language, n_pages, unit, n_children, \
             partial, n_text_bytes, text_start, marks, labels, confidences, n_scans, to_recognise, \
             sequence, first_passage, n_passages, passages, passage_words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \
             ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(before)
        .bind(new.content_hash.as_slice())
        .bind(new.extractor)
        .bind(new.extractor_version)
        .bind(new.chunker_version)
        .bind(&new.text.title)
        .bind(&new.text.author)
        .bind(&new.text.written)
        .bind(&new.language)
        .bind(new.text.n_pages)
        .bind(new.text.unit.name())
        .bind(new.n_children)
        .bind(&new.text.partial)
        .bind(new.text.text.len() as i64)
        .bind(self.stream.add(&new.text.text) as i64)
        .bind(marks.places)
        .bind(marks.labels)
        .bind(marks.confidences)
        .bind(new.text.scans.len() as u32)
        .bind(scans::list(&new.to_recognise))
        .bind(self.changes.sequence.0)
        .bind(if new.chunks.is_empty() { 0 } else { self.last_passage + 1 })
        .bind(new.chunks.len() as i64)
        .bind(places)
        .bind(words)
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(DocumentId(id))
    }

    /// Finds what models made of the passages of a document before, in whatever file they stood; the
    /// others wait for the present model.
    async fn recognise_passages(
        &mut self,
        document: DocumentId,
        new: &NewDocument,
        model: &str,
    ) -> Result<()> {
        let first = self.last_passage + 1;
        let n = new.chunks.len() as i64;
        self.last_passage += n;
        let mut n_embedded = 0;
        if self.has_outputs {
            let title = new.text.title.as_deref();
            let inputs = new.chunks.iter().map(|chunk| {
                let text = new.text.text.get(chunk.start..chunk.end);
                passage_input(title, &chunk.context, text.unwrap_or_default())
            });
            let hashes: Vec<_> = inputs.map(|input| text_hash(&input)).collect();
            n_embedded = self.recognise(document, first, &hashes, model).await?;
        }
        if n_embedded < n {
            sqlx::query("INSERT OR IGNORE INTO to_embed VALUES (?)")
                .bind(document.0)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(())
    }

    /// Drops text and passages.
    async fn empty_document(&mut self, document: DocumentId) -> Result<()> {
        let (start, n_bytes, passage, n_passages): (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT text_start, n_text_bytes, first_passage, n_passages FROM documents WHERE id = ?",
        )
        .bind(document.0)
        .fetch_one(&mut *self.transaction)
        .await?;
        self.stream.wipe(start as u64..(start + n_bytes) as u64);
        self.lose_passages(passage..passage + n_passages).await?;
        sqlx::query("DELETE FROM to_embed WHERE document_id = ?")
            .bind(document.0)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Forgets every document that no file has, with its passages and embeddings.
    pub async fn remove_orphans(&mut self) -> Result<()> {
        let orphans: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM documents WHERE id IN (SELECT document_id FROM released) AND NOT EXISTS \
             (SELECT 1 FROM files WHERE files.document_id = documents.id)",
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        for id in orphans {
            self.remove_document(DocumentId(id)).await?;
        }
        sqlx::query("DELETE FROM released")
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    async fn remove_if_orphan(&mut self, document: DocumentId) -> Result<()> {
        let orphan: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM documents WHERE id = ?1 AND NOT EXISTS \
             (SELECT 1 FROM files WHERE document_id = ?1))",
        )
        .bind(document.0)
        .fetch_one(&mut *self.transaction)
        .await?;
        if orphan {
            self.remove_document(document).await
        } else {
            Ok(())
        }
    }

    async fn remove_document(&mut self, document: DocumentId) -> Result<()> {
        self.empty_document(document).await?;
        let hash: Option<Vec<u8>> =
            sqlx::query_scalar("DELETE FROM documents WHERE id = ? RETURNING content_hash")
                .bind(document.0)
                .fetch_optional(&mut *self.transaction)
                .await?;
        if let Some(hash) = hash {
            self.forget_scans(&hash).await?;
        }
        self.record_deletion("document", document.0).await?;
        self.changes.removed_documents.push(document);
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
