//! Presentations made here: order and numbers of slides, notes, tables, damage.

use crate::{
    document::{Text, Unit},
    extract::{
        Failure,
        zipped::tests::{input, zip},
    },
};

fn slide(shapes: &str) -> String {
    format!("<p:sld><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>")
}

fn shape(kind: &str, text: &str) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"{kind}\"/></p:nvPr></p:nvSpPr><p:txBody>\
         <a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )
}

fn relations(of: &[(&str, &str, &str)]) -> String {
    let each = of.iter().map(|(id, kind, target)| {
        format!("<Relationship Id=\"{id}\" Type=\"http://x/{kind}\" Target=\"{target}\"/>")
    });
    format!(
        "<Relationships>{}</Relationships>",
        each.collect::<String>()
    )
}

/// Two slides, of which the part with the higher number is shown first, and is hidden.
fn presentation(second: &str) -> Vec<(&'static str, String)> {
    let list = "<p:presentation><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/>\
                <p:sldId id=\"257\" r:id=\"rId1\"/></p:sldIdLst></p:presentation>";
    let first = slide(&format!(
        "{}{}{}",
        shape("body", "Tin &amp; <![CDATA[lead]]>"),
        shape("title", "Metals"),
        shape("sldNum", "99")
    ));
    vec![
        ("ppt/presentation.xml", list.into()),
        (
            "ppt/_rels/presentation.xml.rels",
            relations(&[
                ("rId1", "slide", "slides/slide1.xml"),
                ("rId2", "slide", "/ppt/slides/slide2.xml"),
            ]),
        ),
        (
            "ppt/slides/slide2.xml",
            first.replace("<p:sld>", "<p:sld show=\"0\">"),
        ),
        ("ppt/slides/slide1.xml", second.into()),
        (
            "ppt/slides/_rels/slide2.xml.rels",
            relations(&[("rId1", "notesSlide", "../notesSlides/notesSlide1.xml")]),
        ),
        (
            "ppt/notesSlides/notesSlide1.xml",
            slide(&shape("body", "Mention the mines")),
        ),
    ]
}

fn read(parts: &[(&str, String)]) -> Result<Text, Failure> {
    super::parse(&input(&zip(parts)))
}

/// Slide, label, heading and text of a part.
type Shown<'a> = (Option<u32>, Option<&'a str>, Option<u8>, &'a str);

fn shown(text: &Text) -> Vec<Shown<'_>> {
    let ends = text.marks.iter().skip(1).map(|mark| mark.start);
    let parts = text.marks.iter().zip(ends.chain([text.text.len()]));
    parts
        .map(|(mark, end)| {
            let part = text.text[mark.start..end].trim_end();
            (mark.page, mark.label.as_deref(), mark.heading, part)
        })
        .collect()
}

#[test]
fn slides_are_numbered_as_they_are_shown_and_notes_belong_to_theirs() {
    let table = "<p:graphicFrame><a:tbl>\
                 <a:tr><a:tc><a:p><a:t>Ore</a:t></a:p></a:tc><a:tc><a:p><a:t>Price</a:t></a:p></a:tc></a:tr>\
                 <a:tr><a:tc><a:p><a:t>Tin</a:t></a:p></a:tc><a:tc><a:p/></a:tc></a:tr>\
                 </a:tbl></p:graphicFrame>";
    let text = read(&presentation(&slide(table))).unwrap();
    assert_eq!(
        shown(&text),
        [
            (Some(1), None, Some(1), "Metals"),
            (Some(1), None, None, "Tin & lead"),
            (Some(1), Some("notes"), None, "Mention the mines"),
            (Some(2), None, None, "Ore · Price\nTin"),
        ]
    );
    assert_eq!((text.n_pages, text.unit), (Some(2), Unit::Slide));
    assert_eq!(text.partial, None);
    assert_eq!(text.marks[0].start, 0);
}

#[test]
fn a_damaged_slide_keeps_what_comes_before_the_damage_and_its_number() {
    let broken = format!("<p:sld>{}<p:sp></p:wrong>", shape("body", "Before"));
    let text = read(&presentation(&broken)).unwrap();
    assert!(shown(&text).contains(&(Some(2), None, None, "Before")));
    assert!(text.partial.unwrap().contains("damaged"));
}

#[test]
fn a_lost_order_is_guessed_from_the_names_of_the_parts() {
    let parts = presentation(&slide(&shape("body", "Second part")));
    let text = read(&parts[2..]).unwrap();
    assert_eq!(shown(&text)[0], (Some(1), None, None, "Second part"));
    assert!(text.partial.unwrap().contains("order"));
}

#[test]
fn deep_nesting_and_entities_of_its_own_do_no_harm() {
    let deep = "<p:sp>".repeat(200_000);
    let text = read(&presentation(&format!(
        "<!DOCTYPE x [<!ENTITY b \"bomb\">]>{}{deep}",
        shape("body", "calm &b; still")
    )))
    .unwrap();
    assert!(text.text.contains("calm  still"));
    assert!(!text.text.contains("bomb"));
}
