//! JSON: its text as it stands, with the letters that it writes as numbers.
//!
//! Programs write `\u00e9` for é and `\n` inside a string; left so, no word with these would be
//! found. Invariant: lines stay those of the file. Needs no parser, so that nesting and damage are
//! no matter.

use super::{Failure, Input, plain};
use crate::document::Text;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut text = plain::parse(input)?;
    if text.text.contains('\\') {
        text.text = unescaped(&text.text);
        text.text.truncate(text.text.trim_end().len());
    }
    Ok(text)
}

fn unescaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, escaped)) = rest.split_once('\\') {
        text.push_str(before);
        let n_read = match escaped.as_bytes().first() {
            Some(b'u') => character(escaped, &mut text),
            Some(b'n' | b'r' | b't' | b'f' | b'b') => {
                text.push(' ');
                1
            }
            Some(b'"' | b'\\' | b'/') => {
                text.push_str(escaped.get(..1).unwrap_or_default());
                1
            }
            _ => {
                text.push('\\');
                0
            }
        };
        rest = escaped.get(n_read..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// Reads `uXXXX` or a pair of these, and says how many bytes it took.
fn character(escaped: &str, text: &mut String) -> usize {
    let unit = |at: usize| u16::from_str_radix(escaped.get(at..at + 4)?, 16).ok();
    let Some(first) = unit(1) else {
        text.push('\\');
        return 0;
    };
    let second = (escaped.get(5..7) == Some("\\u"))
        .then(|| unit(7))
        .flatten();
    let is_pair = (0xd800..0xdc00).contains(&first);
    let units: Vec<u16> = [Some(first), second.filter(|_| is_pair)]
        .into_iter()
        .flatten()
        .collect();
    let decoded = String::from_utf16_lossy(&units);
    text.push_str(&plain::clean(&decoded).replace('\n', " "));
    units.len() * 6 - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::input;

    #[test]
    fn letters_written_as_numbers_are_letters_and_lines_stay() {
        let json =
            "{\"a\": \"caf\\u00e9 \\ud83d\\ude00\\nnext \\\"x\\\" \\u000a\",\n\"b\": \"planted\"}";
        let text = parse(&input("a.json", json.as_bytes())).unwrap();
        assert!(
            text.text.contains("\"café 😀 next \"x\"  \""),
            "{}",
            text.text
        );
        assert_eq!(
            text.position(text.text.find("planted").unwrap()).line,
            Some(2)
        );
    }

    #[test]
    fn depth_and_broken_escapes_do_no_harm() {
        assert!(parse(&input("a.json", "[".repeat(100_000).as_bytes())).is_ok());
        for (json, expected) in [
            ("a\\", "a\\"),
            ("\\u12", "\\u12"),
            ("\\ud83d x", "\u{fffd} x"),
            ("\\ué", "\\ué"),
        ] {
            assert_eq!(unescaped(json), expected);
        }
    }
}
