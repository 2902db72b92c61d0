//! The container of old Office files: a small file system in a file, which encrypted new ones use, too.
//!
//! Owns what may be read out of it. Invariant: a stream that is missing or damaged is a reason.

use std::{
    borrow::Cow,
    io::{Cursor, Read},
};

use cfb::CompoundFile;

use super::{Failure, Input};

/// How every such file begins.
pub(super) const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Of one stream, so much is read: more than any of these programs wrote.
const MAX_STREAM_BYTES: u64 = 256 << 20;

/// So much may be missing at the end of a small document: what a table of one large sector counts.
const MAX_FILLED_BYTES: usize = 8 << 20;

/// The streams of one document.
#[derive(Debug)]
pub(super) struct Streams<'a> {
    file: CompoundFile<Cursor<Cow<'a, [u8]>>>,
}

impl<'a> Streams<'a> {
    /// Opens a container and refuses one that only holds an encrypted document.
    pub(super) fn open(input: &Input<'a>) -> Result<Self, Failure> {
        if input.cut {
            return Err(Failure::Failed("the file is longer than the limit".into()));
        }
        let bytes = input.bytes();
        let opened = CompoundFile::open(Cursor::new(Cow::Borrowed(bytes)));
        let opened = opened.or_else(|error| match filled_up(bytes) {
            Some(filled) => CompoundFile::open(Cursor::new(Cow::Owned(filled))),
            None => Err(error),
        });
        let file =
            opened.map_err(|error| Failure::Failed(format!("the document is damaged: {error}")))?;
        if file.exists("/EncryptedPackage") {
            return Err(locked());
        }
        Ok(Self { file })
    }

    /// The names of what lies in a folder, at most so many.
    pub(super) fn names(&self, folder: &str, max: usize) -> Vec<String> {
        let entries = self.file.read_storage(folder).into_iter().flatten();
        entries
            .take(max)
            .map(|entry| entry.name().to_owned())
            .collect()
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.file.is_storage(path)
    }

    /// One stream; `None` if there is none of this name.
    pub(super) fn stream(&mut self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        if !self.file.is_stream(name) {
            return Ok(None);
        }
        let opened = self.file.open_stream(name);
        let mut bytes = Vec::new();
        let read = opened.and_then(|stream| stream.take(MAX_STREAM_BYTES).read_to_end(&mut bytes));
        match read {
            // What lies before the damage may be all that is needed.
            Err(_) if !bytes.is_empty() => Ok(Some(bytes)),
            Err(error) => Err(Failure::Failed(format!("the document is damaged: {error}"))),
            Ok(_) => Ok(Some(bytes)),
        }
    }
}

/// Some programs leave the table of sectors longer than the file, and do not mark as free what is not
/// there; the library wants those sectors. `None` if there are none to add.
fn filled_up(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(four) as usize)
    };
    // The logarithm of a sector's size, and how many sectors the table takes.
    let sector = 1_usize << (number(30)? & 0xffff).min(12);
    let n_sectors = number(44)?.checked_mul(sector / 4)?;
    let wanted = n_sectors.checked_add(1)?.checked_mul(sector)?;
    if wanted <= bytes.len() || wanted > bytes.len() * 2 + MAX_FILLED_BYTES {
        return None;
    }
    let mut filled = bytes.to_vec();
    filled.resize(wanted, 0);
    Some(filled)
}

pub(super) fn locked() -> Failure {
    Failure::Failed("it is locked with a password".into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::extract::tests::input;

    #[test]
    fn a_table_of_sectors_that_is_longer_than_the_file_does_no_harm() {
        let mut written = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        let mut stream = written.create_stream("/said").unwrap();
        stream.write_all(b"three months").unwrap();
        drop(stream);
        written.flush().unwrap();
        let mut bytes = written.into_inner().into_inner();
        // The first sector holds the table: what is free in it is marked as the end of something.
        let table = bytes.get_mut(4096..8192).unwrap();
        for entry in table.chunks_mut(4).filter(|entry| *entry == [0xff; 4]) {
            entry.copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
        }
        assert!(CompoundFile::open(Cursor::new(bytes.as_slice())).is_err());
        let mut streams = Streams::open(&input("a.msg", &bytes)).unwrap();
        assert_eq!(streams.stream("said").unwrap().unwrap(), b"three months");
    }
}
