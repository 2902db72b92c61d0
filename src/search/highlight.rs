//! Where a text matches the query's words, as character ranges.
//!
//! The tokens of the stored text are compared with the query's, by the same folding and stemming
//! as the index; so what is lit is what was found. Pure.

use crate::lexical::{
    Phrase, WordQuery, WordTerm,
    tokens::{Endings, Token, tokens},
};

/// Finds a query's words in texts.
#[derive(Debug)]
pub struct Highlighter<'a> {
    query: &'a WordQuery,
}

/// What is lit in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lit {
    /// Ascending, disjoint character ranges.
    pub ranges: Vec<(usize, usize)>,
    /// The query's words that the text has, with how often.
    pub matched: Vec<(String, usize)>,
}

impl<'a> Highlighter<'a> {
    /// For one query.
    pub fn new(query: &'a WordQuery) -> Self {
        Self { query }
    }

    /// What is to be lit in `text`, a text in `language` (ISO 639-3).
    pub fn lit(&self, text: &str, language: Option<&str>) -> Lit {
        let endings = Endings::of(language);
        let tokens = tokens(text);
        let mut spans: Vec<(usize, usize)> = Vec::new();
        let mut matched: Vec<(String, usize)> = Vec::new();
        for token in &tokens {
            let term = self.term(&token.word, &endings);
            let is_alone = |term: &WordTerm| !self.query.near_only.contains(&term.word);
            if self.matches_spelling(&token.word) || term.is_some_and(is_alone) {
                spans.push((token.span.start, token.span.end));
            } else if term.is_none() {
                continue;
            }
            match matched.iter_mut().find(|(word, _)| *word == token.word) {
                Some((_, n)) => *n += 1,
                None => matched.push((token.word.clone(), 1)),
            }
        }
        for phrase in &self.query.phrases {
            spans.extend(if phrase.slop == 0 {
                occurrences(phrase, &tokens)
            } else {
                near_occurrences(phrase, &tokens)
            });
        }
        Lit {
            ranges: in_characters(text, &merge_ranges(spans)),
            matched,
        }
    }

    /// Whether a word begins as one was asked for, or is written much like it.
    fn matches_spelling(&self, word: &str) -> bool {
        let query = self.query;
        let mut beginnings = query.prefix.iter().chain(&query.prefixes);
        let mut near = query.fuzzy.iter();
        beginnings.any(|prefix| word.starts_with(prefix))
            || near
                .any(|fuzzy| strsim::osa_distance(&fuzzy.word, word) <= usize::from(fuzzy.distance))
    }

    /// What a word is a form of; rather of what may stand alone.
    fn term(&self, word: &str, endings: &Endings) -> Option<&WordTerm> {
        let stem = endings.cut(word);
        let is_form =
            |term: &&WordTerm| term.word == word || term.stems.iter().any(|known| *known == stem);
        let forms = self.query.terms.iter().filter(is_form);
        forms.min_by_key(|term| self.query.near_only.contains(&term.word))
    }
}

/// The words that stand as near each other as a phrase allows. Shifted by where the phrase has it, a word
/// in its place has the same position as all others: what lies apart is what stands between.
fn near_occurrences(phrase: &Phrase, tokens: &[Token]) -> Vec<(usize, usize)> {
    let n_words = phrase.words.len();
    let mut shifted: Vec<(usize, usize, &Token)> = Vec::new();
    for token in tokens.iter().filter(|token| token.form.is_step()) {
        for (place, word) in phrase.words.iter().enumerate() {
            if token.word == *word {
                shifted.push((token.position + n_words - place, place, token));
            }
        }
    }
    shifted.sort_unstable_by_key(|&(position, place, _)| (position, place));
    let mut spans = Vec::new();
    for (first, &(from, ..)) in shifted.iter().enumerate() {
        let reach = from + phrase.slop as usize;
        let rest = shifted.get(first..).unwrap_or_default();
        let within: Vec<_> = rest
            .iter()
            .take_while(|&&(position, ..)| position <= reach)
            .collect();
        let has = |place| within.iter().any(|&&(_, other, _)| other == place);
        if (0..n_words).all(has) {
            spans.extend(
                within
                    .iter()
                    .map(|(.., token)| (token.span.start, token.span.end)),
            );
        }
    }
    spans
}

/// Where the words of a phrase follow each other; stop words in it are lit there and nowhere else.
fn occurrences(phrase: &Phrase, tokens: &[Token]) -> Vec<(usize, usize)> {
    let steps: Vec<&Token> = tokens.iter().filter(|token| token.form.is_step()).collect();
    let is_phrase = |window: &[&Token]| {
        window
            .iter()
            .zip(&phrase.words)
            .all(|(token, word)| token.word == *word)
    };
    steps
        .windows(phrase.words.len().max(1))
        .filter(|window| is_phrase(window))
        .filter_map(|window| Some((window.first()?.span.start, window.last()?.span.end)))
        .collect()
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
pub(super) fn in_characters(text: &str, ranges: &[(usize, usize)]) -> Vec<(usize, usize)> {
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
    use crate::search::{Context, parse};

    fn lit(query: &str, text: &str, typing: bool) -> Vec<String> {
        let context = Context {
            typing,
            languages: &[],
            today: jiff::civil::date(2026, 11, 27),
        };
        let parsed = parse(query, context);
        let characters: Vec<char> = text.chars().collect();
        Highlighter::new(&parsed.words)
            .lit(text, None)
            .ranges
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

    #[test]
    fn words_that_are_wanted_near_each_other_are_lit_where_they_are() {
        let text = "The tenant pays. The rent is due when the tenant and the landlord say so; a landlord waits.";
        assert_eq!(
            lit("\"tenant landlord\"~3", text, false),
            ["tenant", "landlord"]
        );
        // Out of order costs two, and other forms are not what was asked for.
        let text =
            "landlord tenant; the other tenants and their landlord; a landlord, that is, tenant";
        assert_eq!(
            lit("\"tenant landlord\"~2", text, false),
            ["landlord", "tenant"]
        );
        // What may stand alone as well is lit everywhere.
        assert_eq!(
            lit(
                "landlord \"tenant landlord\"~2",
                "a tenant, a landlord, both; landlord",
                false
            ),
            ["tenant", "landlord", "landlord"]
        );
        // Of three words, all must be there.
        let text = "red and green; red, some green, blue";
        assert_eq!(
            lit("\"red green blue\"~2", text, false),
            ["red", "green", "blue"]
        );
        assert!(lit("\"red blue\"~2", "red and then a bit of blue", false).is_empty());
    }

    #[test]
    fn where_nothing_has_words_near_each_other_they_are_lit_alone() {
        let context = Context {
            typing: false,
            languages: &[],
            today: jiff::civil::date(2026, 11, 27),
        };
        let parsed = parse("\"tenant landlord\"~3", context);
        let relaxed = parsed.relaxed().unwrap();
        let text = "a tenant and far from him, in another town altogether, a landlord";
        let ranges = |query| Highlighter::new(query).lit(text, None).ranges;
        assert!(ranges(&parsed.words).is_empty());
        assert_eq!(ranges(&relaxed.words).len(), 2);
    }

    #[test]
    fn phrases_beginnings_and_misspellings_are_lit() {
        let text = "To be or not to be: the foundations, foundation's recieved";
        assert_eq!(
            lit("\"to be or not\"", text, false),
            ["To be or not", "to", "be"]
        );
        assert_eq!(lit("found*", text, false), ["foundations", "foundation"]);
        assert_eq!(lit("received~", text, false), ["recieved"]);
        assert_eq!(lit("get", "call getUserName()", false), ["get"]);
    }
}
