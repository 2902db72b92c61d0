//! The parts of documents that are zip archives of XML: those of the office programs, and books.
//!
//! Owns what unpacking them may cost. Invariant: of a part that is too large its beginning is given,
//! and [`Parts::cut`] says so; one that is damaged is a sentence; one that is missing is nothing.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use super::{Failure, Input};

/// Unpacked bytes of one part at most; beyond this it is a bomb, not a letter.
const MAX_PART_BYTES: u64 = 256 << 20;
/// Of all parts that are read together, ...
const MAX_UNPACKED_BYTES: u64 = 512 << 20;
/// ... and so many times as much as the document takes, ...
const MAX_EXPANSION: u64 = 100;
/// ... which is not held against small ones.
const ALWAYS_UNPACKED_BYTES: u64 = 16 << 20;

/// The parts of one document.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    n_bytes_left: u64,
    cut: Option<String>,
}

impl<'a> Parts<'a> {
    pub(super) fn open(input: &Input<'a>) -> Result<Self, Failure> {
        if input.cut {
            return Err(Failure::Failed("the file is longer than the limit".into()));
        }
        let bytes = input.bytes();
        let archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| Failure::Failed(format!("the document is damaged: {error}")))?;
        let by_size = (bytes.len() as u64).saturating_mul(MAX_EXPANSION);
        Ok(Self {
            archive,
            n_bytes_left: by_size.clamp(ALWAYS_UNPACKED_BYTES, MAX_UNPACKED_BYTES),
            cut: None,
        })
    }

    /// One part unpacked, up to the limit; `None` if there is none of this name.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let Ok(file) = self.archive.by_name(name) else {
            return Ok(None);
        };
        let limit = self.n_bytes_left.min(MAX_PART_BYTES);
        let mut bytes = Vec::new();
        match file.take(limit + 1).read_to_end(&mut bytes) {
            Ok(n) if n as u64 > limit => {
                bytes.truncate(limit as usize);
                self.n_bytes_left -= limit;
                self.cut.get_or_insert(too_large(name, limit));
                Ok(Some(bytes))
            }
            Ok(n) => {
                self.n_bytes_left -= n as u64;
                Ok(Some(bytes))
            }
            Err(error) => Err(Failure::Failed(format!(
                "the document is damaged: {name}: {error}"
            ))),
        }
    }

    /// The same, and a missing part is damage.
    pub(super) fn needed(&mut self, name: &str) -> Result<Vec<u8>, Failure> {
        self.part(name)?.ok_or_else(|| {
            Failure::Failed(format!("the document is damaged: it has no part {name}"))
        })
    }

    /// What of the parts so far was too large to be read whole.
    pub(super) fn cut(&self) -> Option<String> {
        self.cut.clone()
    }

    /// Unpacks parts without keeping them, for a library that reads them without any limit. Damage
    /// is left for it to find.
    pub(super) fn measure(&mut self, is_read: impl Fn(&str) -> bool) -> Result<(), Failure> {
        for name in self.names().into_iter().filter(|name| is_read(name)) {
            let Ok(file) = self.archive.by_name(&name) else {
                continue;
            };
            let limit = self.n_bytes_left.min(MAX_PART_BYTES);
            let n = io::copy(&mut file.take(limit + 1), &mut io::sink()).unwrap_or(0);
            if n > limit {
                return Err(Failure::Failed(too_large(&name, limit)));
            }
            self.n_bytes_left -= n;
        }
        Ok(())
    }

    /// The names of all parts, in the archive's order.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.archive.file_names();
        names
            .filter_map(|name| name.ok().map(std::borrow::Cow::into_owned))
            .collect()
    }
}

fn too_large(name: &str, limit: u64) -> String {
    format!("{name} unpacks to more than {} MB", limit >> 20)
}

#[cfg(test)]
#[path = "zipped/tests.rs"]
pub(super) mod tests;
