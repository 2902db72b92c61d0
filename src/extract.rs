//! Files into text with positions: one file per format, each with a version.
//!
//! Owns which format a file is ([`identify`]), and what a worker process does with it. The parsers
//! are pure functions from bytes to [`Text`]; they run only inside `nuthatch extract-worker`
//! (`worker`), which the engine talks to through [`Pool`]. Knows no ledger and no index.
//! Invariant: a document that cannot be read costs one reason, never the program.

mod archive;
mod dates;
mod delimited;
mod docx;
mod epub;
mod fb2;
mod html;
mod json;
mod markdown;
mod nest;
mod notebook;
mod outline;
mod pdf;
mod plain;
mod pool;
mod sandbox;
mod subtitles;
mod tex;
pub mod worker;
mod written;
mod xml;
mod zipped;

use std::{
    fs::File,
    io::{BufReader, Cursor, Read, Seek},
    path::Path,
};

use serde::{Deserialize, Serialize};

pub use nest::Child;
use nest::Nest;
pub use plain::decode;
pub use pool::{Limits, Pool};

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
    /// The pdfium library.
    pdfium: Option<&'a Path>,
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
    parse: fn(&Input<'_>, &mut Nest<'_, '_>) -> Result<Text, Failure>,
}

/// What most formats have in common; the rest is said at each.
const USUAL: Format = Format {
    name: "",
    version: 0,
    extensions: &[],
    is_streamed: false,
    holds_files: false,
    parse: |_, _| Err(Failure::Failed(String::new())),
};

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

static PDF: Format = Format {
    name: "pdf",
    version: 1,
    extensions: &["pdf"],
    parse: |input, _| pdf::parse(input),
    ..USUAL
};
static DOCX: Format = Format {
    name: "docx",
    version: 2,
    extensions: &["docx", "docm", "dotx"],
    parse: |input, _| docx::parse(input),
    ..USUAL
};
static HTML: Format = Format {
    name: "html",
    version: 3,
    extensions: &["html", "htm", "xhtml"],
    parse: |input, _| html::parse(input),
    ..USUAL
};
static MARKDOWN: Format = Format {
    name: "markdown",
    version: 3,
    extensions: &["md", "markdown", "mdx", "mkd"],
    parse: |input, _| markdown::parse(input),
    ..USUAL
};
static ZIP: Format = Format {
    name: "zip",
    version: 1,
    extensions: &["zip"],
    is_streamed: true,
    holds_files: true,
    parse: archive::zip,
};
static TAR: Format = Format {
    name: "tar",
    version: 1,
    extensions: &["tar"],
    is_streamed: true,
    holds_files: true,
    parse: archive::tar,
};
static SEVEN_ZIP: Format = Format {
    name: "7z",
    version: 1,
    extensions: &["7z"],
    is_streamed: true,
    holds_files: true,
    parse: archive::seven_zip,
};
/// A single file or a tar, packed.
static PACKED: Format = Format {
    name: "packed",
    version: 1,
    extensions: &["gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "tzst"],
    is_streamed: true,
    holds_files: true,
    parse: archive::packed,
};
static EPUB: Format = Format {
    name: "epub",
    version: 1,
    extensions: &["epub"],
    parse: |input, _| epub::parse(input),
    ..USUAL
};
static FB2: Format = Format {
    name: "fb2",
    version: 1,
    extensions: &["fb2"],
    parse: |input, _| fb2::parse(input),
    ..USUAL
};
static NOTEBOOK: Format = Format {
    name: "notebook",
    version: 1,
    extensions: &["ipynb"],
    parse: |input, _| notebook::parse(input),
    ..USUAL
};
static DELIMITED: Format = Format {
    name: "delimited",
    version: 1,
    extensions: &["csv", "tsv", "tab", "psv"],
    parse: |input, _| delimited::parse(input),
    ..USUAL
};
static SUBTITLES: Format = Format {
    name: "subtitles",
    version: 1,
    extensions: &["srt", "vtt"],
    parse: |input, _| subtitles::parse(input),
    ..USUAL
};
static TEX: Format = Format {
    name: "tex",
    version: 1,
    extensions: &["tex", "ltx", "latex"],
    parse: |input, _| tex::parse(input),
    ..USUAL
};
static ORG: Format = Format {
    name: "org",
    version: 1,
    extensions: &["org"],
    parse: |input, _| outline::org(input),
    ..USUAL
};
static RST: Format = Format {
    name: "rst",
    version: 1,
    extensions: &["rst", "rest"],
    parse: |input, _| outline::rst(input),
    ..USUAL
};
static ASCIIDOC: Format = Format {
    name: "asciidoc",
    version: 1,
    extensions: &["adoc", "asciidoc", "asc"],
    parse: |input, _| outline::asciidoc(input),
    ..USUAL
};
static JSON: Format = Format {
    name: "json",
    version: 1,
    extensions: &["json", "jsonl", "ndjson", "geojson"],
    parse: |input, _| json::parse(input),
    ..USUAL
};
static XML: Format = Format {
    name: "xml",
    version: 1,
    extensions: &[
        "xml", "nxml", "jats", "dbk", "docbook", "dita", "tei", "rss", "atom", "opml", "svg",
    ],
    parse: |input, _| xml::parse(input),
    ..USUAL
};
/// Everything that is text and has no format of its own.
static PLAIN: Format = Format {
    name: "plain",
    version: 4,
    extensions: &[],
    parse: |input, _| plain::parse(input),
    ..USUAL
};

/// Every format.
pub fn formats() -> [&'static Format; 20] {
    [
        &PDF, &DOCX, &HTML, &MARKDOWN, &ZIP, &TAR, &SEVEN_ZIP, &PACKED, &EPUB, &FB2, &NOTEBOOK,
        &DELIMITED, &SUBTITLES, &TEX, &ORG, &RST, &ASCIIDOC, &JSON, &XML, &PLAIN,
    ]
}

/// Documents that people expect to be read and that are not yet: said by name in the reason.
const NOT_YET: [&str; 17] = [
    "doc", "ppt", "pptx", "xls", "xlsx", "xlsb", "odt", "ods", "odp", "rtf", "msg", "png", "jpg",
    "jpeg", "tif", "tiff", "heic",
];

/// Bytes that [`identify`] wants to see.
pub const HEAD_BYTES: usize = 8 << 10;

/// The format of a file, from its extension (lower case, without dot) and its first bytes; or why
/// it is not read. Bytes win over names.
pub fn identify(extension: &str, head: &[u8]) -> Result<&'static Format, Failure> {
    if head.is_empty() {
        return Err(Failure::Skipped("the file is empty".into()));
    }
    let named = formats()
        .into_iter()
        .find(|format| format.extensions.contains(&extension));
    // A PDF may begin with some bytes of another program's; readers search the first kilobyte.
    if head
        .get(..head.len().min(1024))
        .is_some_and(|start| contains(start, b"%PDF-"))
    {
        return Ok(&PDF);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        if contains(
            head.get(..head.len().min(128)).unwrap_or_default(),
            EPUB_MARK,
        ) {
            return Ok(&EPUB);
        }
        return match named {
            Some(format) if [DOCX.name, EPUB.name, ZIP.name].contains(&format.name) => Ok(format),
            _ => Err(unread(extension)),
        };
    }
    if let Some(archive) = archive_of(head) {
        return Ok(archive);
    }
    if let Some(format) = named.filter(|format| BY_CONTENT.contains(&format.name)) {
        let reason = format!(
            "it is called .{extension}, but it is not a {} file",
            format.name
        );
        return Err(Failure::Failed(reason));
    }
    if let Some(markup) =
        markup_of(head).filter(|_| named.is_none_or(|named| named.name == XML.name))
    {
        return Ok(markup);
    }
    if NOT_YET.contains(&extension) || plain::looks_binary(head) {
        return Err(unread(extension));
    }
    Ok(named.unwrap_or(&PLAIN))
}

