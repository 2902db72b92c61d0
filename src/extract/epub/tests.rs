//! Books made here: chapters, their names, locks and damage.

use std::io::Write as _;

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::{document::Mark, extract::tests::input};

fn epub(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const CONTAINER: (&str, &str) = (
    "META-INF/container.xml",
    "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>",
);
const PACKAGE: (&str, &str) = (
    "OPS/book.opf",
    "<package xmlns:dc='x'><metadata><dc:title>The Pier</dc:title><dc:creator>Ada L.</dc:creator>\
    <dc:creator>Bob</dc:creator><dc:date>1901-02-03</dc:date></metadata><manifest>\
    <item id='c1' href='one.xhtml'/><item id='c2' href='blank.xhtml'/><item id='c3' href='three.xhtml'/>\
    <item id='n' href='toc.ncx' media-type='application/x-dtbncx+xml'/></manifest>\
    <spine toc='n'><itemref idref='c1'/><itemref idref='c2'/><itemref idref='c3'/></spine></package>",
);
const TOC: (&str, &str) = (
    "OPS/toc.ncx",
    "<ncx><navMap><navPoint><navLabel><text>Arrival</text></navLabel><content src='one.xhtml'/>\
    </navPoint><navPoint><navLabel><text>Storm</text></navLabel><content src='three.xhtml'/></navPoint>\
    <navPoint><navLabel><text>Calm</text></navLabel><content src='three.xhtml#calm'/></navPoint>\
    </navMap></ncx>",
);
const ONE: (&str, &str) = (
    "OPS/one.xhtml",
    "<h1>I</h1><p>The apricot boat came in.</p>",
);
const BLANK: (&str, &str) = ("OPS/blank.xhtml", "<p> </p>");
const THREE: (&str, &str) = (
    "OPS/three.xhtml",
    "<html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body><p>A cherry wind.</p>\
    <h2 id='calm'>Then</h2><p>The damson sea.</p><aside>A note.</aside></body></html>",
);

fn place(text: &Text, words: &str) -> (Option<u32>, Option<String>) {
    let position = text.position(text.text.find(words).unwrap());
    (position.page, position.label)
}

#[test]
fn a_book_is_read_by_chapters_with_the_names_of_its_contents() {
    let book = epub(&[CONTAINER, PACKAGE, TOC, ONE, BLANK, THREE]);
    let text = parse(&input("a.epub", &book)).unwrap();
    assert_eq!(text.title.as_deref(), Some("The Pier"));
    assert_eq!(text.author.as_deref(), Some("Ada L., Bob"));
    assert_eq!(text.written.as_deref(), Some("1901-02-03"));
    assert_eq!((text.unit, text.n_pages), (Unit::Chapter, Some(3)));
    assert_eq!(place(&text, "apricot"), (Some(1), Some("Arrival".into())));
    assert_eq!(place(&text, "cherry"), (Some(3), Some("Storm".into())));
    assert_eq!(place(&text, "damson"), (Some(3), Some("Calm".into())));
    assert_eq!(place(&text, "A note"), (Some(3), Some("Calm".into())));
    let first = text.marks.first().unwrap();
    assert_eq!((first.heading, first.line), (Some(1), None));
}

#[test]
fn without_contents_chapters_are_called_by_their_first_heading() {
    let text = parse(&input(
        "a.epub",
        &epub(&[CONTAINER, PACKAGE, ONE, BLANK, THREE]),
    ))
    .unwrap();
    assert_eq!(place(&text, "apricot"), (Some(1), Some("I".into())));
    assert_eq!(place(&text, "damson"), (Some(3), Some("Then".into())));
}

#[test]
fn a_locked_book_says_so_and_scrambled_fonts_are_no_lock() {
    let encryption = |way: &str, path: &str| {
        format!(
            "<encryption><EncryptedData><EncryptionMethod Algorithm='{way}'/><CipherData>\
            <CipherReference URI='{path}'/></CipherData></EncryptedData></encryption>"
        )
    };
    let with = |list: &str| {
        let list = ("META-INF/encryption.xml", list);
        parse(&input(
            "a.epub",
            &epub(&[CONTAINER, PACKAGE, list, ONE, BLANK, THREE]),
        ))
    };
    let locked = with(&encryption(
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
        "OPS/one.xhtml",
    ));
    assert_eq!(
        locked,
        Err(Failure::Failed("it is locked by its seller (DRM)".into()))
    );
    assert!(with(&encryption(OF_FONTS[0], "OPS/a.otf")).is_ok());
    assert!(with(&encryption("other", "OPS/a.otf")).is_ok());
}

#[test]
fn a_book_with_a_missing_chapter_is_read_in_part_and_one_without_chapters_fails() {
    let text = parse(&input("a.epub", &epub(&[CONTAINER, PACKAGE, THREE]))).unwrap();
    assert!(text.partial.unwrap().contains("OPS/one.xhtml is missing"));
    assert_eq!(
        text.marks.first().map(|mark: &Mark| mark.page),
        Some(Some(3))
    );
    for parts in [
        &[CONTAINER][..],
        &[CONTAINER, ("OPS/book.opf", "<package/>")],
        &[ONE],
    ] {
        let failure = parse(&input("a.epub", &epub(parts))).unwrap_err();
        assert!(failure.to_string().contains("damaged"), "{failure}");
    }
    assert!(parse(&input("a.epub", b"PK\x03\x04")).is_err());
}
