//! Nearest passages by embedding: a flat scan in memory, derived from the store.
//!
//! Keeps one int8 row and one row of sign bits per passage. A search counts differing signs over
//! all rows (popcount), keeps the best, and rescores these by the int8 dot product. There is no
//! graph to corrupt. Knows passages and documents as ids only.
//! Invariant: as many rows as passages that were put and not removed.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::document::{Admitted, DocumentId, PassageId};

/// Rows kept after the sign scan for each row that is asked for, and at least.
/// Measured (`cargo bench --bench recall`, 23,745 passages of seven libraries, 586 queries): rescoring
/// one row in a hundred keeps recall@10 against the exact scan at 0.993, one in fifty at 0.997.
const RESCORED_PER_HIT: usize = 20;
const RESCORED_AT_LEAST: usize = 2_000;
/// Rows that one core looks at before it takes the next.
const ROWS_AT_ONCE: usize = 32_768;

/// A passage near a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Cosine similarity, −1 to 1.
    pub similarity: f32,
}

/// The matrix of all embeddings.
#[derive(Debug)]
pub struct Vectors {
    model: String,
    n_dimensions: usize,
    ids: Vec<(PassageId, DocumentId)>,
    rows: HashMap<PassageId, u32>,
    values: Vec<i8>,
    scales: Vec<f32>,
    signs: Vec<u64>,
}

/// A vector as it is stored: a little-endian f32 scale, then one signed byte per dimension;
/// each value is the byte times the scale.
pub fn quantize(vector: &[f32]) -> Vec<u8> {
    let largest = vector
        .iter()
        .fold(0_f32, |largest, value| largest.max(value.abs()));
    let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    let mut bytes = Vec::with_capacity(4 + vector.len());
    bytes.extend(scale.to_le_bytes());
    bytes.extend(
        vector
            .iter()
            .map(|value| ((value / scale).round() as i8).cast_unsigned()),
    );
    bytes
}

impl Vectors {
    /// An empty matrix for vectors of so many dimensions.
    pub fn new(n_dimensions: usize) -> Self {
        Self::of("", n_dimensions)
    }

    /// The same for vectors that `model` made; rows of two models do not belong together.
    pub fn of(model: &str, n_dimensions: usize) -> Self {
        Self {
            model: model.to_owned(),
            n_dimensions,
            ids: Vec::new(),
            rows: HashMap::new(),
            values: Vec::new(),
            scales: Vec::new(),
            signs: Vec::new(),
        }
    }

    /// What made the vectors.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// There are no rows.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The passages that have a row, in no order.
    pub fn passages(&self) -> impl Iterator<Item = PassageId> {
        self.ids.iter().map(|&(passage, _)| passage)
    }

    /// A passage's vector, if it has a row.
    pub fn vector(&self, passage: PassageId) -> Option<Vec<f32>> {
        let row = *self.rows.get(&passage)? as usize;
        let scale = *self.scales.get(row)?;
        let values = self
            .values
            .get(row * self.n_dimensions..(row + 1) * self.n_dimensions)?;
        Some(
            values
                .iter()
                .map(|&value| f32::from(value) * scale)
                .collect(),
        )
    }

    /// Adds or replaces a passage's row. Returns false, and changes nothing, if `stored` is not
    /// a vector of these dimensions.
    #[must_use]
    pub fn put(&mut self, passage: PassageId, document: DocumentId, stored: &[u8]) -> bool {
        let Some((scale, bytes)) = stored.split_first_chunk::<4>() else {
            return false;
        };
        let is_number = f32::from_le_bytes(*scale).is_finite();
        if bytes.len() != self.n_dimensions || !is_number {
            return false;
        }
        let row = match self.rows.get(&passage) {
            Some(&row) => row as usize,
            None => self.push(passage),
        };
        self.ids[row] = (passage, document);
        self.scales[row] = f32::from_le_bytes(*scale);
        let first = row * self.n_dimensions;
        for (value, byte) in self.values[first..].iter_mut().zip(bytes) {
            *value = byte.cast_signed();
        }
        let words = self.n_words();
        let signs = sign_bits(bytes.iter().map(|&byte| byte.cast_signed() >= 0));
        self.signs[row * words..(row + 1) * words].copy_from_slice(&signs);
        true
    }

    fn push(&mut self, passage: PassageId) -> usize {
        let row = self.ids.len();
        self.ids.push((passage, DocumentId(0)));
        self.rows.insert(passage, row as u32);
        self.scales.push(0.0);
        self.values.resize((row + 1) * self.n_dimensions, 0);
        self.signs.resize((row + 1) * self.n_words(), 0);
        row
    }

