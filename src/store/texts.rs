//! The texts of all documents: one long stream, compressed in blocks.
//!
//! A document's text is a part of the stream, from `documents.text_start` on. Blocks reach across
//! documents and batches, since a short text alone compresses badly: the last block is filled up before
//! another is begun. Knows neither passages nor words. Invariants: what lies between two documents in the
//! stream is nothing but zeros, so that nothing of a forgotten text is left; blocks end between
//! characters. Start reading at [`Stream`].

use std::{collections::BTreeMap, ops::Range};

use rayon::prelude::*;
use sqlx::{Sqlite, Transaction};
use zstd::bulk::{Compressor, Decompressor};

use crate::{
    cpu,
    document::DocumentId,
    store::{Error, Result, Store},
};

/// Of the stream, about so much is compressed at once. A passage is shown by decompressing it: 0.12 ms.
/// Notes of 2.7 KB take 0.30 of their size in such blocks, and 0.32 in blocks of 32 KiB, which waste
/// another 0.04 in the database's pages.
const BLOCK_BYTES: usize = 128 << 10;
/// zstd's level: 9 saves another twentieth of the text, and is still ten times as fast as reading is.
const LEVEL: i32 = 9;
/// The last block is compressed anew with each batch until it is full, so only in haste.
const LEVEL_OPEN: i32 = 1;

/// What a batch does to the stream: adds at its end, and wipes out. Written by [`Stream::write`].
#[derive(Debug)]
pub(super) struct Stream {
    /// Where what is added begins.
    end: u64,
    /// Of the last block, if there is room in it.
    open: Option<u64>,
    added: String,
    wiped: Vec<Range<u64>>,
}

impl Stream {
    /// The stream as it is.
    pub(super) async fn open(transaction: &mut Transaction<'_, Sqlite>) -> Result<Self> {
        let last: Option<(i64, i64)> =
            sqlx::query_as("SELECT start, n_bytes FROM texts ORDER BY start DESC LIMIT 1")
                .fetch_optional(&mut **transaction)
                .await?;
        let (start, n_bytes) = last.unwrap_or_default();
        Ok(Self {
            end: (start + n_bytes) as u64,
            open: ((n_bytes as usize) < BLOCK_BYTES).then_some(start as u64),
            added: String::new(),
            wiped: Vec::new(),
        })
    }

    /// Adds a text; returns where in the stream it begins.
    pub(super) fn add(&mut self, text: &str) -> u64 {
        let start = self.end + self.added.len() as u64;
        self.added.push_str(text);
        start
    }

    /// Wipes out a text.
    pub(super) fn wipe(&mut self, text: Range<u64>) {
        if !text.is_empty() {
            self.wiped.push(text);
        }
    }

    pub(super) async fn write(mut self, transaction: &mut Transaction<'_, Sqlite>) -> Result<()> {
        self.write_added(transaction).await?;
        for (start, holes) in self.holes(transaction).await? {
            rewrite(transaction, start, &holes).await?;
        }
        Ok(())
    }

    async fn write_added(&mut self, transaction: &mut Transaction<'_, Sqlite>) -> Result<()> {
        if self.added.is_empty() {
            return Ok(());
        }
        let mut start = self.open.unwrap_or(self.end);
        let mut text = self.open_text(transaction).await?;
        text.push_str(&std::mem::take(&mut self.added));
        for (n_bytes, block) in packed(text).await? {
            sqlx::query("INSERT OR REPLACE INTO texts (start, n_bytes, block) VALUES (?, ?, ?)")
                .bind(start as i64)
                .bind(n_bytes as i64)
                .bind(block)
                .execute(&mut **transaction)
                .await?;
            start += n_bytes as u64;
        }
        Ok(())
    }

    /// What stands in the last block, if there is room in it.
    async fn open_text(&self, transaction: &mut Transaction<'_, Sqlite>) -> Result<String> {
        let open: Option<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT n_bytes, block FROM texts WHERE start = ?")
                .bind(self.open.map(|start| start as i64))
                .fetch_optional(&mut **transaction)
                .await?;
        let Some((n_bytes, block)) = open else {
            return Ok(String::new());
        };
        let text = decompressor()?.decompress(&block, n_bytes as usize);
        String::from_utf8(text.map_err(|_| damaged())?).map_err(|_| damaged())
    }

