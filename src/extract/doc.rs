//! Old Word documents (doc, Word 97 to 2003): the text of all their parts, paragraph by paragraph.
//!
//! Follows the table of pieces, which puts together what quick saves left in any order: the bytes
//! of a piece are two per character, or one of Windows-1252. Body, notes, headers, comments and text
//! boxes follow each other in one stream of characters. Knows no styles, so no headings; field codes
//! are dropped, their results stay. Invariant: every offset is checked against the stream it is into.

use encoding_rs::WINDOWS_1252;

use super::{
    Failure, Input, limit,
    ole::{self, Streams},
};
use crate::document::{Mark, Text};

/// Word 97 and later; older ones have no such table.
const FIRST_VERSION: u16 = 0xc1;
/// Where the header says what kind of file it is, ...
const FLAGS: usize = 0x0a;
const IS_ENCRYPTED: u16 = 0x0100;
const USES_SECOND_TABLE: u16 = 0x0200;
/// ... and where the table of pieces lies, and how long it is.
const PIECES: usize = 0x1a2;
/// The first byte of a list of settings, which come before the table, and of the table itself.
const SETTINGS: u8 = 1;
const TABLE: u8 = 2;
/// In a piece's place: one byte per character.
const IS_NARROW: u32 = 1 << 30;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut streams = Streams::open(input)?;
    let main = streams.stream("/WordDocument")?;
    let main = main.ok_or_else(|| damaged("it has no text"))?;
    if number16(&main, 2).is_none_or(|version| version < FIRST_VERSION) {
        let reason = "it was written by a Word that is older than Word 97, which is not read";
        return Err(Failure::Failed(reason.into()));
    }
    let flags = number16(&main, FLAGS).unwrap_or_default();
    if flags & IS_ENCRYPTED != 0 {
        return Err(ole::locked());
    }
    let name = if flags & USES_SECOND_TABLE != 0 {
        "/1Table"
    } else {
        "/0Table"
    };
    let table = streams.stream(name)?;
    let table = table.ok_or_else(|| damaged("its table of pieces is lost"))?;
    let pieces = pieces(&main, &table).ok_or_else(|| damaged("its table of pieces is lost"))?;
    let mut text = Text::default();
    let complaint = read(&main, &pieces, input.max_text_bytes, &mut text);
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

/// Characters that lie together.
#[derive(Debug, Clone, Copy)]
struct Piece {
    n_characters: usize,
    start: usize,
    is_narrow: bool,
}

fn pieces(main: &[u8], table: &[u8]) -> Option<Vec<Piece>> {
    let start = number32(main, PIECES)? as usize;
    let length = number32(main, PIECES + 4)? as usize;
    let mut rest = table.get(start..start.checked_add(length)?)?;
    while rest.first() == Some(&SETTINGS) {
        let length = usize::from(number16(rest, 1)?);
        rest = rest.get(3 + length..)?;
    }
    if rest.first() != Some(&TABLE) {
        return None;
    }
    let length = number32(rest, 1)? as usize;
    let list = rest.get(5..5 + length.min(rest.len().checked_sub(5)?))?;
    // Of n pieces: n + 1 positions of four bytes, then n descriptions of eight.
    let n = list.len().checked_sub(4)? / 12;
    let found = (0..n).map_while(|i| {
        let first = number32(list, i * 4)?;
        let end = number32(list, i * 4 + 4)?;
        let place = number32(list, (n + 1) * 4 + i * 8 + 2)?;
        let is_narrow = place & IS_NARROW != 0;
        let place = (place & !IS_NARROW) as usize;
        Some(Piece {
            n_characters: end.checked_sub(first)? as usize,
            start: if is_narrow { place / 2 } else { place },
            is_narrow,
        })
    });
    Some(found.collect())
}

