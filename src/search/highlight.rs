//! Where a text matches the query's words, as character ranges.
//!
//! The tokens of the stored text are compared with the query's, by the same folding and stemming
//! as the index; so what is lit is what was found. Pure.

use crate::lexical::{
    WordQuery,
    tokens::{Endings, tokens},
};

/// Finds a query's words in texts.
#[derive(Debug)]
pub struct Highlighter<'a> {
    query: &'a WordQuery,
}

impl<'a> Highlighter<'a> {
    /// For one query.
    pub fn new(query: &'a WordQuery) -> Self {
        Self { query }
    }

    /// Ascending, disjoint character ranges of `text`, a text in `language` (ISO 639-3).
    pub fn ranges(&self, text: &str, language: Option<&str>) -> Vec<(usize, usize)> {
        let endings = Endings::of(language);
        let spans = tokens(text)
            .into_iter()
            .filter(|token| self.matches(&token.word, &endings))
            .map(|token| (token.span.start, token.span.end));
        in_characters(text, &merge_ranges(spans.collect()))
    }

    fn matches(&self, word: &str, endings: &Endings) -> bool {
        let query = self.query;
        if query
            .prefix
            .as_ref()
            .is_some_and(|prefix| word.starts_with(prefix))
        {
            return true;
        }
        let stem = endings.cut(word);
        query
            .terms
            .iter()
            .any(|term| term.word == word || term.stems.iter().any(|known| *known == stem))
    }
}

/// Ascending and disjoint; ranges that touch or overlap become one.
pub fn merge_ranges(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// Byte ranges, ascending and disjoint, as character ranges.
fn in_characters(text: &str, ranges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let (mut at_byte, mut at_character) = (0, 0);
    let mut count = |byte: usize| {
        at_character += text.get(at_byte..byte).unwrap_or_default().chars().count();
        at_byte = byte;
        at_character
    };
    ranges
        .iter()
        .map(|&(start, end)| (count(start), count(end)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::parse;

    fn lit(query: &str, text: &str, typing: bool) -> Vec<String> {
        let parsed = parse(query, typing, &[]);
        let characters: Vec<char> = text.chars().collect();
        Highlighter::new(&parsed.words)
            .ranges(text, None)
            .into_iter()
            .map(|(start, end)| characters[start..end].iter().collect())
            .collect()
    }

    #[test]
    fn forms_of_a_word_are_lit_by_characters_not_bytes() {
        assert_eq!(
            lit(
                "foundation",
                "Ünïcödé first: the Foundations, founded",
                false
            ),
            ["Foundations"]
        );
        assert_eq!(lit("café", "a CAFE, a café", false), ["CAFE", "café"]);
    }

    #[test]
    fn pairs_of_a_script_without_spaces_become_one_range() {
        assert_eq!(lit("東京都", "首都は東京都です", false), ["東京都"]);
    }

    #[test]
    fn the_word_being_typed_lights_what_it_begins() {
        assert_eq!(lit("rep", "annual report", true), ["report"]);
        assert!(lit("rep", "annual report", false).is_empty());
    }
}
