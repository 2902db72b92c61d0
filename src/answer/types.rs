//! What a question is asked with, and what it is answered with: plain data.
//!
//! Knows nothing of how an answer comes about.

use std::{ops::Range, time::Duration};

use crate::{
    document::{DocumentId, PassageId, Position, Unit},
    search::{self, Notice},
    store::{self, FileRow},
};

/// A question with what is wanted of its answer.
#[derive(Debug, Clone, Default)]
pub struct AnswerRequest {
    /// As typed; conditions of the query language narrow what is looked at.
    pub question: String,
    /// What was asked and answered before in the same conversation, the oldest first.
    pub earlier: Vec<Exchange>,
    /// The files' own sentences are wanted, whether or not there is a generator.
    pub extractive: bool,
    /// Documents that count as not being there, for measuring what is said without them.
    pub hidden: Vec<DocumentId>,
}

/// A question that was answered before, for one that follows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// What the files say to a question.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Whether they say anything that answers it.
    pub verdict: Verdict,
    /// How likely it is, from what was found, that the sources hold the answer; 0 to 1.
    pub strength: f32,
    /// The answer, in order; of an answer "not in your files", none.
    pub sentences: Vec<Sentence>,
    /// The passages that were looked at, the likeliest first; citations count from 0 in here.
    pub sources: Vec<Source>,
    /// The model that wrote it; `None` where its sentences are those of the files themselves.
    pub by: Option<String>,
    /// What the user should know.
    pub notices: Vec<Notice>,
    /// What strength was made of, for measuring.
    pub evidence: Evidence,
    /// How long each part took.
    pub timings: Timings,
}

/// Whether the files answer a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    /// They seem to.
    Answered,
    /// Nothing that was found is strong enough; the sources are only the nearest.
    #[default]
    NotInFiles,
}

/// One sentence of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// Its text.
    pub text: String,
    /// What code found of it in the sources.
    pub standing: Standing,
    /// Where; the best first.
    pub citations: Vec<Citation>,
    /// Character ranges of `text`: numbers, dates and names that stand in no source.
    pub unfounded: Vec<(usize, usize)>,
}

/// How an answer's sentence stands to the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its words are a source's own.
    Quoted,
    /// A source says as much in other words, and has its numbers and names.
    Supported,
    /// No source does.
    NotFound,
}

impl Standing {
    /// Its name in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::Supported => "supported",
            Self::NotFound => "not found",
        }
    }
}

/// A part of a source that a sentence rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Which source, from 0.
    pub source: usize,
    /// Byte range of the source's text.
    pub range: Range<usize>,
    /// Where that stands in the document.
    pub position: Position,
}

/// A passage that an answer may rest on, with what stands around it on its page.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file; with copies, the first by path.
    pub file: FileRow,
    /// Its document.
    pub document: DocumentId,
    /// The document's own title.
    pub title: Option<String>,
    /// Its language (ISO 639-3).
    pub language: Option<String>,
    /// What its pages are.
    pub unit: Unit,
    /// The passage.
    pub passage: PassageId,
    /// It and its neighbours in `text`, with their byte spans in the document.
    pub(super) passages: Vec<(PassageId, Range<usize>)>,
    /// The headings above it.
    pub context: String,
    /// The stored text.
    pub text: String,
    /// Byte offset in the document where `text` begins.
    pub start: usize,
    /// Byte range of `text` that is the passage itself.
    pub span: Range<usize>,
    /// Where the passage begins.
    pub position: Position,
    /// Its similarity to the question; `None` where it was not found by meaning.
    pub similarity: Option<f32>,
    /// Its score by words; comparable within one question only.
    pub by_words: Option<f32>,
    /// The reranker's judgement, from 0 to 1.
    pub judged: Option<f32>,
}

/// What was found for a question, in figures between 0 and 1, as far as there is any.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// The share of the question's words, by what each tells, that the best covering sentence has.
    pub own_coverage: f32,
    /// The same with the sentence before it and its headings.
    pub wide_coverage: f32,
    /// Similarity of the sentence that is nearest in meaning; `None` where that was not asked.
    pub similarity: Option<f32>,
    /// The share of the question's neighbouring words that stand near each other in a source, too.
    pub pairs: f32,
    /// How far the best source by words stands out from the second.
    pub word_lead: f32,
    /// How far the best source by meaning stands out from the fifth.
    pub meaning_lead: f32,
    /// Words and meaning have the same source first: 1; half where one of them found nothing.
    pub agreement: f32,
    /// The reranker's best judgement.
    pub judged: Option<f32>,
}

/// How long each part of an answer took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Finding passages.
    pub search: Duration,
    /// Choosing sentences.
    pub choose: Duration,
    /// All of it.
    pub total: Duration,
}

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The search failed.
    #[error(transparent)]
    Search(#[from] search::Error),
    /// The library could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The word index failed.
    #[error(transparent)]
    Lexical(#[from] crate::lexical::Error),
    /// The work was dropped.
    #[error(transparent)]
    Cpu(#[from] crate::cpu::Error),
}