/// Appends all pieces; returns what is wrong with them.
fn read(main: &[u8], pieces: &[Piece], max_bytes: usize, text: &mut Text) -> Option<String> {
    let mut walk = Walk::default();
    let mut is_cut = false;
    for piece in pieces {
        let n_bytes = piece
            .n_characters
            .saturating_mul(if piece.is_narrow { 1 } else { 2 });
        let rest = main.get(piece.start..).unwrap_or_default();
        let bytes = rest.get(..n_bytes).unwrap_or(rest);
        is_cut |= bytes.len() < n_bytes;
        if piece.is_narrow {
            let (shown, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
            shown
                .chars()
                .for_each(|character| walk.add(character, text));
        } else {
            let (units, _) = bytes.as_chunks::<2>();
            let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
            for character in char::decode_utf16(units) {
                walk.add(character.unwrap_or(char::REPLACEMENT_CHARACTER), text);
            }
        }
        if text.text.len() > max_bytes {
            return None;
        }
    }
    walk.end(text);
    is_cut.then(|| "the document is damaged: it ends too early".into())
}

/// Characters on their way into paragraphs.
#[derive(Debug, Default)]
struct Walk {
    paragraph: String,
    /// The fields that are open: whether their result has begun.
    fields: Vec<bool>,
}

impl Walk {
    fn add(&mut self, character: char, text: &mut Text) {
        match character {
            '\u{13}' => self.fields.push(false),
            '\u{14}' => {
                if let Some(has_result) = self.fields.last_mut() {
                    *has_result = true;
                }
            }
            '\u{15}' => {
                self.fields.pop();
            }
            // A paragraph's end closes fields that damage left open.
            '\r' | '\u{7}' | '\u{c}' => {
                self.fields.clear();
                self.end(text);
            }
            _ if self.fields.iter().any(|has_result| !has_result) => {}
            '\t' => self.paragraph.push('\t'),
            '\u{b}' => self.paragraph.push('\n'),
            '\u{1e}' => self.paragraph.push('-'),
            '\u{a0}' => self.paragraph.push(' '),
            // The places of pictures, notes and soft hyphens.
            '\0'..='\u{1f}' => {}
            _ => self.paragraph.push(character),
        }
    }

    fn end(&mut self, text: &mut Text) {
        text.push(&std::mem::take(&mut self.paragraph), Mark::default());
    }
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn damaged(reason: &str) -> Failure {
    Failure::Failed(format!("the document is damaged: {reason}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;
    use crate::extract::Content;

    /// A document of two pieces, wide and narrow, stored in the other order.
    fn document(flags: u16, place_of_wide: u32) -> Vec<u8> {
        let (wide, narrow) = (
            "Grüße 北京\r",
            "\u{13}HYPERLINK \u{14}the link\u{15} Plain\r",
        );
        let mut main = vec![0; 0x800];
        main[2..4].copy_from_slice(&0xc1_u16.to_le_bytes());
        main[FLAGS..FLAGS + 2].copy_from_slice(&flags.to_le_bytes());
        main[0x500..0x500 + narrow.len()].copy_from_slice(narrow.as_bytes());
        let units: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        main[0x600..0x600 + units.len()].copy_from_slice(&units);
        let mut list = vec![TABLE];
        list.extend((3 * 4 + 2 * 8_u32).to_le_bytes());
        let n_wide = units.len() as u32 / 2;
        for position in [0, n_wide, n_wide + narrow.len() as u32] {
            list.extend(position.to_le_bytes());
        }
        for place in [place_of_wide, (0x500 * 2) | IS_NARROW] {
            list.extend([0, 0]);
            list.extend(place.to_le_bytes());
            list.extend([0, 0]);
        }
        main[PIECES..PIECES + 4].copy_from_slice(&0_u32.to_le_bytes());
        main[PIECES + 4..PIECES + 8].copy_from_slice(&(list.len() as u32).to_le_bytes());
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for (name, bytes) in [("/WordDocument", main), ("/0Table", list)] {
            file.create_stream(name).unwrap().write_all(&bytes).unwrap();
        }
        file.into_inner().into_inner()
    }

    fn read_bytes(bytes: &[u8]) -> Result<Text, Failure> {
        parse(&Input {
            name: "a.doc",
            content: Content::Bytes(bytes),
            cut: false,
            max_text_bytes: 1 << 20,
            with_layout: false,
        })
    }

    #[test]
    fn pieces_are_put_together_and_field_codes_are_dropped() {
        let text = read_bytes(&document(0, 0x600)).unwrap();
        assert_eq!(text.text, "Grüße 北京\n\nthe link Plain");
        assert_eq!(text.marks.len(), 2);
        assert_eq!(text.partial, None);
    }

    #[test]
    fn a_piece_beyond_the_end_costs_itself_only() {
        let text = read_bytes(&document(0, 0x3fff_0000)).unwrap();
        assert_eq!(text.text, "the link Plain");
        assert!(text.partial.unwrap().contains("too early"));
    }

    #[test]
    fn a_locked_document_and_a_broken_one_fail_with_a_reason() {
        let locked = read_bytes(&document(IS_ENCRYPTED, 0x600)).unwrap_err();
        assert!(locked.to_string().contains("password"));
        let whole = document(0, 0x600);
        for end in (0..whole.len()).step_by(97) {
            let _ = read_bytes(&whole[..end]);
        }
        assert!(read_bytes(&whole[..600]).is_err());
    }
}
