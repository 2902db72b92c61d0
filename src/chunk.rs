//! Text into passages: the pieces that are embedded, found and shown.
//!
//! Cuts at pages, headings, paragraphs and sentences, in this order of preference, into pieces of
//! about [`TARGET_TOKENS`]. Pure; knows no model's tokenizer and estimates instead.
//! Invariant: passages ascend, never split a character, and together cover every character that
//! is not white space. Start reading at [`chunks`].

use std::ops::Range;

use crate::document::{Chunk, Mark, Text};

/// Raised when the same text would give other passages; documents are then cut again.
pub const VERSION: u32 = 2;

/// A passage is closed when it has reached so many tokens: below the 256 after which the default
/// model reads no further, with room for the context line. `docs/ranking.md` has 120, 220 and 400
/// beside each other, with and without overlap.
const TARGET_TOKENS: usize = 220;
/// A heading or a small paragraph does not begin a new passage before this many tokens.
const MIN_TOKENS: usize = 60;
/// Sentences worth so many tokens are repeated at the start of the next passage of a section.
const OVERLAP_TOKENS: usize = 40;
/// Headings are shown and embedded up to this many characters.
const MAX_CONTEXT_CHARS: usize = 160;

/// The passages of a text, in order.
pub fn chunks(text: &Text) -> Vec<Chunk> {
    let mut packer = Packer {
        text,
        headings: Vec::new(),
        open: Vec::new(),
        n_repeated: 0,
        n_tokens: 0,
        chunks: Vec::new(),
    };
    for (i, mark) in text.marks.iter().enumerate() {
        let end = text
            .marks
            .get(i + 1)
            .map_or(text.text.len(), |next| next.start);
        let previous = i.checked_sub(1).and_then(|i| text.marks.get(i));
        packer.part(previous, mark, mark.start..end);
    }
    packer.close();
    packer.chunks
}

/// A stretch of text that is not cut further: a sentence, or a piece of an endless one.
#[derive(Debug, Clone)]
struct Unit {
    span: Range<usize>,
    n_tokens: usize,
}

struct Packer<'a> {
    text: &'a Text,
    /// The headings above the current place, with their levels.
    headings: Vec<(u8, String)>,
    open: Vec<Unit>,
    /// How many of `open`, at its beginning, stand in the passage before as well.
    n_repeated: usize,
    n_tokens: usize,
    chunks: Vec<Chunk>,
}

impl Packer<'_> {
    fn part(&mut self, previous: Option<&Mark>, mark: &Mark, span: Range<usize>) {
        // A passage belongs to one page: what it cites must be exact.
        if previous.is_some_and(|previous| previous.page != mark.page) {
            self.close();
        }
        let part = self.text.text.get(span.clone()).unwrap_or_default();
        if let Some(level) = mark.heading {
            if self.n_tokens >= MIN_TOKENS {
                self.close();
            }
            self.headings.retain(|&(above, _)| above < level);
            self.headings
                .push((level, part.trim().chars().take(MAX_CONTEXT_CHARS).collect()));
        }
        for paragraph in paragraphs(part) {
            let paragraph = span.start + paragraph.start..span.start + paragraph.end;
            let units = units(&self.text.text, paragraph);
            let n_tokens: usize = units.iter().map(|unit| unit.n_tokens).sum();
            // A paragraph that would overflow begins a passage of its own, if that is not tiny.
            if self.n_tokens >= MIN_TOKENS && self.n_tokens + n_tokens > TARGET_TOKENS {
                self.close_with_overlap();
            }
            for unit in units {
                self.push(unit);
            }
        }
    }

    fn push(&mut self, unit: Unit) {
        if self.n_tokens > 0 && self.n_tokens + unit.n_tokens > TARGET_TOKENS {
            self.close_with_overlap();
        }
        self.n_tokens += unit.n_tokens;
        self.open.push(unit);
    }

    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        let n_repeated = std::mem::take(&mut self.n_repeated);
        self.n_tokens = 0;
        let (Some(first), Some(last)) = (open.first(), open.last()) else {
            return;
        };
        if open.len() == n_repeated {
            return;
        }
        let (start, end) = (first.span.start, last.span.end);
        // The heading that a passage begins with stands in its text already.
        let begins = self.text.text.get(start..end).unwrap_or_default();
        let headings: Vec<&str> = self
            .headings
            .iter()
            .map(|(_, heading)| heading.as_str())
            .filter(|heading| !begins.starts_with(heading))
            .collect();
        let context: String = headings
            .join(" › ")
            .chars()
            .take(MAX_CONTEXT_CHARS)
            .collect();
        self.chunks.push(Chunk {
            start,
            end,
            context,
            position: self.text.position(start),
        });
    }

    /// Closes, and begins the next passage with the last sentences of this one.
    fn close_with_overlap(&mut self) {
        let mut n_tokens = 0;
        let n_kept = self
            .open
            .iter()
            .rev()
            .take_while(|unit| {
                n_tokens += unit.n_tokens;
                n_tokens <= OVERLAP_TOKENS
            })
            .count();
        // Repeating everything, or what is a repetition itself, would add nothing.
        let n_new = self.open.len() - self.n_repeated;
        let n_kept = n_kept.min(n_new).min(self.open.len().saturating_sub(1));
        let kept = self.open[self.open.len() - n_kept..].to_vec();
        self.close();
        self.n_tokens = kept.iter().map(|unit| unit.n_tokens).sum();
        self.n_repeated = kept.len();
        self.open = kept;
    }
}

