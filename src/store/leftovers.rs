//! What models made of texts that are gone: kept for a while, since files come back.
//!
//! Owns `leftovers`, the texts that no passage has any more though an embedding or a score does.
//! Only numbers stay, no text. What is forgotten at the user's wish leaves nothing, and takes all
//! other leftovers along, so that nobody has to know where one came from. Invariant: every
//! embedding and every score belongs to a passage or to a leftover, never to both.

use std::ops::Range;

use crate::{
    document::{DocumentId, TextHash},
    store::{Batch, Result, Store, embeddings::model_number, hex},
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
    /// Lets passages go, and notes their texts.
    pub(super) async fn lose_passages(&mut self, passages: Range<i64>) -> Result<()> {
        if !self.has_outputs {
            return Ok(());
        }
        if !self.lost_passages {
            self.lost_passages = true;
            sqlx::query(
                "CREATE TEMP TABLE IF NOT EXISTS lost (text_hash BLOB PRIMARY KEY) WITHOUT ROWID",
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        for statement in [
            "INSERT OR IGNORE INTO lost SELECT text_hash FROM passage_texts \
             WHERE passage_id >= ? AND passage_id < ?",
            "DELETE FROM passage_texts WHERE passage_id >= ? AND passage_id < ?",
        ] {
            sqlx::query(statement)
                .bind(passages.start)
                .bind(passages.end)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(())
    }

    /// Notes the texts of new passages, from `first` on, of which models have made something; they are
    /// no leftovers any more. Returns how many of them `model` has embedded.
    pub(super) async fn recognise(
        &mut self,
        document: DocumentId,
        first: i64,
        texts: &[TextHash],
        model: &str,
    ) -> Result<i64> {
        let texts: Vec<String> = texts
            .iter()
            .map(|hash| format!("\"{}\"", hex(hash)))
            .collect();
        let embedded: Vec<(Vec<u8>, bool)> = sqlx::query_as(
            "INSERT INTO passage_texts SELECT ?1 + t.key, ?2, unhex(t.value), EXISTS \
             (SELECT 1 FROM embeddings WHERE text_hash = unhex(t.value) AND model = ?3) \
             FROM json_each(?4) t \
             WHERE EXISTS (SELECT 1 FROM embeddings WHERE text_hash = unhex(t.value)) \
             OR EXISTS (SELECT 1 FROM scores WHERE text_hash = unhex(t.value)) \
             RETURNING text_hash, embedded",
        )
        .bind(first)
        .bind(document.0)
        .bind(model_number(model))
        .bind(format!("[{}]", texts.join(",")))
        .fetch_all(&mut *self.transaction)
        .await?;
        for (hash, _) in &embedded {
            sqlx::query("DELETE FROM leftovers WHERE text_hash = ?")
                .bind(hash)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(embedded.iter().filter(|(_, embedded)| *embedded).count() as i64)
    }

    /// What becomes of the embeddings and scores of the texts that no passage has any more.
    pub(super) async fn sort_out_lost(&mut self) -> Result<()> {
        if self.lost_passages {
            for statement in [
                "DELETE FROM lost WHERE EXISTS \
                 (SELECT 1 FROM passage_texts p WHERE p.text_hash = lost.text_hash)",
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
