//! Plain text and source code, in any encoding.
//!
//! The text is kept as it stands, so that lines count; only line ends are unified and control
//! characters dropped.

mod older;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};

use super::{Failure, HEAD_BYTES, Input};
use crate::document::{Mark, Text};

/// Pieces of text between zeros are so long on average, at least; in binary files they are names.
const MIN_PIECE_BYTES: usize = 40;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let decoded = decode(input.bytes());
    let mut text = clean(&decoded);
    if text.trim().is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    text.truncate(text.trim_end().len());
    let partial = input.cut.then(|| {
        format!(
            "only the first {} MB of the file are read",
            input.bytes().len() >> 20
        )
    });
    let marks = vec![Mark {
        line: Some(1),
        ..Mark::default()
    }];
    Ok(Text {
        text,
        marks,
        partial,
        ..Text::default()
    })
}

/// Bytes as text: a byte-order mark, then UTF-16 without one (which may be valid UTF-8 full of
/// zeros), then ISO-2022-JP, then valid UTF-8, then a guess by statistics.
pub fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    if is_text_with_zeros(head) {
        return decode(&without_zeros(bytes));
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if is_iso_2022_jp(bytes) {
        return ISO_2022_JP
            .decode_without_bom_handling(bytes)
            .0
            .into_owned();
    }
    let body = without_cut_character(bytes);
    if let Ok(text) = std::str::from_utf8(body) {
        return text.to_owned();
    }
    let guessed = guess(bytes);
    let older = match () {
        () if guessed == WINDOWS_1252 => older::decoded(bytes),
        () if guessed == WINDOWS_1251 => older::cyrillic(bytes),
        () => None,
    };
    if let Some(text) = older {
        return text;
    }
    let text = guessed.decode_without_bom_handling(bytes).0;
    text.into_owned()
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Mostly Latin text in UTF-16 has a zero in every other byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(4096) & !1)?;
    let zeros = |parity: usize| {
        head.iter()
            .skip(parity)
            .step_by(2)
            .filter(|&&byte| byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let most = head.len() / 2 * 6 / 10;
    match () {
        () if head.len() >= 4 && odd > most && even * 8 < odd => Some(UTF_16LE),
        () if head.len() >= 4 && even > most && odd * 8 < even => Some(UTF_16BE),
        () if even + odd > 0 => [UTF_16LE, UTF_16BE]
            .into_iter()
            .find(|encoding| reads_well(head, encoding)),
        () => None,
    }
}

/// Other writing in UTF-16 has zeros in its spaces and line ends only. Read in the right order of
/// bytes it is letters and marks with some of these between; read in the other it has none.
fn reads_well(head: &[u8], encoding: &'static Encoding) -> bool {
    let (text, had_errors) = encoding.decode_without_bom_handling(head);
    let is_expected = |character: &char| {
        matches!(character, '\u{20}'..='\u{7e}' | '\u{2010}'..='\u{206f}' | '\u{3000}'..='\u{303f}')
            || matches!(character, '\t' | '\n' | '\r' | '\u{ff00}'..='\u{ffef}')
            || character.is_alphanumeric()
    };
    let n_expected = text.chars().filter(is_expected).count();
    !had_errors && text.contains([' ', '\n']) && n_expected * 100 >= text.chars().count() * 98
}

/// ISO-2022-JP is made of ASCII bytes, so that it has to be asked for before UTF-8: by the escape
/// sequence that begins Japanese writing.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let mut triples = bytes.windows(3);
    bytes.is_ascii() && triples.any(|three| matches!(three, b"\x1b$B" | b"\x1b$@"))
}

