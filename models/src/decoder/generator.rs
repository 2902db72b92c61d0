//! A generator as the worker holds it: turns in, text out, slice by slice.
//!
//! Owns the model, its prompt, what was read, and the answer that is being written; knows nothing of
//! pipes. The most likely token is taken, always, so the same conversation gets the same answer.
//! Invariants: a slice takes about as long as it is told to, and a step at least; what the next
//! conversation has in common with the last is not read again.
//! Start reading at [`Generator::begin`].

use std::{
    ops::RangeInclusive,
    path::Path,
    time::{Duration, Instant},
};

use candle_core::Device;

use super::{Error, Kept, Model, Outgoing, Prompt, Vocabulary, Weights, repeats};
use crate::{
    catalogue::GeneratorSpec,
    protocol::{End, Turn},
};

/// Fewest and most tokens of a prompt that are read at once: with fewer every weight is fetched for
/// too little, more gain nothing, and in between it is the slice that counts.
const N_AT_ONCE: RangeInclusive<usize> = 4..=64;

/// A loaded generator.
pub struct Generator {
    model: Model,
    vocabulary: Vocabulary,
    prompt: Prompt,
    kept: Kept,
    answer: Option<Answer>,
    /// How long reading one token took lately, in seconds.
    pace: Option<f64>,
}

/// An answer that is being written.
struct Answer {
    /// Prompt and what was written.
    ids: Vec<u32>,
    n_prompt: usize,
    max_tokens: usize,
    outgoing: Outgoing,
}

/// What one slice brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Whole characters.
    pub text: String,
    /// Tokens that were written.
    pub n_tokens: usize,
    /// Why nothing follows.
    pub end: Option<End>,
}

impl Generator {
    /// Loads the GGUF file in `directory`. Conversations hold at most `max_tokens` tokens, answer
    /// included, or as many as the model was made for.
    pub fn load(
        directory: &Path,
        spec: &GeneratorSpec,
        max_tokens: usize,
        device: &Device,
    ) -> Result<Self, Error> {
        let mut weights = Weights::open(directory, device)?;
        let vocabulary = Vocabulary::load(&weights)?;
        let prompt = Prompt::new(spec, &vocabulary).map_err(|reason| weights.malformed(reason))?;
        let model = Model::load(&mut weights, max_tokens)?;
        let mut generator = Self {
            kept: model.kept()?,
            model,
            vocabulary,
            prompt,
            answer: None,
            pace: None,
        };
        generator.warm_up()?;
        Ok(generator)
    }

    /// Computes once what candle rearranges in the weights when they are first used: it belongs to
    /// loading, in time as in memory.
    fn warm_up(&mut self) -> Result<(), Error> {
        for n in [2, 1] {
            self.model.read(&vec![0; n], &mut self.kept)?;
        }
        self.kept.cut(0);
        Ok(())
    }

    /// Tokens of a conversation's prompt.
    pub fn n_tokens(&self, turns: &[Turn]) -> Result<usize, Error> {
        Ok(self.prompt.ids(turns, &self.vocabulary)?.len())
    }

    /// Begins to write the turn that follows these; whatever was being written is given up.
    pub fn begin(&mut self, turns: &[Turn], max_tokens: usize) -> Result<(), Error> {
        self.answer = None;
        let ids = self.prompt.ids(turns, &self.vocabulary)?;
        if ids.len() >= self.model.max_tokens() {
            return Err(Error::TooLong {
                n_tokens: ids.len(),
                max_tokens: self.model.max_tokens(),
            });
        }
        // The last token is read in any case: what follows it is wanted.
        let n_common = common(self.kept.ids(), &ids).min(ids.len().saturating_sub(1));
        self.kept.cut(n_common);
        self.answer = Some(Answer {
            n_prompt: ids.len(),
            ids,
            max_tokens,
            outgoing: Outgoing::new(self.prompt.stop_texts()),
        });
        Ok(())
    }

    /// Reads and writes on until `budget` is nearly over. After an end, or an error, there is
    /// nothing to go on with.
    pub fn go_on(&mut self, budget: Duration) -> Result<Written, Error> {
        let began = Instant::now();
        let mut answer = self.answer.take().ok_or(Error::Idle)?;
        let mut written = Written {
            text: String::new(),
            n_tokens: 0,
            end: answer.is_over(self.model.max_tokens()),
        };
        while written.end.is_none() {
            let step = Instant::now();
            self.step(
                &mut answer,
                &mut written,
                budget.saturating_sub(began.elapsed()),
            )?;
            // Steps of one kind take about as long as each other.
            if began.elapsed() + step.elapsed() > budget {
                break;
            }
        }
        match written.end {
            Some(_) => written.text.push_str(&answer.outgoing.finish()),
            None => self.answer = Some(answer),
        }
        Ok(written)
    }

    /// Reads a part of the prompt, or all that is left and writes one token.
    fn step(
        &mut self,
        answer: &mut Answer,
        written: &mut Written,
        left: Duration,
    ) -> Result<(), Error> {
        let unread = answer.ids.get(self.kept.ids().len()..).unwrap_or_default();
        let most = self.n_at_once(left);
        let began = Instant::now();
        if unread.len() > most {
            self.model
                .read_on(unread.get(..most).unwrap_or(unread), &mut self.kept)?;
            self.pace = Some(began.elapsed().as_secs_f64() / most as f64);
            return Ok(());
        }
        let logits = self.model.read(unread, &mut self.kept)?;
        let id = likeliest(&logits);
        if self.prompt.stops().contains(&id) {
            written.end = Some(End::Done);
            return Ok(());
        }
        answer.ids.push(id);
        written.n_tokens += 1;
        written
            .text
            .push_str(&answer.outgoing.push(&self.vocabulary.bytes(id)));
        written.end = answer.is_over(self.model.max_tokens());
        Ok(())
    }

    /// How many tokens can be read in this time.
    fn n_at_once(&self, left: Duration) -> usize {
        let n = self.pace.map_or(0.0, |pace| left.as_secs_f64() / pace);
        (n as usize).clamp(*N_AT_ONCE.start(), *N_AT_ONCE.end())
    }

    /// Memory that what was read takes.
    pub fn kept_bytes(&self) -> usize {
        self.kept.n_bytes()
    }

    /// Tokens that need not be read again if the next conversation begins with them.
    pub fn n_kept(&self) -> usize {
        self.kept.ids().len()
    }
}

impl Answer {
    fn is_over(&self, max_tokens: usize) -> Option<End> {
        let written = self.ids.get(self.n_prompt..).unwrap_or_default();
        if self.outgoing.has_stopped() {
            Some(End::Done)
        } else if repeats(written) {
            Some(End::Loop)
        } else if written.len() >= self.max_tokens {
            Some(End::Length)
        } else if self.ids.len() >= max_tokens {
            Some(End::Context)
        } else {
            None
        }
    }
}

/// How many tokens two sequences begin with in common.
fn common(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// The token with the greatest logit, the first of them where there are several.
fn likeliest(logits: &[f32]) -> u32 {
    let mut best = (0, f32::NEG_INFINITY);
    for (id, &logit) in (0_u32..).zip(logits) {
        if logit > best.1 {
            best = (id, logit);
        }
    }
    best.0
}
