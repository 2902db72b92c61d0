//! A causal reranker as the worker holds it: texts in, scores out.
//!
//! Owns a checkpoint and its prompt; knows nothing of pipes. Invariant: an answer has one entry
//! per passage, in order, and an empty passage has no score instead of a misleading one.

use std::path::Path;

use candle_core::Device;

use super::{Error, Input, Model, Options, Prompt};
use crate::catalogue::{CausalSpec, Precision};

/// A loaded causal reranker.
pub struct CausalReranker {
    model: Model,
    prompt: Prompt,
    spec: CausalSpec,
    options: Options,
}

impl CausalReranker {
    /// Loads checkpoint and tokenizer from `directory`; see [`Model::load`] for `precision`.
    /// Prompts hold at most `max_tokens` tokens, or as many as the checkpoint reads.
    pub fn load(
        directory: &Path,
        spec: &CausalSpec,
        max_tokens: usize,
        device: &Device,
        precision: Option<Precision>,
    ) -> Result<Self, Error> {
        let model = Model::load(directory, device, precision)?;
        let max_tokens = max_tokens.min(model.shape().max_positions);
        let answers = spec.answers();
        let fixed = [&spec.prefix, &spec.middle, &spec.suffix, &answers];
        let vocabulary = model.shape().vocabulary;
        match fixed
            .into_iter()
            .flatten()
            .find(|&&id| id as usize >= vocabulary)
        {
            Some(&id) => Err(Error::UnknownToken { id }),
            None => Ok(Self {
                prompt: Prompt::load(directory, spec, max_tokens)?,
                model,
                spec: spec.clone(),
                options: Options::on(device),
            }),
        }
    }

    /// One score per passage, in order: how well it answers the query. Scores order passages;
    /// [`ModelSpec::probability`](crate::ModelSpec::probability) brings them to 0…1. `None` for an empty passage, and for every
    /// passage if the query is empty.
    pub fn score(&self, query: &str, passages: &[String]) -> Result<Vec<Option<f32>>, Error> {
        let mut scores = vec![None; passages.len()];
        let Some(query) = self.prompt.query(query)? else {
            return Ok(scores);
        };
        let (mut places, mut ids) = (Vec::new(), Vec::new());
        for (place, passage) in scores.iter_mut().zip(passages) {
            if let Some(passage) = self.prompt.passage(passage)? {
                places.push(place);
                ids.push(passage);
            }
        }
        let prompts = self.prompt.assemble(&query, &ids)?;
        let input = Input {
            shared: &prompts.shared,
            own: &prompts.own,
        };
        let answers = self.spec.answers();
        let logits = self.model.logits(input, &answers, &self.options)?;
        for (place, logits) in places.into_iter().zip(logits) {
            *place = Some(self.spec.score(&logits));
        }
        Ok(scores)
    }
    /// Tokens of all prompts, the part they share counted with each.
    pub fn n_tokens(&self, query: &str, passages: &[String]) -> Result<usize, Error> {
        let Some(query) = self.prompt.query(query)? else {
            return Ok(0);
        };
        let ids = passages.iter().map(|passage| self.prompt.passage(passage));
        let ids: Vec<Option<Vec<u32>>> = ids.collect::<Result<_, _>>()?;
        let ids: Vec<Vec<u32>> = ids.into_iter().flatten().collect();
        let prompts = self.prompt.assemble(&query, &ids)?;
        let own = prompts
            .own
            .iter()
            .map(|own| prompts.shared.len() + own.len());
        Ok(own.sum())
    }
}
