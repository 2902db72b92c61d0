//! XML: what reading its documents has in common, and documents that are XML and nothing else.
//!
//! Owns [`Events`], which takes text apart without ever expanding what a document defines itself.
//! Of articles and manuals (JATS, `DocBook`, TEI, feeds, drawings) the text is read, of other data the
//! values of attributes as well. Invariants: no recursion over depth, no file or address is opened.

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_html5_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::{Failure, Input, html, limit};
use crate::document::{Mark, Text};

/// What a document is made of, without its declarations, comments and instructions.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A start tag; an empty element is one, with its end behind it.
    Open(BytesStart<'a>),
    /// Text between tags, references resolved.
    Text(String),
    /// An end tag.
    Close(String),
}

/// The pieces of a document, in order.
pub(super) struct Events<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Events<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let mut reader = Reader::from_reader(source.as_bytes());
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader }
    }

    /// The next piece; `None` at the end, an error once where the document is damaged.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'a>>, String> {
        loop {
            return match self.reader.read_event() {
                Ok(Event::Start(start)) => Ok(Some(Piece::Open(start))),
                Ok(Event::Text(text)) => Ok(Some(Piece::Text(text.xml10_content().into_owned()))),
                Ok(Event::CData(text)) => Ok(Some(Piece::Text(text.xml10_content().into_owned()))),
                Ok(Event::GeneralRef(reference)) => Ok(Some(Piece::Text(resolved(&reference)))),
                Ok(Event::End(end)) => Ok(Some(Piece::Close(end.local_name().as_ref().to_owned()))),
                Ok(Event::Eof) => Ok(None),
                Ok(_) => continue,
                Err(error) => Err(format!("the document is damaged: {error}")),
            };
        }
    }

    /// Byte offset behind the last piece.
    fn offset(&self) -> usize {
        self.reader.buffer_position() as usize
    }
}

/// A character, or nothing but a space for what the document defines itself.
fn resolved(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => resolve_html5_entity(reference).unwrap_or(" ").to_owned(),
    }
}

/// The value of an element's attribute, whatever its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let attributes = attributes.with_checks(false).flatten();
    let mut found = attributes.filter(|attribute| attribute.key.local_name().as_ref() == name);
    let value = found.next()?;
    let value = value.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// One space for each run of white space.
pub(super) fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let source = html::decode(input.bytes()).replace("\r\n", "\n");
    let mut document = Document::default();
    let mut events = Events::new(&source);
    let mut counted = 0;
    let damage = loop {
        let piece = match events.next() {
            Ok(Some(piece)) => piece,
            Ok(None) => break None,
            Err(reason) => break Some(reason),
        };
        match piece {
            Piece::Open(start) => document.open(&start),
            Piece::Text(text) => document.text(&text),
            Piece::Close(name) => document.close(&name),
        }
        let passed = source.get(counted..events.offset()).unwrap_or_default();
        document.line += passed.bytes().filter(|&byte| byte == b'\n').count() as u32;
        counted = events.offset().max(counted);
        if document.read.text.len() > input.max_text_bytes {
            break None;
        }
    };
    document.end_part();
    let mut text = document.read;
    if text.text.is_empty() {
        return Err(match damage {
            Some(reason) => Failure::Failed(reason),
            None => Failure::Skipped("there is no text in it".into()),
        });
    }
    text.partial = damage.or_else(|| {
        let mib = input.bytes().len() >> 20;
        input
            .cut
            .then(|| format!("only the first {mib} MB of the file are read"))
    });
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// Root elements of documents that are written to be read.
const WRITINGS: [&str; 17] = [
    "article",
    "book",
    "chapter",
    "collection",
    "concept",
    "feed",
    "para",
    "rdf",
    "refentry",
    "reference",
    "rss",
    "section",
    "set",
    "svg",
    "task",
    "tei",
    "topic",
];
/// Elements within a line; what else a writing has begins a part of its own.
const INLINE: [&str; 45] = [
    "a",
    "abbrev",
    "acronym",
    "anchor",
    "b",
    "bold",
    "citation",
    "citetitle",
    "code",
    "command",
    "em",
    "email",
    "emphasis",
    "ext-link",
    "filename",
    "firstname",
    "firstterm",
    "foreignphrase",
    "given-names",
    "guilabel",
    "guimenu",
    "hi",
    "i",
    "inline-formula",
    "italic",
    "lb",
    "link",
    "literal",
    "month",
    "name",
    "named-content",
    "option",
    "personname",
    "phrase",
    "quote",
    "sc",
    "span",
    "styled-content",
    "sub",
    "sup",
    "surname",
    "systemitem",
    "term",
    "ulink",
    "xref",
];

