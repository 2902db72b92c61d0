//! What models made of texts that are gone: kept for a while, since files come back.
//!
//! Owns `leftovers`, the texts that no passage has any more though an embedding or a score does.
//! Only numbers stay, no text. What is forgotten at the user's wish leaves nothing, and takes all
//! other leftovers along, so that nobody has to know where one came from. Invariant: every
//! embedding and every score belongs to a passage or to a leftover, never to both.

use crate::{
    document::DocumentId,
    store::{Batch, Result, Store},
};

/// So long they stay: longer than a holiday, shorter than anybody is surprised by.
const KEPT_SECONDS: i64 = 14 * 24 * 60 * 60;
/// And so many at most, the newest: about 200 MB of vectors.
const N_KEPT: i64 = 500_000;

impl Store {
    /// Drops the leftovers whose time is over; `now` in seconds since 1970.
    pub async fn age_leftovers(&self, now: i64) -> Result<()> {
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("UPDATE leftovers SET since = ?1 WHERE since IS NULL OR since > ?1")
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        let aged: Vec<Vec<u8>> = sqlx::query_scalar(
            "DELETE FROM leftovers WHERE since <= ?1 OR text_hash IN \
             (SELECT text_hash FROM leftovers ORDER BY since DESC LIMIT -1 OFFSET ?2) \
             RETURNING text_hash",
        )
        .bind(now - KEPT_SECONDS)
        .bind(N_KEPT)
        .fetch_all(&mut *transaction)
        .await?;
        for hash in aged {
            for delete in [
                "DELETE FROM embeddings WHERE text_hash = ?",
                "DELETE FROM scores WHERE text_hash = ?",
            ] {
                sqlx::query(delete)
                    .bind(&hash)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }
}

impl Batch {
    /// Notes the texts of a document's passages, which are about to go.
    pub(super) async fn lose_passages(&mut self, document: DocumentId) -> Result<()> {
        if !self.lost_passages {
            self.lost_passages = true;
            sqlx::query(
                "CREATE TEMP TABLE IF NOT EXISTS lost (text_hash BLOB PRIMARY KEY) WITHOUT ROWID",
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        sqlx::query(
            "INSERT OR IGNORE INTO lost SELECT text_hash FROM passages WHERE document_id = ?",
        )
        .bind(document.0)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// A document's texts are no leftovers any more.
    pub(super) async fn take_up(&mut self, document: DocumentId) -> Result<()> {
        sqlx::query(
            "DELETE FROM leftovers WHERE text_hash IN \
             (SELECT text_hash FROM passages WHERE document_id = ?)",
        )
        .bind(document.0)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// What becomes of the embeddings and scores of the texts that no passage has any more.
    pub(super) async fn sort_out_lost(&mut self) -> Result<()> {
        if self.lost_passages {
            for statement in [
                "DELETE FROM lost WHERE EXISTS \
                 (SELECT 1 FROM passages p WHERE p.text_hash = lost.text_hash)",
                "INSERT OR IGNORE INTO leftovers (text_hash) SELECT text_hash FROM lost \
                 WHERE EXISTS (SELECT 1 FROM embeddings e WHERE e.text_hash = lost.text_hash) \
                 OR EXISTS (SELECT 1 FROM scores s WHERE s.text_hash = lost.text_hash)",
                "DELETE FROM lost",
            ] {
                sqlx::query(statement)
                    .execute(&mut *self.transaction)
                    .await?;
            }
        }
        if self.forgets {
            for statement in [
                "DELETE FROM embeddings WHERE text_hash IN (SELECT text_hash FROM leftovers)",
                "DELETE FROM scores WHERE text_hash IN (SELECT text_hash FROM leftovers)",
                "DELETE FROM leftovers",
                "INSERT OR REPLACE INTO library VALUES ('to_erase', 'all')",
            ] {
                sqlx::query(statement)
                    .execute(&mut *self.transaction)
                    .await?;
            }
        }
        Ok(())
    }
}
