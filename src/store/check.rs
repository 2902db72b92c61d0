//! Whether the store agrees with itself: rows that point nowhere or contradict each other.
//!
//! Reads everything and changes nothing; meant for a library that rests. Knows no derived index.

use crate::{
    document::{DocumentId, PassageId, Sequence},
    store::{PassageRow, Result, Store, embeddings::model_number},
};

/// What must find no row: a sentence for each row found, and the question.
const RULES: [(&str, &str); 15] = [
    (
        "document {} belongs to no file",
        "SELECT CAST(id AS TEXT) FROM documents d WHERE NOT EXISTS \
         (SELECT 1 FROM files f WHERE f.document_id = d.id)",
    ),
    (
        "embedding {} belongs to no passage",
        "SELECT lower(hex(text_hash)) FROM embeddings e WHERE NOT EXISTS \
         (SELECT 1 FROM passage_texts p WHERE p.text_hash = e.text_hash) AND NOT EXISTS \
         (SELECT 1 FROM leftovers l WHERE l.text_hash = e.text_hash)",
    ),
    (
        "score of {} belongs to no passage",
        "SELECT lower(hex(text_hash)) FROM scores s WHERE NOT EXISTS \
         (SELECT 1 FROM passage_texts p WHERE p.text_hash = s.text_hash) AND NOT EXISTS \
         (SELECT 1 FROM leftovers l WHERE l.text_hash = s.text_hash)",
    ),
    (
        "the text {} counts as left over and stands in a passage",
        "SELECT lower(hex(text_hash)) FROM leftovers l WHERE EXISTS \
         (SELECT 1 FROM passage_texts p WHERE p.text_hash = l.text_hash)",
    ),
    (
        "a model has made something of passage {}, which is not there",
        "SELECT CAST(passage_id AS TEXT) FROM passage_texts p WHERE NOT EXISTS \
         (SELECT 1 FROM documents d WHERE d.id = p.document_id AND p.passage_id >= d.first_passage \
         AND p.passage_id < d.first_passage + d.n_passages)",
    ),
    (
        "passage {} is marked as embedded and has no embedding",
        "SELECT CAST(passage_id AS TEXT) FROM passage_texts p WHERE embedded = 1 AND NOT EXISTS \
         (SELECT 1 FROM embeddings e WHERE e.text_hash = p.text_hash AND e.model = ?1)",
    ),
    (
        "passages of document {} are not embedded, and it does not wait for that",
        "SELECT CAST(id AS TEXT) FROM documents d WHERE n_passages > (SELECT count(*) \
         FROM passage_texts p WHERE p.passage_id >= d.first_passage \
         AND p.passage_id < d.first_passage + d.n_passages AND p.embedded = 1) \
         AND NOT EXISTS (SELECT 1 FROM to_embed t WHERE t.document_id = d.id)",
    ),
    (
        "document {} waits to be embedded, and has nothing that is not",
        "SELECT CAST(document_id AS TEXT) FROM to_embed t WHERE NOT EXISTS \
         (SELECT 1 FROM documents d WHERE d.id = t.document_id AND d.n_passages > (SELECT count(*) \
         FROM passage_texts p WHERE p.passage_id >= d.first_passage \
         AND p.passage_id < d.first_passage + d.n_passages AND p.embedded = 1))",
    ),
    (
        "directory {} has no file",
        "SELECT CAST(id AS TEXT) FROM directories d WHERE NOT EXISTS \
         (SELECT 1 FROM files f WHERE f.directory_id = d.id)",
    ),
    (
        "file {} counts as read and has no document",
        "SELECT CAST(id AS TEXT) FROM files WHERE document_id IS NULL \
         AND state IN ('indexed', 'partial')",
    ),
    (
        "file {} counts as not read and has a document",
        "SELECT CAST(id AS TEXT) FROM files WHERE document_id IS NOT NULL \
         AND state IN ('failed', 'skipped')",
    ),
    (
        "the number of files of folder {} is wrong",
        "SELECT folder_id || ' that are ' || state FROM (\
         SELECT folder_id, state, count(*) AS n FROM files GROUP BY folder_id, state UNION ALL \
         SELECT folder_id, state, -n FROM file_counts) GROUP BY folder_id, state HAVING sum(n) <> 0",
    ),
    (
        "the number of {} passages is wrong",
        "SELECT name FROM (SELECT 'passages' AS name, sum(n_passages) AS n FROM documents \
         UNION ALL SELECT 'embedded', count(*) FROM passage_texts WHERE embedded = 1 \
         UNION ALL SELECT name, -n FROM totals) GROUP BY name HAVING sum(n) <> 0",
    ),
    (
        "the number of documents in the language {} is wrong",
        "SELECT language FROM (\
         SELECT language, count(*) AS n FROM documents WHERE language IS NOT NULL GROUP BY language \
         UNION ALL SELECT language, -n FROM language_counts) GROUP BY language HAVING sum(n) <> 0",
    ),
    (
        "a row of the table {} points to a row that is not there",
        "SELECT \"table\" FROM pragma_foreign_key_check",
    ),
];

