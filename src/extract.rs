//! Files into text with positions: one file per format, each with a version.
//!
//! Owns which format a file is ([`identify`]), and what a worker process does with it. The parsers
//! are pure functions from bytes to [`Text`]; they run only inside `nuthatch extract-worker`
//! (`worker`), which the engine talks to through [`Pool`]. Knows no ledger and no index.
//! Invariant: a document that cannot be read costs one reason, never the program.

mod docx;
mod html;
mod markdown;
mod pdf;
mod plain;
mod pool;
mod sandbox;
pub mod worker;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use plain::decode;
pub use pool::{Limits, Pool};

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
#[derive(Debug)]
pub(crate) struct Input<'a> {
    /// The file's bytes, up to the limit.
    bytes: &'a [u8],
    /// There were more bytes than the limit.
    cut: bool,
    /// Text beyond this many bytes is dropped.
    max_text_bytes: usize,
    /// The pdfium library.
    pdfium: Option<PathBuf>,
}

/// A format: how it is named, and how it is read.
pub struct Format {
    /// Name, stored with each document.
    pub name: &'static str,
    /// Raised when the same bytes would give another text; its documents are then read again.
    pub version: u32,
    extensions: &'static [&'static str],
    parse: fn(&Input<'_>) -> Result<Text, Failure>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

static PDF: Format = Format {
    name: "pdf",
    version: 1,
    extensions: &["pdf"],
    parse: pdf::parse,
};
static DOCX: Format = Format {
    name: "docx",
    version: 2,
    extensions: &["docx", "docm", "dotx"],
    parse: docx::parse,
};
static HTML: Format = Format {
    name: "html",
    version: 2,
    extensions: &["html", "htm", "xhtml"],
    parse: html::parse,
};
static MARKDOWN: Format = Format {
    name: "markdown",
    version: 2,
    extensions: &["md", "markdown", "mdx", "mkd"],
    parse: markdown::parse,
};
/// Everything that is text and has no format of its own.
static PLAIN: Format = Format {
    name: "plain",
    version: 3,
    extensions: &[],
    parse: plain::parse,
};

/// Every format.
pub fn formats() -> [&'static Format; 5] {
    [&PDF, &DOCX, &HTML, &MARKDOWN, &PLAIN]
}

/// Documents that people expect to be read and that are not yet: said by name in the reason.
const NOT_YET: [&str; 22] = [
    "doc", "ppt", "pptx", "xls", "xlsx", "xlsb", "odt", "ods", "odp", "rtf", "epub", "msg", "zip",
    "7z", "gz", "tar", "png", "jpg", "jpeg", "tif", "tiff", "heic",
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
    if head.starts_with(b"PK\x03\x04") {
        return match named {
            Some(format) if format.name == DOCX.name => Ok(format),
            _ => Err(unread(extension)),
        };
    }
    if let Some(format) = named.filter(|format| [PDF.name, DOCX.name].contains(&format.name)) {
        let reason = format!(
            "it is called .{extension}, but it is not a {} file",
            format.name
        );
        return Err(Failure::Failed(reason));
    }
    if NOT_YET.contains(&extension) || plain::looks_binary(head) {
        return Err(unread(extension));
    }
    Ok(named.unwrap_or(&PLAIN))
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
