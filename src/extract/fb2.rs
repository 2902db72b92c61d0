//! Books (FictionBook): title, authors, and each section of the body as a chapter.
//!
//! Invariants: chapters are the outermost sections, numbered as they come; what belongs to notes is
//! one chapter; pictures, which stand in the file as letters, are never read.

use quick_xml::events::BytesStart;

use super::{
    Failure, Input, html, limit, written,
    xml::{Events, Piece, attribute, collapse},
};
use crate::document::{Mark, Text, Unit};

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let source = html::decode(input.bytes());
    let mut book = Book::default();
    let mut events = Events::new(&source);
    let damage = loop {
        match events.next() {
            Ok(Some(Piece::Open(start))) => book.open(&start),
            Ok(Some(Piece::Text(text))) if book.is_read() => book.part.push_str(&text),
            Ok(Some(Piece::Text(_))) => {}
            Ok(Some(Piece::Close(name))) => book.close(&name),
            Ok(None) => break None,
            Err(reason) => break Some(reason),
        }
        if book.text.text.len() > input.max_text_bytes {
            break None;
        }
    };
    book.end_part();
    let mut text = book.text;
    if text.text.is_empty() {
        return Err(match damage {
            Some(reason) => Failure::Failed(reason),
            None => Failure::Skipped("there is no text in it".into()),
        });
    }
    text.author = (!book.authors.is_empty()).then(|| book.authors.join(", "));
    text.unit = Unit::Chapter;
    text.n_pages = Some(book.chapter.max(1));
    let mib = input.bytes().len() >> 20;
    let is_cut = input.cut;
    text.partial =
        damage.or_else(|| is_cut.then(|| format!("only the first {mib} MB of the file are read")));
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "elements that may or may not be around the current place"
)]
struct Book {
    text: Text,
    part: String,
    authors: Vec<String>,
    /// Names of an author being read.
    names: Vec<String>,
    chapter: u32,
    /// Titles of the sections around the current place, `None` before theirs is read.
    sections: Vec<Option<String>>,
    is_about: bool,
    in_author: bool,
    in_body: bool,
    /// In a body of notes, which is one chapter.
    in_notes: bool,
    in_title: bool,
    is_subtitle: bool,
    /// Paragraphs of the title being read.
    title: String,
}

impl Book {
    fn is_read(&self) -> bool {
        self.in_body || self.is_about
    }