    /// Whether a passage of one of these documents is here. Looks at all, and changes nothing: who only
    /// reads goes on meanwhile.
    pub fn has_any(&self, documents: &HashSet<DocumentId>) -> bool {
        self.ids
            .iter()
            .any(|(_, document)| documents.contains(document))
    }

    /// Removes every row of these documents.
    pub fn remove_documents(&mut self, documents: &HashSet<DocumentId>) {
        let mut row = 0;
        while let Some(&(passage, document)) = self.ids.get(row) {
            if documents.contains(&document) {
                self.swap_remove(row, passage);
            } else {
                row += 1;
            }
        }
    }

    /// The last row takes the place of the removed one.
    fn swap_remove(&mut self, row: usize, passage: PassageId) {
        let last = self.ids.len() - 1;
        let (n, words) = (self.n_dimensions, self.n_words());
        self.rows.remove(&passage);
        self.ids.swap_remove(row);
        self.scales.swap_remove(row);
        // Overwritten before it is cut off: what is removed may have been forgotten for good.
        self.values.copy_within(last * n..(last + 1) * n, row * n);
        self.values[last * n..].fill(0);
        self.values.truncate(last * n);
        self.signs
            .copy_within(last * words..(last + 1) * words, row * words);
        self.signs[last * words..].fill(0);
        self.signs.truncate(last * words);
        if let Some(&(moved, _)) = self.ids.get(row) {
            self.rows.insert(moved, row as u32);
        }
    }

    /// The `limit` nearest of the passages that are admitted, nearest first, at most `per_document` of
    /// one document. `query` has unit length.
    pub fn nearest(
        &self,
        query: &[f32],
        limit: usize,
        per_document: usize,
        admitted: Option<&Admitted>,
    ) -> Vec<Neighbour> {
        let n_rescored = RESCORED_AT_LEAST.max(limit * RESCORED_PER_HIT);
        let rows = match admitted {
            None => self.nearest_rows(query, n_rescored, |_| true),
            Some(admitted) => self.nearest_rows(query, n_rescored, |row| {
                let (passage, document) = self.ids[row as usize];
                admitted.has_passage(passage, document)
            }),
        };
        let mut n_of: HashMap<DocumentId, usize> = HashMap::new();
        let mut nearest = self.rescored(query, rows, n_rescored);
        nearest.retain(|neighbour| {
            let n = n_of.entry(neighbour.document).or_default();
            *n += 1;
            *n <= per_document
        });
        nearest.truncate(limit);
        nearest
    }

    /// The `limit` nearest of the about `n_rescored` passages that the sign scan prefers.
    pub fn nearest_of(&self, query: &[f32], limit: usize, n_rescored: usize) -> Vec<Neighbour> {
        let rows = self.nearest_rows(query, n_rescored, |_| true);
        self.rescored(query, rows, limit)
    }

    /// The rows worth rescoring: all that are admitted, or about `wanted` of these by their signs.
    fn nearest_rows(&self, query: &[f32], wanted: usize, admits: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut rows = (0..self.len() as u32).filter(|&row| admits(row));
        let first: Vec<u32> = rows.by_ref().take(wanted + 1).collect();
        if first.len() <= wanted {
            return first;
        }
        self.nearest_by_sign(query, wanted, admits)
    }

    /// The same over all rows without the sign scan; the measure of [`Vectors::nearest`].
    pub fn nearest_exact(&self, query: &[f32], limit: usize) -> Vec<Neighbour> {
        self.rescored(query, (0..self.len() as u32).collect(), limit)
    }

    /// About `wanted` admitted rows with the fewest differing signs (all that tie with the last).
    fn nearest_by_sign(
        &self,
        query: &[f32],
        wanted: usize,
        admits: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        let query = sign_bits(query.iter().map(|&value| value >= 0.0));
        // Side by side: a million rows are 48 MB.
        let stretches = self.signs.par_chunks(self.n_words().max(1) * ROWS_AT_ONCE);
        let distances: Vec<u16> = stretches
            .flat_map_iter(|signs| kernels::sign_distances(signs, &query))
            .collect();
        let admitted = || (0_u32..).zip(&distances).filter(|&(row, _)| admits(row));
        let mut histogram = vec![0_usize; self.n_words() * 64 + 1];
        for (_, &distance) in admitted() {
            histogram[usize::from(distance)] += 1;
        }
        let mut n_within = 0;
        let limit = histogram
            .iter()
            .position(|count| {
                n_within += count;
                n_within >= wanted
            })
            .unwrap_or(histogram.len());
        admitted()
            .filter(|&(_, &distance)| usize::from(distance) <= limit)
            .map(|(row, _)| row)
            .collect()
    }

