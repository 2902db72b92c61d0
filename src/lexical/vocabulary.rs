//! The words that the index holds: those that begin so, those that are written much the same, and
//! what somebody meant who mistyped.
//!
//! Reads the dictionaries of the segments, never their postings.

use std::{cmp::Reverse, collections::HashMap};

use tantivy::{
    Searcher, Term,
    query::FuzzyTermQuery,
    schema::Field,
    termdict::{TermDictionary, TermStreamer},
};

use crate::lexical::{FuzzyWord, Result, schema::Fields};

/// Words that a beginning or a misspelling stands for at most: the most common ones.
pub(super) const MAX_EXPANSIONS: usize = 24;
/// Words this short have too many neighbours.
const MIN_LETTERS: usize = 4;
/// From so many letters on, two of them may be wrong.
const LONG_LETTERS: usize = 8;

/// A word of the index with the number of entries that hold it.
type Counted = (String, u64);

/// The most common words that begin with `prefix`.
pub(super) fn beginning_with(
    searcher: &Searcher,
    field: Field,
    prefix: &str,
) -> Result<Vec<String>> {
    if prefix.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let stream = index.terms().range().ge(prefix.as_bytes()).into_stream();
        let mut stream = stream.map_err(tantivy::TantivyError::from)?;
        while stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
            count(&mut found, stream.key(), stream.value().doc_freq);
        }
    }
    Ok(most_common(found, MAX_EXPANSIONS)
        .into_iter()
        .map(|(word, _)| word)
        .collect())
}

/// The most common words within a word's distance, the word itself included.
pub(super) fn near(searcher: &Searcher, field: Field, fuzzy: &FuzzyWord) -> Result<Vec<String>> {
    let counted = counted_near(searcher, field, fuzzy)?;
    Ok(counted.into_iter().map(|(word, _)| word).collect())
}

fn counted_near(searcher: &Searcher, field: Field, fuzzy: &FuzzyWord) -> Result<Vec<Counted>> {
    let term = Term::from_field_text(field, &fuzzy.word);
    let query = FuzzyTermQuery::new(term, fuzzy.distance.min(2), true);
    let mut found = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let terms: &TermDictionary = index.terms();
        let stream = terms.search(query.automaton()?).into_stream();
        let mut stream: TermStreamer<'_, _> = stream.map_err(tantivy::TantivyError::from)?;
        while stream.advance() {
            count(&mut found, stream.key(), stream.value().doc_freq);
        }
    }
    Ok(most_common(found, MAX_EXPANSIONS))
}

fn count(found: &mut HashMap<String, u64>, word: &[u8], n_entries: u32) {
    if let Ok(word) = std::str::from_utf8(word) {
        match found.get_mut(word) {
            Some(n) => *n += u64::from(n_entries),
            None => drop(found.insert(word.to_owned(), u64::from(n_entries))),
        }
    }
}

fn most_common(found: HashMap<String, u64>, limit: usize) -> Vec<Counted> {
    let mut words: Vec<Counted> = found.into_iter().collect();
    words.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    words.truncate(limit);
    words
}

/// How many letters of a word may be wrong, where it may be mistyped at all.
pub fn tolerance(word: &str) -> Option<u8> {
    let n_letters = word.chars().count();
    let is_word = word.chars().all(char::is_alphabetic);
    match n_letters {
        _ if !is_word => None,
        LONG_LETTERS.. => Some(2),
        MIN_LETTERS.. => Some(1),
        _ => None,
    }
}

/// The word that was meant, where no text and no name has the one that was typed in any form.
pub(super) fn meant(
    searcher: &Searcher,
    fields: Fields,
    word: &str,
    stems: &[String],
) -> Result<Option<String>> {
    let Some(distance) = tolerance(word) else {
        return Ok(None);
    };
    let forms = [(fields.words, word), (fields.name, word)];
    let stems = stems.iter().map(|stem| (fields.stems, stem.as_str()));
    for (field, form) in forms.into_iter().chain(stems) {
        if searcher.doc_freq(&Term::from_field_text(field, form))? > 0 {
            return Ok(None);
        }
    }
    // One wrong letter is likelier than two, whatever is how common.
    for distance in 1..=distance {
        let fuzzy = FuzzyWord {
            word: word.to_owned(),
            distance,
        };
        let mut found: HashMap<String, u64> = HashMap::new();
        for field in [fields.words, fields.name] {
            for (word, n) in counted_near(searcher, field, &fuzzy)? {
                *found.entry(word).or_default() += n;
            }
        }
        found.retain(|near, _| near.chars().all(char::is_alphabetic));
        if let Some((best, _)) = most_common(found, 1).pop() {
            return Ok(Some(best));
        }
    }
    Ok(None)
}
