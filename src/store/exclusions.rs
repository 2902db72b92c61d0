//! What the user does not want in the library: single files, and folders with all below them.
//!
//! Only paths; whoever walks obeys them. They are all that stays of a forgotten file.

use crate::{
    document::{FileId, PathKey},
    store::{Batch, Result, Store},
};

impl Store {
    /// The excluded paths, in order.
    pub async fn exclusions(&self) -> Result<Vec<PathKey>> {
        let paths: Vec<Vec<u8>> = sqlx::query_scalar("SELECT path FROM exclusions ORDER BY path")
            .fetch_all(&self.readers)
            .await?;
        Ok(paths.into_iter().map(PathKey).collect())
    }

    /// Lets a path into the library again. Returns whether it was excluded.
    pub async fn admit(&self, path: &PathKey) -> Result<bool> {
        let done = sqlx::query("DELETE FROM exclusions WHERE path = ?")
            .bind(&path.0)
            .execute(self.writer()?)
            .await?;
        self.keep_spare().await;
        Ok(done.rows_affected() > 0)
    }
}

impl Batch {
    /// Excludes a path, and forgets what the library has at and below it, with every trace once
    /// [`Store::erase`] is done.
    pub async fn exclude(&mut self, path: &PathKey) -> Result<()> {
        self.forgets = true;
        sqlx::query("INSERT OR IGNORE INTO exclusions VALUES (?)")
            .bind(&path.0)
            .execute(&mut *self.transaction)
            .await?;
        self.forget_held_below(&path.0).await?;
        let (first, last) = path.below();
        let (directory, name) = path.split();
        let files: Vec<i64> = sqlx::query_scalar(
            "SELECT f.id FROM directories d JOIN files f ON f.directory_id = d.id \
             WHERE f.container_id IS NULL AND d.path >= ? AND d.path < ? UNION \
             SELECT f.id FROM directories d JOIN files f ON f.directory_id = d.id \
             WHERE f.container_id IS NULL AND d.path = ? AND f.name = ?",
        )
        .bind(first.0)
        .bind(last.0)
        .bind(directory)
        .bind(name)
        .fetch_all(&mut *self.transaction)
        .await?;
        for id in files {
            self.remove_file(FileId(id)).await?;
        }
        self.remove_orphans().await
    }
}
