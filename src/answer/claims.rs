//! What of a sentence can be checked word by word: its numbers, dates and names.
//!
//! Pure. Owns when two ways of writing a number are the same one. Invariant: spans are byte ranges of the
//! text they were found in.

use std::{collections::HashSet, ops::Range};

use crate::lexical::tokens::{Form, Token, fold, tokens};

/// Something in a text that stands in a source or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// As it is compared.
    pub(super) key: String,
    /// It has digits.
    pub(super) is_number: bool,
}

/// The numbers, dates and names of a text, in order.
pub(super) fn claims(text: &str) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut begins_sentence = true;
    for word in words(text) {
        let shown = &text[word.clone()];
        let is_number = shown.chars().any(|c| c.is_ascii_digit());
        let is_upper = shown.chars().next().is_some_and(char::is_uppercase);
        // The first word of a sentence is written large whatever it is.
        if is_number || (is_upper && !begins_sentence && shown.chars().count() > 1) {
            let key = if is_number {
                number_key(shown)
            } else {
                fold(shown).into_owned()
            };
            claims.push(Claim {
                span: word.clone(),
                key,
                is_number,
            });
        }
        let after = text[word.end..].trim_start_matches(['"', '”', '»', ')', ']']);
        let ends_line = text[word.end..].starts_with(['\n', ':']);
        begins_sentence = after.starts_with(['.', '!', '?', '…', '•']) || ends_line;
    }
    claims
}

/// Everything that a claim may be found as in a text: its words, and its numbers as they are compared.
pub(super) fn known(text: &str) -> HashSet<String> {
    // `200` does not stand in `1,200`, though a search finds it there.
    let is_own =
        |token: &Token| token.form != Form::Part || !token.word.bytes().all(|b| b.is_ascii_digit());
    let mut known: HashSet<String> = tokens(text)
        .into_iter()
        .filter(is_own)
        .map(|token| token.word)
        .collect();
    for word in words(text) {
        let shown = &text[word];
        if shown.chars().any(|c| c.is_ascii_digit()) {
            known.insert(number_key(shown));
            // `2019-03-04`, `12:30` and `3–5` also say their parts.
            known.extend(
                shown
                    .split(['-', '–', '/', ':'])
                    .filter(|part| !part.is_empty())
                    .map(number_key),
            );
        } else {
            known.insert(fold(shown).into_owned());
        }
    }
    known
}

/// Whether a claim stands among what is known of a text; a word of several, when all its parts do.
pub(super) fn is_known(claim: &Claim, known: &HashSet<String>) -> bool {
    if known.contains(&claim.key) {
        return true;
    }
    if claim.is_number {
        return false;
    }
    let mut parts = tokens(&claim.key)
        .into_iter()
        .filter(|token| token.form != Form::Whole)
        .peekable();
    parts.peek().is_some() && parts.all(|token| known.contains(&token.word))
}

/// Runs of letters, digits and what joins them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut characters = text.char_indices().peekable();
    let mut start = None;
    while let Some((at, character)) = characters.next() {
        let next_is_digit = characters
            .peek()
            .is_some_and(|(_, next)| next.is_ascii_digit());
        let next_is_letter = characters
            .peek()
            .is_some_and(|(_, next)| next.is_alphanumeric());
        let joins = start.is_some()
            && match character {
                '.' | ',' | ':' | '/' | '\u{a0}' | '\u{202f}' => {
                    next_is_digit && text[..at].ends_with(|c: char| c.is_ascii_digit())
                }
                '-' | '–' | '\'' | '’' => next_is_letter,
                _ => false,
            };
        if character.is_alphanumeric() || joins {
            start.get_or_insert(at);
        } else if let Some(start) = start.take() {
            words.push(start..at);
        }
    }
    words.extend(start.map(|start| start..text.len()));
    words
}

/// A number without what groups its digits: `1,234`, `1.234`, `1 234` and `1’234` are `1234`; `1,5` is
/// `1.5`. A suffix such as `th` or `%` does not count.
fn number_key(shown: &str) -> String {
    let mut key = String::with_capacity(shown.len());
    let characters: Vec<char> = shown.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        if character.is_ascii_digit() {
            key.push(character);
            continue;
        }
        let n_digits = characters[at + 1..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count();
        let begins = key.chars().rev().take_while(char::is_ascii_digit).count();
        match character {
            ',' | '.' | '\'' | '’' | '\u{a0}' | '\u{202f}'
                if n_digits == 3 && (1..=3).contains(&begins) => {}
            ',' | '.' if n_digits > 0 => key.push('.'),
            '-' | '–' | '/' | ':' if n_digits > 0 => key.push('-'),
            _ if character.is_alphabetic() => key.extend(character.to_lowercase()),
            _ => {}
        }
    }
    for suffix in ["st", "nd", "rd", "th"] {
        if let Some(bare) = key.strip_suffix(suffix)
            && bare.ends_with(|c: char| c.is_ascii_digit())
        {
            return bare.to_owned();
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        claims(text).into_iter().map(|claim| claim.key).collect()
    }

    #[test]
    fn numbers_dates_and_names_are_claims() {
        assert_eq!(
            keys("The lease of Anna Berg ends on 31 March 2025."),
            ["anna", "berg", "31", "march", "2025"]
        );
        assert_eq!(keys("It costs 1,234.50 euros. Nobody paid."), ["1234.50"]);
        assert!(keys("There is nothing to check here.").is_empty());
    }

    #[test]
    fn a_number_is_the_same_in_every_way_of_writing() {
        for written in ["1,234", "1.234", "1’234", "1\u{a0}234", "1234"] {
            assert_eq!(keys(&format!("it is {written} now")), ["1234"], "{written}");
        }
        assert_eq!(keys("the 3rd of 1,5"), ["3", "1.5"]);
    }

    #[test]
    fn what_stands_in_a_text_is_known_and_nothing_else() {
        let known =
            known("On 2019-03-04 Ms Müller-Lüdenscheidt paid 1,200 EUR to the Main Library.");
        let is_known = |text: &str| claims(text).iter().all(|claim| is_known(claim, &known));
        assert!(is_known("in 2019 a Müller-Lüdenscheidt paid 1.200"));
        assert!(is_known("the Library"));
        assert!(!is_known("in 2018"));
        assert!(!is_known("to the Archive"));
        assert!(!is_known("he paid 200"));
    }
}
