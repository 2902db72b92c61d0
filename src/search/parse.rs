//! What was typed, into what is looked for. Never fails: what cannot be understood is a notice.
//!
//! Understood so far: words, `"a phrase"`, `-not`. Pure; knows folding and stems, no index.

use crate::lexical::{
    WordQuery, WordTerm,
    tokens::{Endings, Token, is_stop_word, tokens},
};

use super::Notice;

/// A longer query is cut, with a notice.
pub const MAX_QUERY_CHARS: usize = 2_000;
/// More words are dropped, with a notice: beyond this they only cost time.
pub const MAX_QUERY_WORDS: usize = 128;

/// A query, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedQuery {
    /// For the word index and the highlighter.
    pub words: WordQuery,
    /// For the embedding: what was typed, without operators and exclusions.
    pub meaning: String,
    /// What could not be obeyed.
    pub notices: Vec<Notice>,
}

impl ParsedQuery {
    /// Phrases or exclusions: what a result must or must not hold.
    pub fn has_conditions(&self) -> bool {
        !self.words.phrases.is_empty() || !self.words.excluded.is_empty()
    }

    /// Looks for the words of the phrases alone, when no passage has the phrases themselves.
    /// Gives what to tell the user; `None` without a phrase.
    pub fn drop_phrases(&mut self) -> Option<Notice> {
        if self.words.phrases.is_empty() {
            return None;
        }
        self.words.phrases.clear();
        Some(Notice {
            message: "Nothing has the quoted words in this order; these are the nearest".into(),
            hint: Some("Leave the quotes out to search like this from the start".into()),
        })
    }

    /// Whether a text meets the conditions.
    pub fn admits(&self, text: &str) -> bool {
        let words: Vec<String> = tokens(text).into_iter().map(|token| token.word).collect();
        let has = |phrase: &Vec<String>| {
            words
                .windows(phrase.len())
                .any(|window| window == phrase.as_slice())
        };
        self.words.phrases.iter().all(has)
            && !self.words.excluded.iter().any(|word| words.contains(word))
    }
}

/// Understands a query. With `typing`, its last word also stands for words that begin so.
pub fn parse(query: &str, typing: bool, languages: &[String]) -> ParsedQuery {
    let (mut parsed, query) = begin(query);
    let mut plain = Vec::new();
    for piece in pieces(query) {
        match piece {
            Piece::Plain(word) => plain.push(word),
            Piece::Phrase(phrase) => {
                let words: Vec<String> =
                    tokens(phrase).into_iter().map(|token| token.word).collect();
                if !words.is_empty() {
                    plain.push(phrase);
                    parsed.words.phrases.push(words);
                }
            }
            Piece::Excluded(word) => {
                parsed
                    .words
                    .excluded
                    .extend(tokens(word).into_iter().map(|token| token.word));
            }
        }
    }
    parsed.meaning = plain.join(" ");
    if typing
        && !query.ends_with(['"', ' '])
        && let Some(last) = plain.last()
    {
        let last = tokens(last).pop().map(|token| token.word);
        parsed.words.prefix = last.filter(|word| word.chars().count() >= 2);
    }
    parsed.words.terms = terms(&parsed.meaning, languages, &mut parsed.notices);
    if parsed.words.is_empty() && !parsed.words.excluded.is_empty() {
        parsed.notices.push(Notice {
            message: "The query only says what not to find".into(),
            hint: Some("Add a word to look for".into()),
        });
    }
    parsed
}

/// Understands a query that has no syntax: every word of it is looked for.
pub fn parse_prose(query: &str, languages: &[String]) -> ParsedQuery {
    let (mut parsed, query) = begin(query);
    parsed.words.terms = terms(query, languages, &mut parsed.notices);
    query.clone_into(&mut parsed.meaning);
    parsed
}

/// The part of the query that is used, with a notice if that is not all.
fn begin(query: &str) -> (ParsedQuery, &str) {
    let mut parsed = ParsedQuery::default();
    let query = query.trim();
    let Some((end, _)) = query.char_indices().nth(MAX_QUERY_CHARS) else {
        return (parsed, query);
    };
    parsed.notices.push(Notice {
        message: format!("Only the first {MAX_QUERY_CHARS} characters of the query were used"),
        hint: Some("A sentence or two find more than a page".into()),
    });
    (parsed, &query[..end])
}

