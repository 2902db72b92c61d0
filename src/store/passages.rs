//! Passages: where they stand in their documents.
//!
//! The passages of a document are a list in its row, and their ids follow each other; of what models made
//! of them knows `embeddings.rs`. Invariant: an id is never given twice, since what is derived may
//! still have its passage.

use std::collections::HashMap;

use serde_json::json;
use sqlx::{FromRow, Row, sqlite::SqliteRow};

use crate::{
    document::{Chunk, DocumentId, PassageId, Position, TextHash},
    store::{Result, Store, json_list},
};

/// A passage without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageRow {
    /// Its id.
    pub id: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Byte offset of its first character in the document's text.
    pub start: usize,
    /// Byte offset after its last character.
    pub end: usize,
    /// Where it begins.
    pub position: Position,
    /// Headings above it.
    pub context: String,
}

/// Of `id`, `document_id`, and what [`PLACE`] gives of a document's lists.
impl FromRow<'_, SqliteRow> for PassageRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let place: String = row.try_get("place")?;
        let damaged = |error| sqlx::Error::Decode(Box::new(error));
        let place: Vec<u64> = serde_json::from_str(&place).map_err(damaged)?;
        let &[start, end, ..] = place.as_slice() else {
            return Err(sqlx::Error::Decode("a passage without a place".into()));
        };
        let number = |i: usize| place.get(i).copied().filter(|&number| number > 0);
        Ok(Self {
            id: PassageId(row.try_get("id")?),
            document: DocumentId(row.try_get("document_id")?),
            start: start as usize,
            end: end as usize,
            position: Position {
                line: number(2).map(|line| line as u32),
                page: number(4).map(|page| page as u32),
                label: row.try_get("label")?,
                confidence: number(6).map(|above| (above - 1) as u8),
            },
            context: row
                .try_get::<Option<String>, _>("context")?
                .unwrap_or_default(),
        })
    }
}

/// The list of a document's passages, and that of the words which several of them may have.
pub(super) fn lists(chunks: &[Chunk]) -> (String, String) {
    let mut words = Words::default();
    let mut places: Vec<Vec<usize>> = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let at = &chunk.position;
        let mut place = vec![
            chunk.start,
            chunk.end,
            at.line.unwrap_or_default() as usize,
            words.number(&chunk.context),
            at.page.unwrap_or_default() as usize,
            words.number(at.label.as_deref().unwrap_or_default()),
            at.confidence.map_or(0, |sure| usize::from(sure) + 1),
        ];
        let n = place.iter().rposition(|&number| number > 0);
        place.truncate(n.map_or(0, |last| last + 1).max(2));
        places.push(place);
    }
    (json!(places).to_string(), json!(words.list).to_string())
}

#[derive(Default)]
struct Words<'a> {
    list: Vec<&'a str>,
    numbers: HashMap<&'a str, usize>,
}

impl<'a> Words<'a> {
    /// From 1; 0 for none.
    fn number(&mut self, word: &'a str) -> usize {
        if word.is_empty() {
            return 0;
        }
        *self.numbers.entry(word).or_insert_with(|| {
            self.list.push(word);
            self.list.len()
        })
    }
}

/// What is embedded for a passage: title and headings on the first line, then its text.
pub fn passage_input(title: Option<&str>, context: &str, text: &str) -> String {
    let title = title.unwrap_or_default();
    match (title.is_empty(), context.is_empty()) {
        (true, true) => text.to_owned(),
        (false, true) => format!("{title}\n{text}"),
        (true, false) => format!("{context}\n{text}"),
        (false, false) => format!("{title} › {context}\n{text}"),
    }
}

/// By which is found what a model made of an input.
pub fn text_hash(input: &str) -> TextHash {
    let hash = blake3::hash(input.as_bytes());
    let mut half = TextHash::default();
    half.copy_from_slice(&hash.as_bytes()[..size_of::<TextHash>()]);
    half
}

impl Store {
    /// The passages of documents, those of each in reading order.
    pub async fn passages_of(&self, documents: &[DocumentId]) -> Result<Vec<PassageRow>> {
        Ok(sqlx::query_as(
            "SELECT d.first_passage + p.key AS id, d.id AS document_id, p.value AS place, \
             d.passage_words ->> (nullif(p.value ->> 3, 0) - 1) AS context, \
             d.passage_words ->> (nullif(p.value ->> 5, 0) - 1) AS label \
             FROM documents d, json_each(d.passages) p \
             WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id, p.key",
        )
        .bind(json_list(documents.iter().map(|document| document.0)))
        .fetch_all(&self.readers)
        .await?)
    }

    /// The first passages of these documents, in no order.
    pub async fn first_passages(&self, documents: &[DocumentId]) -> Result<Vec<PassageRow>> {
        Ok(sqlx::query_as(
            "SELECT id, document_id, place, words ->> (nullif(place ->> 3, 0) - 1) AS context, \
             words ->> (nullif(place ->> 5, 0) - 1) AS label FROM (SELECT first_passage AS id, \
             id AS document_id, passages ->> 0 AS place, passage_words AS words \
             FROM documents WHERE id IN (SELECT value FROM json_each(?)) AND n_passages > 0)",
        )
        .bind(json_list(documents.iter().map(|id| id.0)))
        .fetch_all(&self.readers)
        .await?)
    }

    /// The passages with these ids, in no order.
    pub async fn passages_by_id(&self, ids: &[PassageId]) -> Result<Vec<PassageRow>> {
        Ok(sqlx::query_as(
            "SELECT id, document_id, place, words ->> (nullif(place ->> 3, 0) - 1) AS context, \
             words ->> (nullif(place ->> 5, 0) - 1) AS label FROM (SELECT i.value AS id, \
             d.id AS document_id, d.passages ->> (i.value - d.first_passage) AS place, \
             d.passage_words AS words \
             FROM json_each(?) i JOIN documents d ON d.id = (SELECT id FROM documents \
             WHERE first_passage <= i.value ORDER BY first_passage DESC LIMIT 1) \
             WHERE i.value < d.first_passage + d.n_passages)",
        )
        .bind(json_list(ids.iter().map(|id| id.0)))
        .fetch_all(&self.readers)
        .await?)
    }

    /// A passage by its id.
    pub async fn passage(&self, id: PassageId) -> Result<Option<PassageRow>> {
        let passages = self.passages_by_id(&[id]).await?;
        Ok(passages.into_iter().next())
    }

    /// Number of passages.
    pub async fn count_passages(&self) -> Result<u64> {
        self.total("passages").await
    }

    pub(super) async fn total(&self, name: &str) -> Result<u64> {
        let n: i64 = sqlx::query_scalar("SELECT n FROM totals WHERE name = ?")
            .bind(name)
            .fetch_one(&self.readers)
            .await?;
        Ok(n as u64)
    }
}
