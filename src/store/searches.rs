//! What the user looked for: the history, and the searches that are saved under a name.
//!
//! Queries as typed, private and erasable; nothing else in the program knows what was asked before.
//! Invariant: a query stands in the history once, and the history holds the newest [`N_KEPT`].

use crate::store::{Batch, Result, Store};

/// Queries that the history keeps.
const N_KEPT: i64 = 1_000;

/// A query that is saved under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// The name, one of a kind.
    pub name: String,
    /// The query, as typed.
    pub query: String,
}

impl Store {
    /// Notes that a query was asked; `now` in seconds since 1970.
    pub async fn note_search(&self, query: &str, now: i64) -> Result<()> {
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT OR REPLACE INTO searches (query, asked) VALUES (?, ?)")
            .bind(query)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "DELETE FROM searches WHERE query IN \
             (SELECT query FROM searches ORDER BY asked DESC, query LIMIT -1 OFFSET ?)",
        )
        .bind(N_KEPT)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The newest queries of the history in which something stands, all of them where that is empty.
    pub async fn searches(&self, part: &str, limit: u32) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT query FROM searches WHERE instr(lower(query), lower(?)) > 0 \
             ORDER BY asked DESC, query LIMIT ?",
        )
        .bind(part)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }

    /// Saves a query under a name, in place of what had that name.
    pub async fn save_search(&self, saved: &SavedSearch) -> Result<()> {
        sqlx::query("INSERT OR REPLACE INTO saved_searches (name, query) VALUES (?, ?)")
            .bind(&saved.name)
            .bind(&saved.query)
            .execute(self.writer()?)
            .await?;
        Ok(())
    }

    /// All that are saved, by name.
    pub async fn saved_searches(&self) -> Result<Vec<SavedSearch>> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, query FROM saved_searches ORDER BY name")
                .fetch_all(&self.readers)
                .await?;
        let saved = rows
            .into_iter()
            .map(|(name, query)| SavedSearch { name, query });
        Ok(saved.collect())
    }

    /// Drops what is saved under a name; tells whether there was something.
    pub async fn drop_saved_search(&self, name: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM saved_searches WHERE name = ?")
            .bind(name)
            .execute(self.writer()?)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

impl Batch {
    /// Forgets a query of the history, or all of it, with every trace once [`Store::erase`] is done.
    pub async fn forget_searches(&mut self, query: Option<&str>) -> Result<()> {
        sqlx::query("DELETE FROM searches WHERE ?1 IS NULL OR query = ?1")
            .bind(query)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query("INSERT OR REPLACE INTO library VALUES ('to_erase', 'all')")
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}