    fn rescored(&self, query: &[f32], rows: Vec<u32>, limit: usize) -> Vec<Neighbour> {
        if query.len() != self.n_dimensions {
            return Vec::new();
        }
        let stored = quantize(query);
        let Some((scale, bytes)) = stored.split_first_chunk::<4>() else {
            return Vec::new();
        };
        let query_scale = f32::from_le_bytes(*scale);
        let query: Vec<i8> = bytes.iter().map(|byte| byte.cast_signed()).collect();
        let mut hits: Vec<Neighbour> = rows
            .into_iter()
            .map(|row| {
                let row = row as usize;
                let values = &self.values[row * self.n_dimensions..(row + 1) * self.n_dimensions];
                let (passage, document) = self.ids[row];
                let similarity =
                    kernels::dot(values, &query) as f32 * self.scales[row] * query_scale;
                Neighbour {
                    passage,
                    document,
                    similarity,
                }
            })
            .collect();
        // Ties by passage, so that the order does not depend on the order of insertion.
        let order = |a: &Neighbour, b: &Neighbour| {
            b.similarity
                .total_cmp(&a.similarity)
                .then(a.passage.cmp(&b.passage))
        };
        if hits.len() > limit && limit > 0 {
            hits.select_nth_unstable_by(limit - 1, order);
            hits.truncate(limit);
        }
        hits.sort_unstable_by(order);
        hits.truncate(limit);
        hits
    }

    fn n_words(&self) -> usize {
        self.n_dimensions.div_ceil(64)
    }
}

fn sign_bits(signs: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut words = Vec::new();
    for (i, positive) in signs.enumerate() {
        if i % 64 == 0 {
            words.push(0);
        }
        if let Some(word) = words.last_mut() {
            *word |= u64::from(positive) << (i % 64);
        }
    }
    words
}

/// The two inner loops, compiled for the processor at hand.
mod kernels {
    /// Number of differing bits between `query` and each row of `signs`.
    pub(super) fn sign_distances(signs: &[u64], query: &[u64]) -> Vec<u16> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("popcnt") {
            #[expect(unsafe_code, reason = "the processor was asked for popcnt just above")]
            return unsafe { sign_distances_popcnt(signs, query) };
        }
        sign_distances_portable(signs, query)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "popcnt")]
    fn sign_distances_popcnt(signs: &[u64], query: &[u64]) -> Vec<u16> {
        sign_distances_portable(signs, query)
    }

    #[expect(
        clippy::inline_always,
        reason = "compiled anew inside each function that enables processor features"
    )]
    #[inline(always)]
    fn sign_distances_portable(signs: &[u64], query: &[u64]) -> Vec<u16> {
        // 384 dimensions, the most common width, get a loop of known length.
        if let Ok(query) = <&[u64; 6]>::try_from(query) {
            let (rows, _) = signs.as_chunks::<6>();
            return rows
                .iter()
                .map(|row| {
                    row.iter()
                        .zip(query)
                        .map(|(a, b)| (a ^ b).count_ones())
                        .sum::<u32>() as u16
                })
                .collect();
        }
        signs
            .chunks_exact(query.len().max(1))
            .map(|row| {
                row.iter()
                    .zip(query)
                    .map(|(a, b)| (a ^ b).count_ones())
                    .sum::<u32>() as u16
            })
            .collect()
    }

    /// Dot product of two int8 vectors.
    pub(super) fn dot(a: &[i8], b: &[i8]) -> i32 {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "the processor was asked for AVX2 just above")]
            return unsafe { dot_avx2(a, b) };
        }
        dot_portable(a, b)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn dot_avx2(a: &[i8], b: &[i8]) -> i32 {
        dot_portable(a, b)
    }

    #[expect(
        clippy::inline_always,
        reason = "compiled anew inside each function that enables processor features"
    )]
    #[inline(always)]
    fn dot_portable(a: &[i8], b: &[i8]) -> i32 {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| i32::from(i16::from(a) * i16::from(b)))
            .sum()
    }
}

#[cfg(test)]
mod tests;
