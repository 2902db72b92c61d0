//! Documents: what is known of them, and marks; their texts are in `texts.rs`, their passages in
//! `passages.rs`.

use sqlx::{FromRow, Row, sqlite::SqliteRow};

use crate::{
    document::{Chunk, DocumentId, Hash, Mark, Sequence, Text, Unit},
    store::{Error, Result, Store, json_list, marks},
};

/// A content as one extractor read it, ready to be stored.
#[derive(Debug)]
pub struct NewDocument {
    /// Hash of the file's bytes.
    pub content_hash: Hash,
    /// The extractor's name.
    pub extractor: &'static str,
    /// The extractor's version.
    pub extractor_version: u32,
    /// The chunker's version.
    pub chunker_version: u32,
    /// Language as ISO 639-3, where it could be told.
    pub language: Option<String>,
    /// How many files there are in it.
    pub n_children: u32,
    /// Of its pages that are pictures, those whose text is still to be recognised.
    pub to_recognise: Vec<u32>,
    /// The text.
    pub text: Text,
    /// Its passages.
    pub chunks: Vec<Chunk>,
}

/// A document without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// Hash of the file's bytes.
    pub content_hash: Hash,
    /// Its own title.
    pub title: Option<String>,
    /// Who wrote it, as it says.
    pub author: Option<String>,
    /// When it was written or sent, as it says (ISO 8601).
    pub written: Option<String>,
    /// Language as ISO 639-3.
    pub language: Option<String>,
    /// Number of pages.
    pub n_pages: Option<u32>,
    /// What its pages are.
    pub unit: Unit,
    /// How many files there are in it.
    pub n_children: u32,
    /// How many of its pages are pictures.
    pub n_scans: u32,
    /// Why the text is incomplete, if it is.
    pub partial: Option<String>,
    /// Length of the text.
    pub n_text_bytes: usize,
    /// Number of its passages.
    pub n_passages: u32,
}

/// Of a [`DocumentRow`]: not the lists, which can be long.
macro_rules! columns {
    () => {
        "id, content_hash, title, author, written, language, n_pages, unit, n_children, n_scans, \
         partial, n_text_bytes, n_passages"
    };
}

impl FromRow<'_, SqliteRow> for DocumentRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let hash: Vec<u8> = row.try_get("content_hash")?;
        Ok(Self {
            id: DocumentId(row.try_get("id")?),
            content_hash: hash
                .try_into()
                .map_err(|_| sqlx::Error::Decode("a hash has 32 bytes".into()))?,
            title: row.try_get("title")?,
            author: row.try_get("author")?,
            written: row.try_get("written")?,
            unit: Unit::named(row.try_get("unit")?),
            n_children: row.try_get("n_children")?,
            n_scans: row.try_get("n_scans")?,
            language: row.try_get("language")?,
            n_pages: row.try_get("n_pages")?,
            partial: row.try_get("partial")?,
            n_text_bytes: row.try_get::<i64, _>("n_text_bytes")? as usize,
            n_passages: row.try_get("n_passages")?,
        })
    }
}

impl Store {
    /// The document that a content became, if this version of the extractor and the chunker has
    /// read it before.
    pub async fn document_for(
        &self,
        content_hash: &Hash,
        extractor: &str,
        extractor_version: u32,
        chunker_version: u32,
    ) -> Result<Option<DocumentRow>> {
        Ok(sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM documents WHERE substr(content_hash, 1, 8) = substr(?1, 1, 8) \
                 AND content_hash = ?1 AND extractor = ?2 AND extractor_version = ?3 \
                 AND chunker_version = ?4"
        ))
        .bind(content_hash.as_slice())
        .bind(extractor)
        .bind(extractor_version)
        .bind(chunker_version)
        .fetch_optional(&self.readers)
        .await?)
    }

    /// Says which readers (name and version) and which chunker read from now on. When they are
    /// not those of the last time, every file that another version read, or that was not read,
    /// waits again; what was read out of it stays findable until then.
    pub async fn use_readers(&self, readers: &[(&str, u32)], chunker_version: u32) -> Result<()> {
        let names: Vec<String> = readers
            .iter()
            .map(|(name, version)| format!("\"{name} {version}\""))
            .collect();
        let names = format!("[{}]", names.join(","));
        let key = format!("{names} {chunker_version}");
        if self.value("readers").await?.as_deref() == Some(&key) {
            return Ok(());
        }
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        // An away file's state is what it was when it was there.
        sqlx::query(
            "CREATE TEMP TABLE stale AS SELECT id, container_id FROM (SELECT id, container_id, \
             document_id, CASE state WHEN 'away' THEN present_state ELSE state END AS state \
             FROM files) WHERE state IN ('failed', 'skipped') OR state IN ('indexed', 'partial') \
             AND document_id IN (SELECT id FROM documents WHERE chunker_version <> ? \
             OR extractor || ' ' || extractor_version NOT IN (SELECT value FROM json_each(?)))",
        )
        .bind(chunker_version)
        .bind(&names)
        .execute(&mut *transaction)
        .await?;
        // What lies in a file is read with it, so it is that which waits; and it is not to be taken
        // for read already.
        for statement in [
            "UPDATE documents SET extractor_version = 0 WHERE id IN (SELECT document_id FROM files \
             WHERE id IN (SELECT container_id FROM stale))",
            "UPDATE files SET state = 'waiting', reason = NULL WHERE state <> 'away' AND id IN \
             (SELECT ifnull(container_id, id) FROM stale)",
            "DROP TABLE stale",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        sqlx::query("INSERT OR REPLACE INTO library (key, value) VALUES ('readers', ?)")
            .bind(key)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A document by its id.
    pub async fn document(&self, id: DocumentId) -> Result<Option<DocumentRow>> {
        let documents = self.documents_by_id(&[id]).await?;
        Ok(documents.into_iter().next())
    }

    /// Documents that were added or changed after a batch.
    pub async fn documents_since(&self, since: Sequence) -> Result<Vec<DocumentId>> {
        let ids: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM documents WHERE sequence > ? ORDER BY id")
                .bind(since.0)
                .fetch_all(&self.readers)
                .await?;
        Ok(ids.into_iter().map(DocumentId).collect())
    }

    /// The documents with these ids, in no order.
    pub async fn documents_by_id(&self, ids: &[DocumentId]) -> Result<Vec<DocumentRow>> {
        Ok(sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM documents WHERE id IN (SELECT value FROM json_each(?))"
        ))
        .bind(json_list(ids.iter().map(|id| id.0)))
        .fetch_all(&self.readers)
        .await?)
    }

    /// The languages of the documents with how many there are of each, the most common first.
    pub async fn language_counts(&self) -> Result<Vec<(String, u64)>> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT language, n FROM language_counts ORDER BY n DESC, language")
                .fetch_all(&self.readers)
                .await?;
        let counts = rows.into_iter().map(|(language, n)| (language, n as u64));
        Ok(counts.collect())
    }

    /// Where the parts of a document begin.
    pub async fn marks(&self, document: DocumentId) -> Result<Vec<Mark>> {
        let (places, labels, confidences) =
            sqlx::query_as("SELECT marks, labels, confidences FROM documents WHERE id = ?")
                .bind(document.0)
                .fetch_one(&self.readers)
                .await?;
        let packed = marks::Packed {
            places,
            labels,
            confidences,
        };
        marks::read(&packed).ok_or(Error::Damaged { what: "marks" })
    }
}
