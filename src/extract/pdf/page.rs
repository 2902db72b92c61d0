//! The text of one page with its lines' places, and what was written onto it later.
//!
//! Owns the way from pdfium's characters to text: line ends, hyphens that only break a word.
//! Invariant: a line's range is that of its characters in the page's text.

use std::ops::Range;

use pdfium_render::prelude::{
    PdfFormComboBoxField, PdfFormListBoxField, PdfFormTextField, PdfPage, PdfPageAnnotation,
    PdfPageAnnotationCommon, PdfPageObjectCommon, PdfPageObjectType, PdfPageObjectsCommon,
    PdfPageTextChar, PdfRect,
};

use crate::document::{Mark, Rectangle, Text, TextBox};

/// A page of text has more letters.
const MIN_LETTERS: usize = 100;

/// The outline's entries on a page, with their levels.
pub(super) type Headings<'a> = &'a [(String, u8)];

/// What stands on a page.
#[derive(Debug, Default)]
pub(super) struct PageText {
    text: String,
    lines: Vec<Line>,
}

/// One line, where it stands.
#[derive(Debug, Clone)]
struct Line {
    span: Range<usize>,
    rectangle: Option<Rectangle>,
}

/// Reads a page; `None` if that is not possible.
pub(super) fn read(page: &PdfPage<'_>, with_layout: bool) -> Option<PageText> {
    let text = page.text().ok()?;
    let mut content = PageText::default();
    let mut line = Line {
        span: 0..0,
        rectangle: None,
    };
    let mut characters = Characters::default();
    for character in text.chars().iter() {
        let Some(found) = characters.next(character.unicode_value()) else {
            continue;
        };
        if found == '\n' {
            content.end(&mut line);
        } else if with_layout {
            line.rectangle = around(line.rectangle, &character);
        }
        content.text.push(found);
    }
    content.end(&mut line);
    Some(content)
}

impl PageText {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Whether it says so little that a picture on the page says more, as stamps and page numbers do.
    pub(super) fn is_thin(&self) -> bool {
        let n_letters = self.text.chars().filter(|found| found.is_alphanumeric());
        n_letters.count() < MIN_LETTERS || self.is_garbled()
    }