/// A file cut at the limit may end inside a character.
fn without_cut_character(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// Whether these first bytes of a file are not text in any encoding.
pub(super) fn looks_binary(head: &[u8]) -> bool {
    if Encoding::for_bom(head).is_some_and(|(encoding, _)| encoding != UTF_8)
        || is_text_with_zeros(head)
        || utf16_without_mark(head).is_some()
    {
        return false;
    }
    head.contains(&0) || n_controls(head) * 20 > head.len()
}

/// Some programs leave zeros in a text, or fill up with them what a broken-off writing left: between
/// pieces that are text, and long ones.
fn is_text_with_zeros(head: &[u8]) -> bool {
    let mut pieces = 0;
    let mut n_bytes = 0;
    for piece in head
        .split(|&byte| byte == 0)
        .filter(|piece| !piece.is_empty())
    {
        pieces += 1;
        n_bytes += piece.len();
        let is_text = std::str::from_utf8(without_cut_character(piece)).is_ok();
        if !is_text || n_controls(piece) > 0 {
            return false;
        }
    }
    head.contains(&0) && n_bytes >= pieces.max(1) * MIN_PIECE_BYTES
}

fn n_controls(bytes: &[u8]) -> usize {
    let is_control = |byte: &&u8| {
        **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x0e | 0x0f)
    };
    bytes.iter().filter(is_control).count()
}

/// With one space for each run of zeros, which may have been one.
fn without_zeros(bytes: &[u8]) -> Vec<u8> {
    let pieces = bytes.split(|&byte| byte == 0);
    let pieces: Vec<&[u8]> = pieces.filter(|piece| !piece.is_empty()).collect();
    pieces.join(&b' ')
}

/// Line ends unified; control characters, colours of terminals and invisible marks in words dropped.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                clean.push('\n');
            }
            '\n' | '\t' => clean.push(character),
            // Colours of a terminal: `ESC [`, numbers, a letter.
            '\u{1b}' if characters.next_if_eq(&'[').is_some() => {
                while characters
                    .next_if(|next| next.is_ascii_digit() || ";?".contains(*next))
                    .is_some()
                {}
                characters.next_if(char::is_ascii_alphabetic);
            }
            '\u{c}' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            // Marks of an encoding, and of where a word may be broken or may not: nobody types them
            // who looks for the word.
            '\u{feff}' | '\u{fffe}' | '\u{ad}' | '\u{2060}' => {}
            // In writings without spaces it divides words.
            '\u{200b}' if clean.ends_with(|before| before < '\u{e00}') => {}
            _ if character.is_control() => {}
            _ => clean.push(character),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::input;

    const SENTENCE: &str = "The budget meeting was moved to Thursday at noon. ";

    #[test]
    fn a_text_with_runs_of_zeros_is_a_text() {
        let filled = [SENTENCE.as_bytes(), &[0; 500], SENTENCE.as_bytes()].concat();
        assert!(!looks_binary(&filled));
        let text = parse(&input("log", &filled)).unwrap().text;
        assert_eq!(text, format!("{SENTENCE} {SENTENCE}").trim_end());
        let broken_off = [SENTENCE.as_bytes(), &[0; 8000]].concat();
        assert!(!looks_binary(&broken_off));
    }

    #[test]
    fn marks_that_nobody_sees_do_not_divide_a_word() {
        let said = "con\u{200b}fi\u{ad}dential re\u{2060}port";
        assert_eq!(clean(said), "confidential report");
        let thai = "\u{e14}\u{e35}\u{200b}\u{e21}\u{e32}\u{e01}";
        assert_eq!(clean(thai), thai);
    }

    #[test]
    fn names_between_zeros_are_no_text() {
        assert!(looks_binary(&b"name\0\0\0\0size\0\0\0\0".repeat(100)));
        assert!(looks_binary(&[0; 100]));
        let program = [b"\x7fELF\x02\x01\x01\0".as_slice(), SENTENCE.as_bytes()].concat();
        assert!(looks_binary(&program));
    }

    #[test]
    fn two_bytes_for_each_letter_are_not_taken_for_zeros_in_a_text() {
        let wide: Vec<u8> = SENTENCE.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide), SENTENCE);
    }
}
