//! The formats: how each is named, how its files are known, and who reads them.
//!
//! Bytes win over names, since names lie. Knows no contents beyond the first bytes. Invariant: a file
//! that is not read has a reason which says why.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{
    Failure, Format, USUAL, archive, contains, delimited, epub, fb2, html, image, json, mail,
    markdown, msg, notebook, office, ole, outline, pdf, plain, rtf, subtitles, tex, xml,
};

static PDF: Format = Format {
    name: "pdf",
    version: 5,
    extensions: &["pdf"],
    holds_files: true,
    parse: pdf::parse,
    pictures: Some(pdf::pictures),
    ..USUAL
};
static HTML: Format = Format {
    name: "html",
    version: 4,
    extensions: &["html", "htm", "xhtml"],
    parse: |input, _| html::parse(input),
    ..USUAL
};
static MARKDOWN: Format = Format {
    name: "markdown",
    version: 4,
    extensions: &["md", "markdown", "mdx", "mkd"],
    has_styles: true,
    parse: |input, _| markdown::parse(input),
    ..USUAL
};
static EPUB: Format = Format {
    name: "epub",
    version: 2,
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
    version: 2,
    extensions: &["ipynb"],
    parse: |input, _| notebook::parse(input),
    ..USUAL
};
static DELIMITED: Format = Format {
    name: "delimited",
    version: 2,
    extensions: &["csv", "tsv", "tab", "psv"],
    has_styles: true,
    parse: |input, _| delimited::parse(input),
    ..USUAL
};
static SUBTITLES: Format = Format {
    name: "subtitles",
    version: 2,
    extensions: &["srt", "vtt"],
    parse: |input, _| subtitles::parse(input),
    ..USUAL
};
static TEX: Format = Format {
    name: "tex",
    version: 2,
    extensions: &["tex", "ltx", "latex"],
    parse: |input, _| tex::parse(input),
    ..USUAL
};
static ORG: Format = Format {
    name: "org",
    version: 2,
    extensions: &["org"],
    parse: |input, _| outline::org(input),
    ..USUAL
};
static RST: Format = Format {
    name: "rst",
    version: 2,
    extensions: &["rst", "rest"],
    parse: |input, _| outline::rst(input),
    ..USUAL
};
static ASCIIDOC: Format = Format {
    name: "asciidoc",
    version: 2,
    extensions: &["adoc", "asciidoc", "asc"],
    parse: |input, _| outline::asciidoc(input),
    ..USUAL
};
static JSON: Format = Format {
    name: "json",
    version: 2,
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
    version: 5,
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
    &rtf::RTF,
    &image::IMAGE,
    &EPUB,
    &FB2,
    &HTML,
    &MARKDOWN,
    &NOTEBOOK,
    &DELIMITED,
    &SUBTITLES,
    &TEX,
    &ORG,
    &RST,
    &ASCIIDOC,
    &JSON,
    &XML,
    &mail::MAIL,
    &mail::APPLE_MAIL,
    &mail::MAILBOX,
    &mail::SAVED_PAGE,
    &msg::OUTLOOK,
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
const NOT_YET: [&str; 3] = ["heic", "heif", "avif"];

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
        if contains(
            head.get(..head.len().min(128)).unwrap_or_default(),
            EPUB_MARK,
        ) {
            return Ok(&EPUB);
        }
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
        return match named {
            Some(format) if format.name == msg::OUTLOOK.name => Ok(format),
            _ => office::old(extension)
                .or_else(|| msg::is_one(head).then_some(&msg::OUTLOOK))
                .ok_or_else(|| unread(extension)),
        };
    }
    if rtf::is_one(head) {
        return Ok(&rtf::RTF);
    }
    if image::is_one(head) {
        return Ok(&image::IMAGE);
    }
    if let Some(archive) = archive_of(head) {
        return Ok(archive);
    }
    let named = match named {
        Some(format) if office::is_old(format) && !plain::looks_binary(head) => disguised(head),
        named => named,
    };
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
    Ok(named.unwrap_or_else(|| mail_without_name(extension, head).unwrap_or(&PLAIN)))
}

/// The same for a file of the disk; opens nothing but a regular one.
pub fn identify_file(path: &Path) -> io::Result<Result<&'static Format, Failure>> {
    // Asked before opening: a pipe would be waited for.
    if !std::fs::metadata(path)?.is_file() {
        return Ok(Err(Failure::Skipped("it is not a regular file".into())));
    }
    let mut head = Vec::new();
    File::open(path)?
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    Ok(identify(&super::extension(path), &head))
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
fn disguised(head: &[u8]) -> Option<&'static Format> {
    let head = head.to_ascii_lowercase();
    let is_page = contains(&head, b"<html") || contains(&head, b"<table");
    is_page.then_some(&HTML)
}

/// Formats whose files begin in a way of their own; others of that name are none.
const BY_CONTENT: [&str; 17] = [
    "pdf", "docx", "pptx", "xlsx", "odt", "ods", "odp", "doc", "xls", "ppt", "zip", "tar", "7z",
    "packed", "epub", "image", "msg",
];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_of_outlook_is_known_without_its_name() {
        let list = "__properties_version1.0"
            .encode_utf16()
            .flat_map(u16::to_le_bytes);
        let head: Vec<u8> = ole::MAGIC.into_iter().chain(list).collect();
        assert_eq!(identify("", &head).map(|format| format.name), Ok("msg"));
        assert!(identify("", &ole::MAGIC).is_err());
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
