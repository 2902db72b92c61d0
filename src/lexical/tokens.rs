//! Text into words: the one tokenizer of indexing, querying and highlighting.
//!
//! A token is a folded word (NFKC, lower case, accents dropped) or, in scripts that do not put
//! spaces between words, a pair of characters. It keeps its byte span in the text it came from.
//! Pure; knows no index. Invariant: spans ascend, lie on character boundaries, and equal text
//! gives equal tokens wherever it stands.

use std::{borrow::Cow, ops::Range};

use frostem::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longer words are not worth a place in the index; no one types them.
const MAX_WORD_BYTES: usize = 80;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// The folded word.
    pub word: String,
}

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 6);
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        let class = Class::of(first);
        if class == Class::Separator {
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some(&(at, next)) = characters.peek() {
            let continues = match Class::of(next) {
                Class::Separator => is_combining_mark(next),
                other => other == class,
            };
            if !continues {
                break;
            }
            end = at + next.len_utf8();
            characters.next();
        }
        let run = &text[start..end];
        match class {
            Class::Unspaced => push_pairs(&mut tokens, run, start),
            _ => push_word(&mut tokens, run, start..end),
        }
    }
    tokens
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
            // Thai, Lao, Burmese, Khmer; Kana; Han; Hangul; Han compatibility and extensions.
            '\u{0e01}'..='\u{0e3a}'
            | '\u{0e40}'..='\u{0eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17d3}'
            | '\u{3041}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => Self::Unspaced,
            _ if character.is_alphanumeric() => Self::Word,
            _ => Self::Separator,
        }
    }
}

fn push_word(tokens: &mut Vec<Token>, run: &str, span: Range<usize>) {
    if run.len() <= MAX_WORD_BYTES {
        let word = fold(run).into_owned();
        if !word.is_empty() {
            tokens.push(Token { span, word });
        }
    }
}

/// Every two neighbours; a lone character stands for itself.
fn push_pairs(tokens: &mut Vec<Token>, run: &str, start: usize) {
    let bounds: Vec<usize> = run
        .char_indices()
        .map(|(at, _)| at)
        .chain([run.len()])
        .collect();
    let width = 2.min(bounds.len() - 1);
    for pair in bounds.windows(width + 1) {
        if let (Some(&from), Some(&to)) = (pair.first(), pair.last()) {
            let word = run[from..to].nfkc().collect();
            tokens.push(Token {
                span: start + from..start + to,
                word,
            });
        }
    }
}

/// Lower case, compatibility forms unified, accents of Latin and Greek letters and the vowel
/// marks of Arabic dropped. Marks that make another letter (Cyrillic й, Indic vowels) stay.
pub fn fold(word: &str) -> Cow<'_, str> {
    if word
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    {
        return Cow::Borrowed(word);
    }
    if word.is_ascii() {
        return Cow::Owned(word.to_ascii_lowercase());
    }
    let mut base = ' ';
    let decomposed = word
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(move |&character| {
            let accent = ('\u{300}'..='\u{36f}').contains(&character);
            if !is_combining_mark(character) {
                base = character;
            }
            !(accent && base < '\u{400}'
                || ('\u{64b}'..='\u{65f}').contains(&character)
                || matches!(character, '\u{670}' | '\u{640}'))
        });
    let mut folded = String::with_capacity(word.len());
    for character in decomposed.nfc() {
        match character {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ё' => folded.push('е'),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            other => folded.push(other),
        }
    }
    Cow::Owned(folded)
}

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
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(words("Größe, naïve CAFÉ"), ["grosse", "naive", "cafe"]);
        assert_eq!(words("Ёлка йод"), ["елка", "йод"]);
        assert_eq!(words("ﬁle Ⅶ"), ["file", "vii"]);
    }

    #[test]
    fn scripts_without_spaces_become_pairs() {
        assert_eq!(words("東京都 is 水"), ["東京", "京都", "is", "水"]);
    }

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

    proptest! {
        #[test]
        fn spans_ascend_on_character_boundaries_and_hold_what_the_word_says(text in "\\PC{0,60}") {
            let mut last = 0;
            for token in tokens(&text) {
                prop_assert!(token.span.start >= last);
                prop_assert!(text.get(token.span.clone()).is_some());
                prop_assert!(!token.word.is_empty());
                last = token.span.start;
            }
        }
    }
}
