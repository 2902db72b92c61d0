//! HTML: title, headings and paragraphs; scripts, styles and markup dropped.

use ego_tree::iter::Edge;
use encoding_rs::Encoding;
use scraper::{Html, Node};

use super::{Failure, Input, limit, plain};
use crate::document::{Mark, Text};

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let html = Html::parse_document(&decode(input.bytes()));
    let mut reader = Reader::default();
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => reader.open(node.value()),
            Edge::Close(node) => reader.close(node.value()),
        }
    }
    reader.end_part();
    let mut text = reader.text;
    let title = collapse(&reader.title);
    text.title = (!title.is_empty()).then_some(title);
    if text.text.is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    if input.cut {
        let mib = input.bytes().len() >> 20;
        text.partial = Some(format!("only the first {mib} MB of the file are read"));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// A forced line break, told apart from the source's own line ends.
const BREAK: char = '\u{2028}';

#[derive(Default)]
struct Reader {
    text: Text,
    part: String,
    heading: Option<u8>,
    title: String,
    in_title: bool,
    /// Depth inside elements whose text nobody reads.
    unread: usize,
    /// Depth inside elements whose white space counts.
    verbatim: usize,
}

impl Reader {
    fn open(&mut self, node: &Node) {
        match node {
            Node::Text(_) if self.unread > 0 => {}
            Node::Text(text) if self.in_title => self.title.push_str(text),
            Node::Text(text) => self.part.push_str(text),
            Node::Element(element) => {
                let name = element.name();
                match name {
                    "script" | "style" | "noscript" | "template" | "svg" | "math" => {
                        self.unread += 1;
                    }
                    "title" => self.in_title = self.unread == 0,
                    "br" => self.part.push(BREAK),
                    "td" | "th" => self.part.push('\t'),
                    "pre" | "textarea" => {
                        self.end_part();
                        self.verbatim += 1;
                    }
                    _ if is_block(name) => {
                        self.end_part();
                        self.heading = heading(name);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        let name = element.name();
        match name {
            "script" | "style" | "noscript" | "template" | "svg" | "math" => {
                self.unread = self.unread.saturating_sub(1);
            }
            "title" => self.in_title = false,
            "pre" | "textarea" => {
                self.end_part();
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            _ if is_block(name) => self.end_part(),
            _ => {}
        }
    }

    fn end_part(&mut self) {
        let part = std::mem::take(&mut self.part);
        let part = if self.verbatim > 0 {
            plain::clean(&part)
        } else {
            collapse(&part)
        };
        let mark = Mark {
            heading: self.heading.take(),
            ..Mark::default()
        };
        self.text.push(part.trim_matches('\n'), mark);
    }
}

fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

fn is_block(name: &str) -> bool {
    heading(name).is_some()
        || matches!(
            name,
            "p" | "div"
                | "section"
                | "article"
                | "aside"
                | "main"
                | "header"
                | "footer"
                | "nav"
                | "ul"
                | "ol"
                | "li"
                | "dl"
                | "dt"
                | "dd"
                | "table"
                | "tr"
                | "caption"
                | "blockquote"
                | "figure"
                | "figcaption"
                | "form"
                | "fieldset"
                | "hr"
                | "address"
                | "details"
                | "summary"
                | "option"
                | "body"
        )
}

/// Runs of white space become one space, as a browser shows them; forced breaks stay.
fn collapse(part: &str) -> String {
    let lines = part
        .split(BREAK)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    plain::clean(&lines.join("\n"))
}

/// A byte-order mark, then what the page says of itself, then a guess.
fn decode(bytes: &[u8]) -> String {
    if Encoding::for_bom(bytes).is_none()
        && let Some(encoding) = declared(&bytes[..bytes.len().min(2048)])
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
