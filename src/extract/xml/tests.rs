//! Articles, data and damage in XML.

use super::*;
use crate::extract::tests::input;

fn read(source: &str) -> Text {
    parse(&input("a.xml", source.as_bytes())).unwrap()
}

#[test]
fn an_article_gives_its_title_its_headings_and_its_text_without_tags() {
    let text = read(
        "<?xml version='1.0'?>\n<!DOCTYPE article [<!ENTITY a 'aaaa'>]>\n<article>\n\
        <front><article-title>On <italic>tea</italic></article-title></front>\n\
        <sec id='s1'><title>Steeping</title>\n<p>At 80&#176;C &amp;\n not&nbsp;more.</p></sec></article>",
    );
    assert_eq!(text.title.as_deref(), Some("On tea"));
    assert_eq!(text.text, "On tea\n\nSteeping\n\nAt 80°C & not more.");
    let places: Vec<_> = text
        .marks
        .iter()
        .map(|mark| (mark.line, mark.heading))
        .collect();
    assert_eq!(
        places,
        [(Some(4), Some(1)), (Some(5), Some(2)), (Some(6), None)]
    );
}

#[test]
fn data_is_found_by_its_values_and_its_attributes() {
    let text =
        read("<list xmlns='http://a.b/c'>\n<ship name='Aurora'><port>Kiel</port></ship></list>");
    assert_eq!(text.text, "Aurora\n\nKiel");
    assert_eq!(text.marks[0].line, Some(2));
}

#[test]
fn damage_depth_and_entities_that_grow_do_no_harm() {
    let text = read("<a><b>kept</b><c>also</c><");
    assert!(
        text.text.starts_with("kept\n\nalso") && text.partial.is_some(),
        "{text:?}"
    );
    let deep = format!("{}deep", "<a>".repeat(100_000));
    assert_eq!(read(&deep).text, "deep");
    let laughs = "<!DOCTYPE a [<!ENTITY b '&c;&c;'><!ENTITY c 'ha'>]><a>x &b; y</a>";
    assert_eq!(read(laughs).text, "x y");
    let read = parse(&input("a.xml", b"<a></a>"));
    assert!(matches!(read, Err(Failure::Skipped(_))));
}