#[derive(Default)]
struct Document {
    read: Text,
    part: String,
    /// Where the part begins, and where we are, counted from 0.
    part_line: u32,
    line: u32,
    /// Sections around the current place.
    n_sections: u8,
    depth: u32,
    is_writing: bool,
    in_title: bool,
    /// Depth inside what nobody reads.
    n_unread: u32,
    first_title: Option<String>,
}

impl Document {
    fn open(&mut self, start: &BytesStart<'_>) {
        let name = start.local_name().as_ref().to_ascii_lowercase();
        if self.depth == 0 {
            self.is_writing = WRITINGS.binary_search(&name.as_str()).is_ok();
        }
        self.depth += 1;
        if self.n_unread > 0 || matches!(name.as_str(), "script" | "style" | "binary" | "tex-math")
        {
            self.n_unread += 1;
            return;
        }
        if is_section(&name) {
            self.n_sections = self.n_sections.saturating_add(1);
        }
        if !(self.is_writing && is_inline(&name)) {
            self.end_part();
            self.in_title = match name.as_str() {
                "title" | "head" | "refname" => true,
                // Those in the list of references are none.
                "article-title" => self.first_title.is_none(),
                _ => false,
            };
        }
        if !self.is_writing {
            let mut attributes = start.attributes();
            for attribute in attributes.with_checks(false).flatten() {
                let is_name = attribute.key.as_ref().starts_with("xmlns");
                if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0)
                    && !is_name
                    && !value.contains("://")
                {
                    self.text(&value);
                    self.part.push(' ');
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.n_unread > 0 {
            return;
        }
        if self.part.trim().is_empty() {
            let blank = text.len() - text.trim_start().len();
            let breaks = text.bytes().take(blank).filter(|&byte| byte == b'\n');
            self.part_line = self.line + breaks.count() as u32;
        }
        self.part.push_str(text);
    }

    fn close(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        self.depth = self.depth.saturating_sub(1);
        if self.n_unread > 0 {
            self.n_unread -= 1;
            return;
        }
        if !(self.is_writing && is_inline(&name)) {
            self.end_part();
            self.in_title = false;
        } else if is_word(&name) {
            self.part.push(' ');
        }
        if is_section(&name) {
            self.n_sections = self.n_sections.saturating_sub(1);
        }
    }

    fn end_part(&mut self) {
        let part = collapse(&std::mem::take(&mut self.part));
        if part.is_empty() {
            return;
        }
        if self.in_title && self.first_title.is_none() {
            self.first_title = Some(part.clone());
            self.read.title = Some(part.clone());
        }
        let heading = self.in_title && self.is_writing;
        let mark = Mark {
            line: Some(self.part_line + 1),
            heading: heading.then_some((self.n_sections + 1).min(6)),
            ..Mark::default()
        };
        self.read.push(&part, mark);
    }
}

/// The pieces of a formula stand in a line, too.
fn is_inline(name: &str) -> bool {
    let is_formula = matches!(
        name,
        "math"
            | "mi"
            | "mn"
            | "mo"
            | "mtext"
            | "mrow"
            | "mstyle"
            | "mfrac"
            | "msqrt"
            | "msub"
            | "msup"
            | "msubsup"
            | "munder"
            | "mover"
            | "munderover"
            | "mspace"
            | "semantics"
    );
    is_formula || INLINE.binary_search(&name).is_ok()
}

/// Inline elements that are words of their own.
fn is_word(name: &str) -> bool {
    matches!(
        name,
        "surname" | "given-names" | "firstname" | "name" | "lb"
    )
}

fn is_section(name: &str) -> bool {
    matches!(
        name,
        "sec" | "section" | "chapter" | "sect1" | "sect2" | "sect3" | "sect4" | "div" | "refsect1"
    )
}

#[cfg(test)]
mod tests;
