//! Embeddings: int8 vectors keyed by what was embedded and by the model that did it.
//!
//! Owns `passage_texts`, which says of which passages a model has made something, and `to_embed`, which
//! says where something is left to be done. A library that no model looks at has nothing in the first.

use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::{
    document::{DocumentId, PassageId, TextHash},
    store::{Error, PassageRow, Result, Store, hex, json_list, passage_input, text_hash},
};

/// A passage that has no embedding yet.
#[derive(Debug, Clone)]
pub struct ToEmbed {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// What keys its embedding.
    pub text_hash: TextHash,
    /// What is embedded.
    pub input: String,
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

/// By which a model is known in the database: its name would take up as much as a tenth of a vector.
pub(super) fn model_number(model: &str) -> i64 {
    let hash = blake3::hash(model.as_bytes());
    let first = hash.as_bytes().first_chunk().copied();
    i64::from_le_bytes(first.unwrap_or_default())
}

/// Puts numbers in for the names that models had up to format 10.
pub(super) async fn number_models(writer: &SqlitePool) -> Result<()> {
    let names: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT model FROM embeddings WHERE typeof(model) = 'text'")
            .fetch_all(writer)
            .await?;
    for name in names {
        sqlx::query("UPDATE OR REPLACE embeddings SET model = ? WHERE model = ?")
            .bind(model_number(&name))
            .bind(&name)
            .execute(writer)
            .await?;
    }
    Ok(())
}

/// Notes that a model has made something of a passage, which is no leftover any more. Returns whether
/// there still is such a passage.
pub(super) async fn note_text(
    transaction: &mut Transaction<'_, Sqlite>,
    passage: PassageId,
    text: &TextHash,
    embedded: bool,
) -> Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO passage_texts SELECT ?1, id, ?2, ?3 FROM documents \
         WHERE id = (SELECT id FROM documents WHERE first_passage <= ?1 \
         ORDER BY first_passage DESC LIMIT 1) AND ?1 < first_passage + n_passages \
         ON CONFLICT (passage_id) DO UPDATE SET embedded = max(embedded, excluded.embedded)",
    )
    .bind(passage.0)
    .bind(text.as_slice())
    .bind(embedded)
    .execute(&mut **transaction)
    .await?;
    if noted.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM leftovers WHERE text_hash = ?")
        .bind(text.as_slice())
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}

impl Store {
    /// Passages without an embedding, those of the most recently added documents first.
    pub async fn to_embed(&self, limit: u32) -> Result<Vec<ToEmbed>> {
        let passages: Vec<PassageRow> = sqlx::query_as(
            "SELECT d.first_passage + p.key AS id, d.id AS document_id, p.value AS place, \
             d.passage_words ->> (nullif(p.value ->> 3, 0) - 1) AS context, NULL AS label \
             FROM (SELECT document_id FROM to_embed ORDER BY document_id DESC LIMIT ?1) t \
             JOIN documents d ON d.id = t.document_id JOIN json_each(d.passages) p \
             WHERE NOT EXISTS (SELECT 1 FROM passage_texts x \
             WHERE x.passage_id = d.first_passage + p.key AND x.embedded = 1) \
             ORDER BY t.document_id DESC LIMIT ?1",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let spans: Vec<_> = passages
            .iter()
            .map(|row| (row.document, row.start, row.end))
            .collect();
        let documents: Vec<DocumentId> = passages.iter().map(|row| row.document).collect();
        let documents = self.documents_by_id(&documents).await?;
        let texts = self.texts(&spans).await?;
        let to_embed = |(row, text): (PassageRow, String)| {
            let document = documents.iter().find(|known| known.id == row.document);
            let title = document.and_then(|document| document.title.as_deref());
            let input = passage_input(title, &row.context, &text);
            ToEmbed {
                passage: row.id,
                document: row.document,
                text_hash: text_hash(&input),
                input,
            }
        };
        Ok(passages.into_iter().zip(texts).map(to_embed).collect())
    }

    /// Number of passages without an embedding.
    pub async fn count_to_embed(&self) -> Result<u64> {
        let n_embedded = self.total("embedded").await?;
        Ok(self.total("passages").await?.saturating_sub(n_embedded))
    }

    /// Those of these texts that the model has embedded, with their vectors.
    pub async fn known_vectors(
        &self,
        model: &str,
        texts: &[TextHash],
    ) -> Result<Vec<(TextHash, Vec<u8>)>> {
        let texts: Vec<String> = texts
            .iter()
            .map(|hash| format!("\"{}\"", hex(hash)))
            .collect();
        let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "SELECT text_hash, vector FROM embeddings WHERE model = ? \
             AND text_hash IN (SELECT unhex(value) FROM json_each(?))",
        )
        .bind(model_number(model))
        .bind(format!("[{}]", texts.join(",")))
        .fetch_all(&self.readers)
        .await?;
        let known = |(hash, vector): (Vec<u8>, Vec<u8>)| {
            let hash = hash.try_into().map_err(|_| Error::Damaged {
                what: "hash of an embedding",
            })?;
            Ok((hash, vector))
        };
        rows.into_iter().map(known).collect()
    }

