//! Tokens of our own as a line of text, and tantivy's tokenizer that takes them apart again.
//!
//! tantivy takes ready tokens as well, but hands them to its thread as JSON, which took a tenth of all
//! indexing. Invariant: what [`spell`] writes, [`Spelled`] reads, word by word and place by place.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Goes one place on; stands before a word.
const STEP: char = '\n';
/// Ends a word.
const END: char = '\t';

/// Words with their places, which count from 0, as a text. A word holds neither control character.
pub(super) fn spell<W: AsRef<str>>(mut words: Vec<(usize, W)>) -> String {
    // A whole may come after its parts.
    words.sort_by_key(|&(place, _)| place);
    let mut text = String::with_capacity(words.len() * 9);
    let mut at = 0;
    for (place, word) in words {
        text.extend((at..place).map(|_| STEP));
        at = place;
        text.push_str(word.as_ref());
        text.push(END);
    }
    text
}

/// Reads what [`spell`] wrote.
#[derive(Debug, Clone, Default)]
pub(super) struct Spelled {
    token: Token,
}

#[derive(Debug)]
pub(super) struct Stream<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl Tokenizer for Spelled {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        self.token.reset();
        self.token.position = 0;
        Stream {
            rest: text,
            token: &mut self.token,
        }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some((word, rest)) = self.rest.split_once(END) else {
            return false;
        };
        let spelled = word.trim_start_matches(STEP);
        self.token.position += word.len() - spelled.len();
        self.token.text.clear();
        self.token.text.push_str(spelled);
        self.rest = rest;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::tokenizer::TextAnalyzer;

    use super::*;

    proptest! {
        #[test]
        fn words_come_back_at_their_places(
            mut words in prop::collection::vec((0..40_usize, "[a-zäß你0-9.:]{1,9}"), 0..30),
        ) {
            let text = spell(words.clone());
            let mut analyzer = TextAnalyzer::from(Spelled::default());
            let mut found = Vec::new();
            analyzer
                .token_stream(&text)
                .process(&mut |token| found.push((token.position, token.text.clone())));
            words.sort_by_key(|&(place, _)| place);
            prop_assert_eq!(found, words);
        }
    }
}
