//! Files into text with positions: one file per format, each with a version.
//!
//! Owns which format a file is ([`identify`]), and what a worker process does with it. The parsers
//! are pure functions from bytes to [`Text`]; they run only inside `nuthatch extract-worker`
//! (`worker`), which the engine talks to through [`Pool`]. Knows no ledger and no index.
//! Invariant: a document that cannot be read costs one reason, never the program.

mod archive;
mod dates;
mod doc;
mod docx;
mod handover;
mod html;
mod mail;
mod markdown;
mod nest;
mod office;
mod ole;
mod opendocument;
mod pdf;
mod plain;
mod pool;
mod ppt;
mod pptx;
mod properties;
mod sandbox;
mod sheets;
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
pub use sandbox::{Attempt, probe};

use crate::document::Text;

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
    /// Where lines stand on their pages is wanted, too.
    with_boxes: bool,
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
    version: 2,
    extensions: &["pdf"],
    holds_files: true,
    parse: pdf::parse,
    ..USUAL
};
static HTML: Format = Format {
    name: "html",
    version: 2,
    extensions: &["html", "htm", "xhtml"],
    parse: |input, _| html::parse(input),
    ..USUAL
};
static MARKDOWN: Format = Format {
    name: "markdown",
    version: 2,
    extensions: &["md", "markdown", "mdx", "mkd"],
    parse: |input, _| markdown::parse(input),
    ..USUAL
};
/// Everything that is text and has no format of its own.
static PLAIN: Format = Format {
    name: "plain",
    version: 3,
    extensions: &[],
    parse: |input, _| plain::parse(input),
    ..USUAL
};

static FORMATS: &[&Format] = &[
    &PDF,
    &office::DOCX,
    &office::PPTX,
    &office::XLSX,
    &office::ODT,
    &office::ODS,
    &office::ODP,
    &office::FLAT_ODF,
    &office::DOC,
    &office::XLS,
    &office::PPT,
    &HTML,
    &MARKDOWN,
    &mail::MAIL,
    &mail::APPLE_MAIL,
    &mail::MAILBOX,
    &mail::SAVED_PAGE,
    &archive::ZIP,
    &archive::TAR,
    &archive::SEVEN_ZIP,
    &archive::PACKED,
    &PLAIN,
];

/// Every format.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().copied()
}

/// Documents that people expect to be read and that are not yet: said by name in the reason.
const NOT_YET: [&str; 9] = [
    "rtf", "epub", "msg", "png", "jpg", "jpeg", "tif", "tiff", "heic",
];

/// A file's extension as [`identify`] wants it: lower case, without dot.
pub fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

/// Bytes that [`identify`] wants to see.
pub const HEAD_BYTES: usize = 8 << 10;

/// The format of a file, from its extension (lower case, without dot) and its first bytes; or why
/// it is not read. Bytes win over names.
pub fn identify(extension: &str, head: &[u8]) -> Result<&'static Format, Failure> {
    if head.is_empty() {
        return Err(Failure::Skipped("the file is empty".into()));
    }
    let named = formats().find(|format| format.extensions.contains(&extension));
    // A PDF may begin with some bytes of another program's; readers search the first kilobyte.
    if head
        .get(..head.len().min(1024))
        .is_some_and(|start| contains(start, b"%PDF-"))
    {
        return Ok(&PDF);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return match (office::zipped(head), named) {
            (Some(format), _) => Ok(format),
            (None, Some(format))
                if format.name == archive::ZIP.name || office::is_zipped(format) =>
            {
                Ok(format)
            }
            _ => Err(unread(extension)),
        };
    }
    if head.starts_with(&ole::MAGIC) {
        return office::old(extension).ok_or_else(|| unread(extension));
    }
    if let Some(archive) = archive_of(head) {
        return Ok(archive);
    }
    let named = match named {
        Some(format) if office::is_old(format) && !plain::looks_binary(head) => disguised(head)?,
        named => named,
    };
    if let Some(format) = named.filter(|format| BY_CONTENT.contains(&format.name)) {
        let reason = format!(
            "it is called .{extension}, but it is not a {} file",
            format.name
        );
        return Err(Failure::Failed(reason));
    }
    if NOT_YET.contains(&extension) || plain::looks_binary(head) {
        return Err(unread(extension));
    }
    Ok(named.unwrap_or_else(|| mail_without_name(extension, head).unwrap_or(&PLAIN)))
}

/// Programs keep mails and boxes under names without an extension.
fn mail_without_name(extension: &str, head: &[u8]) -> Option<&'static Format> {
    if !extension.is_empty() {
        return None;
    }
    match head {
        _ if mail::is_box(head) => Some(&mail::MAILBOX),
        _ if mail::is_mail(head) => Some(&mail::MAIL),
        _ => None,
    }
}

/// What programs save under the old names of the office, trusting that Word or Excel opens it.
fn disguised(head: &[u8]) -> Result<Option<&'static Format>, Failure> {
    if head.starts_with(b"{\\rtf") {
        return Err(unread("rtf"));
    }
    let head = head.to_ascii_lowercase();
    let is_page = contains(&head, b"<html") || contains(&head, b"<table");
    Ok(is_page.then_some(&HTML))
}

/// Formats whose files begin in a way of their own; others of that name are none.
const BY_CONTENT: [&str; 14] = [
    "pdf", "docx", "pptx", "xlsx", "odt", "ods", "odp", "doc", "xls", "ppt", "zip", "tar", "7z",
    "packed",
];

/// Archives other than zip, which many formats are.
fn archive_of(head: &[u8]) -> Option<&'static Format> {
    Some(match head {
        [0x1f, 0x8b, ..]
        | [b'B', b'Z', b'h', ..]
        | [0xfd, b'7', b'z', b'X', b'Z', ..]
        | [0x28, 0xb5, 0x2f, 0xfd, ..] => &archive::PACKED,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => &archive::SEVEN_ZIP,
        _ if archive::is_tar(head) => &archive::TAR,
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
        text.boxes.retain(|line| line.end <= end);
        text.partial = Some(format!(
            "only the first {} MB of its text are read",
            max_bytes >> 20
        ));
    }
}
