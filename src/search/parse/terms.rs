//! Plain words into terms: without what says nothing, counted, with their stems.

use super::{Hint, MAX_QUERY_WORDS};
use crate::lexical::{
    WordTerm,
    tokens::{self, Endings, Form, is_lone_character, is_stop_word},
};

/// Languages whose word endings a query tries, at most: the most common of the library.
const N_LANGUAGES: usize = 4;

/// Whether the stems of a term are those of every language in the library.
pub(super) fn has_every_stem(languages: &[String]) -> bool {
    languages.len() <= N_LANGUAGES
}

/// The Han characters of a text, each once, in order.
pub(super) fn characters(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for character in tokens::characters(&tokens::tokens(text)).take(MAX_QUERY_WORDS) {
        let character = character.to_string();
        if !all.contains(&character) {
            all.push(character);
        }
    }
    all
}

/// The terms of a text.
pub(super) fn terms(text: &str, languages: &[String], hints: &mut Vec<Hint>) -> Vec<WordTerm> {
    let mut words: Vec<(String, u32)> = Vec::new();
    for token in tokens::tokens(text) {
        if token.form == Form::Tail || is_lone_character(&token.word) {
            continue;
        }
        match words.iter_mut().find(|(known, _)| *known == token.word) {
            Some((_, n_times)) => *n_times += 1,
            None => words.push((token.word, 1)),
        }
    }
    // Words that say nothing are left out, unless there are no others.
    if words.iter().any(|(word, _)| !is_stop_word(word)) {
        words.retain(|(word, _)| !is_stop_word(word));
    }
    if words.len() > MAX_QUERY_WORDS {
        words.truncate(MAX_QUERY_WORDS);
        hints.push(Hint {
            message: format!("Only the first {MAX_QUERY_WORDS} words of the query were looked up"),
            advice: None,
            span: (0, 0),
        });
    }
    let endings = all_endings(languages);
    let terms = words.into_iter().map(|(word, n_times)| WordTerm {
        stems: stems(&word, &endings),
        word,
        n_times,
    });
    terms.collect()
}

/// A single word as a term.
pub(in crate::search) fn term(word: &str, languages: &[String]) -> WordTerm {
    WordTerm {
        stems: stems(word, &all_endings(languages)),
        word: word.to_owned(),
        n_times: 1,
    }
}

/// Of English, and of the library's other languages.
fn all_endings(languages: &[String]) -> Vec<Endings> {
    let tried = languages.iter().take(N_LANGUAGES);
    let others = tried.filter(|language| *language != "eng");
    std::iter::once(Endings::of(None))
        .chain(others.map(|language| Endings::of(Some(language))))
        .collect()
}

fn stems(word: &str, endings: &[Endings]) -> Vec<String> {
    let mut stems: Vec<String> = Vec::new();
    for stem in endings.iter().map(|endings| endings.cut(word)) {
        if !stems.iter().any(|known| *known == stem) {
            stems.push(stem.into_owned());
        }
    }
    stems
}