    fn open(&mut self, start: &BytesStart<'_>) {
        match start.local_name().as_ref() {
            "title-info" => self.is_about = true,
            "author" if self.is_about => self.in_author = true,
            "date" if self.is_about => {
                let date = attribute(start, "value").as_deref().and_then(written::iso);
                self.text.written = date;
                self.part.clear();
            }
            "body" => {
                self.in_body = true;
                self.in_notes = attribute(start, "name").is_some();
                self.chapter += u32::from(self.in_notes);
            }
            "section" if self.in_body => {
                self.end_part();
                self.chapter += u32::from(self.sections.is_empty() && !self.in_notes);
                self.sections.push(None);
            }
            "title" if self.in_body => {
                self.end_part();
                self.in_title = true;
            }
            "subtitle" if self.in_body => {
                self.end_part();
                self.is_subtitle = true;
            }
            "td" | "th" if self.in_body && !self.part.trim().is_empty() => self.part.push('\t'),
            "image" if self.in_body => {
                if let Some(words) = attribute(start, "alt") {
                    self.part.push_str(&format!(" {words} "));
                }
            }
            "p" | "v" | "tr" | "text-author" if self.in_body && !self.in_title => self.end_part(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.is_about {
            self.close_about(name);
            return;
        }
        match name {
            "body" => {
                self.end_part();
                self.in_body = false;
                self.sections.clear();
            }
            "section" => {
                self.end_part();
                self.sections.pop();
            }
            "title" if self.in_title => {
                self.title = std::mem::take(&mut self.part);
                self.end_title();
            }
            // The paragraphs of a title are its lines.
            "p" if self.in_title => self.part.push(' '),
            "p" | "v" | "tr" | "subtitle" | "text-author" => self.end_part(),
            _ => {}
        }
    }

    fn close_about(&mut self, name: &str) {
        let value = collapse(&std::mem::take(&mut self.part));
        match name {
            "title-info" => self.is_about = false,
            "book-title" if !value.is_empty() => self.text.title = Some(value),
            "first-name" | "middle-name" | "last-name" | "nickname" if self.in_author => {
                self.names.extend((!value.is_empty()).then_some(value));
            }
            "author" => {
                let names = std::mem::take(&mut self.names);
                self.authors
                    .extend((!names.is_empty()).then(|| names.join(" ")));
                self.in_author = false;
            }
            "date" if self.text.written.is_none() => self.text.written = written::iso(&value),
            // What a book says of itself is found as well.
            "p" => {
                let mark = Mark::default();
                self.text.push(&value, mark);
            }
            _ => {}
        }
    }

    fn end_title(&mut self) {
        self.in_title = false;
        let title = collapse(&std::mem::take(&mut self.title));
        if let Some(section) = self.sections.last_mut() {
            *section = Some(title.clone()).filter(|title| !title.is_empty());
        }
        let level = self.sections.len().clamp(1, 6) as u8;
        self.push(&title, Some(level));
    }

    fn end_part(&mut self) {
        let part = std::mem::take(&mut self.part);
        let is_subtitle = std::mem::take(&mut self.is_subtitle);
        if !self.in_body {
            return;
        }
        let cells: Vec<String> = part.split('\t').map(collapse).collect();
        let level = (self.sections.len() + 1).clamp(1, 6) as u8;
        self.push(cells.join("\t").trim(), is_subtitle.then_some(level));
    }

    fn push(&mut self, part: &str, heading: Option<u8>) {
        let label = self.sections.iter().rev().find_map(Clone::clone);
        let mark = Mark {
            page: Some(self.chapter.max(1)),
            label,
            heading,
            ..Mark::default()
        };
        self.text.push(part, mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::input;

    const BOOK: &str = "<?xml version='1.0' encoding='windows-1251'?><FictionBook><description><title-info>\
        <author><first-name>Анна</first-name><last-name>Орлова</last-name></author>\
        <book-title>Причал</book-title><date value='1901-02-03'>1901</date></title-info></description>\
        <body><title><p>Причал</p></title><section><title><p>Часть</p><p>первая</p></title>\
        <p>Лодка <emphasis>пришла</emphasis> утром.</p><section><title><p>Буря</p></title>\
        <poem><stanza><v>Ветер с моря</v></stanza></poem></section></section>\
        <section><subtitle>Тишина</subtitle><table><tr><td>рыба</td><td>два</td></tr></table></section></body>\
        <body name='notes'><section id='n1'><title><p>1</p></title><p>Сноска.</p></section></body>\
        <binary id='a'>QUJD</binary></FictionBook>";

    #[test]
    fn sections_are_chapters_and_notes_are_one() {
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(BOOK);
        let text = parse(&input("a.fb2", &bytes)).unwrap();
        assert_eq!(text.title.as_deref(), Some("Причал"));
        assert_eq!(text.author.as_deref(), Some("Анна Орлова"));
        assert_eq!(text.written.as_deref(), Some("1901-02-03"));
        assert_eq!(text.n_pages, Some(3));
        let place = |words: &str| {
            let position = text.position(text.text.find(words).unwrap());
            (position.page, position.label)
        };
        assert_eq!(
            place("Лодка пришла утром."),
            (Some(1), Some("Часть первая".into()))
        );
        assert_eq!(place("Ветер"), (Some(1), Some("Буря".into())));
        assert_eq!(place("рыба\tдва"), (Some(2), None));
        assert_eq!(place("Сноска"), (Some(3), Some("1".into())));
        assert!(!text.text.contains("QUJD"));
    }

    #[test]
    fn a_damaged_book_keeps_what_was_read() {
        let text = parse(&input(
            "a.fb2",
            b"<FictionBook><body><section><p>kept</p><p>also<",
        ))
        .unwrap();
        assert_eq!(text.text, "kept\n\nalso");
        assert!(text.partial.unwrap().contains("damaged"));
        let deep = format!("<FictionBook><body>{}<p>deep", "<section>".repeat(50_000));
        assert_eq!(
            parse(&input("a.fb2", deep.as_bytes())).unwrap().text,
            "deep"
        );
        assert!(parse(&input("a.fb2", b"<FictionBook/>")).is_err());
    }
}
