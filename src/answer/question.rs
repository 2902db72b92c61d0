//! What a question asks with: its words and how much each tells, and what kind of thing it wants.
//!
//! Pure but for the words' rarity, which is given. Invariant: shares are between 0 and 1.

use crate::lexical::{
    WordTerm,
    tokens::{self, Endings, is_function_word},
};

/// Words so far apart still belong together.
const NEAR: usize = 3;

/// A question's words with what each tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    terms: Vec<(WordTerm, f32)>,
    /// What it asks for.
    pub(super) kind: Kind,
}

/// What a question asks for, as far as its words say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// When; a year, a day.
    Date,
    /// How many, how much.
    Number,
    /// Who, where: a name.
    Name,
    /// Anything else.
    #[default]
    Open,
}

impl Question {
    /// Its words with their rarity; those that questions are made of tell nothing.
    pub(super) fn new(text: &str, terms: Vec<(WordTerm, f32)>) -> Self {
        let telling = |(term, rarity): &(WordTerm, f32)| {
            !is_function_word(&term.word) && rarity.is_finite() && *rarity > 0.0
        };
        Self {
            kind: kind(text),
            terms: terms.into_iter().filter(telling).collect(),
        }
    }

    /// Which of its words a text in a language has.
    pub(super) fn met(&self, text: &str, endings: &Endings) -> Vec<bool> {
        let words = tokens::tokens(text);
        let mut met = vec![false; self.terms.len()];
        for token in &words {
            let stem = endings.cut(&token.word);
            for (met, (term, _)) in met.iter_mut().zip(&self.terms) {
                *met |= term.word == token.word || term.stems.iter().any(|known| *known == stem);
            }
        }
        met
    }

    /// The share of what its words tell that these have.
    pub(super) fn share(&self, met: &[bool]) -> f32 {
        let all: f32 = self.terms.iter().map(|(_, rarity)| rarity).sum();
        let had: f32 = self
            .terms
            .iter()
            .zip(met)
            .filter(|(_, met)| **met)
            .map(|((_, r), _)| r)
            .sum();
        if all > 0.0 { had / all } else { 0.0 }
    }

    /// The share of its neighbouring words, by what both tell, that stand near each other in a text, too.
    pub(super) fn pairs(&self, text: &str, endings: &Endings) -> f32 {
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); self.terms.len()];
        for token in &tokens::tokens(text) {
            let stem = endings.cut(&token.word);
            for (places, (term, _)) in places.iter_mut().zip(&self.terms) {
                if term.word == token.word || term.stems.iter().any(|known| *known == stem) {
                    places.push(token.position);
                }
            }
        }
        let (mut all, mut had) = (0.0, 0.0);
        for (at, pair) in self.terms.windows(2).enumerate() {
            let weight: f32 = pair.iter().map(|(_, rarity)| rarity).sum();
            all += weight;
            let (Some(first), Some(second)) = (places.get(at), places.get(at + 1)) else {
                continue;
            };
            let is_near = |a: &usize| second.iter().any(|b| a.abs_diff(*b) <= NEAR);
            if first.iter().any(is_near) {
                had += weight;
            }
        }
        if all > 0.0 { had / all } else { 0.5 }
    }
}

/// By the words that ask, in the languages of the window.
fn kind(text: &str) -> Kind {
    let text = format!(" {} ", tokens::steps(text).join(" "));
    let says = |words: &[&str]| words.iter().any(|word| text.contains(&format!(" {word} ")));
    if says(&[
        "when",
        "what year",
        "which year",
        "what date",
        "what century",
        "what decade",
        "wann",
        "welchem jahr",
        "seit wann",
    ]) || text.contains("什么时候")
    {
        Kind::Date
    } else if says(&[
        "how many",
        "how much",
        "how long",
        "how old",
        "how far",
        "how large",
        "how big",
        "how tall",
        "what percentage",
        "what percent",
        "how high",
        "wie viele",
        "wie viel",
        "wieviel",
        "wie lange",
        "wie hoch",
        "wie weit",
    ]) || text.contains("多少")
    {
        Kind::Number
    } else if says(&[
        "who",
        "whom",
        "whose",
        "where",
        "which country",
        "what country",
        "what city",
        "which city",
        "wer",
        "wem",
        "wen",
        "wo",
        "wohin",
        "woher",
    ]) {
        Kind::Name
    } else {
        Kind::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(word: &str) -> WordTerm {
        WordTerm {
            word: word.into(),
            stems: vec![word.into()],
            n_times: 1,
        }
    }

    #[test]
    fn what_a_question_asks_for_is_told_by_its_words() {
        assert_eq!(kind("When did the lease begin?"), Kind::Date);
        assert_eq!(kind("How many seats has the hall?"), Kind::Number);
        assert_eq!(kind("Wer hat den Vertrag unterschrieben?"), Kind::Name);
        assert_eq!(kind("Why was it cancelled?"), Kind::Open);
        assert_eq!(kind("Whenever it rains"), Kind::Open);
    }

    #[test]
    fn words_that_questions_are_made_of_tell_nothing() {
        let terms = vec![
            (term("what"), 3.0),
            (term("pump"), 4.0),
            (term("valve"), 1.0),
        ];
        let question = Question::new("What pump valve?", terms);
        let met = question.met("The pump broke.", &Endings::of(None));
        assert_eq!(met, [true, false]);
        assert!((question.share(&met) - 0.8).abs() < 1e-6);
    }
}