    /// Whether its letters mean nothing: fonts may leave out what they are.
    pub(super) fn is_garbled(&self) -> bool {
        let is_unknown = |found: &char| matches!(found, '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
        let n_unknown = self.text.chars().filter(is_unknown).count();
        let n_shown = self.text.chars().filter(|found| !found.is_whitespace());
        n_unknown > 0 && 3 * n_unknown >= n_shown.count()
    }

    fn end(&mut self, line: &mut Line) {
        line.span.end = self.text.len();
        self.lines.push(line.clone());
        *line = Line {
            // Behind the line's end, which follows.
            span: self.text.len() + 1..0,
            rectangle: None,
        };
    }

    /// Appends the page, with a heading for each entry of the outline that has a line of its own.
    pub(super) fn push_to(&self, text: &mut Text, mark: &Mark, headings: Headings<'_>) {
        let mut left: Vec<&(String, u8)> = headings.iter().collect();
        let mut start = 0;
        for line in &self.lines {
            let content = self.text.get(line.span.clone()).unwrap_or_default();
            let Some(i) = left.iter().position(|(title, _)| is_same(title, content)) else {
                continue;
            };
            let (_, level) = left.remove(i);
            self.push_part(start..line.span.start, text, mark.clone());
            let heading = Mark {
                heading: Some(*level),
                ..mark.clone()
            };
            self.push_part(line.span.clone(), text, heading);
            start = line.span.end;
        }
        self.push_part(start..self.text.len(), text, mark.clone());
    }

    fn push_part(&self, span: Range<usize>, text: &mut Text, mark: Mark) {
        let part = self.text.get(span.clone()).unwrap_or_default();
        let n_leading = part.len() - part.trim_start_matches('\n').len();
        let (n_marks, page) = (text.marks.len(), mark.page);
        text.push(part.trim_start_matches('\n'), mark);
        let Some(at) = text.marks.get(n_marks).map(|mark| mark.start) else {
            return;
        };
        let first = span.start + n_leading;
        for line in &self.lines {
            let (Some(rectangle), Some(page)) = (line.rectangle, page) else {
                continue;
            };
            if line.span.start >= first && line.span.end <= span.end {
                text.boxes.push(TextBox {
                    start: at + line.span.start - first,
                    end: at + line.span.end - first,
                    page,
                    rectangle,
                });
            }
        }
    }
}

/// Compares letters and digits only: an outline knows no line's white space, nor its dots.
fn is_same(title: &str, line: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|character| character.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let title = letters(title);
    !title.is_empty() && title == letters(line)
}

fn around(so_far: Option<Rectangle>, character: &PdfPageTextChar<'_>) -> Option<Rectangle> {
    let Ok(bounds) = character.loose_bounds() else {
        return so_far;
    };
    let hundredths = |points: f32| (points * 100.0).round() as i32;
    let own = Rectangle {
        left: hundredths(bounds.left().value),
        bottom: hundredths(bounds.bottom().value),
        right: hundredths(bounds.right().value),
        top: hundredths(bounds.top().value),
    };
    Some(so_far.map_or(own, |other| other.around(own)))
}

/// pdfium's character codes into characters: it ends lines with CR LF, marks a hyphen that only breaks
/// a word with U+0002 or U+FFFE, and gives rare characters in two halves.
#[derive(Debug, Default)]
struct Characters {
    breaks_word: bool,
    after_return: bool,
    half: Option<u32>,
}

impl Characters {
    fn next(&mut self, code: u32) -> Option<char> {
        let half = self.half.take();
        if (0xd800..0xdc00).contains(&code) {
            self.half = Some(code);
            return None;
        }
        let code = match half {
            Some(half) if (0xdc00..0xe000).contains(&code) => {
                0x10000 + ((half - 0xd800) << 10) + (code - 0xdc00)
            }
            _ => code,
        };
        let after_return = std::mem::take(&mut self.after_return);
        match char::from_u32(code)? {
            '\u{2}' | '\u{fffe}' => self.breaks_word = true,
            '\r' | '\n' if self.breaks_word => {
                self.breaks_word = code == u32::from('\r');
            }
            '\n' if after_return => {}
            '\r' => {
                self.after_return = true;
                return Some('\n');
            }
            found @ ('\n' | '\t') => return Some(found),
            found if found.is_control() => {}
            found => {
                self.breaks_word = false;
                return Some(found);
            }
        }
        None
    }
}

/// Whether what a page shows may be text that its letters do not say: pictures that cover half of it
/// or, where it has no letters, anything at all.
pub(super) fn is_picture(page: &PdfPage<'_>, is_blank: bool) -> bool {
    if is_blank {
        return !page.objects().is_empty();
    }
    let area = |bounds: PdfRect| bounds.width().value * bounds.height().value;
    let pictures = page.objects().iter().filter_map(|object| {
        let is_image = object.object_type() == PdfPageObjectType::Image;
        let bounds = object.bounds().ok().filter(|_| is_image)?;
        Some(area(bounds.to_rect()))
    });
    let whole = page.width().value * page.height().value;
    pictures.sum::<f32>() >= whole / 2.0
}

/// What was written onto a page: comments, and what fields are filled in with.
pub(super) fn remarks(page: &PdfPage<'_>) -> Vec<(&'static str, String)> {
    let annotations = page.annotations().iter();
    annotations
        .filter_map(|annotation| remark(&annotation))
        .collect()
}

fn remark(annotation: &PdfPageAnnotation<'_>) -> Option<(&'static str, String)> {
    let (kind, said) = match annotation.as_form_field() {
        Some(field) => {
            let text = field.as_text_field().and_then(PdfFormTextField::value);
            let combo = field
                .as_combo_box_field()
                .and_then(PdfFormComboBoxField::value);
            let list = field
                .as_list_box_field()
                .and_then(PdfFormListBoxField::value);
            ("field", text.or(combo).or(list)?)
        }
        None => ("comment", annotation.contents()?),
    };
    let said = said.replace("\r\n", "\n").replace('\r', "\n");
    (!said.trim().is_empty()).then(|| (kind, said.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(codes: &[u32]) -> String {
        let mut characters = Characters::default();
        codes
            .iter()
            .filter_map(|&code| characters.next(code))
            .collect()
    }

    fn codes(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn a_hyphen_that_only_breaks_a_line_is_taken_out() {
        assert_eq!(
            read(&codes("exam\u{2}\r\nple\r\nwell-known\n\r\n")),
            "example\nwell-known\n\n"
        );
    }

    #[test]
    fn two_halves_make_one_character_and_one_makes_none() {
        assert_eq!(read(&[0x41, 0xd83d, 0xdc26, 0xd83d, 0x42]), "A🐦B");
    }

    #[test]
    fn an_entry_of_the_outline_makes_its_line_a_heading_and_lines_keep_their_places() {
        let mut page = PageText::default();
        for (i, content) in ["intro", "2.1  Notice Period", "three months"]
            .iter()
            .enumerate()
        {
            let start = page.text.len();
            page.text.push_str(content);
            let at = i as i32;
            let rectangle = Rectangle {
                left: at,
                bottom: at,
                right: at,
                top: at,
            };
            page.lines.push(Line {
                span: start..page.text.len(),
                rectangle: Some(rectangle),
            });
            page.text.push('\n');
        }
        let mut text = Text::default();
        let mark = Mark {
            page: Some(7),
            ..Mark::default()
        };
        page.push_to(&mut text, &mark, &[("2.1 Notice period".into(), 2)]);
        let headings: Vec<_> = text.marks.iter().map(|mark| mark.heading).collect();
        assert_eq!(headings, [None, Some(2), None]);
        assert!(text.marks.iter().all(|mark| mark.page == Some(7)));
        let lines: Vec<&str> = text
            .boxes
            .iter()
            .map(|at| &text.text[at.start..at.end])
            .collect();
        assert_eq!(lines, ["intro", "2.1  Notice Period", "three months"]);
    }
}
