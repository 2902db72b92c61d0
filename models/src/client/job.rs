//! What one call asks of the worker, cut into micro-batches.
//!
//! Owns the order of a call's texts, how many go into one message, and the answers so far; knows
//! no process. How much a reranker takes on at once is `pace.rs`'s. Invariant: the caller gets one answer per text, in the order of its texts.
//! Vectors come all at once, scores and written text as soon as they are there.

use tokio::sync::{mpsc, oneshot};

use super::{Error, pace};
use crate::{
    picture::{Lines, Picture},
    protocol::{End, Request, Response, Role, Turn},
};

/// How much goes into one message, so that nobody waits long behind it.
#[derive(Debug, Clone, Copy)]
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
/// A call that is waiting, or under way.
#[derive(Debug)]
pub(super) enum Job {
    Embed(Role, Embedding),
    Rerank(Reranking),
    Read(Reading),
    Write(Writer),
    Count(Counting),
    /// Nothing but that the model is loaded.
    Ready(oneshot::Sender<Result<(), Error>>),
}

/// Texts with the vectors so far.
#[derive(Debug)]
pub(super) struct Embedding {
    texts: Vec<String>,
    /// Indexes of `texts` in the order of work.
    order: Vec<usize>,
    /// How many of `order` are done.
    n_done: usize,
    vectors: Vec<Vec<f32>>,
    reply: oneshot::Sender<Result<Vec<Vec<f32>>, Error>>,
}

/// Passages that are judged in their order.
#[derive(Debug)]
pub(super) struct Reranking {
    query: String,
    passages: Vec<String>,
    n_done: usize,
    /// How many passages the worker has at the moment.
    n_asked: usize,
    scores: Scores,
}

/// A picture whose text is wanted.
#[derive(Debug)]
pub(super) struct Reading {
    picture: Picture,
    reply: oneshot::Sender<Result<Lines, Error>>,
}

/// An answer that is written slice by slice.
#[derive(Debug)]
pub(super) struct Writer {
    /// Until they are sent.
    turns: Option<Vec<Turn>>,
    max_tokens: usize,
    pieces: Pieces,
}

/// A conversation whose length is wanted.
#[derive(Debug)]
pub(super) struct Counting {
    turns: Vec<Turn>,
    reply: oneshot::Sender<Result<usize, Error>>,
}

/// Text as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Whole characters; may be empty where `end` is there.
    pub text: String,
    /// Why nothing follows; only the last piece has it.
    pub end: Option<End>,
}

/// Where pieces go.
pub(super) type Pieces = mpsc::Sender<Result<Piece, Error>>;

/// Where the scores of one micro-batch after the other go.
pub(super) type Scores = mpsc::Sender<Result<Vec<Option<f32>>, Error>>;

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
        let mut order: Vec<usize> = (0..texts.len()).collect();
        // Longest first, so that a micro-batch pads little.
        order.sort_by_key(|&i| std::cmp::Reverse(texts[i].len()));
        let embedding = Embedding {
            vectors: vec![Vec::new(); texts.len()],
            texts,
            order,
            n_done: 0,
            reply,
        };
        Self::Embed(role, embedding)
    }

    pub(super) fn rerank(query: String, passages: Vec<String>, scores: Scores) -> Self {
        Self::Rerank(Reranking {
            query,
            passages,
            n_done: 0,
            n_asked: 0,
            scores,
        })
    }

    pub(super) fn read(picture: Picture, reply: oneshot::Sender<Result<Lines, Error>>) -> Self {
        Self::Read(Reading { picture, reply })
    }

    pub(super) fn write(turns: Vec<Turn>, max_tokens: usize, pieces: Pieces) -> Self {
        Self::Write(Writer {
            turns: Some(turns),
            max_tokens,
            pieces,
        })
    }

    pub(super) fn count(turns: Vec<Turn>, reply: oneshot::Sender<Result<usize, Error>>) -> Self {
        Self::Count(Counting { turns, reply })
    }

    /// On which lane it waits. Writing takes long, and gives way to all that is short.
    pub(super) fn role(&self) -> Role {
        match self {
            Self::Embed(role, _) => *role,
            Self::Read(_) | Self::Write(_) => Role::Passage,
            Self::Rerank(_) | Self::Count(_) | Self::Ready(_) => Role::Query,
        }
    }

    /// Whether only the process that it began with can go on with it.
    pub(super) fn is_tied(&self) -> bool {
        matches!(self, Self::Write(writer) if writer.turns.is_none())
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Embed(_, embedding) => embedding.reply.is_closed(),
            Self::Rerank(reranking) => reranking.scores.is_closed(),
            Self::Read(reading) => reading.reply.is_closed(),
            Self::Write(writer) => writer.pieces.is_closed(),
            Self::Count(counting) => counting.reply.is_closed(),
            Self::Ready(reply) => reply.is_closed(),
        }
    }

    /// The next micro-batch, of about `n_chars` where it is a reranker's; `None` if a running worker
    /// is all that is asked for.
    pub(super) fn request(&mut self, n_chars: usize) -> Option<Request> {
        match self {
            Self::Embed(role, embedding) => Some(Request::Embed {
                role: *role,
                texts: embedding
                    .batch()
                    .map(|i| embedding.texts[i].clone())
                    .collect(),
            }),
            Self::Rerank(reranking) => Some(Request::Rerank {
                query: reranking.query.clone(),
                passages: reranking.take(n_chars).to_vec(),
            }),
            Self::Read(reading) => Some(Request::Read(reading.picture.clone())),
            Self::Write(writer) => Some(match writer.turns.take() {
                Some(turns) => Request::Write {
                    turns,
                    max_tokens: writer.max_tokens,
                },
                None => Request::WriteOn,
            }),
            Self::Count(counting) => Some(Request::Count(counting.turns.clone())),
            Self::Ready(_) => None,
        }
    }

    /// Characters of the passages that the worker has at the moment.
    pub(super) fn n_chars_asked(&self) -> Option<usize> {
        match self {
            Self::Rerank(reranking) => Some(reranking.batch().iter().map(String::len).sum()),
            _ => None,
        }
    }

    /// Takes the answer to [`Self::request`].
    pub(super) fn accept(self, response: Response) -> Progress {
        match (self, response) {
            (Self::Embed(role, embedding), Response::Embedded(vectors)) => {
                embedding.accept(role, vectors)
            }
            (Self::Rerank(reranking), Response::Scored(scores)) => reranking.accept(scores),
            (Self::Read(reading), Response::Lines(lines)) => {
                let _ = reading.reply.send(Ok(lines));
                Progress::Finished
            }
            (Self::Write(writer), Response::Written { text, end, .. }) => writer.accept(text, end),
            (Self::Count(counting), Response::Counted(n_tokens)) => {
                let _ = counting.reply.send(Ok(n_tokens));
                Progress::Finished
            }
            (job, _) => Progress::Mismatch(job),
        }
    }

    /// Tells the caller that the worker runs, if that is all that was asked for.
    pub(super) fn report_ready(self) {
        if let Self::Ready(reply) = self {
            let _ = reply.send(Ok(()));
        }
    }

    /// Tells the caller why there is no answer.
    pub(super) fn fail(self, error: Error) {
        match self {
            Self::Embed(_, embedding) => drop(embedding.reply.send(Err(error))),
            Self::Rerank(reranking) => drop(reranking.scores.try_send(Err(error))),
            Self::Read(reading) => drop(reading.reply.send(Err(error))),
            Self::Write(writer) => drop(writer.pieces.try_send(Err(error))),
            Self::Count(counting) => drop(counting.reply.send(Err(error))),
            Self::Ready(reply) => drop(reply.send(Err(error))),
        }
    }
}

