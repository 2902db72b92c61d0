//! Documents made of parts, for the tests of those who read them.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::extract::{Content, Input};

/// A document of these parts, for the tests of those who read them.
pub(in crate::extract) fn zip(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// These bytes as a parser is given them.
pub(in crate::extract) fn input(bytes: &[u8]) -> Input<'_> {
    Input {
        name: "document",
        content: Content::Bytes(bytes),
        cut: false,
        max_text_bytes: 1 << 20,
        with_layout: false,
    }
}
