//! A query's characters into lexemes with their spans. Never fails; a quote that is never closed runs
//! to the end.

use std::ops::Range;

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lexeme<'a> {
    pub(super) kind: Kind<'a>,
    /// In bytes.
    pub(super) span: Range<usize>,
    /// Nothing stands between it and the one before.
    pub(super) is_glued: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Anything between spaces, quotes and parentheses.
    Bare(&'a str),
    /// What stands between quotes, and whether the second one is there.
    Quoted(&'a str, bool),
    /// `(`
    Open,
    /// `)`
    Close,
}

/// Every quote that opens, with those that may close it.
const QUOTES: [(char, &[char]); 6] = [
    ('"', &['"', '”', '“']),
    ('“', &['”', '"', '“']),
    ('„', &['“', '”', '"']),
    ('”', &['”', '"']),
    ('«', &['»']),
    ('「', &['」']),
];

/// The lexemes of a query, in order.
pub(super) fn lexemes(query: &str) -> Vec<Lexeme<'_>> {
    let mut lexemes: Vec<Lexeme<'_>> = Vec::new();
    let mut at = 0;
    while let Some(first) = query[at..].chars().next() {
        let after = at + first.len_utf8();
        if is_space(first) {
            at = after;
            continue;
        }
        let (kind, end) = if let Some((_, closing)) = QUOTES.iter().find(|(open, _)| *open == first)
        {
            quoted(query, after, closing)
        } else {
            match first {
                '(' => (Kind::Open, after),
                ')' => (Kind::Close, after),
                _ => {
                    let end = bare_end(query, at);
                    (Kind::Bare(&query[at..end]), end)
                }
            }
        };
        let is_glued = lexemes.last().is_some_and(|last| last.span.end == at);
        lexemes.push(Lexeme {
            kind,
            span: at..end,
            is_glued,
        });
        at = end;
    }
    lexemes
}

/// White space, and characters that show nothing and mean nothing in a query.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn quoted<'a>(query: &'a str, from: usize, closing: &[char]) -> (Kind<'a>, usize) {
    let inside = &query[from..];
    match inside.char_indices().find(|(_, c)| closing.contains(c)) {
        Some((at, close)) => {
            let end = from + at + close.len_utf8();
            (Kind::Quoted(&inside[..at], true), end)
        }
        None => (Kind::Quoted(inside, false), query.len()),
    }
}

/// Parentheses inside a word (`main()`, `f(x)`) belong to it; a closing one at its end only where it
/// was opened there.
fn bare_end(query: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    let mut last = ' ';
    for (at, character) in query[start..].char_indices() {
        let opens_quote = QUOTES.iter().any(|(open, _)| *open == character);
        let ends = match character {
            '(' if matches!(last, ' ' | '-' | '+' | ':' | '=') => true,
            '(' => {
                depth += 1;
                false
            }
            ')' if depth > 0 => {
                depth -= 1;
                false
            }
            ')' => true,
            _ => is_space(character) || opens_quote,
        };
        if ends {
            return start + at;
        }
        last = character;
    }
    query.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(query: &str) -> Vec<Kind<'_>> {
        lexemes(query)
            .into_iter()
            .map(|lexeme| lexeme.kind)
            .collect()
    }

    #[test]
    fn quotes_of_every_kind_and_parentheses_divide() {
        use Kind::{Bare, Close, Open, Quoted};
        assert_eq!(
            kinds("a \"b c\" «d» (e -f)"),
            [
                Bare("a"),
                Quoted("b c", true),
                Quoted("d", true),
                Open,
                Bare("e"),
                Bare("-f"),
                Close
            ]
        );
        assert_eq!(
            kinds("type:(a b)"),
            [Bare("type:"), Open, Bare("a"), Bare("b"), Close]
        );
        assert_eq!(kinds("main() f(x)"), [Bare("main()"), Bare("f(x)")]);
        assert_eq!(
            kinds("say \"never closed"),
            [Bare("say"), Quoted("never closed", false)]
        );
    }
}
