//! Forms of words: stems by language, and words that say little.
//!
//! Pure; the stemmers are Snowball's.

use std::borrow::Cow;

use frostem::{Algorithm, Stemmer};

/// The words of English that say nothing about what is sought (the list that Lucene made common).
pub fn is_stop_word(word: &str) -> bool {
    const STOP_WORDS: [&str; 33] = [
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is",
        "it", "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there",
        "these", "they", "this", "to", "was", "will", "with",
    ];
    STOP_WORDS.contains(&word)
}

/// Words that questions in English are made of, and single letters: they are found, but what
/// they say about a passage is little.
pub fn is_function_word(word: &str) -> bool {
    const FUNCTION_WORDS: &[&str] = &[
        "about", "after", "all", "also", "am", "any", "because", "been", "before", "being",
        "between", "both", "can", "could", "did", "do", "does", "doing", "done", "during", "each",
        "either", "else", "ever", "from", "had", "has", "have", "having", "he", "her", "here",
        "him", "his", "how", "its", "just", "many", "may", "me", "might", "more", "most", "much",
        "must", "my", "neither", "nor", "only", "other", "our", "out", "over", "own", "same",
        "shall", "she", "should", "so", "some", "than", "them", "those", "through", "too", "under",
        "until", "up", "upon", "us", "very", "we", "were", "what", "when", "where", "whether",
        "which", "while", "who", "whom", "whose", "why", "within", "without", "would", "you",
        "your",
    ];
    let mut letters = word.chars();
    let single = letters.next().is_some_and(char::is_alphanumeric) && letters.next().is_none();
    single && word.is_ascii() || FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// Cuts the endings of one language's words.
pub struct Endings(Option<Stemmer>);

impl Endings {
    /// The endings of a language (ISO 639-3); without one, or for one that has no stemmer,
    /// English, whose rules leave other scripts alone.
    pub fn of(language: Option<&str>) -> Self {
        let algorithm = match language {
            None | Some("eng") => Algorithm::English,
            Some("ara") => Algorithm::Arabic,
            Some("dan") => Algorithm::Danish,
            Some("nld") => Algorithm::Dutch,
            Some("fin") => Algorithm::Finnish,
            Some("fra") => Algorithm::French,
            Some("deu") => Algorithm::German,
            Some("ell") => Algorithm::Greek,
            Some("hun") => Algorithm::Hungarian,
            Some("ita") => Algorithm::Italian,
            Some("nob") => Algorithm::Norwegian,
            Some("por") => Algorithm::Portuguese,
            Some("ron") => Algorithm::Romanian,
            Some("rus") => Algorithm::Russian,
            Some("spa") => Algorithm::Spanish,
            Some("swe") => Algorithm::Swedish,
            Some("tam") => Algorithm::Tamil,
            Some("tur") => Algorithm::Turkish,
            Some(_) => return Self(None),
        };
        Self(Some(Stemmer::new(algorithm)))
    }

    /// The stem of a folded word.
    pub fn cut<'a>(&self, word: &'a str) -> Cow<'a, str> {
        match &self.0 {
            Some(stemmer) => stemmer.stem(word),
            None => Cow::Borrowed(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_are_told_from_the_words_that_matter() {
        for word in ["about", "what", "who", "your", "i", "x"] {
            assert!(is_function_word(word), "{word}");
        }
        for word in ["contract", "水", "whoever", ""] {
            assert!(!is_function_word(word), "{word}");
        }
    }

    #[test]
    fn stems_meet() {
        let english = Endings::of(None);
        assert_eq!(english.cut("foundations"), english.cut("foundation"));
        let german = Endings::of(Some("deu"));
        assert_eq!(german.cut("vertrage"), german.cut("vertrags"));
    }
}
