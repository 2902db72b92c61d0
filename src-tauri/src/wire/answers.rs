//! Questions and answers, as they cross to the page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Notice, Unit};

/// A question.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct Question {
    /// As typed.
    pub text: String,
    /// What was asked and answered before, the oldest first.
    pub earlier: Vec<Exchange>,
    /// The files' own sentences are wanted, even where a model is installed that writes.
    pub extractive: bool,
}

/// A question that was answered before.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct Exchange {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// An answer, as far as it has come.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AnswerUpdate {
    /// The files seem to answer the question; otherwise the sources are only the nearest.
    pub is_answered: bool,
    /// The model that writes it; absent where its sentences are the files' own.
    pub by: Option<String>,
    /// In order.
    pub sentences: Vec<AnswerSentence>,
    /// What is cited, in the order of the first citation; without an answer, the nearest passages.
    pub sources: Vec<AnswerSource>,
    /// What the user should know.
    pub notices: Vec<Notice>,
    /// Milliseconds since the question.
    pub elapsed_ms: f64,
    /// Nothing follows.
    pub last: bool,
}

/// One sentence of an answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AnswerSentence {
    /// Its text.
    pub text: String,
    /// What was found of it in the files.
    pub standing: Standing,
    /// Where, the best first.
    pub citations: Vec<AnswerCitation>,
    /// Character ranges of `text`: numbers, dates and names that stand in no passage.
    pub unfounded: Vec<(u32, u32)>,
}

/// How a sentence stands to the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its words are a file's own.
    Quoted,
    /// A file says as much.
    Supported,
    /// None does.
    NotFound,
}

/// A place that a sentence rests on.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AnswerCitation {
    /// Which of the sources, from 1.
    pub source: u32,
    /// The passage that it stands in.
    pub passage_id: u32,
    /// What stands there.
    pub quote: String,
    /// Page, slide, sheet or chapter, from 1.
    pub page: Option<u32>,
    /// What the document itself calls the place.
    pub label: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
}

/// A passage that was cited, or is near.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AnswerSource {
    /// The file.
    pub file_id: u32,
    /// The passage.
    pub passage_id: u32,
    /// The file's name.
    pub name: String,
    /// Its path, for reading.
    pub path: String,
    /// Its lower-case extension; empty if none.
    pub kind: String,
    /// Page, slide, sheet or chapter of the passage, from 1.
    pub page: Option<u32>,
    /// What the document's pages are.
    pub unit: Unit,
    /// What the document itself calls the place.
    pub label: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// The passage's text.
    pub passage: String,
}
