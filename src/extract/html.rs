//! HTML: title, headings, paragraphs and rows of tables; scripts, styles and markup dropped.
//!
//! Owns its encoding, and how much of a page is read: its main text, or more where that is too
//! little. `walk` reads the tree, `chrome` says what is no main text, `meta` what a page says of
//! itself. Books and mails read their pages through [`read`], which leaves nothing visible out.

mod chrome;
mod meta;
mod walk;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use chrome::LeaveOut;
use encoding_rs::Encoding;
use scraper::Html;

use super::{Failure, Input, finished, limit, plain};
use crate::document::Text;

/// With so much text, a page is worth reading without what surrounds it.
const ENOUGH_BYTES: usize = 250;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    finished(read_main(&decode(input.bytes())), input)
}

/// The main text of a page, with what it says of itself; empty if there is none.
pub(super) fn read_main(html: &str) -> Text {
    main_text(&parsed(html))
}

/// All visible text of a page, with what it says of itself; empty if there is none.
pub(super) fn read(html: &str, max_text_bytes: usize) -> Text {
    read_with_anchors(html, &HashSet::new(), max_text_bytes).0
}

/// The same, and where in the text the elements with these ids begin, in ascending order.
pub(super) fn read_with_anchors(
    html: &str,
    ids: &HashSet<String>,
    max_text_bytes: usize,
) -> (Text, Vec<(String, usize)>) {
    let tree = parsed(html);
    let mut page = walk::walk(&tree, LeaveOut::Hidden, ids);
    if page.text.text.is_empty() {
        page = walk::walk(&tree, LeaveOut::Nothing, ids);
    }
    meta::describe(&tree, &page.title, &mut page.text);
    limit(&mut page.text, max_text_bytes);
    (page.text, page.anchors)
}

/// The text without menus and the like, if there is enough of it; else all that is visible; else
/// all there is, for pages that a script would show.
fn main_text(tree: &Html) -> Text {
    let read = |leave_out| walk::walk(tree, leave_out, &HashSet::new());
    let mut page = read(LeaveOut::Chrome);
    if page.text.text.len() < ENOUGH_BYTES {
        let visible = read(LeaveOut::Hidden);
        if page.text.text.len() * 2 < visible.text.text.len() {
            page = visible;
        }
    }
    if page.text.text.is_empty() {
        page = read(LeaveOut::Nothing);
    }
    meta::describe(tree, &page.title, &mut page.text);
    page.text
}

fn parsed(html: &str) -> Html {
    Html::parse_document(&flattened(&with_end_tags(html)))
}

/// Elements in elements, at most, as in Chrome. Per tag, the parser looks through all that are open:
/// 200,000 of them would take it minutes.
const MAX_DEPTH: usize = 512;

/// Elements that hold nothing, or that the next one of their kind ends: they do not nest.
const FLAT: [&str; 34] = [
    "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "frame", "head", "hr",
    "html", "img", "input", "li", "link", "meta", "optgroup", "option", "p", "param", "rp", "rt",
    "source", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "track", "wbr",
];

/// Without the tags that lie deeper than anybody's page.
fn flattened(html: &str) -> Cow<'_, str> {
    if html.matches('<').count() <= MAX_DEPTH {
        return Cow::Borrowed(html);
    }
    let mut flat = String::with_capacity(html.len());
    let mut open: HashMap<String, usize> = HashMap::new();
    let mut depth = 0_usize;
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        flat.push_str(before);
        rest = tag;
        let (is_end, name) = match tag.strip_prefix('/') {
            Some(name) => (true, name),
            None => (false, tag),
        };
        let end = name.find(|character: char| !character.is_ascii_alphanumeric());
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
        let name = name.to_ascii_lowercase();
        let was_deep = depth > MAX_DEPTH;
        let nests = !name.is_empty() && FLAT.binary_search(&name.as_str()).is_err();
        if nests {
            let n_open = open.entry(name.clone()).or_default();
            // The end of what never began ends nothing.
            let change = if is_end {
                (*n_open > 0).then_some(-1)
            } else {
                Some(1)
            };
            *n_open = n_open.saturating_add_signed(change.unwrap_or(0));
            depth = depth.saturating_add_signed(change.unwrap_or(0));
        }
        // An end tag closes the element whose start tag was kept.
        if nests && (was_deep || depth > MAX_DEPTH) {
            flat.push(' ');
            rest = tag.split_once('>').map_or("", |(_, after)| after);
        } else {
            flat.push('<');
        }
    }
    flat.push_str(rest);
    Cow::Owned(flat)
}

/// A byte-order mark, then what the page says of itself, then a guess.
pub(super) fn decode(bytes: &[u8]) -> String {
    let head = bytes.get(..bytes.len().min(2048)).unwrap_or_default();
    if Encoding::for_bom(bytes).is_none()
        && let Some(encoding) = declared(head)
        && std::str::from_utf8(bytes).is_err()
    {
        return encoding.decode(bytes).0.into_owned();
    }
    plain::decode(bytes)
}

/// The encoding named after `charset=` or `encoding=` near the beginning.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let (_, rest) = head
        .split_once("charset=")
        .or_else(|| head.split_once("encoding="))?;
    let rest = rest.trim_start_matches(['"', '\'', ' ']);
    let end = rest.find(['"', '\'', ' ', '>', ';', '/', '?'])?;
    Encoding::for_label(rest.as_bytes().get(..end)?)
}

/// Elements whose content HTML reads as letters up to their end tag. XHTML may close them at once
/// (`<title/>`), which in HTML would swallow the rest of the page.
const RAW: [&str; 7] = [
    "title", "script", "style", "textarea", "iframe", "noscript", "xmp",
];

/// `<title/>` as `<title></title>`, in a page that says it is XHTML.
fn with_end_tags(html: &str) -> String {
    let head = html
        .get(..html.floor_char_boundary(2048))
        .unwrap_or_default();
    if !head.contains("<?xml") && !head.contains("http://www.w3.org/1999/xhtml") {
        return html.to_owned();
    }
    let mut closed = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        closed.push_str(before);
        closed.push('<');
        rest = tag;
        let name = tag.split(['/', '>', ' ', '\t', '\r', '\n']).next();
        let Some(name) = name.filter(|name| RAW.contains(name)) else {
            continue;
        };
        if let Some((attributes, after)) = tag.split_once('>')
            && let Some(attributes) = attributes.strip_suffix('/')
        {
            closed.push_str(attributes);
            closed.push_str("></");
            closed.push_str(name);
            closed.push('>');
            rest = after;
        }
    }
    closed.push_str(rest);
    closed
}

#[cfg(test)]
mod tests;
