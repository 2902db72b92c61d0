//! Rerank scores: kept by query and passage, so that a question asked again costs nothing.
//!
//! A cache beside the truth: it may be emptied at any time. Knows no model; whoever asks hashes all
//! that decides a score into the key. Invariant: a score whose passage went goes with it.

use std::collections::HashMap;

use crate::{
    document::{Hash, PassageId, TextHash},
    store::{Error, Result, Store, embeddings::note_text},
};

/// Scores kept at most, the newest; about 40 MB.
const N_KEPT: i64 = 200_000;

impl Store {
    /// The scores known for a query, by passage text.
    pub async fn scores(&self, query: &Hash) -> Result<HashMap<TextHash, f32>> {
        let rows: Vec<(Vec<u8>, f64)> =
            sqlx::query_as("SELECT text_hash, score FROM scores WHERE query_hash = ?")
                .bind(query.as_slice())
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter()
            .map(|(hash, score)| {
                let hash = hash.try_into().map_err(|_| Error::Damaged {
                    what: "hash of a score",
                })?;
                Ok((hash, score as f32))
            })
            .collect()
    }

    /// Keeps scores, except of what no passage has any more, and forgets the oldest. A library that
    /// is open for reading only keeps none.
    pub async fn put_scores(
        &self,
        query: &Hash,
        scores: &[(PassageId, TextHash, f32)],
    ) -> Result<()> {
        let Some(writer) = &self.writer else {
            return Ok(());
        };
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        for (passage, text, score) in scores {
            if !note_text(&mut transaction, *passage, text, false).await? {
                continue;
            }
            sqlx::query(
                "INSERT OR REPLACE INTO scores (query_hash, text_hash, score) VALUES (?, ?, ?)",
            )
            .bind(query.as_slice())
            .bind(text.as_slice())
            .bind(f64::from(*score))
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query("DELETE FROM scores WHERE id <= (SELECT max(id) FROM scores) - ?")
            .bind(N_KEPT)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
