//! More like this, less like that: passages that the user has judged move the query.
//!
//! The query's embedding moves towards what was liked and away from what was not, by Rocchio's formula
//! with the weights that Manning, Raghavan and Schütze give (Introduction to Information Retrieval,
//! 2008, 9.1.1); the words that tell the liked passages from others join the query. Without any words,
//! what was liked is the whole query: that is how similar passages are found.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use super::{Error, ParsedQuery, Search, parse::term};
use crate::{
    document::{DocumentId, PassageId},
    lexical::{
        Lexical, WordTerm,
        tokens::{Form, is_function_word, is_stop_word, tokens},
    },
};

/// Weight of the mean of what was liked, beside 1 for the query.
const LIKED_WEIGHT: f32 = 0.75;
/// The same of what was not.
const DISLIKED_WEIGHT: f32 = 0.15;
/// Words that join a query.
const N_WORDS: usize = 12;
/// What a word of the query counts beside one that joined it.
const TYPED_TIMES: u32 = 3;
/// Of a whole document, so many passages are looked at.
pub(super) const N_PASSAGES: usize = 24;

/// Passages that were judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feedback {
    /// More like these.
    pub like: Vec<PassageId>,
    /// Less like these.
    pub unlike: Vec<PassageId>,
}

impl Feedback {
    /// Nothing was judged.
    pub fn is_empty(&self) -> bool {
        self.like.is_empty() && self.unlike.is_empty()
    }
}

impl Search {
    /// Lets the words join that tell the liked passages from others. Returns the documents of these.
    pub(super) async fn learn_words(
        &self,
        feedback: &Feedback,
        parsed: &mut ParsedQuery,
    ) -> Result<Vec<DocumentId>, Error> {
        let liked = self.store.passages_by_id(capped(&feedback.like)).await?;
        let spans: Vec<_> = liked
            .iter()
            .map(|passage| (passage.document, passage.start, passage.end))
            .collect();
        let texts = self.store.texts(&spans).await?;
        let languages = Arc::clone(&self.languages);
        let telling = move |index: &Lexical| {
            let (words, counts): (Vec<String>, Vec<usize>) = counted(&texts).into_iter().unzip();
            let terms: Vec<WordTerm> = words.iter().map(|word| term(word, &languages)).collect();
            let mut weighed: Vec<(f32, String)> = index
                .rarity(&terms)?
                .into_iter()
                .zip(counts)
                .zip(words)
                .map(|((rarity, n), word)| ((1.0 + (n as f32).ln()) * rarity, word))
                .collect();
            weighed.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            Ok(weighed
                .into_iter()
                .take(N_WORDS)
                .map(|(_, word)| word)
                .collect::<Vec<_>>())
        };
        // What cannot be asked is told by the search itself.
        let words = self
            .ask(telling, &mut Vec::new())
            .await?
            .unwrap_or_default();
        for term in &mut parsed.words.terms {
            term.n_times *= TYPED_TIMES;
        }
        for word in words {
            if !parsed.words.terms.iter().any(|term| term.word == word) {
                parsed.words.terms.push(term(&word, &self.languages));
            }
        }
        let mut documents: Vec<DocumentId> = liked.iter().map(|passage| passage.document).collect();
        documents.dedup();
        Ok(documents)
    }

    /// A query's embedding, moved; `query` may be empty. Of unit length, or `None` where nothing that was
    /// liked has an embedding and there is no query.
    pub(super) fn moved(&self, query: &[f32], feedback: &Feedback) -> Option<Vec<f32>> {
        if feedback.is_empty() {
            return Some(query.to_vec());
        }
        let vectors = self.vectors.read().unwrap_or_else(PoisonError::into_inner);
        let mut moved = query.to_vec();
        for (passages, weight) in [
            (&feedback.like, LIKED_WEIGHT),
            (&feedback.unlike, -DISLIKED_WEIGHT),
        ] {
            let judged: Vec<Vec<f32>> = capped(passages)
                .iter()
                .filter_map(|&id| vectors.vector(id))
                .collect();
            let share = weight / judged.len().max(1) as f32;
            for vector in judged {
                moved.resize(vector.len(), 0.0);
                for (sum, value) in moved.iter_mut().zip(vector) {
                    *sum += share * value;
                }
            }
        }
        let length = moved.iter().map(|value| value * value).sum::<f32>().sqrt();
        (length > 0.0).then(|| moved.iter().map(|value| value / length).collect())
    }
}

fn capped(passages: &[PassageId]) -> &[PassageId] {
    &passages[..passages.len().min(N_PASSAGES)]
}

/// Words that may tell texts apart, with how often they occur.
fn counted(texts: &[String]) -> Vec<(String, usize)> {
    let mut counted: HashMap<String, usize> = HashMap::new();
    for token in texts.iter().flat_map(|text| tokens(text)) {
        let says_little = is_stop_word(&token.word) || is_function_word(&token.word);
        if token.form != Form::Tail && token.form != Form::Part && !says_little {
            *counted.entry(token.word).or_default() += 1;
        }
    }
    counted.into_iter().collect()
}
