//! From the turns of a conversation to tokens.
//!
//! Owns the template; knows no weights. What the template and a turn say beside each other is
//! tokenised together, since that is how models were trained, but only the template's special tokens
//! are looked for. Invariant: no text of a turn becomes a special token, so that a document with
//! `<|im_end|>` in it stays a document that says so.

use super::{Error, Vocabulary};
use crate::{
    catalogue::GeneratorSpec,
    protocol::{Speaker, Turn},
};

/// A template with the tokens that end an answer.
pub struct Prompt {
    spec: GeneratorSpec,
    stops: Vec<u32>,
}

/// Ids, and text that is not tokenised yet because more may follow.
struct Assembly<'a> {
    vocabulary: &'a Vocabulary,
    ids: Vec<u32>,
    open: String,
}

impl Prompt {
    /// Refuses a template whose marks the vocabulary does not have.
    pub fn new(spec: &GeneratorSpec, vocabulary: &Vocabulary) -> Result<Self, String> {
        let mut stops: Vec<u32> = vocabulary.end().into_iter().collect();
        for stop in &spec.stop {
            let id = vocabulary.special(stop);
            stops.push(id.ok_or_else(|| {
                format!("it has no token {stop}; the template belongs to another model")
            })?);
        }
        let opening = [&spec.system, &spec.user, &spec.assistant, &spec.answer];
        for mark in opening {
            if vocabulary.first_special(mark).is_none() {
                return Err(format!(
                    "it has no token that opens {mark:?}; the template belongs to another model"
                ));
            }
        }
        Ok(Self {
            spec: spec.clone(),
            stops,
        })
    }

    /// Tokens that end an answer.
    pub fn stops(&self) -> &[u32] {
        &self.stops
    }

    /// What ends an answer in so many letters.
    pub fn stop_texts(&self) -> &[String] {
        &self.spec.stop
    }

    /// The tokens of a conversation, up to where the model goes on.
    pub fn ids(&self, turns: &[Turn], vocabulary: &Vocabulary) -> Result<Vec<u32>, Error> {
        let mut assembly = Assembly {
            vocabulary,
            ids: vocabulary.begin().into_iter().collect(),
            open: String::new(),
        };
        assembly.mark(&self.spec.begin)?;
        for turn in turns {
            assembly.mark(match turn.role {
                Speaker::System => &self.spec.system,
                Speaker::User => &self.spec.user,
                Speaker::Assistant => &self.spec.assistant,
            })?;
            assembly.open.push_str(&turn.text);
            assembly.mark(&self.spec.close)?;
        }
        assembly.mark(&self.spec.answer)?;
        assembly.close()?;
        Ok(assembly.ids)
    }
}

impl Assembly<'_> {
    /// Adds a text of the template, with its special tokens.
    fn mark(&mut self, mut text: &str) -> Result<(), Error> {
        while let Some((before, behind, id)) = self.vocabulary.first_special(text) {
            self.open.push_str(before);
            self.close()?;
            self.ids.push(id);
            text = behind;
        }
        self.open.push_str(text);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        self.ids.extend(self.vocabulary.encode(&self.open)?);
        self.open.clear();
        Ok(())
    }
}