/// Spans between blank lines, without the white space around them.
fn paragraphs(part: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = 0;
    while start < part.len() {
        let end = part[start..]
            .find("\n\n")
            .map_or(part.len(), |at| start + at);
        spans.extend(trimmed(part, start..end));
        start = (end + 2).min(part.len());
        if end == part.len() {
            break;
        }
    }
    spans
}

/// Sentences and lines, cut further where they are endless.
fn units(text: &str, span: Range<usize>) -> Vec<Unit> {
    let mut units = Vec::new();
    for sentence in sentences_in(text, span) {
        let n_tokens = estimate_tokens(&text[sentence.clone()]);
        if n_tokens <= TARGET_TOKENS {
            units.push(Unit {
                span: sentence,
                n_tokens,
            });
        } else {
            cut(text, sentence, &mut units);
        }
    }
    units
}

/// The sentences of a passage, as byte spans.
pub fn sentences(passage: &str) -> Vec<Range<usize>> {
    let paragraphs = paragraphs(passage).into_iter();
    paragraphs
        .flat_map(|span| sentences_in(passage, span))
        .collect()
}

/// Spans that end with `.`, `!`, `?` and the like before white space, or with a CJK full stop.
fn sentences_in(text: &str, span: Range<usize>) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = span.start;
    let mut characters = text[span.clone()].char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let end = span.start + at + character.len_utf8();
        let next = characters.peek().map(|&(_, next)| next);
        let ends = match character {
            '。' | '！' | '？' | '।' => true,
            '.' | '!' | '?' | '…' | ';' | '؟' | '۔' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends && end - start >= 20 {
            spans.extend(trimmed(text, start..end));
            start = end;
        }
    }
    spans.extend(trimmed(text, start..span.end));
    spans
}

/// Pieces of about half the target, cut at white space where there is any.
fn cut(text: &str, span: Range<usize>, units: &mut Vec<Unit>) {
    let mut start = span.start;
    while start < span.end {
        let mut end = start;
        let mut last_space = None;
        let mut n_tokens = 0;
        let mut word_bytes = 0;
        for (at, character) in text[start..span.end].char_indices() {
            if character.is_whitespace() {
                last_space = Some(start + at);
            }
            n_tokens += token_share(character, &mut word_bytes);
            end = start + at + character.len_utf8();
            if n_tokens >= TARGET_TOKENS / 2 {
                break;
            }
        }
        if end < span.end
            && let Some(space) = last_space.filter(|&space| space > start)
        {
            end = space;
        }
        if let Some(span) = trimmed(text, start..end) {
            let n_tokens = estimate_tokens(&text[span.clone()]);
            units.push(Unit { span, n_tokens });
        }
        start = end;
    }
}

/// How many tokens a word-piece tokenizer makes of a text, roughly: one for a word and one more
/// for each six letters after the first six, one for a mark, one for a character of a script
/// without spaces. Not compared with the default model's tokenizer yet.
pub fn estimate_tokens(text: &str) -> usize {
    let mut word_bytes = 0;
    text.chars()
        .map(|character| token_share(character, &mut word_bytes))
        .sum()
}

fn token_share(character: char, word_bytes: &mut usize) -> usize {
    if character.is_whitespace() {
        *word_bytes = 0;
        return 0;
    }
    if character.is_alphanumeric() && character < '\u{e00}' {
        *word_bytes += 1;
        return usize::from((*word_bytes - 1).is_multiple_of(6));
    }
    *word_bytes = 0;
    1
}

fn trimmed(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let slice = text.get(span.clone())?;
    let start = span.start + (slice.len() - slice.trim_start().len());
    let end = start + slice.trim().len();
    (end > start).then_some(start..end)
}

#[cfg(test)]
mod tests;
