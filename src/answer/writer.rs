//! What writes answers, and how much it is given to read.
//!
//! Owns the length of a prompt: what a context holds, and what is read while somebody waits for the first
//! word. Knows nothing of what a prompt says.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use nuthatch_models::{Error, ModelWorker, Speaker, Turn, Writing, server::ChatServer};
use tokio::sync::OnceCell;

/// Tokens of an answer, at most.
const MOST_TOKENS: usize = 320;
/// A context beyond this is not filled: more passages make small models worse, and each takes time.
const MOST_PROMPT_TOKENS: usize = 3_000;
/// The rules, a question and a passage: less is of no use, however slow the model is.
const LEAST_PROMPT_TOKENS: usize = 600;
/// So long a prompt may take to be read.
const READING: Duration = Duration::from_secs(8);
/// Tokens of a prompt with its answer that a server is taken to hold.
const SERVER_TOKENS: usize = 4_096;

/// What writes answers.
#[derive(Debug, Clone)]
pub enum Writer {
    /// A model of our own, in its process.
    Model(OwnModel),
    /// A model of a server, mostly on this machine.
    Server(ChatServer),
}

/// A model in its process, and how fast it reads here.
#[derive(Debug, Clone)]
pub struct OwnModel {
    worker: Arc<ModelWorker>,
    tokens_per_second: Arc<OnceCell<f64>>,
}

impl OwnModel {
    /// Not measured yet.
    pub fn new(worker: ModelWorker) -> Self {
        Self {
            worker: Arc::new(worker),
            tokens_per_second: Arc::default(),
        }
    }

    /// How fast the beginning of every prompt was read: the model keeps it, so that nothing is read twice.
    async fn tokens_per_second(&self, beginning: Turn) -> Result<f64, Error> {
        let measure = async || {
            let question = Turn {
                role: Speaker::User,
                text: "?".into(),
            };
            let turns = vec![beginning, question];
            self.worker.ready().await?;
            let n_tokens = self.worker.n_tokens(turns.clone()).await?;
            let began = Instant::now();
            let mut writing = self.worker.write(turns, 1);
            while let Some(piece) = writing.recv().await {
                piece?;
            }
            Ok(n_tokens as f64 / began.elapsed().as_secs_f64())
        };
        let measured = self.tokens_per_second.get_or_try_init(measure).await;
        measured.copied()
    }
}

impl Writer {
    /// What it is called where an answer says who wrote it.
    pub fn name(&self) -> &str {
        match self {
            Self::Model(model) => &model.worker.spec().id,
            Self::Server(server) => &server.model,
        }
    }

    /// Tokens that a prompt may have which begins so.
    pub(super) async fn room(&self, beginning: Turn) -> usize {
        match self {
            Self::Model(model) => {
                // A model that cannot be asked says why when it is to write.
                let speed = model.tokens_per_second(beginning).await;
                room(model.worker.spec().max_tokens, speed.ok())
            }
            // It cannot be asked for either; the smallest context that such servers set by themselves.
            Self::Server(_) => room(SERVER_TOKENS, None),
        }
    }

    pub(super) fn write(&self, turns: Vec<Turn>) -> Writing {
        match self {
            Self::Model(model) => model.worker.write(turns, MOST_TOKENS),
            Self::Server(server) => server.write(turns, MOST_TOKENS),
        }
    }
}

/// Tokens of a prompt for a model that holds so many and reads so many in a second.
fn room(held: usize, tokens_per_second: Option<f64>) -> usize {
    let read = tokens_per_second.map_or(MOST_PROMPT_TOKENS, |speed| {
        (speed * READING.as_secs_f64()) as usize
    });
    let wanted = read.clamp(LEAST_PROMPT_TOKENS, MOST_PROMPT_TOKENS);
    held.saturating_sub(MOST_TOKENS).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_model_is_given_what_it_reads_while_somebody_waits() {
        assert_eq!(room(32_768, Some(150.0)), 1_200);
        assert_eq!(room(32_768, Some(5_000.0)), MOST_PROMPT_TOKENS);
        assert_eq!(room(32_768, Some(4.0)), LEAST_PROMPT_TOKENS);
        assert_eq!(room(2_048, None), 2_048 - MOST_TOKENS);
        assert_eq!(room(100, Some(4.0)), 0);
    }
}
