//! Pages that are pictures: what was recognised on them, and what is still to be.
//!
//! What was recognised is kept by content, page by page, so that it survives a crash in the middle of a
//! long document, and every new reading of it. Invariant: it goes with the last document that has it.

use sqlx::{FromRow, Row, sqlite::SqliteRow};

use crate::{
    document::{DocumentId, Hash, ScannedLine},
    store::{Batch, Error, FileRow, Result, Store, json_list, marks},
};

/// What became of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecognisedPage {
    /// The page, from 1.
    pub page: u32,
    /// The model that looked at it, and its revision.
    pub reader: String,
    /// What it saw, in reading order.
    pub lines: Vec<ScannedLine>,
    /// Why it could not be looked at, if it could not.
    pub problem: Option<String>,
}

/// A document with pages that are still to be recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToRecognise {
    /// The document.
    pub document: DocumentId,
    /// Its content.
    pub hash: Hash,
    /// A file with it.
    pub file: FileRow,
    /// The file of the disk that this lies in, where it is no such file itself.
    pub container: Option<FileRow>,
    /// The pages.
    pub pages: Vec<u32>,
}

impl FromRow<'_, SqliteRow> for RecognisedPage {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let lines: Vec<u8> = row.try_get("lines")?;
        Ok(Self {
            page: row.try_get("page")?,
            reader: row.try_get("reader")?,
            lines: marks::unpack(&lines)
                .ok_or_else(|| sqlx::Error::Decode("recognised lines are damaged".into()))?,
            problem: row.try_get("problem")?,
        })
    }
}

/// A list as it is stored: none where there is nothing in it.
pub(super) fn list(pages: &[u32]) -> Option<String> {
    let list = || json_list(pages.iter().map(|&page| i64::from(page)));
    (!pages.is_empty()).then(list)
}

impl Store {
    /// What is known of a content's pages.
    pub async fn recognised(&self, hash: &Hash) -> Result<Vec<RecognisedPage>> {
        Ok(
            sqlx::query_as("SELECT * FROM recognised WHERE content_hash = ? ORDER BY page")
                .bind(hash.as_slice())
                .fetch_all(&self.readers)
                .await?,
        )
    }

    /// Keeps what became of a page, in place of what was known of it, unless its content went
    /// meanwhile.
    pub async fn put_recognised(&self, hash: &Hash, page: &RecognisedPage) -> Result<()> {
        let lines = marks::pack(&page.lines).map_err(|_| Error::Damaged { what: "compressor" })?;
        sqlx::query(
            "INSERT OR REPLACE INTO recognised (content_hash, page, reader, lines, problem) \
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS \
             (SELECT 1 FROM documents \
             WHERE substr(content_hash, 1, 8) = substr(?1, 1, 8) AND content_hash = ?1)",
        )
        .bind(hash.as_slice())
        .bind(page.page)
        .bind(&page.reader)
        .bind(lines)
        .bind(&page.problem)
        .execute(self.writer()?)
        .await?;
        Ok(())
    }

    /// How many pages are still to be recognised.
    pub async fn count_to_recognise(&self) -> Result<u64> {
        let n: i64 = sqlx::query_scalar(
            "SELECT ifnull(sum(json_array_length(to_recognise)), 0) FROM documents \
             WHERE to_recognise IS NOT NULL",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(n as u64)
    }

    /// A document with pages to recognise that can be reached and is none of these.
    pub async fn to_recognise(&self, but: &[DocumentId]) -> Result<Option<ToRecognise>> {
        let found: Option<(i64, Vec<u8>, String, i64)> = sqlx::query_as(
            "SELECT d.id, d.content_hash, d.to_recognise, f.id FROM documents d \
             JOIN files f ON f.document_id = d.id AND f.state IN ('indexed', 'partial') \
             WHERE d.to_recognise IS NOT NULL AND d.id NOT IN (SELECT value FROM json_each(?)) \
             ORDER BY json_array_length(d.to_recognise), d.id, f.container_id IS NOT NULL LIMIT 1",
        )
        .bind(json_list(but.iter().map(|id| id.0)))
        .fetch_optional(&self.readers)
        .await?;
        let Some((document, hash, pages, file)) = found else {
            return Ok(None);
        };
        let damaged = |what| Error::Damaged { what };
        let Some(file) = self.file_by_id(file).await? else {
            return Ok(None);
        };
        let container = match file.container {
            Some(container) => self.file_by_id(container.0).await?,
            None => None,
        };
        Ok(Some(ToRecognise {
            document: DocumentId(document),
            hash: hash.try_into().map_err(|_| damaged("hash"))?,
            file,
            container,
            pages: serde_json::from_str(&pages).map_err(|_| damaged("list of pages"))?,
        }))
    }

    async fn file_by_id(&self, id: i64) -> Result<Option<FileRow>> {
        Ok(sqlx::query_as("SELECT * FROM located WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Lets every file with this document wait, and be read anew although it is what it was. What
    /// lies in another file is read with that.
    pub async fn read_again(&self, document: DocumentId) -> Result<()> {
        self.wait_again(Some(document)).await
    }

    /// Says which model recognises text from now on, `None` if there is none. When it is not the one
    /// of the last time, every document with pictures among its pages is read again.
    pub async fn use_text_reader(&self, reader: Option<&str>) -> Result<()> {
        let reader = reader.unwrap_or("none");
        if self.value("text_reader").await?.as_deref() == Some(reader) {
            return Ok(());
        }
        self.wait_again(None).await?;
        sqlx::query("INSERT OR REPLACE INTO library (key, value) VALUES ('text_reader', ?)")
            .bind(reader)
            .execute(self.writer()?)
            .await?;
        Ok(())
    }

    /// A document, or else all with pictures among their pages.
    async fn wait_again(&self, document: Option<DocumentId>) -> Result<()> {
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        for statement in [
            "CREATE TEMP TABLE again AS SELECT id, container_id FROM files WHERE document_id IN \
             (SELECT id FROM documents WHERE id = ?1 OR ?1 IS NULL AND n_scans > 0)",
            // Readers count from 1, so that this is none of them.
            "UPDATE documents SET extractor_version = 0 WHERE id IN (SELECT document_id FROM files \
             WHERE id IN (SELECT id FROM again UNION SELECT container_id FROM again))",
            "UPDATE files SET state = 'waiting', reason = NULL WHERE state IN ('indexed', 'partial') \
             AND id IN (SELECT ifnull(container_id, id) FROM again)",
            // Whatever is missing then is found out by reading.
            "UPDATE documents SET to_recognise = NULL WHERE id = ?1",
            "DROP TABLE again",
        ] {
            let query = sqlx::query(statement);
            let query = if statement.contains("?1") {
                query.bind(document.map(|id| id.0))
            } else {
                query
            };
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

impl Batch {
    /// Forgets what was recognised in a content that no document has any more.
    pub(super) async fn forget_scans(&mut self, hash: &[u8]) -> Result<()> {
        sqlx::query(
            "DELETE FROM recognised WHERE content_hash = ?1 \
             AND NOT EXISTS (SELECT 1 FROM documents \
             WHERE substr(content_hash, 1, 8) = substr(?1, 1, 8) AND content_hash = ?1)",
        )
        .bind(hash)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
