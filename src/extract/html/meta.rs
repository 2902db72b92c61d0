//! What a page says of itself: title, author and date, from its `meta` elements.

use scraper::{Html, Node, node::Element};

use crate::{document::Text, extract::written};

/// Names for the date on which a page was written, best first.
const DATES: [&str; 9] = [
    "article:published_time",
    "datepublished",
    "citation_publication_date",
    "citation_date",
    "dcterms.created",
    "dc.date.issued",
    "dc.date",
    "pubdate",
    "date",
];
const AUTHORS: [&str; 5] = [
    "author",
    "citation_author",
    "dc.creator",
    "dcterms.creator",
    "article:author",
];
const TITLES: [&str; 3] = ["og:title", "citation_title", "dc.title"];

/// Fills in title, author and date; `title` is what the page's title element holds.
pub(super) fn describe(tree: &Html, title: &str, text: &mut Text) {
    let said: Vec<(String, &str)> = tree
        .tree
        .nodes()
        .filter_map(|node| match node.value() {
            Node::Element(element) if element.name() == "meta" => statement(element),
            _ => None,
        })
        .collect();
    let all = |name: &'static str| said.iter().filter(move |(said, _)| said == name);
    let first = |names: &[&'static str]| {
        let mut values = names.iter().flat_map(|name| all(name));
        values.next().map(|&(_, value)| value.to_owned())
    };
    text.title = Some(title.to_owned())
        .filter(|title| !title.is_empty())
        .or_else(|| first(&TITLES));
    let author = AUTHORS.iter().find(|name| all(name).next().is_some());
    text.author = author.and_then(|name| {
        let authors = all(name).map(|&(_, value)| value);
        // A profile's address says nothing.
        let named: Vec<&str> = authors.filter(|value| !value.contains("://")).collect();
        (!named.is_empty()).then(|| named.join(", "))
    });
    text.written = DATES
        .iter()
        .flat_map(|name| all(name))
        .find_map(|(_, value)| written::iso(value));
}

fn statement(element: &Element) -> Option<(String, &str)> {
    let name = ["name", "property", "itemprop"]
        .into_iter()
        .find_map(|attribute| element.attr(attribute))?;
    let value = element.attr("content")?.trim();
    (!value.is_empty()).then(|| (name.to_ascii_lowercase(), value))
}
