//! Leaves nothing behind of what was forgotten: not in free pages, not in the write-ahead log.
//!
//! `SQLite` marks deleted rows as free and keeps their bytes. Owns the mark `to_erase` in the
//! database, set by the batch that forgets, so that a crash in between is made up for. Invariant:
//! without that mark no file of the database holds a byte of what was forgotten.

use std::time::Duration;

use crate::store::{Result, Store};

/// The log is folded when no search reads an older state: tried so often, this far apart.
const N_FOLDINGS: u32 = 25;
const BETWEEN_FOLDINGS: Duration = Duration::from_millis(20);

impl Store {
    /// Something was forgotten and is still to be erased.
    pub async fn is_to_erase(&self) -> Result<bool> {
        Ok(self.value("to_erase").await?.is_some())
    }

    /// Rewrites the database without what was forgotten. Searches go on meanwhile; writing waits.
    /// Returns false if a reader held an older state all the time: it is to be tried again.
    pub async fn erase(&self) -> Result<bool> {
        let writer = self.writer()?;
        if self.value("to_erase").await?.as_deref() == Some("all") {
            sqlx::query("VACUUM").execute(writer).await?;
            sqlx::query("UPDATE library SET value = 'log' WHERE key = 'to_erase'")
                .execute(writer)
                .await?;
        }
        for _ in 0..N_FOLDINGS {
            let (is_busy, _, _): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
                    .fetch_one(writer)
                    .await?;
            if is_busy == 0 {
                sqlx::query("DELETE FROM library WHERE key = 'to_erase'")
                    .execute(writer)
                    .await?;
                return Ok(true);
            }
            tokio::time::sleep(BETWEEN_FOLDINGS).await;
        }
        Ok(false)
    }
}
