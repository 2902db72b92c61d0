//! Text into words: the one tokenizer of indexing, querying and highlighting.
//!
//! A token is a folded word or, in scripts that do not put spaces between words, a pair of
//! characters. Words that are made of several (`getUserName`, `1,234.50`, a date) are kept whole and
//! cut into their parts. A token keeps its byte span in the text it came from, and its position: phrases are
//! made of [`Form::is_step`] tokens, whose positions ascend by one.
//! Pure; knows no index. Invariant: spans lie on character boundaries, and equal text gives equal
//! tokens wherever it stands.

mod dates;
mod fold;
mod stems;

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub use fold::fold;
use fold::is_invisible;
pub use stems::{Endings, is_function_word, is_stop_word};

/// Longer words are not worth a place in the index; no one types them.
const MAX_WORD_BYTES: usize = 80;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// The folded word.
    pub word: String,
    /// Which word of the text it is, from 0; a whole has the position of its first part.
    pub position: usize,
    /// How it was cut.
    pub form: Form,
}

/// How a token was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A word, or a pair of characters.
    Plain,
    /// A word that is made of the parts that follow it.
    Whole,
    /// A part of such a word.
    Part,
    /// The last character of a run of pairs: found by its beginning only.
    Tail,
}

impl Form {
    /// Whether it is one of the steps that a phrase is made of.
    pub const fn is_step(self) -> bool {
        matches!(self, Self::Plain | Self::Part)
    }
}

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut cutter = Cutter {
        text,
        tokens: Vec::with_capacity(text.len() / 6),
        position: 0,
    };
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let class = Class::of(first);
        if class == Class::Separator {
            at += first.len_utf8();
            continue;
        }
        let mut end = run_end(text, at, class);
        match class {
            Class::Unspaced => cutter.push_pairs(at..end),
            _ => {
                if let Some(numeral) = numeral_end(text, at..end) {
                    end = numeral;
                    cutter.push_numeral(at..end);
                } else {
                    cutter.push_word(at..end);
                }
            }
        }
        at = end;
    }
    dates::join(text, cutter.tokens)
}

/// The words of a text by which a phrase is found, in order.
pub fn steps(text: &str) -> Vec<String> {
    tokens(text)
        .into_iter()
        .filter(|token| token.form.is_step())
        .map(|token| token.word)
        .collect()
}

/// Whether a word is one character of a script without spaces: it is found as the beginning of pairs.
pub fn is_lone_character(word: &str) -> bool {
    let mut characters = word.chars();
    let first = characters.next();
    first.is_some_and(|first| Class::of(first) == Class::Unspaced) && characters.next().is_none()
}

/// The Han characters of a text that stand in runs of several, in order: they say less than their pairs,
/// and something where no pair is met.
pub fn characters(tokens: &[Token]) -> impl Iterator<Item = char> {
    tokens.iter().filter_map(|token| {
        let mut characters = token.word.chars();
        let first = characters.next().filter(|&first| is_han(first))?;
        let is_in_run = match token.form {
            Form::Plain => characters.next().is_some(),
            Form::Tail => true,
            Form::Whole | Form::Part => false,
        };
        is_in_run.then_some(first)
    })
}

fn is_han(character: char) -> bool {
    matches!(
        character,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Separator,
    Word,
    /// A script without spaces between words.
    Unspaced,
}

impl Class {
    fn of(character: char) -> Self {
        match character {
            // Thai, Lao, Burmese, Khmer; Kana; Han; Hangul; Han compatibility and extensions; Kana
            // of half width.
            '\u{0e01}'..='\u{0e3a}'
            | '\u{0e40}'..='\u{0eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17d3}'
            | '\u{3041}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ff9f}'
            | '\u{20000}'..='\u{3ffff}' => Self::Unspaced,
            _ if character.is_alphanumeric() => Self::Word,
            _ => Self::Separator,
        }
    }
}

/// Where the run of one class ends that begins at `start`.
fn run_end(text: &str, start: usize, class: Class) -> usize {
    let rest = &text[start..];
    let ended = rest
        .char_indices()
        .find(|&(_, next)| match Class::of(next) {
            Class::Separator => !(is_combining_mark(next) || is_invisible(next)),
            other => other != class,
        });
    start + ended.map_or(rest.len(), |(at, _)| at)
}

/// Where a numeral of several groups ends (`1,234.50`, `3.14`), if the run of digits begins one.
fn numeral_end(text: &str, run: Range<usize>) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes[run.clone()].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut end = run.end;
    while matches!(bytes.get(end), Some(b'.' | b',' | b'\''))
        && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
    {
        let group = bytes[end + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        end += 1 + group.count();
    }
    // `3.5mm` is no numeral: the last group belongs to a word.
    let follows = text[end..].chars().next();
    let is_numeral = end > run.end && follows.is_none_or(|next| Class::of(next) != Class::Word);
    is_numeral.then_some(end)
}

/// One spelling for a numeral: without marks between thousands, with a dot before the fraction.
/// `1,234` and `1.234` are both taken for thousands.
fn plain_numeral(numeral: &str) -> String {
    let last = numeral.rfind(['.', ',', '\'']);
    let (whole, fraction) = last.map_or((numeral, ""), |at| numeral.split_at(at));
    let marks: Vec<char> = whole.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mark = fraction.chars().next().unwrap_or_default();
    let is_grouped = |text: &str| {
        text.split(['.', ',', '\''])
            .skip(1)
            .all(|group| group.len() == 3)
    };
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let one_kind = marks.windows(2).all(|pair| pair[0] == pair[1]);
    if !one_kind || !is_grouped(whole) {
        // A version, a date, an address.
        return numeral.replace([',', '\''], ".");
    }
    let repeats = marks.first() == Some(&mark);
    match fraction.len() {
        4 if marks.is_empty() || repeats => digits(numeral),
        _ if repeats => numeral.replace([',', '\''], "."),
        _ => format!("{}.{}", digits(whole), digits(fraction)),
    }
}

struct Cutter<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    position: usize,
}

