//! RTF: paragraphs, headings, table rows, notes, and what the document says of itself.
//!
//! Read here, since the libraries for it lose characters. Characters come as bytes of the code page of
//! their font, several of them to a character in East Asian ones, or as numbers with a substitute for
//! old readers. Groups are kept on a stack of bounded depth, never on the program's. Invariant: the time
//! is linear in the bytes, and what is hidden, deleted or no text is left out.

mod destinations;
mod fonts;
mod tokens;

use std::collections::HashMap;

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

pub(super) use self::fonts::of_page as encoding_of_page;
use self::{
    destinations::{Destination, Entry, Fact},
    tokens::{Token, Tokens},
};
use super::{Failure, Format, Input, USUAL, limit};
use crate::document::{Mark, Text};

pub(super) static RTF: Format = Format {
    name: "rtf",
    version: 1,
    extensions: &["rtf"],
    parse: |input, _| parse(input),
    ..USUAL
};

/// Groups in groups; a group that lies deeper is read as a part of the one around it.
const MAX_DEPTH: usize = 4_096;

/// Whether bytes begin as such a file does.
pub(super) fn is_one(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    head.trim_ascii_start().starts_with(b"{\\rtf")
}

fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let bytes = input.bytes();
    let mut text = read(bytes, input.max_text_bytes);
    if text.text.is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    if input.cut {
        let reason = "the file is longer than the limit; its end is not read";
        text.partial = Some(reason.into());
    } else if !bytes.trim_ascii_end().ends_with(b"}") && !bytes.ends_with(b"\0") {
        text.partial = Some("the document is damaged: it ends too early".into());
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// The text of a document, or of a mail's body in this form.
pub(super) fn read(bytes: &[u8], max_text_bytes: usize) -> Text {
    let mut reader = Reader::new();
    for token in Tokens::new(bytes) {
        reader.take(token);
        if reader.text.text.len() > max_text_bytes {
            break;
        }
    }
    reader.finish()
}

/// What holds up to the end of a group.
#[derive(Debug, Clone, Copy)]
struct State {
    destination: Destination,
    encoding: &'static Encoding,
    /// Bytes that stand in for a character that is given by its number.
    n_substitutes: u32,
    /// Hidden, deleted, or a mail's other form.
    is_hidden: bool,
    /// Its end is the end of a note.
    ends_note: bool,
    heading: Option<u8>,
    in_table: bool,
}

struct Reader {
    state: State,
    stack: Vec<State>,
    /// Groups that are open and have no place on the stack.
    n_too_deep: usize,
    is_optional: bool,
    /// Bytes that may be parts of one character.
    bytes: Vec<u8>,
    /// Bytes to be passed over: substitutes.
    n_skipped: u32,
    half: Option<u16>,
    default_encoding: &'static Encoding,
    default_font: i32,
    /// It has one group around everything, and that has ended.
    is_whole: bool,
    is_over: bool,
    fonts: HashMap<i32, &'static Encoding>,
    /// The font, style or level at hand in its table.
    number: i32,
    /// Levels of styles that are headings.
    styles: HashMap<i32, u8>,
    name: String,
    paragraph: String,
    /// The level of the paragraph at hand: its end may come behind the group that sets it.
    heading: Option<u8>,
    /// Paragraphs that a note interrupts.
    outer: Vec<String>,
    /// Notes, to follow the paragraph.
    notes: Vec<String>,
    date: [u16; 5],
    text: Text,
}

impl Reader {
    fn new() -> Self {
        Self {
            state: State {
                destination: Destination::Body,
                encoding: WINDOWS_1252,
                n_substitutes: 1,
                is_hidden: false,
                ends_note: false,
                heading: None,
                in_table: false,
            },
            stack: Vec::new(),
            n_too_deep: 0,
            is_optional: false,
            bytes: Vec::new(),
            n_skipped: 0,
            half: None,
            default_encoding: WINDOWS_1252,
            default_font: 0,
            is_whole: false,
            is_over: false,
            fonts: HashMap::new(),
            number: 0,
            styles: HashMap::new(),
            name: String::new(),
            paragraph: String::new(),
            heading: None,
            outer: Vec::new(),
            notes: Vec::new(),
            date: [0; 5],
            text: Text::default(),
        }
    }

    fn take(&mut self, token: Token<'_>) {
        if self.is_over {
            return;
        }
        if !matches!(token, Token::Byte(_)) {
            self.flush();
        }
        match token {
            Token::Byte(_) if self.n_skipped > 0 => self.n_skipped -= 1,
            Token::Byte(byte) => {
                self.bytes.push(byte);
                if self.bytes.len() > 4096 {
                    self.flush();
                }
            }
            Token::Character(character) => self.push(character),
            Token::Optional => self.is_optional = true,
            Token::Open => self.open(),
            Token::Close => self.close(),
            Token::Word(word, number) => {
                let is_optional = std::mem::take(&mut self.is_optional);
                if word != b"u" {
                    self.n_skipped = 0;
                }
                self.word(word, number, is_optional);
            }
        }
    }

    fn open(&mut self) {
        self.n_skipped = 0;
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(self.state);
            self.state.ends_note = false;
        } else {
            self.n_too_deep += 1;
        }
    }

    fn close(&mut self) {
        self.n_skipped = 0;
        if self.n_too_deep > 0 {
            self.n_too_deep -= 1;
            return;
        }
        if self.state.ends_note {
            let outer = self.outer.pop().unwrap_or_default();
            let note = std::mem::replace(&mut self.paragraph, outer);
            self.notes.push(note);
        }
        let Some(before) = self.stack.pop() else {
            return;
        };
        match self.state.destination {
            Destination::Fact(fact) if self.state.destination != before.destination => {
                self.keep(fact);
            }
            Destination::Styles => self.keep_style(),
            _ => self.name.clear(),
        }
        self.state = before;
        self.is_over = self.is_whole && self.stack.is_empty();
    }

    fn word(&mut self, word: &[u8], number: Option<i32>, is_optional: bool) {
        let is_on = number != Some(0);
        match word {
            b"u" => self.unicode(number.unwrap_or(i32::from(b'?'))),
            b"uc" => self.state.n_substitutes = number.unwrap_or(1).clamp(0, 16) as u32,
            b"ansicpg" => self.use_page(fonts::of_page(number.unwrap_or_default())),
            b"mac" => self.use_page(Some(MACINTOSH)),
            b"rtf" => self.is_whole = true,
            b"deff" => self.default_font = number.unwrap_or_default(),
            b"f" if self.state.destination == Destination::Fonts => {
                self.number = number.unwrap_or_default();
            }
            b"f" => self.use_font(number.unwrap_or_default()),
            b"fcharset" => self.define_font(fonts::of_set(number.unwrap_or_default())),
            b"cpg" => self.define_font(fonts::of_page(number.unwrap_or_default())),
            b"plain" => {
                self.state.is_hidden = false;
                self.use_font(self.default_font);
            }
            b"v" | b"deleted" => self.state.is_hidden = is_on,
            b"s" if self.state.destination == Destination::Styles => {
                self.number = number.unwrap_or_default();
            }
            b"s" => self.state.heading = self.styles.get(&number.unwrap_or_default()).copied(),
            b"outlinelevel" => self.outline(number.unwrap_or_default()),
            b"pard" => (self.state.heading, self.state.in_table) = (None, false),
            b"intbl" => self.state.in_table = true,
            b"yr" | b"mo" | b"dy" | b"hr" | b"min" => self.date_part(word, number),
            _ if self.enter(word, is_optional) => {}
            _ => self.layout(word),
        }
    }

    /// Words that begin another destination. Returns whether this is one.
    fn enter(&mut self, word: &[u8], is_optional: bool) -> bool {
        let is_fact = self.state.destination == Destination::Facts;
        match destinations::of(word, is_optional, is_fact) {
            Entry::None => return false,
            Entry::Here => {}
            Entry::Note => self.begin_note(),
            Entry::Unicode => {
                // Where the group of both forms stands.
                let around = self.stack.iter().rev().nth(1);
                self.state.destination = around.map_or(Destination::Body, |at| at.destination);
            }
            Entry::Other(destination) => {
                if self.state.destination != Destination::Nowhere {
                    self.name.clear();
                    self.state.destination = destination;
                }
            }
        }
        true
    }

    /// What is set between words.
    fn layout(&mut self, word: &[u8]) {
        if self.state.destination != Destination::Body || self.state.is_hidden {
            return;
        }
        match word {
            b"par" | b"sect" | b"page" if self.state.in_table => self.push(' '),
            b"par" | b"sect" | b"page" => self.end_paragraph(),
            b"cell" | b"nestcell" | b"tab" => self.push('\t'),
            b"row" | b"nestrow" => self.end_row(),
            b"line" | b"lbr" | b"softline" => self.push('\n'),
            b"emdash" => self.push('—'),
            b"endash" => self.push('–'),
            b"lquote" => self.push('‘'),
            b"rquote" => self.push('’'),
            b"ldblquote" => self.push('“'),
            b"rdblquote" => self.push('”'),
            b"bullet" => self.push('•'),
            b"emspace" | b"enspace" | b"qmspace" => self.push(' '),
            _ => {}
        }
    }

    fn use_font(&mut self, number: i32) {
        let font = self.fonts.get(&number).copied();
        self.state.encoding = font.unwrap_or(self.default_encoding);
    }

    fn define_font(&mut self, encoding: Option<&'static Encoding>) {
        if let Some(encoding) = encoding {
            self.fonts.insert(self.number, encoding);
        }
    }

    fn use_page(&mut self, encoding: Option<&'static Encoding>) {
        if let Some(encoding) = encoding {
            self.default_encoding = encoding;
            self.state.encoding = encoding;
        }
    }

    /// A character by its number, in halves where it is a rare one; substitutes follow.
    fn unicode(&mut self, number: i32) {
        self.n_skipped = self.state.n_substitutes;
        // Against the specification, but written: a character that needs more than 16 bits.
        let whole = u32::try_from(number).ok().filter(|&number| number > 0xffff);
        if let Some(whole) = whole.and_then(char::from_u32) {
            return self.push(whole);
        }
        let unit = (number & 0xffff) as u16;
        let half = self.half.take();
        if (0xd800..0xdc00).contains(&unit) {
            self.half = Some(unit);
            return;
        }
        let units = half.into_iter().chain([unit]);
        for character in char::decode_utf16(units) {
            match character {
                // Symbol fonts have their letters here.
                Ok(found @ '\u{f020}'..='\u{f0ff}') => {
                    let own = char::from_u32(u32::from(found) - 0xf000);
                    self.push(own.unwrap_or(found));
                }
                Ok(found) => self.push(found),
                Err(_) => {}
            }
        }
    }

    /// Gathered bytes are characters now, of the font at hand.
    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let (shown, _) = self.state.encoding.decode_without_bom_handling(&bytes);
        for character in shown.chars() {
            self.push(character);
        }
    }

    fn push(&mut self, character: char) {
        match self.state.destination {
            Destination::Nowhere | Destination::Facts | Destination::Fonts => {}
            Destination::Styles if character == ';' => self.keep_style(),
            Destination::Fact(_) | Destination::Styles => {
                if self.name.len() < 1000 {
                    self.name.push(character);
                }
            }
            Destination::Body if self.state.is_hidden => {}
            Destination::Body if character.is_control() && !"\t\n".contains(character) => {}
            // Where a word may be divided.
            Destination::Body if character == '\u{ad}' => {}
            Destination::Body => {
                if self.outer.is_empty() {
                    self.heading = self.state.heading;
                }
                self.paragraph.push(character);
            }
        }
    }

    fn outline(&mut self, level: i32) {
        let level = u8::try_from(level).ok().filter(|&level| level < 9);
        let level = level.map(|level| level + 1);
        if self.state.destination == Destination::Styles {
            if let Some(level) = level {
                self.styles.insert(self.number, level);
            }
        } else {
            self.state.heading = level;
        }
    }

    /// A style that is called a heading is one.
    fn keep_style(&mut self) {
        let name = std::mem::take(&mut self.name).trim().to_lowercase();
        let level = name.strip_prefix("heading ").and_then(|n| n.parse().ok());
        if let Some(level) = level.filter(|level| (1..=9).contains(level)) {
            self.styles.insert(self.number, level);
        }
        self.number = 0;
    }

    fn keep(&mut self, fact: Fact) {
        let said = std::mem::take(&mut self.name).trim().to_owned();
        let said = (!said.is_empty()).then_some(said);
        match fact {
            Fact::Title => self.text.title = said,
            Fact::Author => self.text.author = said,
            Fact::Created => {
                let [year, month, day, hour, minute] = self.date;
                let is_date = (1901..=9998).contains(&year)
                    && (1..=12).contains(&month)
                    && (1..=31).contains(&day);
                self.text.written = is_date
                    .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00"));
            }
        }
    }

    fn date_part(&mut self, word: &[u8], number: Option<i32>) {
        if self.state.destination != Destination::Fact(Fact::Created) {
            return;
        }
        let names: [&[u8]; 5] = [b"yr", b"mo", b"dy", b"hr", b"min"];
        let number = number.and_then(|number| u16::try_from(number).ok());
        for (name, part) in names.iter().zip(&mut self.date) {
            if *name == word {
                *part = number.unwrap_or_default();
            }
        }
    }

    fn begin_note(&mut self) {
        if self.state.destination == Destination::Body && self.outer.len() < 16 {
            self.outer.push(std::mem::take(&mut self.paragraph));
            self.state.ends_note = true;
            self.state.is_hidden = false;
            (self.state.heading, self.state.in_table) = (None, false);
        }
    }

    fn end_row(&mut self) {
        let n = self.paragraph.trim_end_matches(['\t', ' ']).len();
        self.paragraph.truncate(n);
        self.paragraph.push('\n');
        self.state.in_table = false;
    }

    fn end_paragraph(&mut self) {
        if !self.outer.is_empty() {
            self.paragraph.push('\n');
            return;
        }
        let paragraph = std::mem::take(&mut self.paragraph);
        // Rows of a table end in a line's end; what follows them is a paragraph of its own.
        let (rows, rest) = paragraph.split_at(paragraph.rfind('\n').map_or(0, |end| end + 1));
        let heading = self.heading.take();
        let mark = |heading| Mark {
            heading,
            ..Mark::default()
        };
        if heading.is_some() {
            self.text.push(rows, mark(None));
            self.text.push(rest, mark(heading));
        } else {
            self.text
                .push(paragraph.trim_start_matches('\n'), mark(None));
        }
        for note in std::mem::take(&mut self.notes) {
            self.text.push(&note, Mark::default());
        }
    }

    fn finish(mut self) -> Text {
        self.flush();
        while let Some(outer) = self.outer.pop() {
            let note = std::mem::replace(&mut self.paragraph, outer);
            self.notes.push(note);
        }
        self.end_paragraph();
        self.text
    }
}

#[cfg(test)]
#[path = "rtf/tests.rs"]
mod tests;
