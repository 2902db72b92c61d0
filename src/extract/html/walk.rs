//! A page's tree into parts: paragraphs, headings, rows of tables, blocks kept verbatim.
//!
//! Goes over the tree without recursion, since a page may nest as deep as it is long.
//! Invariant: every character that is read belongs to exactly one part.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef, iter::Edge};
use scraper::{Html, Node, node::Element};

use super::{
    chrome::{LeaveOut, is_left_out},
    plain,
};
use crate::document::{Mark, Text};

/// A forced line break, told apart from the source's own line ends.
const BREAK: char = '\u{2028}';
/// Between the cells of a row.
const CELL: char = '\u{1f}';
/// A row with more than this inside it is a page laid out as a table.
const MAX_ROW_NODES: usize = 400;

/// What was read.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: Text,
    /// Of its `title` element.
    pub(super) title: String,
    /// Where the wanted ids stand.
    pub(super) anchors: Vec<(String, usize)>,
}

/// Reads a tree, and notes where the elements with these ids begin.
pub(super) fn walk(tree: &Html, leave_out: LeaveOut, ids: &HashSet<String>) -> Page {
    let mut reader = Reader {
        page: Page::default(),
        leave_out,
        ids,
        part: String::new(),
        heading: None,
        passing: None,
        in_title: false,
        in_row: false,
        n_verbatim: 0,
        n_content: 0,
        reached: Vec::new(),
    };
    for edge in tree.tree.root().traverse() {
        match (edge, reader.passing) {
            (Edge::Close(node), Some(passed)) if node.id() == passed => reader.passing = None,
            (_, Some(_)) => {}
            (Edge::Open(node), None) => reader.open(node),
            (Edge::Close(node), None) => reader.close(node.value()),
        }
    }
    reader.end_part();
    let mut page = reader.page;
    page.title = collapse(&page.title);
    page
}

struct Reader<'a> {
    page: Page,
    leave_out: LeaveOut,
    ids: &'a HashSet<String>,
    part: String,
    heading: Option<u8>,
    /// Everything inside this element is passed over.
    passing: Option<NodeId>,
    in_title: bool,
    /// In a row of a table that is one part.
    in_row: bool,
    /// Depth inside elements whose white space counts.
    n_verbatim: usize,
    /// Depth inside articles and the main part.
    n_content: usize,
    /// Wanted ids whose element began and whose text did not yet.
    reached: Vec<String>,
}

impl Reader<'_> {
    fn open(&mut self, node: NodeRef<'_, Node>) {
        match node.value() {
            Node::Text(text) if self.in_title => self.page.title.push_str(text),
            Node::Text(text) => self.part.push_str(text),
            Node::Element(element) => self.open_element(node, element),
            _ => {}
        }
    }

    fn open_element(&mut self, node: NodeRef<'_, Node>, element: &Element) {
        if is_left_out(node, element, self.leave_out, self.n_content > 0) {
            self.passing = Some(node.id());
            return;
        }
        self.n_content += usize::from(is_content(element));
        let name = element.name();
        match name {
            "title" => self.in_title = true,
            "br" if self.in_row => self.part.push(' '),
            "br" => self.part.push(BREAK),
            "img" | "area" => self.spoken(element.attr("alt")),
            "math" => {
                // The formula in letters, where there is one, instead of its pieces.
                if let Some(formula) = element.attr("alttext") {
                    self.spoken(Some(formula));
                    self.passing = Some(node.id());
                }
            }
            "annotation" | "annotation-xml" => self.passing = Some(node.id()),
            "label" | "button" => self.part.push(' '),
            "td" | "th" if self.in_row => self.part.push(CELL),
            "pre" | "textarea" if !self.in_row => {
                self.end_part();
                self.n_verbatim += 1;
            }
            "tr" => {
                self.end_part();
                self.in_row = is_data(node);
            }
            _ if self.in_row && is_block(name) => self.part.push(' '),
            _ if is_block(name) => {
                self.end_part();
                self.heading = heading(name);
            }
            _ => {}
        }
        if let Some(id) = element.attr("id").or_else(|| element.attr("name"))
            && self.ids.contains(id)
        {
            self.reached.push(id.to_owned());
        }
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        self.n_content -= usize::from(is_content(element)).min(self.n_content);
        let name = element.name();
        match name {
            "title" => self.in_title = false,
            "label" | "button" => self.part.push(' '),
            "tr" => {
                self.end_part();
                self.in_row = false;
            }
            _ if self.in_row && is_block(name) => self.part.push(' '),
            "pre" | "textarea" if !self.in_row => {
                self.end_part();
                self.n_verbatim = self.n_verbatim.saturating_sub(1);
            }
            _ if is_block(name) => self.end_part(),
            _ => {}
        }
    }

    /// What is written for somebody who does not see the picture.
    fn spoken(&mut self, words: Option<&str>) {
        if let Some(words) = words.filter(|words| !words.trim().is_empty()) {
            self.part.push(' ');
            self.part.push_str(words);
            self.part.push(' ');
        }
    }

    fn end_part(&mut self) {
        let part = std::mem::take(&mut self.part);
        let part = if self.n_verbatim > 0 {
            plain::clean(&part)
        } else {
            collapse(&part)
        };
        let mark = Mark {
            heading: self.heading.take(),
            ..Mark::default()
        };
        let n_marks = self.page.text.marks.len();
        self.page.text.push(part.trim_matches('\n'), mark);
        if let Some(added) = self.page.text.marks.get(n_marks) {
            let start = added.start;
            let reached = self.reached.drain(..).map(|id| (id, start));
            self.page.anchors.extend(reached);
        }
    }
}

fn is_content(element: &Element) -> bool {
    matches!(element.name(), "main" | "article") || element.attr("role") == Some("main")
}

/// Whether a row holds values, and not a part of a page that is laid out as a table.
fn is_data(row: NodeRef<'_, Node>) -> bool {
    let mut below = row.descendants().skip(1);
    let is_flat = below.by_ref().take(MAX_ROW_NODES).all(|node| {
        let Node::Element(element) = node.value() else {
            return true;
        };
        heading(element.name()).is_none()
            && !matches!(
                element.name(),
                "table" | "pre" | "ul" | "ol" | "dl" | "form"
            )
    });
    is_flat && below.next().is_none()
}

fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 42] = [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "search",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    heading(name).is_some() || BLOCKS.binary_search(&name).is_ok()
}

/// Runs of white space become one space, as a browser shows them; forced breaks stay, and cells are
/// divided by tabs.
fn collapse(part: &str) -> String {
    let words = |cell: &str| cell.split_whitespace().collect::<Vec<_>>().join(" ");
    let filled = |pieces: Vec<String>, between: &str| {
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
        pieces.collect::<Vec<_>>().join(between)
    };
    let lines = part
        .split(BREAK)
        .map(|line| filled(line.split(CELL).map(words).collect(), "\t"));
    plain::clean(&filled(lines.collect(), "\n"))
}
