//! What the library takes up on disk, and how much it is made from.
//!
//! Looks at every page of the database; meant for measuring, not for a window.

use crate::store::{Result, Store};

/// Bytes in and bytes out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Of the files, on disk.
    pub n_file_bytes: u64,
    /// Of the text that was read out of them, before it is compressed; equal contents count once.
    pub n_text_bytes: u64,
    /// Of each table with its indexes, the largest first, and of what is free.
    pub parts: Vec<(String, u64)>,
}

impl Store {
    /// What the database takes up.
    pub async fn sizes(&self) -> Result<Sizes> {
        let parts: Vec<(String, i64)> = sqlx::query_as(
            "SELECT ifnull(s.tbl_name, d.name), sum(d.pgsize) AS bytes FROM dbstat d \
             LEFT JOIN sqlite_schema s ON s.name = d.name WHERE d.aggregate = TRUE \
             GROUP BY 1 ORDER BY bytes DESC",
        )
        .fetch_all(&self.readers)
        .await?;
        let free: i64 = sqlx::query_scalar(
            "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size",
        )
        .fetch_one(&self.readers)
        .await?;
        let parts = parts.into_iter().chain([("free".to_owned(), free)]);
        Ok(Sizes {
            n_file_bytes: self
                .sum("SELECT sum(size_bytes) FROM files WHERE container_id IS NULL")
                .await?,
            n_text_bytes: self.sum("SELECT sum(n_text_bytes) FROM documents").await?,
            parts: parts.map(|(name, n)| (name, n as u64)).collect(),
        })
    }

    async fn sum(&self, question: &'static str) -> Result<u64> {
        let sum: Option<i64> = sqlx::query_scalar(question)
            .fetch_one(&self.readers)
            .await?;
        Ok(sum.unwrap_or_default() as u64)
    }
}
