//! Whether words that claim to be a text's own are: exactly, then tolerant of what extraction and models
//! change without changing a word.
//!
//! White space of any kind is one blank; hyphens do not count, so that a word cut at the end of a line is
//! whole; ligatures and full-width forms are what they stand for (Unicode's NFKC); quotation marks are all
//! the same one. Letters' case counts only at the beginning. Pure. Invariant: a found range lies on character
//! boundaries of the text, and its normal form is that of the quote.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// Shorter quotes say nothing about where they come from.
const MIN_LETTERS: usize = 8;

/// A text in its normal form, with where each byte of it came from.
#[derive(Debug, Clone, Default)]
pub(super) struct Normal {
    text: String,
    /// For each byte of `text`, the byte range of the character that it came from.
    origins: Vec<(usize, usize)>,
}

impl Normal {
    /// Of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut normal = Self::default();
        for (at, character) in text.char_indices() {
            normal.push(character, at);
        }
        normal
    }

    fn push(&mut self, character: char, at: usize) {
        let origin = (at, at + character.len_utf8());
        match character {
            _ if character.is_whitespace() => {
                // A blank at the beginning, after another, or behind a hyphen is none.
                let is_first = self.text.is_empty() || self.text.ends_with(' ');
                let is_cut = character == '\n' && self.ends_with_hyphen(at);
                if !is_first && !is_cut {
                    self.add(' ', origin);
                }
            }
            '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {}
            '“' | '”' | '„' | '‟' | '«' | '»' => self.add('"', origin),
            '‘' | '’' | '‚' | '‛' | '`' | '´' => self.add('\'', origin),
            _ if character.is_ascii() => self.add(character, origin),
            _ => {
                for part in std::iter::once(character).nfkc() {
                    self.add(part, origin);
                }
            }
        }
    }

    /// The character before this place is a hyphen: nothing was added for it.
    fn ends_with_hyphen(&self, at: usize) -> bool {
        self.origins.last().is_some_and(|&(_, end)| end < at)
    }

    fn add(&mut self, character: char, origin: (usize, usize)) {
        self.text.push(character);
        let n_bytes = self.text.len() - self.origins.len();
        self.origins.extend(std::iter::repeat_n(origin, n_bytes));
    }

    /// Where a quote stands in the text this was made of; parts that `…` or `...` joins follow each other.
    pub(super) fn find(&self, quote: &str) -> Option<Range<usize>> {
        let quote = quote.replace('…', "...");
        let parts: Vec<Self> = quote
            .split("...")
            .map(|part| Self::of(part.trim_matches(is_margin)))
            .filter(|part| !part.text.trim().is_empty())
            .collect();
        let n_letters: usize = parts
            .iter()
            .map(|part| part.text.chars().filter(|c| c.is_alphanumeric()).count())
            .sum();
        if n_letters < MIN_LETTERS {
            return None;
        }
        let (mut from, mut range) = (0, None::<Range<usize>>);
        for part in &parts {
            let found = self.find_part(part.text.trim(), from)?;
            from = found.end;
            let (start, _) = *self.origins.get(found.start)?;
            let (_, end) = *self.origins.get(found.end.checked_sub(1)?)?;
            range = Some(range.map_or(start, |range| range.start)..end);
        }
        range
    }

    /// Whole words only; the first letter may be written small or large.
    fn find_part(&self, part: &str, from: usize) -> Option<Range<usize>> {
        let first = part.chars().next()?;
        let other: String = if first.is_uppercase() {
            first.to_lowercase().collect()
        } else {
            first.to_uppercase().collect()
        };
        let turned = format!("{other}{}", part.get(first.len_utf8()..)?);
        let find = |part: &str| {
            // One place may overlap the next.
            let mut at = from;
            loop {
                at += self.text.get(at..)?.find(part)?;
                let range = at..at + part.len();
                if self.is_whole(&range) {
                    return Some(range);
                }
                at += part.chars().next()?.len_utf8();
            }
        };
        [part, &turned]
            .into_iter()
            .filter_map(find)
            .min_by_key(|range| range.start)
    }

    fn is_whole(&self, range: &Range<usize>) -> bool {
        let inside = self.text.get(range.clone()).unwrap_or_default();
        let before = self
            .text
            .get(..range.start)
            .and_then(|text| text.chars().next_back());
        let after = self
            .text
            .get(range.end..)
            .and_then(|text| text.chars().next());
        let joins = |a: Option<char>, b: Option<char>| matches!((a, b), (Some(a), Some(b)) if is_word(a) && is_word(b));
        !joins(before, inside.chars().next()) && !joins(inside.chars().next_back(), after)
    }
}

