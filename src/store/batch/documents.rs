//! Documents in a batch: they are put in with their passages, and go with their last file.

use crate::{
    document::DocumentId,
    store::{
        Error, NewDocument, Result, marks,
        passages::{self, passage_input, text_hash},
        scans,
    },
};

use super::Batch;

impl Batch {
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
            self.to_embed.insert(document.0);
        } else {
            self.to_embed.remove(&document.0);
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

    pub(super) async fn remove_if_orphan(&mut self, document: DocumentId) -> Result<()> {
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
}
