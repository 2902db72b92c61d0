//! The user's own test set: which file was the answer to which query, and how well searches found them.
//!
//! Knows nothing of how that is measured. Invariants: an answer goes and moves with its file (triggers
//! see to that), and a report names answers by their ids only, so that it holds no trace of a file.

use crate::{
    document::PathKey,
    store::{Result, Store},
};

/// Reports that are kept, the newest.
const N_REPORTS: i64 = 100;

/// A file that was the answer to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Its id; never given twice.
    pub id: i64,
    /// The query, as typed.
    pub query: String,
    /// The file.
    pub path: PathKey,
}

impl Store {
    /// Notes that a file was the answer to a query.
    pub async fn add_answer(&self, query: &str, path: &PathKey) -> Result<()> {
        sqlx::query("INSERT OR IGNORE INTO answers (query, path) VALUES (?, ?)")
            .bind(query)
            .bind(&path.0)
            .execute(self.writer()?)
            .await?;
        Ok(())
    }

    /// Takes that back; tells whether it had been noted.
    pub async fn remove_answer(&self, query: &str, path: &PathKey) -> Result<bool> {
        let done = sqlx::query("DELETE FROM answers WHERE query = ? AND path = ?")
            .bind(query)
            .bind(&path.0)
            .execute(self.writer()?)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// All answers, in the order in which they were noted.
    pub async fn answers(&self) -> Result<Vec<AnswerRow>> {
        let rows: Vec<(i64, String, Vec<u8>)> =
            sqlx::query_as("SELECT id, query, path FROM answers ORDER BY id")
                .fetch_all(&self.readers)
                .await?;
        let answers = rows.into_iter().map(|(id, query, path)| AnswerRow {
            id,
            query,
            path: PathKey(path),
        });
        Ok(answers.collect())
    }

    /// Keeps a report of how well the answers were found; `now` in seconds since 1970.
    pub async fn keep_check(&self, now: i64, report: &str) -> Result<()> {
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO checks (done, report) VALUES (?, ?)")
            .bind(now)
            .bind(report)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM checks WHERE id <= (SELECT max(id) FROM checks) - ?")
            .bind(N_REPORTS)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// When reports were made, in seconds since 1970, and what they say; the newest first.
    pub async fn checks(&self) -> Result<Vec<(i64, String)>> {
        Ok(
            sqlx::query_as("SELECT done, report FROM checks ORDER BY id DESC")
                .fetch_all(&self.readers)
                .await?,
        )
    }
}
