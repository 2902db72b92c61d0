//! The formats of the office programs: how they are named, and how their first bytes tell them apart.
//!
//! New ones are zip archives, and what is in them says which; old ones share one container, and
//! only their names tell before they are opened. Knows no contents: a file per family does.
//! Invariant: a guess by content never takes an ordinary archive for a document.

use super::{Format, USUAL, doc, docx, opendocument, ppt, pptx, sheets};

pub(super) static DOCX: Format = Format {
    name: "docx",
    version: 4,
    extensions: &["docx", "docm", "dotx", "dotm"],
    parse: |input, _| docx::parse(input),
    ..USUAL
};
pub(super) static PPTX: Format = Format {
    name: "pptx",
    version: 2,
    extensions: &["pptx", "pptm", "ppsx", "ppsm", "potx"],
    parse: |input, _| pptx::parse(input),
    ..USUAL
};
pub(super) static XLSX: Format = Format {
    name: "xlsx",
    version: 1,
    extensions: &["xlsx", "xlsm", "xlsb", "xltx"],
    has_styles: true,
    parse: |input, _| sheets::parse(input),
    ..USUAL
};
pub(super) static ODT: Format = Format {
    name: "odt",
    version: 1,
    extensions: &["odt", "ott"],
    parse: |input, _| opendocument::parse(input),
    ..USUAL
};
pub(super) static ODS: Format = Format {
    name: "ods",
    version: 1,
    extensions: &["ods", "ots"],
    has_styles: true,
    parse: |input, _| sheets::parse(input),
    ..USUAL
};
pub(super) static ODP: Format = Format {
    name: "odp",
    version: 1,
    extensions: &["odp", "otp"],
    parse: |input, _| opendocument::parse(input),
    ..USUAL
};
/// Open Document as a single file of XML, which no first bytes tell from any other.
pub(super) static FLAT_ODF: Format = Format {
    name: "fodt",
    version: 1,
    extensions: &["fodt", "fodp"],
    parse: |input, _| opendocument::parse(input),
    ..USUAL
};
pub(super) static DOC: Format = Format {
    name: "doc",
    version: 1,
    extensions: &["doc", "dot"],
    parse: |input, _| doc::parse(input),
    ..USUAL
};
pub(super) static XLS: Format = Format {
    name: "xls",
    version: 1,
    extensions: &["xls", "xlt"],
    has_styles: true,
    parse: |input, _| sheets::parse(input),
    ..USUAL
};
pub(super) static PPT: Format = Format {
    name: "ppt",
    version: 1,
    extensions: &["ppt", "pps", "pot"],
    parse: |input, _| ppt::parse(input),
    ..USUAL
};

const ZIP_ENTRY: &[u8] = b"PK\x03\x04";
/// In the header of an entry: how long its name is, and where that begins.
const NAME_LENGTH: std::ops::Range<usize> = 26..28;
const NAME: usize = 30;

/// Whether this is the format of documents that are zip archives.
pub(super) fn is_zipped(format: &Format) -> bool {
    [&DOCX, &PPTX, &XLSX, &ODT, &ODS, &ODP]
        .iter()
        .any(|zipped| zipped.name == format.name)
}

/// Whether this is a format of the old container.
pub(super) fn is_old(format: &Format) -> bool {
    [DOC.name, XLS.name, PPT.name].contains(&format.name)
}

/// The format of a zip archive, by the names of its first entries.
pub(super) fn zipped(head: &[u8]) -> Option<&'static Format> {
    if let Some(kind) = head
        .get(NAME..)
        .and_then(|rest| rest.strip_prefix(b"mimetypeapplication/vnd.oasis.opendocument."))
    {
        return [
            (&b"text"[..], &ODT),
            (b"spreadsheet", &ODS),
            (b"presentation", &ODP),
        ]
        .into_iter()
        .find_map(|(name, format)| kind.starts_with(name).then_some(format));
    }
    let names = entries(head);
    // Every Office document has these, and hardly an archive of anything else.
    let is_office = |name: &&[u8]| [&b"[Content_Types].xml"[..], b"_rels/.rels"].contains(name);
    if !names.iter().any(is_office) {
        return None;
    }
    [(&b"word/"[..], &DOCX), (b"ppt/", &PPTX), (b"xl/", &XLSX)]
        .into_iter()
        .find_map(|(folder, format)| {
            let is_there = names.iter().any(|name| name.starts_with(folder));
            is_there.then_some(format)
        })
}

