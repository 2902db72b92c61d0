//! Open Document text and presentations (odt, odp, and both as one flat file): headings, paragraphs,
//! lists, tables, notes, slides, and what stands at the head and foot of the pages.
//!
//! Text documents have no page numbers: the program that shows them makes the pages. Slides have
//! theirs. Deleted text of tracked changes is not read. Invariant: paragraphs stand in the order in
//! which they begin to be read, and what lies inside one (a note, a frame) follows it.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    Failure, Input, limit,
    office_xml::{attribute, damaged, entity},
    properties,
    zipped::Parts,
};
use crate::document::{Mark, Text, Unit};

/// Paragraphs inside paragraphs, at most: a note in a frame in a note is no letter any more.
const MAX_DEPTH: usize = 64;
/// Spaces that one element stands for, at most.
const MAX_SPACES: usize = 100;
/// What is not for the reader's eyes, or stands there a second time.
const SKIPPED: [&str; 15] = [
    "office:meta",
    "office:scripts",
    "office:forms",
    "office:font-face-decls",
    "office:automatic-styles",
    "office:binary-data",
    "text:tracked-changes",
    "text:note-citation",
    "text:page-number",
    "dc:creator",
    "dc:date",
    "meta:date-string",
    "draw:object",
    "svg:title",
    "svg:desc",
];

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut walk = Walk {
        max_text_bytes: input.max_text_bytes,
        ..Walk::default()
    };
    let complaint = if input.bytes().starts_with(b"PK") {
        packed(input, &mut walk)?
    } else {
        properties::open_document(input.bytes(), &mut walk.text);
        walk.read(input.bytes()).err()
    };
    let mut text = walk.finish();
    if text.text.is_empty() {
        return Err(match complaint {
            Some(reason) => Failure::Failed(reason),
            None => Failure::Skipped("there is no text in it".into()),
        });
    }
    text.partial = complaint;
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

fn packed(input: &Input<'_>, walk: &mut Walk) -> Result<Option<String>, Failure> {
    let mut parts = Parts::open(input)?;
    if is_locked(&mut parts) {
        return Err(Failure::Failed("it is locked with a password".into()));
    }
    if let Ok(Some(meta)) = parts.part("meta.xml") {
        properties::open_document(&meta, &mut walk.text);
    }
    let mut complaint = walk.read(&parts.needed("content.xml")?).err();
    // A presentation's pages in there are the forms that slides are made of.
    if walk.n_slides == 0 {
        let styles = parts
            .part("styles.xml")
            .map_err(|failure| failure.to_string());
        let result = styles.and_then(|styles| walk.read(&styles.unwrap_or_default()));
        complaint = complaint.or(result.err());
    }
    Ok(parts.cut().or(complaint))
}

/// Whether any part of an Open Document file is encrypted.
pub(super) fn is_locked(parts: &mut Parts<'_>) -> bool {
    let manifest = parts.part("META-INF/manifest.xml").ok().flatten();
    manifest.is_some_and(|manifest| super::contains(&manifest, b"encryption-data"))
}

/// One document's text on its way into paragraphs.
#[derive(Debug, Default)]
struct Walk {
    text: Text,
    max_text_bytes: usize,
    /// The paragraphs that are open, outermost first.
    open: Vec<(String, Mark)>,
    /// Those that ended inside the outermost one.
    inside: Vec<(String, Mark)>,
    n_slides: u32,
    in_notes: bool,
    in_title: bool,
    /// In the body, or in a page's head or foot.
    is_shown: bool,
}

