//! Subtitles (SRT, WebVTT): what is said, in paragraphs, each with the time at which it begins.
//!
//! Numbers, timing and styles are left out. Invariant: a paragraph has no line breaks of its own, so
//! that its line is that of its first words.

use super::{Failure, Input, finished, plain};
use crate::document::{Mark, Text};

/// A silence of so many seconds ends a paragraph, ...
const SILENCE_SECONDS: u32 = 4;
/// ... and so does the end of a sentence after so many bytes, ...
const PARAGRAPH_BYTES: usize = 400;
/// ... and whatever comes after so many.
const MAX_PARAGRAPH_BYTES: usize = 1200;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let source = plain::clean(&plain::decode(input.bytes()));
    let mut reader = Reader::default();
    for (line, number) in source.lines().zip(1..) {
        reader.take(line.trim(), number);
        if reader.text.text.len() > input.max_text_bytes {
            break;
        }
    }
    reader.end_paragraph();
    let text = reader.text;
    finished(text, input)
}

#[derive(Default)]
struct Reader {
    text: Text,
    paragraph: String,
    mark: Mark,
    /// Begin and end of the cue, in seconds.
    begins: u32,
    ends: u32,
    is_spoken: bool,
    last_line: String,
}

impl Reader {
    fn take(&mut self, line: &str, number: u32) {
        if let Some((begins, ends)) = timing(line) {
            if begins > self.ends + SILENCE_SECONDS || begins < self.begins {
                self.end_paragraph();
            }
            (self.begins, self.ends) = (begins, ends);
            self.is_spoken = true;
            return;
        }
        if line.is_empty() {
            self.is_spoken = false;
            return;
        }
        let words = without_marks(line);
        // Captions that roll up show each line again.
        if !self.is_spoken || words.is_empty() || words == self.last_line {
            return;
        }
        if self.paragraph.is_empty() {
            let (minutes, seconds) = (self.begins / 60, self.begins % 60);
            let label = format!("{:02}:{:02}:{seconds:02}", minutes / 60, minutes % 60);
            self.mark = Mark {
                label: Some(label),
                line: Some(number),
                ..Mark::default()
            };
        } else {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(&words);
        let is_sentence = words.ends_with(['.', '!', '?', '…', '。', '！', '？', '"', '”']);
        let length = self.paragraph.len();
        self.last_line = words;
        if (is_sentence && length > PARAGRAPH_BYTES) || length > MAX_PARAGRAPH_BYTES {
            self.end_paragraph();
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let mark = std::mem::take(&mut self.mark);
        self.text.push(&paragraph, mark);
    }
}

/// `00:01:02,500 --> 00:01:04,000`, with or without hours, and with settings behind.
fn timing(line: &str) -> Option<(u32, u32)> {
    let (begins, rest) = line.split_once("-->")?;
    let ends = rest.split_whitespace().next()?;
    Some((seconds(begins.trim())?, seconds(ends)?))
}

fn seconds(clock: &str) -> Option<u32> {
    let (whole, _) = clock.split_once([',', '.']).unwrap_or((clock, ""));
    let mut numbers = whole.split(':').map(str::parse::<u32>);
    let total = numbers.try_fold(0_u32, |total, number| {
        total.checked_mul(60)?.checked_add(number.ok()?)
    });
    total.filter(|_| whole.contains(':'))
}

/// Without `<i>`, `{\an8}` and the like; of `<v Ada>`, the speaker stays.
fn without_marks(line: &str) -> String {
    let mut words = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, marked) = rest.split_at(at);
        words.push_str(before);
        let end = if marked.starts_with('<') { '>' } else { '}' };
        let is_mark = !marked.starts_with('{') || marked.starts_with("{\\");
        if !is_mark {
            words.push('{');
            rest = marked.get(1..).unwrap_or_default();
            continue;
        }
        // A mark that nobody closes, and everything behind it, is text.
        let Some(close) = marked.find(end) else {
            rest = marked;
            break;
        };
        let mark = marked.get(1..close).unwrap_or_default();
        if let Some(speaker) = mark.strip_prefix("v ") {
            words.push_str(speaker.trim());
            words.push_str(": ");
        }
        rest = marked.get(close + 1..).unwrap_or_default();
    }
    words.push_str(rest);
    let words = words.replace("&nbsp;", " ").replace("&lt;", "<");
    words
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::input;

    #[test]
    fn what_is_said_is_read_with_its_time_and_its_line() {
        let srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>The ferry</i>\r\nis late.\r\n\r\n\
            2\r\n00:00:03,000 --> 00:00:04,000\r\n{\\an8}Again.\r\n\r\n\
            3\r\n01:12:03,000 --> 01:12:04,000\r\n- 42\r\n";
        let text = parse(&input("a.srt", srt.as_bytes())).unwrap();
        assert_eq!(text.text, "The ferry is late. Again.\n\n- 42");
        let places: Vec<_> = text
            .marks
            .iter()
            .map(|mark| (mark.label.as_deref(), mark.line))
            .collect();
        assert_eq!(
            places,
            [(Some("00:00:01"), Some(3)), (Some("01:12:03"), Some(12))]
        );
    }

    #[test]
    fn notes_styles_and_settings_of_web_subtitles_are_left_out_and_speakers_stay() {
        let vtt = "WEBVTT - a title\n\nNOTE nothing\n\nSTYLE\n::cue { color: red }\n\n\
            intro\n00:01.000 --> 00:02.000 align:left\n<v Ada>1 &lt; 2</v>\n\n\
            00:02.000 --> 00:03.000\n1 < 2\n";
        let text = parse(&input("a.vtt", vtt.as_bytes())).unwrap();
        assert_eq!(text.text, "Ada: 1 < 2 1 < 2");
    }

    #[test]
    fn endless_and_broken_times_do_no_harm() {
        let srt = format!(
            "99999999999:00 --> 1\nlost\n\n0:1 --> 0:2\n{}",
            "word ".repeat(100_000)
        );
        let text = parse(&input("a.srt", srt.as_bytes())).unwrap();
        assert!(text.text.starts_with("word"));
        assert!(parse(&input("a.srt", b"1\n\n2\n")).is_err());
    }
}