impl Cutter<'_> {
    fn push(&mut self, span: Range<usize>, word: String, form: Form) {
        self.tokens.push(Token {
            span,
            word,
            position: self.position,
            form,
        });
        if form.is_step() {
            self.position += 1;
        }
    }

    fn push_word(&mut self, span: Range<usize>) {
        if span.len() > MAX_WORD_BYTES {
            return;
        }
        let run = &self.text[span.clone()];
        let word = fold(run).into_owned();
        if word.is_empty() {
            return;
        }
        let parts = humps(run);
        if parts.len() < 2 {
            return self.push(span, word, Form::Plain);
        }
        let start = span.start;
        self.push(span, word, Form::Whole);
        for part in parts {
            let word = fold(&run[part.clone()]).into_owned();
            self.push(start + part.start..start + part.end, word, Form::Part);
        }
    }

    fn push_numeral(&mut self, span: Range<usize>) {
        let numeral = &self.text[span.clone()];
        if span.len() > MAX_WORD_BYTES {
            return;
        }
        self.push(span.clone(), plain_numeral(numeral), Form::Whole);
        let mut at = span.start;
        for group in numeral.split(['.', ',', '\'']) {
            self.push(at..at + group.len(), group.to_owned(), Form::Part);
            at += group.len() + 1;
        }
    }

    /// Every two neighbours; a lone character stands for itself.
    fn push_pairs(&mut self, span: Range<usize>) {
        let run = &self.text[span.clone()];
        let visible = run.char_indices().filter(|&(_, c)| !is_invisible(c));
        let bounds: Vec<usize> = visible.map(|(at, _)| at).chain([run.len()]).collect();
        let width = 2.min(bounds.len() - 1);
        for pair in bounds.windows(width + 1) {
            if let (Some(&from), Some(&to)) = (pair.first(), pair.last()) {
                self.push_unspaced(span.start + from..span.start + to, Form::Plain);
            }
        }
        if let &[.., last, end] = bounds.as_slice()
            && width == 2
        {
            self.push_unspaced(span.start + last..span.start + end, Form::Tail);
        }
    }

    fn push_unspaced(&mut self, span: Range<usize>, form: Form) {
        let visible = self.text[span.clone()]
            .chars()
            .filter(|&c| !is_invisible(c));
        let word = visible.nfkc().collect();
        self.push(span, word, form);
    }
}

/// The parts of a word that capitals divide: `getHTTPName2` is get, HTTP, Name2. A word whose capitals
/// are no such division, or that is not of ASCII letters, has none.
fn humps(word: &str) -> Vec<Range<usize>> {
    let bytes = word.as_bytes();
    let has_hump = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    if !word.is_ascii() || !bytes.windows(2).any(has_hump) {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        let (before, here) = (bytes[at - 1], bytes[at]);
        let next_is_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let begins = here.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next_is_lower);
        if begins {
            parts.push(start..at);
            start = at;
        }
    }
    parts.push(start..bytes.len());
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn words_are_cut_at_everything_that_is_no_letter_or_digit() {
        assert_eq!(words("Größe, naïve CAFÉ"), ["grosse", "naive", "cafe"]);
        assert_eq!(words("snake_case e-mail"), ["snake", "case", "e", "mail"]);
        assert_eq!(words("co\u{ad}operate نمی\u{200c}خواهم").len(), 2);
    }

    #[test]
    fn scripts_without_spaces_become_pairs_and_the_last_character_can_be_begun_with() {
        assert_eq!(words("東京都 is 水"), ["東京", "京都", "都", "is", "水"]);
        assert_eq!(steps("東京都"), ["東京", "京都"]);
        assert_eq!(words("ﾃｽﾄ"), words("テスト"));
    }

    #[test]
    fn an_identifier_is_kept_whole_and_cut() {
        assert_eq!(
            words("getUserName2"),
            ["getusername2", "get", "user", "name2"]
        );
        assert_eq!(
            words("parseHTTPHeader"),
            ["parsehttpheader", "parse", "http", "header"]
        );
        assert_eq!(words("NATO README"), ["nato", "readme"]);
        let positions: Vec<usize> = tokens("a getName b")
            .iter()
            .map(|token| token.position)
            .collect();
        assert_eq!(positions, [0, 1, 1, 2, 3]);
    }

    #[test]
    fn a_numeral_has_one_spelling_and_its_groups() {
        for (numeral, whole) in [
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("1'234'567", "1234567"),
            ("1,234", "1234"),
            ("1.234", "1234"),
            ("3.14", "3.14"),
            ("3,14", "3.14"),
            ("1.2.3", "1.2.3"),
            ("05.03.2024", "05.03.2024"),
        ] {
            let tokens = tokens(numeral);
            assert_eq!(
                (tokens[0].word.as_str(), tokens[0].form),
                (whole, Form::Whole),
                "{numeral}"
            );
        }
        assert_eq!(words("12, 13. 3.5mm"), ["12", "13", "3", "5mm"]);
    }

    proptest! {
        #[test]
        fn spans_lie_on_character_boundaries_and_steps_are_counted(text in "\\PC{0,60}") {
            let mut n_steps = 0;
            for token in tokens(&text) {
                prop_assert!(text.get(token.span.clone()).is_some_and(|span| !span.is_empty()));
                prop_assert!(!token.word.is_empty());
                prop_assert_eq!(token.position, n_steps);
                n_steps += usize::from(token.form.is_step());
            }
        }
    }
}