impl Walk {
    fn read(&mut self, xml: &[u8]) -> Result<(), String> {
        let mut reader = Reader::from_reader(xml);
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    if SKIPPED.contains(&start.name().as_ref()) {
                        let skipped = reader.read_to_end(start.name());
                        skipped.map_err(|error| self.broken(&error))?;
                    } else {
                        self.start(&start);
                    }
                }
                Ok(Event::Empty(start)) => self.empty(&start),
                Ok(Event::Text(content)) => self.add(&content.xml10_content()),
                Ok(Event::CData(content)) => self.add(&content.xml10_content()),
                Ok(Event::GeneralRef(reference)) => self.add(&entity(&reference)),
                Ok(Event::End(end)) => self.end(end.local_name().as_ref()),
                Ok(Event::Eof) => return Ok(()),
                Err(error) => return Err(self.broken(&error)),
                Ok(_) => {}
            }
            if self.text.text.len() > self.max_text_bytes {
                return Ok(());
            }
        }
    }

    /// Keeps what was read before the damage.
    fn broken(&mut self, error: &quick_xml::Error) -> String {
        while !self.open.is_empty() {
            self.end_paragraph();
        }
        damaged(error)
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        match element.name().as_ref() {
            "office:body" | "style:header" | "style:footer" | "style:header-left"
            | "style:footer-left" | "style:header-first" | "style:footer-first" => {
                self.is_shown = true;
            }
            "presentation:notes" => self.in_notes = true,
            "draw:frame" => {
                let class = attribute(element, "class").unwrap_or_default();
                self.in_title = class == "title";
            }
            "text:p" => self.begin(self.in_title.then_some(1)),
            "text:h" => {
                let level = attribute(element, "outline-level");
                let level = level.and_then(|level| level.parse::<u8>().ok());
                self.begin(Some(level.unwrap_or(1).clamp(1, 6)));
            }
            _ => self.empty(element),
        }
    }

    fn empty(&mut self, element: &BytesStart<'_>) {
        if element.name().as_ref() == "draw:page" {
            self.n_slides += 1;
        }
        let Some((paragraph, _)) = self.open.last_mut() else {
            return;
        };
        match element.name().as_ref() {
            "text:tab" => paragraph.push('\t'),
            "text:line-break" => paragraph.push('\n'),
            "text:s" => {
                let n = attribute(element, "c").and_then(|n| n.parse().ok());
                paragraph.push_str(&" ".repeat(n.unwrap_or(1).min(MAX_SPACES)));
            }
            _ => {}
        }
    }

    fn begin(&mut self, heading: Option<u8>) {
        if self.is_shown && self.open.len() < MAX_DEPTH {
            let mark = Mark {
                page: (self.n_slides > 0).then_some(self.n_slides),
                label: self.in_notes.then(|| "notes".to_owned()),
                heading: heading.filter(|_| !self.in_notes),
                ..Mark::default()
            };
            self.open.push((String::new(), mark));
        }
    }

    /// White space counts once, wherever it stands.
    fn add(&mut self, content: &str) {
        let Some((paragraph, _)) = self.open.last_mut() else {
            return;
        };
        for character in content.chars() {
            if !matches!(character, ' ' | '\t' | '\n' | '\r') {
                paragraph.push(character);
            } else if !paragraph.is_empty() && !paragraph.ends_with([' ', '\t', '\n']) {
                paragraph.push(' ');
            }
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => self.end_paragraph(),
            "notes" => self.in_notes = false,
            "frame" => self.in_title = false,
            "body" | "header" | "footer" | "header-left" | "footer-left" | "header-first"
            | "footer-first" => self.is_shown = false,
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let Some(ended) = self.open.pop() else {
            return;
        };
        if !self.open.is_empty() {
            self.inside.push(ended);
            return;
        }
        self.text.push(&ended.0, ended.1);
        for (paragraph, mark) in std::mem::take(&mut self.inside) {
            self.text.push(&paragraph, mark);
        }
    }

    fn finish(mut self) -> Text {
        while !self.open.is_empty() {
            self.end_paragraph();
        }
        if self.n_slides > 0 {
            self.text.unit = Unit::Slide;
            self.text.n_pages = Some(self.n_slides);
        }
        self.text
    }
}

#[cfg(test)]
#[path = "opendocument/tests.rs"]
mod tests;