/// The names of the entries whose headers lie in the head.
fn entries(head: &[u8]) -> Vec<&[u8]> {
    let starts = head.windows(ZIP_ENTRY.len()).enumerate();
    starts
        .filter(|(_, window)| *window == ZIP_ENTRY)
        .filter_map(|(start, _)| {
            let entry = head.get(start..)?;
            let length = entry.get(NAME_LENGTH)?.try_into().ok()?;
            let length = usize::from(u16::from_le_bytes(length));
            entry.get(NAME..NAME + length)
        })
        .collect()
}

/// The format of a file in the old container. A new document that is encrypted lies in one, too,
/// and an old one may have been given the new name; the readers of the old ones say which.
pub(super) fn old(extension: &str) -> Option<&'static Format> {
    let families = [(&DOC, &DOCX), (&XLS, &XLSX), (&PPT, &PPTX)];
    families.into_iter().find_map(|(old, new)| {
        let is_named = |format: &Format| format.extensions.contains(&extension);
        (is_named(old) || is_named(new)).then_some(old)
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use crate::extract::{identify, ole::MAGIC};

    fn head(members: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, content) in members {
            zip.start_file(*name, options).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn name(extension: &str, head: &[u8]) -> &'static str {
        identify(extension, head).map_or("none", |format| format.name)
    }

    #[test]
    fn a_document_is_known_by_what_is_in_it_whatever_it_is_called() {
        let types = ("[Content_Types].xml", "");
        for (folder, format) in [("word", "docx"), ("ppt", "pptx"), ("xl", "xlsx")] {
            let head = head(&[types, (&format!("{folder}/a.xml"), "")]);
            for extension in ["", "zip", "bak", "docx", "xlsx"] {
                assert_eq!(name(extension, &head), format);
            }
        }
        for (kind, format) in [
            ("text", "odt"),
            ("spreadsheet", "ods"),
            ("presentation", "odp"),
        ] {
            let kind = format!("application/vnd.oasis.opendocument.{kind}");
            assert_eq!(name("", &head(&[("mimetype", &kind)])), format);
        }
    }

    #[test]
    fn an_archive_with_a_folder_of_words_stays_an_archive() {
        let archive = head(&[("word/list.txt", "xl/ ppt/")]);
        assert_eq!(name("zip", &archive), "zip");
        assert_eq!(name("docx", &archive), "docx");
        assert_eq!(name("", &archive), "none");
    }

    #[test]
    fn the_old_container_is_told_apart_by_its_name() {
        let head = MAGIC;
        for (extension, format) in [
            ("doc", "doc"),
            ("docx", "doc"),
            ("xls", "xls"),
            ("xlsx", "xls"),
            ("ppt", "ppt"),
            ("pptx", "ppt"),
            ("msg", "msg"),
            ("", "none"),
        ] {
            assert_eq!(name(extension, &head), format);
        }
    }

    #[test]
    fn a_page_under_an_old_name_is_read_as_a_page_and_lines_as_lines() {
        assert_eq!(name("xls", b"<HTML><table><tr><td>1"), "html");
        assert_eq!(name("doc", b"a letter as plain text"), "plain");
        assert_eq!(name("doc", b"{\\rtf1 a letter}"), "rtf");
        let reason = identify("doc", b"\0\x01\x02\x03\0\0").unwrap_err();
        assert!(reason.to_string().contains("not a doc file"));
    }
}