/// Formats whose files begin in a way of their own; others of that name are none.
const BY_CONTENT: [&str; 7] = ["pdf", "docx", "epub", "zip", "tar", "7z", "packed"];

/// What the first member of a book is, and is called.
const EPUB_MARK: &[u8] = b"mimetypeapplication/epub+zip";

/// Pages and books that say what they are, whatever they are called.
fn markup_of(head: &[u8]) -> Option<&'static Format> {
    let start = head.get(..head.len().min(1024))?;
    let start = plain::decode(start).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let begins = |names: &[&str]| names.iter().any(|name| start.starts_with(name));
    if begins(&["<!doctype html", "<html"]) {
        return Some(&HTML);
    }
    if !begins(&["<?xml", "<fictionbook"]) {
        return None;
    }
    Some(match () {
        () if start.contains("<fictionbook") => &FB2,
        () if start.contains("<html") => &HTML,
        () => &XML,
    })
}

/// Archives other than zip, which many formats are.
fn archive_of(head: &[u8]) -> Option<&'static Format> {
    Some(match head {
        [0x1f, 0x8b, ..]
        | [b'B', b'Z', b'h', ..]
        | [0xfd, b'7', b'z', b'X', b'Z', ..]
        | [0x28, 0xb5, 0x2f, 0xfd, ..] => &PACKED,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => &SEVEN_ZIP,
        _ if archive::is_tar(head) => &TAR,
        _ => return None,
    })
}

fn unread(extension: &str) -> Failure {
    Failure::Skipped(if NOT_YET.contains(&extension) {
        format!("Nuthatch does not read .{extension} files yet; the file is found by its name")
    } else {
        "it is not text; the file is found by its name".into()
    })
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// Cuts a text to `max_bytes` at a character boundary and says so.
fn limit(text: &mut Text, max_bytes: usize) {
    if text.text.len() > max_bytes {
        let end = text.text.floor_char_boundary(max_bytes);
        text.text.truncate(end);
        text.marks.retain(|mark| mark.start < end);
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
            pdfium: None,
        }
    }

    #[test]
    fn bytes_tell_the_format_before_names_do() {
        let name =
            |extension: &str, head: &[u8]| identify(extension, head).map(|format| format.name);
        for (extension, head, expected) in [
            (
                "",
                &b"PK\x03\x04 mimetypeapplication/epub+zipPK"[..],
                "epub",
            ),
            ("", b" <!DOCTYPE html><p>", "html"),
            ("php", b"<?php echo 1;", "plain"),
            ("txt", b"<?xml version='1.0'?><FictionBook>", "fb2"),
            ("xml", b"<?xml version='1.0'?><html>", "html"),
            ("config", b"<?xml version='1.0'?><a>", "xml"),
            ("md", b"<html>", "markdown"),
            ("csv", b"a,b", "delimited"),
            ("rs", b"fn main() {}", "plain"),
        ] {
            assert_eq!(name(extension, head), Ok(expected), "{extension}");
        }
        assert!(name("csv", b"\0\0\0\x01").is_err());
    }
}