    /// The blocks that hold something to be wiped out, with its places in them.
    async fn holes(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
    ) -> Result<BTreeMap<i64, Vec<Range<usize>>>> {
        let mut holes: BTreeMap<i64, Vec<Range<usize>>> = BTreeMap::new();
        for wiped in &self.wiped {
            let found: Vec<(i64, i64)> = sqlx::query_as(
                "SELECT start, n_bytes FROM texts WHERE start < ?1 AND start >= \
                 ifnull((SELECT max(start) FROM texts WHERE start <= ?2), 0)",
            )
            .bind(wiped.end as i64)
            .bind(wiped.start as i64)
            .fetch_all(&mut **transaction)
            .await?;
            for (start, n_bytes) in found {
                let within = |at: u64| at.saturating_sub(start as u64).min(n_bytes as u64) as usize;
                let hole = within(wiped.start)..within(wiped.end);
                holes.entry(start).or_default().push(hole);
            }
        }
        Ok(holes)
    }
}

/// Wipes out these places of a block; one in which nothing is left goes.
async fn rewrite(
    transaction: &mut Transaction<'_, Sqlite>,
    start: i64,
    holes: &[Range<usize>],
) -> Result<()> {
    let (n_bytes, block): (i64, Vec<u8>) =
        sqlx::query_as("SELECT n_bytes, block FROM texts WHERE start = ?")
            .bind(start)
            .fetch_one(&mut **transaction)
            .await?;
    let mut text = decompressor()?
        .decompress(&block, n_bytes as usize)
        .map_err(|_| damaged())?;
    for hole in holes {
        text.get_mut(hole.clone()).ok_or_else(damaged)?.fill(0);
    }
    if text.iter().all(|&byte| byte == 0) {
        sqlx::query("DELETE FROM texts WHERE start = ?")
            .bind(start)
            .execute(&mut **transaction)
            .await?;
    } else {
        sqlx::query("UPDATE texts SET block = ? WHERE start = ?")
            .bind(compress(LEVEL, &text)?)
            .bind(start)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

impl Store {
    /// The part of a document's text from byte `start` to byte `end`, widened to whole characters.
    pub async fn text(&self, document: DocumentId, start: usize, end: usize) -> Result<String> {
        let texts = self.texts(&[(document, start, end)]).await?;
        Ok(texts.into_iter().next().unwrap_or_default())
    }

    /// The same for many parts (document, start, end) at once, in their order.
    pub async fn texts(&self, parts: &[(DocumentId, usize, usize)]) -> Result<Vec<String>> {
        let wanted: Vec<String> = parts
            .iter()
            .map(|&(document, start, end)| format!("[{},{start},{end}]", document.0))
            .collect();
        let wanted = format!("[{}]", wanted.join(","));
        // Both questions see the same state.
        let mut snapshot = self.readers.begin().await?;
        let places: Vec<Place> = sqlx::query_as(
            "SELECT j.key AS part, d.text_start, d.text_start + d.n_text_bytes AS text_end, \
             d.text_start + min(j.value ->> 1, d.n_text_bytes) AS first, \
             d.text_start + min(j.value ->> 2, d.n_text_bytes) AS past \
             FROM json_each(?) j JOIN documents d ON d.id = j.value ->> 0",
        )
        .bind(&wanted)
        .fetch_all(&mut *snapshot)
        .await?;
        let blocks = blocks_of(&mut snapshot, &places).await?;
        let mut texts = vec![String::new(); parts.len()];
        for place in &places {
            if let Some(text) = texts.get_mut(place.part as usize) {
                *text = cut_out(&blocks, place)?;
            }
        }
        Ok(texts)
    }
}

/// Where in the stream a part lies that is asked for.
#[derive(Debug, sqlx::FromRow)]
struct Place {
    part: i64,
    /// Its document.
    text_start: i64,
    text_end: i64,
    /// The part itself.
    first: i64,
    past: i64,
}

/// The blocks that hold something of these places, by where they begin. Each is decompressed once, since
/// neighbours in a list of documents are neighbours in the stream.
async fn blocks_of(
    snapshot: &mut Transaction<'_, Sqlite>,
    places: &[Place],
) -> Result<BTreeMap<i64, Vec<u8>>> {
    let spans: Vec<String> = places
        .iter()
        .map(|place| format!("[{},{}]", place.first, place.past))
        .collect();
    let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT start, n_bytes, block FROM texts WHERE start IN (SELECT t.start \
         FROM json_each(?) j JOIN texts t ON t.start < j.value ->> 1 AND t.start >= \
         ifnull((SELECT max(start) FROM texts WHERE start <= j.value ->> 0), 0))",
    )
    .bind(format!("[{}]", spans.join(",")))
    .fetch_all(&mut **snapshot)
    .await?;
    unpacked(rows).await
}

/// Blocks of a compressed text (start, bytes, block) by where they begin; side by side, since a list of
/// results has one or two for each row.
async fn unpacked(rows: Vec<(i64, i64, Vec<u8>)>) -> Result<BTreeMap<i64, Vec<u8>>> {
    let unpack = |(start, n_bytes, block): (i64, i64, Vec<u8>)| {
        let text = decompressor()?.decompress(&block, n_bytes as usize);
        text.map(|text| (start, text)).map_err(|_| damaged())
    };
    let work = move || rows.into_par_iter().map(unpack).collect();
    cpu::run(work).await.map_err(|_| damaged())?
}

/// What stands at a place, widened to whole characters.
fn cut_out(blocks: &BTreeMap<i64, Vec<u8>>, place: &Place) -> Result<String> {
    let begun = blocks.range(..=place.first).next_back();
    let from = begun.map_or(place.first, |(&start, _)| start);
    // Of the blocks, what belongs to the document; the rest is others'.
    let mut own = Vec::new();
    for (&start, block) in blocks.range(from..place.past) {
        let within = |at: i64| at.saturating_sub(start).max(0) as usize;
        let past = within(place.text_end).min(block.len());
        own.extend(
            block
                .get(within(place.text_start)..past)
                .unwrap_or_default(),
        );
    }
    let own_start = from.max(place.text_start);
    let own = str::from_utf8(&own).map_err(|_| damaged())?;
    let at = |place: i64| (place.saturating_sub(own_start).max(0) as usize).min(own.len());
    let from = own.floor_char_boundary(at(place.first));
    let to = own.ceil_char_boundary(at(place.past));
    Ok(own.get(from..to).unwrap_or_default().to_owned())
}

fn damaged() -> Error {
    Error::Damaged { what: "text" }
}

fn decompressor() -> Result<Decompressor<'static>> {
    Decompressor::new().map_err(|_| damaged())
}

/// A text's blocks, each with the bytes that it holds; what waits for nobody stands behind what does.
async fn packed(text: String) -> Result<Vec<(usize, Vec<u8>)>> {
    let work = move || {
        let blocks: Vec<&str> = blocks(&text).collect();
        let packed = blocks.into_par_iter().map(|block| {
            let level = if block.len() < BLOCK_BYTES {
                LEVEL_OPEN
            } else {
                LEVEL
            };
            Ok((block.len(), compress(level, block.as_bytes())?))
        });
        packed.collect()
    };
    cpu::run_behind(work).await.map_err(|_| not_compressed())?
}

fn compress(level: i32, bytes: &[u8]) -> Result<Vec<u8>> {
    let compressed = Compressor::new(level).and_then(|mut zstd| zstd.compress(bytes));
    compressed.map_err(|_| not_compressed())
}

fn not_compressed() -> Error {
    Error::Damaged { what: "compressor" }
}

/// Text in blocks of about [`BLOCK_BYTES`], cut between characters.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (block, after) = rest.split_at(rest.ceil_char_boundary(BLOCK_BYTES.min(rest.len())));
        rest = after;
        (!block.is_empty()).then_some(block)
    })
}
