//! What somebody meant who mistyped: words that nothing has give way to the index's own.
//!
//! A word that stands in any text or name, in any form, is never touched; nor is a query of many words,
//! which are found without it. The embedding gets what was typed: a model knows words that no file has,
//! and many misspellings.

use super::{Error, Notice, ParsedQuery, Search, parse::term};
use crate::lexical::{Lexical, WordTerm, tokens::is_function_word};

/// More misspellings than this are not misspellings.
const MAX_CORRECTED: usize = 4;
/// A query of more words does without.
const MAX_TERMS: usize = 8;

impl Search {
    /// Looks for what was meant as well; says so.
    pub(super) async fn correct(
        &self,
        parsed: &mut ParsedQuery,
        notices: &mut Vec<Notice>,
    ) -> Result<(), Error> {
        if parsed.words.terms.len() > MAX_TERMS {
            return Ok(());
        }
        let terms = parsed.words.terms.clone();
        let corrected = move |index: &Lexical| {
            let mut corrected: Vec<(String, String)> = Vec::new();
            // Words that questions are made of are spelled well, whether or not a text has them.
            let telling = terms.iter().filter(|term| !is_function_word(&term.word));
            for WordTerm { word, stems, .. } in telling {
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
        for (_, meant) in &corrected {
            if !parsed.words.terms.iter().any(|term| term.word == *meant) {
                parsed.words.terms.push(term(meant, &self.languages));
            }
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
