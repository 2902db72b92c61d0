//! Files into text with positions: one file per format, each with a version.
//!
//! Owns which format a file is ([`identify`]), and what a worker process does with it. The parsers
//! are pure functions from bytes to [`Text`]; they run only inside `nuthatch extract-worker`
//! (`worker`), which the engine talks to through [`Pool`]. Knows no ledger and no index.
//! Invariant: a document that cannot be read costs one reason, never the program.

mod archive;
mod chart;
mod dates;
mod deadline;
mod delimited;
mod doc;
mod docx;
mod epub;
mod fb2;
mod formats;
mod handover;
mod html;
mod image;
mod json;
mod lines;
mod mail;
mod markdown;
mod msg;
mod nest;
mod notebook;
mod office;
mod office_xml;
mod ole;
mod opendocument;
mod outline;
mod pdf;
mod pictures;
mod plain;
mod pool;
mod ppt;
mod pptx;
mod properties;
mod rtf;
mod sandbox;
mod scanned;
mod sheets;
mod subtitles;
mod tex;
mod titles;
pub mod worker;
mod written;
mod xml;
mod zipped;

use std::{
    fs::File,
    io::{BufReader, Cursor, Read, Seek},
    ops::ControlFlow,
    path::Path,
};

use serde::{Deserialize, Serialize};

pub use formats::{HEAD_BYTES, formats, identify, identify_file};
pub use nest::Child;
use nest::Nest;
pub use pictures::{Frame, PagePicture};
pub use plain::decode;
pub use pool::{Limits, Pool};
pub use sandbox::{Attempt, probe};
pub use scanned::{merged, ordered};

use crate::document::{Mark, Text};

/// Why a file gave no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// There is nothing to read in it.
    #[error("{0}")]
    Skipped(String),
    /// It could not be read.
    #[error("{0}")]
    Failed(String),
}

/// What a parser is given.
#[derive(Debug, Clone, Copy)]
struct Input<'a> {
    /// The file's name.
    name: &'a str,
    /// The file's content, up to the limit.
    content: Content<'a>,
    /// There were more bytes than the limit.
    cut: bool,
    /// Text beyond this many bytes is dropped.
    max_text_bytes: usize,
    /// Where lines stand on their pages, and how the text is set, is wanted, too.
    with_layout: bool,
}

/// A file's content.
#[derive(Debug, Clone, Copy)]
enum Content<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// On the disk, of a format that may be larger than memory.
    File(&'a File),
}

/// What archives are read from.
trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

impl<'a> Input<'a> {
    /// The content in memory; empty for a streamed format, which uses [`Self::reader`].
    fn bytes(&self) -> &'a [u8] {
        match self.content {
            Content::Bytes(bytes) => bytes,
            Content::File(_) => &[],
        }
    }

    /// The content from its beginning on.
    fn reader(&self) -> Box<dyn ReadSeek + 'a> {
        match self.content {
            Content::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Content::File(file) => Box::new(BufReader::new(file)),
        }
    }
}

/// A format: how it is named, and how it is read.
pub struct Format {
    /// Name, stored with each document.
    pub name: &'static str,
    /// Raised when the same bytes would give another text; its documents are then read again.
    pub version: u32,
    extensions: &'static [&'static str],
    /// It is read piece by piece and may be larger than memory.
    pub(crate) is_streamed: bool,
    /// There may be files inside it.
    pub(crate) holds_files: bool,
    /// It says how its text is set.
    pub(crate) has_styles: bool,
    parse: fn(&Input<'_>, &mut Nest<'_, '_>) -> Result<Text, Failure>,
    /// Gives its wanted pages as pictures, where it has such pages.
    pictures: Option<Pictures>,
}

impl Format {
    /// Its pages can be drawn.
    pub fn shows_pages(&self) -> bool {
        self.pictures.is_some()
    }
}

/// Gives the pages that are wanted to whoever takes them, until that has enough.
type Pictures = fn(
    &Input<'_>,
    wanted: &mut dyn FnMut(u32) -> bool,
    give: &mut dyn FnMut(PagePicture) -> ControlFlow<()>,
) -> Result<(), Failure>;

/// What most formats have in common; the rest is said at each.
const USUAL: Format = Format {
    name: "",
    version: 0,
    extensions: &[],
    is_streamed: false,
    holds_files: false,
    has_styles: false,
    parse: |_, _| Err(Failure::Failed(String::new())),
    pictures: None,
};

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

/// A file's extension as [`identify`] wants it: lower case, without dot.
pub fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// A text as it is given out: within its limit, and with what is missing of it.
fn finished(mut text: Text, input: &Input<'_>) -> Result<Text, Failure> {
    if text.text.is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    if input.cut {
        let mib = input.bytes().len() >> 20;
        text.partial = Some(format!("only the first {mib} MB of the file are read"));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// Cuts a text to `max_bytes` at a character boundary and says so.
fn limit(text: &mut Text, max_bytes: usize) {
    if text.text.len() > max_bytes {
        let end = text.text.floor_char_boundary(max_bytes);
        text.text.truncate(end);
        text.marks.retain(|mark| mark.start < end);
        text.boxes.retain(|line| line.end <= end);
        text.styles.retain(|styled| styled.end <= end);
        text.partial = Some(format!(
            "only the first {} MB of its text are read",
            max_bytes >> 20
        ));
    }
}

/// Appends the parts of another text, each at the place that `place` gives it.
fn append(text: &mut Text, other: &Text, mut place: impl FnMut(&mut Mark)) {
    for (at, mark) in other.marks.iter().enumerate() {
        let end = other.marks.get(at + 1);
        let end = end.map_or(other.text.len(), |next| next.start);
        let mut mark = mark.clone();
        place(&mut mark);
        text.push(other.text.get(mark.start..end).unwrap_or_default(), mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small file for the tests of the formats.
    pub(super) fn input<'a>(name: &'a str, bytes: &'a [u8]) -> Input<'a> {
        Input {
            name,
            content: Content::Bytes(bytes),
            cut: false,
            max_text_bytes: 16 << 20,
            with_layout: false,
        }
    }
}
