//! The container of old Office files: a small file system in a file, which encrypted new ones use, too.
//!
//! Owns what may be read out of it. Invariant: a stream that is missing or damaged is a reason.

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::{Failure, Input};

/// How every such file begins.
pub(super) const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Of one stream, so much is read: more than any of these programs wrote.
const MAX_STREAM_BYTES: u64 = 256 << 20;

/// The streams of one document.
#[derive(Debug)]
pub(super) struct Streams<'a> {
    file: CompoundFile<Cursor<&'a [u8]>>,
}

impl<'a> Streams<'a> {
    /// Opens a container and refuses one that only holds an encrypted document.
    pub(super) fn open(input: &Input<'a>) -> Result<Self, Failure> {
        if input.cut {
            return Err(Failure::Failed("the file is longer than the limit".into()));
        }
        let file = CompoundFile::open(Cursor::new(input.bytes()))
            .map_err(|error| Failure::Failed(format!("the document is damaged: {error}")))?;
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

pub(super) fn locked() -> Failure {
    Failure::Failed("it is locked with a password".into())
}
