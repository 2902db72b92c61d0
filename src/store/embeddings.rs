//! Embeddings: int8 vectors keyed by what was embedded and by the model that did it.

use sqlx::Row;

use crate::{
    document::{DocumentId, Hash, PassageId},
    store::{Error, Result, Store, json_list},
};

/// A passage that has no embedding yet.
#[derive(Debug, Clone)]
pub struct ToEmbed {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// What keys its embedding.
    pub text_hash: Hash,
    /// The document's title.
    pub title: Option<String>,
    /// Headings above it.
    pub context: String,
    /// Its span in the document's text.
    pub span: (usize, usize),
}

/// A stored vector of a passage.
#[derive(Debug, Clone)]
pub struct VectorRow {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// The vector as it is stored.
    pub vector: Vec<u8>,
}

impl Store {
    /// Passages without an embedding, the most recently added first.
    pub async fn to_embed(&self, limit: u32) -> Result<Vec<ToEmbed>> {
        let rows = sqlx::query(
            "SELECT p.id, p.document_id, p.text_hash, d.title, p.context, p.start, p.\"end\" \
             FROM passages p JOIN documents d ON d.id = p.document_id \
             WHERE p.embedded = 0 ORDER BY p.id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let hash: Vec<u8> = row.try_get(2)?;
                Ok(ToEmbed {
                    passage: PassageId(row.try_get(0)?),
                    document: DocumentId(row.try_get(1)?),
                    text_hash: hash.try_into().map_err(|_| Error::Damaged {
                        what: "hash of a passage",
                    })?,
                    title: row.try_get(3)?,
                    context: row.try_get(4)?,
                    span: (
                        row.try_get::<i64, _>(5)? as usize,
                        row.try_get::<i64, _>(6)? as usize,
                    ),
                })
            })
            .collect()
    }

    /// Number of passages without an embedding.
    pub async fn count_to_embed(&self) -> Result<u64> {
        let n: i64 = sqlx::query_scalar("SELECT n FROM passage_counts WHERE embedded = 0")
            .fetch_one(&self.readers)
            .await?;
        Ok(n as u64)
    }

    /// Stores embeddings, and marks every passage with one of these texts as embedded. What no
    /// passage has any more, since it went while it was embedded, is not stored.
    /// Returns the passages that have got a vector.
    pub async fn put_embeddings(
        &self,
        model: &str,
        vectors: &[(Hash, Vec<u8>)],
    ) -> Result<Vec<VectorRow>> {
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        let mut rows = Vec::new();
        for (hash, vector) in vectors {
            let passages: Vec<(i64, i64)> = sqlx::query_as(
                "UPDATE passages SET embedded = 1 WHERE text_hash = ? RETURNING id, document_id",
            )
            .bind(hash.as_slice())
            .fetch_all(&mut *transaction)
            .await?;
            if passages.is_empty() {
                continue;
            }
            sqlx::query(
                "INSERT OR REPLACE INTO embeddings (text_hash, model, vector) VALUES (?, ?, ?)",
            )
            .bind(hash.as_slice())
            .bind(model)
            .bind(vector)
            .execute(&mut *transaction)
            .await?;
            rows.extend(passages.into_iter().map(|(passage, document)| VectorRow {
                passage: PassageId(passage),
                document: DocumentId(document),
                vector: vector.clone(),
            }));
        }
        transaction.commit().await?;
        Ok(rows)
    }

    /// Says which model `passages.embedded` speaks of. A change of model marks what is to be
    /// embedded anew; what this model embedded before is found again.
    pub async fn use_model(&self, model: &str) -> Result<()> {
        if self.value("model").await?.as_deref() == Some(model) {
            return Ok(());
        }
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "UPDATE passages SET embedded = EXISTS \
             (SELECT 1 FROM embeddings e WHERE e.text_hash = passages.text_hash AND e.model = ?)",
        )
        .bind(model)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("INSERT OR REPLACE INTO library (key, value) VALUES ('model', ?)")
            .bind(model)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets the embeddings of these passages, which are no vectors, so that they are computed again.
    pub async fn embed_again(&self, model: &str, passages: &[PassageId]) -> Result<()> {
        if passages.is_empty() {
            return Ok(());
        }
        tracing::warn!(
            passages = passages.len(),
            "stored vectors are damaged and computed again"
        );
        let ids = json_list(passages.iter().map(|passage| passage.0));
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "DELETE FROM embeddings WHERE model = ?1 AND text_hash IN (SELECT text_hash \
             FROM passages WHERE id IN (SELECT value FROM json_each(?2)))",
        )
        .bind(model)
        .bind(&ids)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "UPDATE passages SET embedded = 0 WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(&ids)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The model whose vectors answer searches: another one than that of [`Store::use_model`] as
    /// long as that has not embedded everything.
    pub async fn serving_model(&self) -> Result<Option<String>> {
        match self.value("serving").await? {
            // A library from before there were two.
            None => self.value("model").await,
            serving => Ok(serving),
        }
    }

    /// Says whose vectors answer searches from now on.
    pub async fn serve_model(&self, model: &str) -> Result<()> {
        sqlx::query("INSERT OR REPLACE INTO library (key, value) VALUES ('serving', ?)")
            .bind(model)
            .execute(self.writer()?)
            .await?;
        Ok(())
    }

    /// Whether a model has embedded anything.
    pub async fn has_embeddings(&self, model: &str) -> Result<bool> {
        let vectors = self.vectors_after(model, PassageId(0), 1).await?;
        Ok(!vectors.is_empty())
    }

    /// The stored vectors of the passages of documents.
    pub async fn vectors_of(
        &self,
        model: &str,
        documents: &[DocumentId],
    ) -> Result<Vec<VectorRow>> {
        let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT p.id, p.document_id, e.vector FROM passages p \
             JOIN embeddings e ON e.text_hash = p.text_hash AND e.model = ? \
             WHERE p.document_id IN (SELECT value FROM json_each(?))",
        )
        .bind(model)
        .bind(json_list(documents.iter().map(|document| document.0)))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(vector_row).collect())
    }

    /// The stored vectors of the passages after `after`, by passage, at most `limit`.
    pub async fn vectors_after(
        &self,
        model: &str,
        after: PassageId,
        limit: u32,
    ) -> Result<Vec<VectorRow>> {
        let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT p.id, p.document_id, e.vector FROM passages p \
             JOIN embeddings e ON e.text_hash = p.text_hash AND e.model = ? \
             WHERE p.id > ? ORDER BY p.id LIMIT ?",
        )
        .bind(model)
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(vector_row).collect())
    }
}

fn vector_row((passage, document, vector): (i64, i64, Vec<u8>)) -> VectorRow {
    VectorRow {
        passage: PassageId(passage),
        document: DocumentId(document),
        vector,
    }
}
