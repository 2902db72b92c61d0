//! Documents made of other documents: bytes changed, cut, repeated, moved in from elsewhere.
//!
//! Owns randomness. A zip is changed in one of its parts, since a change of packed bytes is seen by
//! their checksum before any reader sees it. Invariant: the same seeds and number give the same
//! documents.

use std::io::{Cursor, Read, Write};

use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Numbers that readers trip over.
const NUMBERS: [u32; 8] = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff];
/// A repeated piece makes a document at most this long.
const MAX_BYTES: usize = 1 << 20;

pub(crate) struct Mutator {
    seeds: Vec<Vec<u8>>,
    state: u64,
}

impl Mutator {
    pub(crate) fn new(seeds: Vec<Vec<u8>>, seed: u64) -> Self {
        Self {
            seeds,
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
    }

    pub(crate) fn next(&mut self) -> Vec<u8> {
        let seed = self.below(self.seeds.len());
        let document = self.seeds[seed].clone();
        if document.starts_with(b"PK")
            && self.below(4) > 0
            && let Some(changed) = self.change_part(&document)
        {
            return changed;
        }
        self.change(document)
    }

    /// Xorshift (Marsaglia, 2003).
    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, n: usize) -> usize {
        (self.random() % n.max(1) as u64) as usize
    }

    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len);
        // Mostly short ones.
        let longest = 1 << self.below(16);
        let end = start + 1 + self.below(longest);
        start..end.min(len)
    }

    fn change(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.below(6) {
            if bytes.is_empty() {
                return bytes;
            }
            let range = self.range(bytes.len());
            match self.below(8) {
                0 => bytes[range.start] ^= 1 << self.below(8),
                1 => bytes[range.start] = self.random() as u8,
                2 => drop(bytes.drain(range)),
                3 => bytes.truncate(range.start.max(1)),
                4 => {
                    let number = NUMBERS[self.below(NUMBERS.len())].to_le_bytes();
                    let n = number.len().min(bytes.len() - range.start);
                    bytes[range.start..range.start + n].copy_from_slice(&number[..n]);
                }
                5 => {
                    let piece = bytes[range.clone()].to_vec();
                    let room = MAX_BYTES.saturating_sub(bytes.len()) / piece.len();
                    let n = (1 << self.below(16)).min(room);
                    bytes.splice(range.start..range.start, piece.repeat(n));
                }
                6 => {
                    let piece = bytes[range].to_vec();
                    let at = self.below(bytes.len());
                    bytes.splice(at..at, piece);
                }
                _ => {
                    let other = self.below(self.seeds.len());
                    let from = self.range(self.seeds[other].len());
                    let piece = self.seeds[other][from].to_vec();
                    bytes.splice(range, piece);
                }
            }
        }
        bytes
    }

    /// A zip with one of its parts changed; `None` if it is none.
    fn change_part(&mut self, zip: &[u8]) -> Option<Vec<u8>> {
        let mut archive = ZipArchive::new(Cursor::new(zip)).ok()?;
        let chosen = self.below(archive.len());
        let mut changed = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for i in 0..archive.len() {
            let mut part = archive.by_index(i).ok()?;
            let name = part.name().ok()?.into_owned();
            let mut content = Vec::new();
            part.read_to_end(&mut content).ok()?;
            if i == chosen {
                content = self.change(content);
            }
            changed.start_file(name, options).ok()?;
            changed.write_all(&content).ok()?;
        }
        Some(changed.finish().ok()?.into_inner())
    }
}