impl Store {
    /// What is wrong with the database itself, a sentence each; an empty list means nothing.
    pub async fn check(&self) -> Result<Vec<String>> {
        let mut problems: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(20)")
            .fetch_all(&self.readers)
            .await?;
        problems.retain(|row| row != "ok");
        let model = self.value("model").await?.unwrap_or_default();
        for (sentence, question) in RULES {
            let rows: Vec<String> = sqlx::query_scalar(question)
                .bind(model_number(&model))
                .fetch_all(&self.readers)
                .await?;
            problems.extend(rows.iter().map(|row| sentence.replace("{}", row)));
        }
        for document in self.documents_since(Sequence(-1)).await? {
            problems.extend(self.check_document(document).await?);
        }
        Ok(problems)
    }

    async fn check_document(&self, id: DocumentId) -> Result<Vec<String>> {
        let Some(row) = self.document(id).await? else {
            return Ok(Vec::new());
        };
        let text = self.text(id, 0, row.n_text_bytes).await?;
        let marks = self.marks(id).await?;
        let mut problems = Vec::new();
        if text.len() != row.n_text_bytes {
            problems.push(format!("document {} has lost some of its text", id.0));
        }
        let ascend = marks.windows(2).all(|two| two[0].start < two[1].start);
        let inside = marks.iter().all(|mark| text.is_char_boundary(mark.start));
        if !(ascend && inside) {
            problems.push(format!("document {} has marks outside its text", id.0));
        }
        let passages = self.passages_of(&[id]).await?;
        let stray = passages.iter().filter(|passage| !stands(&text, passage));
        problems.extend(stray.map(|passage| {
            format!(
                "passage {} does not stand in its document's text",
                passage.id.0
            )
        }));
        Ok(problems)
    }

    /// Every passage with its document, by passage.
    pub async fn passage_keys(&self) -> Result<Vec<(PassageId, DocumentId)>> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT id, first_passage, n_passages FROM documents ORDER BY first_passage",
        )
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .flat_map(|(document, first, n)| {
                let key = move |id| (PassageId(id), DocumentId(document));
                (first..first + n).map(key)
            })
            .collect())
    }

    /// The passages that have an embedding by this model, by passage.
    pub async fn embedded(&self, model: &str) -> Result<Vec<PassageId>> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT p.passage_id FROM passage_texts p JOIN embeddings e \
             ON e.text_hash = p.text_hash AND e.model = ? ORDER BY p.passage_id",
        )
        .bind(model_number(model))
        .fetch_all(&self.readers)
        .await?;
        Ok(ids.into_iter().map(PassageId).collect())
    }
}

fn stands(text: &str, passage: &PassageRow) -> bool {
    text.get(passage.start..passage.end)
        .is_some_and(|text| !text.trim().is_empty())
}
