//! What somebody meant who mistyped: words that nothing has give way to the index's own.
//!
//! A word that stands in any text or name, in any form, is never touched.

use super::{Error, Notice, ParsedQuery, Search, parse::term};
use crate::lexical::{Lexical, WordTerm, tokens::tokens};

/// More misspellings than this are not misspellings.
const MAX_CORRECTED: usize = 4;

impl Search {
    /// Looks for what was meant as well; says so.
    pub(super) async fn correct(
        &self,
        parsed: &mut ParsedQuery,
        notices: &mut Vec<Notice>,
    ) -> Result<(), Error> {
        let terms = parsed.words.terms.clone();
        let corrected = move |index: &Lexical| {
            let mut corrected: Vec<(String, String)> = Vec::new();
            for WordTerm { word, stems, .. } in &terms {
                if let Some(meant) = index.meant(word, stems)? {
                    corrected.push((word.clone(), meant));
                }
            }
            Ok(corrected)
        };
        // What cannot be asked is told by the search itself.
        let corrected = self
            .ask(corrected, &mut Vec::new())
            .await?
            .unwrap_or_default();
        if corrected.is_empty() || corrected.len() > MAX_CORRECTED {
            return Ok(());
        }
        for (word, meant) in &corrected {
            if !parsed.words.terms.iter().any(|term| term.word == *meant) {
                parsed.words.terms.push(term(meant, &self.languages));
            }
            parsed.meaning = replaced(&parsed.meaning, word, meant);
        }
        notices.push(said(&corrected));
        Ok(())
    }
}

fn said(corrected: &[(String, String)]) -> Notice {
    let quoted = |words: Vec<&String>| {
        let quoted: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
        quoted.join(", ")
    };
    let typed = quoted(corrected.iter().map(|(word, _)| word).collect());
    let meant = quoted(corrected.iter().map(|(_, meant)| meant).collect());
    Notice {
        message: format!("Nothing has {typed}; looked for {meant} instead"),
        hint: None,
    }
}

/// A text with one word in place of another.
fn replaced(text: &str, word: &str, by: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut at = 0;
    for token in tokens(text).into_iter().filter(|token| token.word == word) {
        replaced += text.get(at..token.span.start).unwrap_or_default();
        replaced += by;
        at = token.span.end;
    }
    replaced + text.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mistyped_word_gives_way() {
        assert_eq!(
            replaced("Did you recieve it?", "recieve", "receive"),
            "Did you receive it?"
        );
        assert_eq!(replaced("nothing", "else", "x"), "nothing");
    }
}