impl Embedding {
    /// Indexes of the next texts.
    fn batch(&self) -> impl Iterator<Item = usize> {
        let rest = &self.order[self.n_done..];
        let lens = rest.iter().map(|&i| self.texts[i].len());
        rest[..EMBED.n_next(lens)].iter().copied()
    }

    fn accept(mut self, role: Role, vectors: Vec<Vec<f32>>) -> Progress {
        let batch: Vec<usize> = self.batch().collect();
        if batch.len() != vectors.len() {
            return Progress::Mismatch(Job::Embed(role, self));
        }
        self.n_done += batch.len();
        for (i, vector) in batch.into_iter().zip(vectors) {
            self.vectors[i] = vector;
        }
        if self.n_done < self.texts.len() {
            return Progress::Unfinished(Job::Embed(role, self));
        }
        let _ = self.reply.send(Ok(self.vectors));
        Progress::Finished
    }
}

impl Reranking {
    /// The next passages, at least one.
    fn take(&mut self, n_chars: usize) -> &[String] {
        let limits = MicroBatch {
            chars: n_chars,
            text_chars: pace::MAX_CHARS,
            texts: 32,
        };
        self.n_asked = limits.n_next(self.passages[self.n_done..].iter().map(String::len));
        self.batch()
    }

    fn batch(&self) -> &[String] {
        &self.passages[self.n_done..][..self.n_asked]
    }

    fn accept(mut self, scores: Vec<Option<f32>>) -> Progress {
        if self.n_asked != scores.len() {
            return Progress::Mismatch(Job::Rerank(self));
        }
        self.n_done += std::mem::take(&mut self.n_asked);
        let _ = self.scores.try_send(Ok(scores));
        if self.n_done < self.passages.len() {
            Progress::Unfinished(Job::Rerank(self))
        } else {
            Progress::Finished
        }
    }
}

impl Writer {
    fn accept(self, text: String, end: Option<End>) -> Progress {
        if !text.is_empty() || end.is_some() {
            let _ = self.pieces.try_send(Ok(Piece { text, end }));
        }
        match end {
            Some(_) => Progress::Finished,
            None => Progress::Unfinished(Job::Write(self)),
        }
    }
}

impl MicroBatch {
    /// How many of these texts come next: as many as would fit if all were as long as the longest.
    fn n_next(&self, lens: impl Iterator<Item = usize>) -> usize {
        let (mut n, mut longest) = (0, 1);
        for len in lens {
            longest = longest.max(len.min(self.text_chars));
            if n > 0 && (n == self.texts || longest * (n + 1) > self.chars) {
                break;
            }
            n += 1;
        }
        n
    }
}
