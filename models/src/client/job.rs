//! What one call asks of the worker, cut into micro-batches.
//!
//! Owns the order of a call's texts, how many go into one message, and the answers so far; knows
//! no process. Invariant: the caller gets one answer per text, in the order of its texts.

use tokio::sync::oneshot;

use super::Error;
use crate::protocol::{Request, Response, Role};

/// How much goes into one message, so that nobody waits long behind it.
struct MicroBatch {
    /// Characters, padding included.
    chars: usize,
    /// Characters of a text that count; a model cuts what is longer.
    text_chars: usize,
    /// Texts; more gain nothing on a processor.
    texts: usize,
}

/// About a third of a second on one core with the default model.
const EMBED: MicroBatch = MicroBatch {
    chars: 8_000,
    text_chars: 2_000,
    texts: 32,
};
/// About a thousand tokens: enough to keep a graphics card busy, and 7 to 20 seconds on two cores
/// with the smallest causal reranker, well below the time after which a worker is taken for hung.
const RERANK: MicroBatch = MicroBatch {
    chars: 4_000,
    text_chars: 4_000,
    texts: 32,
};

/// A call that is waiting, or under way.
#[derive(Debug)]
pub(super) enum Job {
    Embed(Role, Task<Vec<f32>>),
    Rerank(String, Task<Option<f32>>),
}

/// Texts with the answers so far.
#[derive(Debug)]
pub(super) struct Task<T> {
    texts: Vec<String>,
    /// Indexes of `texts` in the order of work.
    order: Vec<usize>,
    /// How many of `order` are done.
    n_done: usize,
    answers: Vec<T>,
    reply: oneshot::Sender<Result<Vec<T>, Error>>,
}

/// What a response made of a job.
pub(super) enum Progress {
    /// The caller has its answer.
    Finished,
    /// There are more micro-batches.
    Unfinished(Job),
    /// The response belongs to another request.
    Mismatch(Job),
}

impl Job {
    pub(super) fn embed(
        role: Role,
        texts: Vec<String>,
        reply: oneshot::Sender<Result<Vec<Vec<f32>>, Error>>,
    ) -> Self {
        Self::Embed(role, Task::new(texts, reply))
    }

    pub(super) fn rerank(
        query: String,
        passages: Vec<String>,
        reply: oneshot::Sender<Result<Vec<Option<f32>>, Error>>,
    ) -> Self {
        Self::Rerank(query, Task::new(passages, reply))
    }

    /// On which lane it waits.
    pub(super) fn role(&self) -> Role {
        match self {
            Self::Embed(role, _) => *role,
            Self::Rerank(..) => Role::Query,
        }
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Embed(_, task) => task.reply.is_closed(),
            Self::Rerank(_, task) => task.reply.is_closed(),
        }
    }

    /// The next micro-batch.
    pub(super) fn request(&self) -> Request {
        match self {
            Self::Embed(role, task) => Request::Embed {
                role: *role,
                texts: task.next_texts(&EMBED),
            },
            Self::Rerank(query, task) => Request::Rerank {
                query: query.clone(),
                passages: task.next_texts(&RERANK),
            },
        }
    }

    /// Takes the answer to [`Self::request`].
    pub(super) fn accept(self, response: Response) -> Progress {
        match (self, response) {
            (Self::Embed(role, task), Response::Embedded(vectors)) => {
                task.accept(vectors, &EMBED, |task| Self::Embed(role, task))
            }
            (Self::Rerank(query, task), Response::Scored(scores)) => {
                task.accept(scores, &RERANK, |task| Self::Rerank(query, task))
            }
            (job, _) => Progress::Mismatch(job),
        }
    }

    /// Tells the caller why there is no answer.
    pub(super) fn fail(self, error: Error) {
        match self {
            Self::Embed(_, task) => drop(task.reply.send(Err(error))),
            Self::Rerank(_, task) => drop(task.reply.send(Err(error))),
        }
    }
}

impl<T: Clone + Default> Task<T> {
    fn new(texts: Vec<String>, reply: oneshot::Sender<Result<Vec<T>, Error>>) -> Self {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        // Longest first, so that a micro-batch pads little.
        order.sort_by_key(|&i| std::cmp::Reverse(texts[i].len()));
        Self {
            answers: vec![T::default(); texts.len()],
            n_done: 0,
            texts,
            order,
            reply,
        }
    }

    /// Indexes of the next texts: as many as would fit if all were as long as the longest.
    fn next(&self, limits: &MicroBatch) -> &[usize] {
        let rest = &self.order[self.n_done..];
        let (mut n, mut longest) = (0, 1);
        for &i in rest {
            longest = longest.max(self.texts[i].len().min(limits.text_chars));
            if n > 0 && (n == limits.texts || longest * (n + 1) > limits.chars) {
                break;
            }
            n += 1;
        }
        &rest[..n]
    }

    fn next_texts(&self, limits: &MicroBatch) -> Vec<String> {
        let batch = self.next(limits).iter();
        batch.map(|&i| self.texts[i].clone()).collect()
    }

    fn accept(
        mut self,
        answers: Vec<T>,
        limits: &MicroBatch,
        job: impl FnOnce(Self) -> Job,
    ) -> Progress {
        let batch = self.next(limits).to_vec();
        if batch.len() != answers.len() {
            return Progress::Mismatch(job(self));
        }
        self.n_done += batch.len();
        for (i, answer) in batch.into_iter().zip(answers) {
            self.answers[i] = answer;
        }
        if self.n_done < self.texts.len() {
            return Progress::Unfinished(job(self));
        }
        let _ = self.reply.send(Ok(self.answers));
        Progress::Finished
    }
}
