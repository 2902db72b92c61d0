//! Letters and presentations made here: order, notes, slides, flat files, damage.

use crate::{
    document::{Text, Unit},
    extract::{
        Failure,
        zipped::tests::{input, zip},
    },
};

const META: &str = "<office:document-meta><office:meta><dc:title>Letter</dc:title>\
                    <meta:initial-creator>Ada</meta:initial-creator>\
                    <meta:creation-date>2024-05-06T07:08:09.1</meta:creation-date>\
                    </office:meta></office:document-meta>";

fn read(body: &str) -> Result<Text, Failure> {
    let styles = "<office:document-styles><style:style style:name=\"x\"/><style:master-page>\
                  <style:header><text:p>Top of page <text:page-number>7</text:page-number></text:p>\
                  </style:header></style:master-page></office:document-styles>";
    super::parse(&input(&zip(&[
        ("meta.xml", META.into()),
        (
            "content.xml",
            format!(
                "<office:document-content><office:body>{body}</office:body></office:document-content>"
            ),
        ),
        ("styles.xml", styles.into()),
    ])))
}

#[test]
fn a_letter_gives_its_headings_its_notes_after_their_paragraph_and_no_deleted_text() {
    let text = read(
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>\
         <text:h text:outline-level=\"2\">Why &amp; how</text:h>\
         <text:p>A <text:span>tin</text:span>\n  box<text:s text:c=\"2\"/>here<text:note>\
         <text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p>\
         </text:note-body></text:note>, closed<text:tab/>twice.</text:p>\
         <table:table><table:table-row><table:table-cell><text:p>cell</text:p></table:table-cell>\
         </table:table-row></table:table>",
    )
    .unwrap();
    assert_eq!(
        text.text,
        "Why & how\n\nA tin box  here, closed\ttwice.\n\nA note.\n\ncell\n\nTop of page"
    );
    assert_eq!(text.marks[0].heading, Some(2));
    assert_eq!(text.marks[0].start, 0);
    assert_eq!((text.n_pages, text.partial), (None, None));
    assert_eq!(text.title.as_deref(), Some("Letter"));
    assert_eq!(text.author.as_deref(), Some("Ada"));
    assert_eq!(text.written.as_deref(), Some("2024-05-06T07:08:09"));
}

#[test]
fn slides_have_their_numbers_and_their_notes() {
    let text = read(
        "<office:presentation><draw:page/><draw:page><draw:frame presentation:class=\"title\">\
         <draw:text-box><text:p>Plan</text:p></draw:text-box></draw:frame>\
         <draw:frame><draw:text-box><text:p>Dig</text:p></draw:text-box></draw:frame>\
         <presentation:notes><text:p>Slowly</text:p></presentation:notes></draw:page>\
         </office:presentation>",
    )
    .unwrap();
    assert_eq!(text.text, "Plan\n\nDig\n\nSlowly");
    let pages: Vec<_> = text.marks.iter().map(|mark| mark.page).collect();
    assert_eq!(pages, [Some(2); 3]);
    assert_eq!(text.marks[0].heading, Some(1));
    assert_eq!(text.marks[2].label.as_deref(), Some("notes"));
    assert_eq!((text.n_pages, text.unit), (Some(2), Unit::Slide));
}

#[test]
fn a_flat_file_is_read_like_a_packed_one() {
    let flat = format!(
        "<?xml version=\"1.0\"?><office:document>{META}<office:styles/><office:body><office:text>\
         <text:p>flat<draw:frame><draw:image><office:binary-data>QUJD</office:binary-data>\
         </draw:image></draw:frame></text:p></office:text></office:body></office:document>"
    );
    let text = super::parse(&input(flat.as_bytes())).unwrap();
    assert_eq!(text.text, "flat");
    assert_eq!(text.title.as_deref(), Some("Letter"));
}

#[test]
fn what_stands_before_damage_is_kept_and_deep_nesting_does_no_harm() {
    let text = read("<text:p>Before <text:span>it</text:p>").unwrap();
    assert!(text.text.starts_with("Before it"));
    assert!(text.partial.unwrap().contains("damaged"));
    let deep = "<text:p>x".repeat(100_000);
    assert!(read(&deep).unwrap().marks.len() <= 65);
}

#[test]
fn a_locked_letter_fails_with_a_reason() {
    let locked = zip(&[
        (
            "META-INF/manifest.xml",
            "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>".into(),
        ),
        ("content.xml", "\u{1}\u{2}".into()),
    ]);
    let failure = super::parse(&input(&locked)).unwrap_err();
    assert!(failure.to_string().contains("password"));
}