fn terms(text: &str, languages: &[String], notices: &mut Vec<Notice>) -> Vec<WordTerm> {
    let mut words: Vec<(String, u32)> = Vec::new();
    for Token { word, .. } in tokens(text) {
        match words.iter_mut().find(|(known, _)| *known == word) {
            Some((_, n_times)) => *n_times += 1,
            None => words.push((word, 1)),
        }
    }
    // Words that say nothing are left out, unless there are no others.
    if words.iter().any(|(word, _)| !is_stop_word(word)) {
        words.retain(|(word, _)| !is_stop_word(word));
    }
    if words.len() > MAX_QUERY_WORDS {
        words.truncate(MAX_QUERY_WORDS);
        notices.push(Notice {
            message: format!("Only the first {MAX_QUERY_WORDS} words of the query were looked up"),
            hint: None,
        });
    }
    let endings: Vec<Endings> = std::iter::once(Endings::of(None))
        .chain(
            languages
                .iter()
                .filter(|language| *language != "eng")
                .map(|language| Endings::of(Some(language))),
        )
        .collect();
    words
        .into_iter()
        .map(|(word, n_times)| {
            let mut stems: Vec<String> = Vec::new();
            for stem in endings.iter().map(|endings| endings.cut(&word)) {
                if !stems.iter().any(|known| *known == stem) {
                    stems.push(stem.into_owned());
                }
            }
            WordTerm {
                word,
                stems,
                n_times,
            }
        })
        .collect()
}

enum Piece<'a> {
    Plain(&'a str),
    Phrase(&'a str),
    Excluded(&'a str),
}

/// Cuts at white space and quotes; a quote that is never closed runs to the end.
fn pieces(query: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix(['"', '“', '„', '”']) {
            let end = inside.find(['"', '”', '“']).unwrap_or(inside.len());
            let (phrase, after) = inside.split_at(end);
            pieces.push(Piece::Phrase(phrase.trim()));
            rest = after.trim_start_matches(['"', '”', '“']).trim_start();
            continue;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '„'))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match word.strip_prefix('-') {
            Some(excluded) if excluded.starts_with(char::is_alphanumeric) => {
                pieces.push(Piece::Excluded(excluded));
            }
            _ => pieces.push(Piece::Plain(word)),
        }
        rest = after.trim_start();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(parsed: &ParsedQuery) -> Vec<&str> {
        parsed
            .words
            .terms
            .iter()
            .map(|term| term.word.as_str())
            .collect()
    }

    #[test]
    fn words_phrases_and_exclusions_are_told_apart() {
        let parsed = parse("Budget \"annual report\" -draft", false, &[]);
        assert_eq!(words(&parsed), ["budget", "annual", "report"]);
        assert_eq!(parsed.words.phrases, [["annual", "report"]]);
        assert_eq!(parsed.words.excluded, ["draft"]);
        assert_eq!(parsed.meaning, "Budget annual report");
        assert!(parsed.admits("The Annual Report of 2024"));
        assert!(!parsed.admits("The annual draft report"));
    }

    #[test]
    fn a_query_of_stop_words_is_still_a_query() {
        assert_eq!(
            words(&parse("to be or not to be", false, &[])),
            ["to", "be", "or", "not"]
        );
        assert_eq!(
            words(&parse("the end of the war", false, &[])),
            ["end", "war"]
        );
    }

    #[test]
    fn the_last_word_is_a_prefix_only_while_typing() {
        assert_eq!(
            parse("annual rep", true, &[]).words.prefix.as_deref(),
            Some("rep")
        );
        assert_eq!(parse("annual rep ", false, &[]).words.prefix, None);
    }

    #[test]
    fn an_endless_query_is_cut_with_a_notice() {
        let parsed = parse(&"word ".repeat(2_000), false, &[]);
        assert_eq!(parsed.notices.len(), 1);
        let parsed = parse(
            &(0..500)
                .map(|i| format!("w{i}"))
                .collect::<Vec<_>>()
                .join(" "),
            false,
            &[],
        );
        assert_eq!(parsed.words.terms.len(), MAX_QUERY_WORDS);
        assert_eq!(parsed.notices.len(), 2, "{:?}", parsed.notices);
    }

    #[test]
    fn an_exclusion_alone_finds_nothing_and_says_so() {
        let parsed = parse("-draft", false, &[]);
        assert!(parsed.words.is_empty());
        assert_eq!(parsed.notices.len(), 1);
    }

    #[test]
    fn prose_has_no_operators_and_counts_its_words() {
        let parsed = parse_prose("a \"sparse matrix\" -like thing, matrix", &[]);
        assert_eq!(words(&parsed), ["sparse", "matrix", "like", "thing"]);
        assert_eq!(parsed.words.terms[1].n_times, 2);
        assert!(!parsed.has_conditions());
    }

    proptest! {
        #[test]
        fn anything_typed_is_understood_without_panic(query in "\\PC{0,200}", typing: bool) {
            let parsed = parse(&query, typing, &["deu".to_owned()]);
            let _ = parsed.admits(&query);
        }
    }
}