    /// Stores the embeddings of passages. What went while it was embedded is left out.
    /// Returns the passages that have got a vector.
    pub async fn put_embeddings(
        &self,
        model: &str,
        passages: &[ToEmbed],
        vectors: &[(TextHash, Vec<u8>)],
    ) -> Result<Vec<VectorRow>> {
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        let mut rows = Vec::new();
        for passage in passages {
            let hash = &passage.text_hash;
            let Some((_, vector)) = vectors.iter().find(|(known, _)| known == hash) else {
                continue;
            };
            if !note_text(&mut transaction, passage.passage, hash, true).await? {
                continue;
            }
            sqlx::query(
                "INSERT OR REPLACE INTO embeddings (text_hash, model, vector) VALUES (?, ?, ?)",
            )
            .bind(hash.as_slice())
            .bind(model_number(model))
            .bind(vector)
            .execute(&mut *transaction)
            .await?;
            rows.push(VectorRow {
                passage: passage.passage,
                document: passage.document,
                vector: vector.clone(),
            });
        }
        sqlx::query(
            "DELETE FROM to_embed WHERE document_id IN (SELECT value FROM json_each(?)) \
             AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = to_embed.document_id \
             AND d.n_passages > (SELECT count(*) FROM passage_texts p \
             WHERE p.passage_id >= d.first_passage \
             AND p.passage_id < d.first_passage + d.n_passages AND p.embedded = 1))",
        )
        .bind(json_list(rows.iter().map(|row| row.document.0)))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(rows)
    }

    /// Says which model `passage_texts.embedded` speaks of. A change of model marks what is to be
    /// embedded anew; what this model embedded before is found again.
    pub async fn use_model(&self, model: &str) -> Result<()> {
        if self.value("model").await?.as_deref() == Some(model) {
            return Ok(());
        }
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "UPDATE passage_texts SET embedded = EXISTS (SELECT 1 FROM embeddings e \
             WHERE e.text_hash = passage_texts.text_hash AND e.model = ?)",
        )
        .bind(model_number(model))
        .execute(&mut *transaction)
        .await?;
        for statement in [
            "DELETE FROM to_embed",
            "INSERT INTO to_embed SELECT id FROM documents d WHERE n_passages > \
             (SELECT count(*) FROM passage_texts p WHERE p.passage_id >= d.first_passage \
             AND p.passage_id < d.first_passage + d.n_passages AND p.embedded = 1)",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
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
             FROM passage_texts WHERE passage_id IN (SELECT value FROM json_each(?2)))",
        )
        .bind(model_number(model))
        .bind(&ids)
        .execute(&mut *transaction)
        .await?;
        for statement in [
            "UPDATE passage_texts SET embedded = 0 \
             WHERE passage_id IN (SELECT value FROM json_each(?))",
            "INSERT OR IGNORE INTO to_embed SELECT document_id FROM passage_texts \
             WHERE passage_id IN (SELECT value FROM json_each(?))",
        ] {
            sqlx::query(statement)
                .bind(&ids)
                .execute(&mut *transaction)
                .await?;
        }
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
            "SELECT p.passage_id, p.document_id, e.vector FROM documents d \
             JOIN passage_texts p ON p.passage_id >= d.first_passage \
             AND p.passage_id < d.first_passage + d.n_passages \
             JOIN embeddings e ON e.text_hash = p.text_hash AND e.model = ? \
             WHERE d.id IN (SELECT value FROM json_each(?))",
        )
        .bind(model_number(model))
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
            "SELECT p.passage_id, p.document_id, e.vector FROM passage_texts p \
             JOIN embeddings e ON e.text_hash = p.text_hash AND e.model = ? \
             WHERE p.passage_id > ? ORDER BY p.passage_id LIMIT ?",
        )
        .bind(model_number(model))
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