/// A character of a script that puts blanks between words.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() && character < '\u{e00}'
}

/// What may stand around a quote without being a part of it.
fn is_margin(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '"' | '“'
                | '”'
                | '„'
                | '«'
                | '»'
                | '\''
                | '‘'
                | '’'
                | '.'
                | ','
                | ';'
                | ':'
                | '('
                | ')'
                | '['
                | ']'
        )
}

/// The parts of a text between quotation marks, as byte ranges without the marks.
pub(super) fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, character) in text.char_indices() {
        match (open, character) {
            (None, '"') => open = Some((at + 1, '"')),
            (None, '“' | '«') => {
                open = Some((
                    at + character.len_utf8(),
                    if character == '“' { '”' } else { '»' },
                ));
            }
            (None, '„') => open = Some((at + character.len_utf8(), '“')),
            (Some((start, closing)), _)
                if character == closing || (closing == '“' && character == '”') =>
            {
                found.push(start..at);
                open = None;
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found<'a>(quote: &str, text: &'a str) -> Option<&'a str> {
        Normal::of(text)
            .find(quote)
            .and_then(|range| text.get(range))
    }

    #[test]
    fn a_quote_is_found_through_what_extraction_did_to_it() {
        let page = "The ﬁnal inspec-\ntion of the  boiler\nis due “in March”.";
        assert_eq!(
            found("final inspection of the boiler is due", page),
            Some("ﬁnal inspec-\ntion of the  boiler\nis due")
        );
        assert_eq!(found("\"the boiler is due 'in March'\"", page), None);
        assert_eq!(
            found("boiler is due \"in March\"", page),
            Some("boiler\nis due “in March")
        );
        assert!(found("The final ... is due", page).is_some());
        assert_eq!(found("is due ... the final", page), None);
    }

    #[test]
    fn a_quote_is_whole_words_and_not_too_short() {
        assert_eq!(found("inspection of", "the reinspection of it"), None);
        assert_eq!(found("is due", "it is due now"), None);
        assert_eq!(
            found("合同于三月三十一日终止", "本合同于三月三十一日终止。"),
            Some("合同于三月三十一日终止")
        );
    }

    #[test]
    fn quotation_marks_of_every_kind_are_seen() {
        let text = "He said \"one\", “two”, „drei“ and «quatre».";
        let inside: Vec<&str> = quoted(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(inside, ["one", "two", "drei", "quatre"]);
    }

    proptest! {
        #[test]
        fn any_run_of_words_is_found_where_it_stands(words in prop::collection::vec("[a-zäé]{2,9}", 6..30), from in 0usize..20, n in 3usize..6, hyphen in any::<bool>()) {
            let text = words.join(if hyphen { "-\n" } else { "\n  " });
            let from = from.min(words.len() - n);
            let quote = words[from..from + n].join(if hyphen { "" } else { " " });
            if quote.chars().filter(|c| c.is_alphanumeric()).count() >= MIN_LETTERS {
                let range = Normal::of(&text).find(&quote);
                if !hyphen {
                    let range = range.unwrap_or_else(|| panic!("{quote:?} in {text:?}"));
                    let plain: String = text[range].split_whitespace().collect::<Vec<_>>().join(" ");
                    prop_assert_eq!(plain, quote);
                }
            }
        }

        #[test]
        fn nothing_panics(text in ".{0,200}", quote in ".{0,60}") {
            if let Some(range) = Normal::of(&text).find(&quote) {
                prop_assert!(text.get(range).is_some());
            }
            quoted(&text);
        }
    }
}
