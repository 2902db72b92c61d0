//! What a search is asked, and what it answers: plain data.
//!
//! Knows nothing of how anything is found.

use std::{path::PathBuf, time::Duration};

use super::{
    feedback::Feedback,
    parse::{Chip, Hint},
};
use crate::{
    cpu,
    document::{DocumentId, FileId, PassageId},
    lexical, store,
};

/// A query with what is wanted of it.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// As typed.
    pub query: String,
    /// How many results at most.
    pub limit: usize,
    /// One retriever instead of both.
    pub only: Option<Only>,
    /// The query is still being typed: the last word also matches as a prefix.
    pub typing: bool,
    /// The query is prose: quotes and dashes in it are no operators.
    pub prose: bool,
    /// How far the reranker goes. While typing, and with one retriever alone, it does nothing.
    pub reranking: RerankMode,
    /// How long reranking may take before an order is shown; otherwise the setting counts.
    pub rerank_budget: Option<Duration>,
    /// The sentences that carried the meaning are wanted, too.
    pub sentences: bool,
    /// The last order alone is wanted, with so many passages whichever files they are of.
    pub n_passages: usize,
    /// What the user said of passages that were found before.
    pub feedback: Feedback,
}

/// How far the reranker goes, where one is installed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RerankMode {
    /// Not at all.
    Off,
    /// As far as the time budget allows.
    #[default]
    WithinBudget,
    /// The same, then on to the end, with an update whenever more is known.
    Streamed,
    /// To the end, however long that takes.
    Whole,
}

/// One of the two retrievers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Words.
    Words,
    /// Meaning.
    Meaning,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct SearchResults {
    /// Files with their best passage, best first.
    pub results: Vec<SearchResult>,
    /// The best passages of all, several of one file among them; only where they are asked for.
    pub passages: Vec<PassageId>,
    /// Files that would be among them and are gone, though the library does not know it yet.
    pub gone: Vec<PathBuf>,
    /// What the user should know about this search.
    pub notices: Vec<Notice>,
    /// What was understood of the query, other than plain words.
    pub chips: Vec<Chip>,
    /// What of the query could not be obeyed.
    pub hints: Vec<Hint>,
    /// How long each stage took.
    pub timings: Timings,
    /// What the reranker did so far.
    pub reranked: Reranked,
    /// So much later than the order before it that rows which were seen should stay where they are.
    pub is_late: bool,
}

/// What the reranker did in a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reranked {
    /// Passages that were judged, now or earlier.
    pub n_judged: usize,
    /// Passages that were to be judged.
    pub n_wanted: usize,
    /// The models that judged, each further one the best of the one before; `id@revision`.
    pub models: Vec<String>,
    /// Why not all were judged.
    pub why_not: Option<NotReranked>,
}

/// Why the reranker did not judge all it could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReranked {
    /// It was not asked to.
    Unwanted,
    /// There is none.
    NotInstalled,
    /// The time budget was over.
    OutOfTime,
    /// It is installed and does not work.
    Failed(Notice),
}

/// One file with its best passage.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// The file; with copies, the first by path.
    pub file: store::FileRow,
    /// Other files with the same content.
    pub copies: Vec<store::FileRow>,
    /// Older versions of it that were found as well, the newest first.
    pub versions: Vec<store::FileRow>,
    /// Its document, where it was read.
    pub document: Option<store::DocumentRow>,
    /// The best passage; absent when only the name matched.
    pub passage: Option<store::PassageRow>,
    /// The passage's text; empty without one.
    pub text: String,
    /// Character ranges of `text` that match the query's words.
    pub highlights: Vec<(usize, usize)>,
    /// Character range of the sentence in `text` that is nearest to the query in meaning, where that was
    /// found out.
    pub sentence: Option<(usize, usize)>,
    /// Words of `text` that the query's words match, with how often they occur.
    pub matched: Vec<(String, usize)>,
    /// Ordering score; larger is better, comparable within one search only.
    pub score: f64,
    /// How each stage saw it.
    pub ranks: Ranks,
}

/// A result's place in each stage, from 1, with the stage's own score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ranks {
    /// By words.
    pub words: Option<(usize, f32)>,
    /// By meaning.
    pub meaning: Option<(usize, f32)>,
    /// Both fused, on a scale of their own.
    pub fused: Option<(usize, f32)>,
    /// By the reranker, from 0 to 1; comparable between searches.
    pub reranker: Option<(usize, f32)>,
    /// The file has the very name that was asked for, so the reranker may only raise it.
    pub is_exact_name: bool,
}

impl Ranks {
    /// What the reranker thinks of the passage; `None` where it was not judged.
    pub fn strength(&self) -> Option<Strength> {
        self.reranker
            .map(|(_, probability)| Strength::of(probability))
    }
}

/// How well a passage answers the query by the reranker's judgement; a label, no filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// It answers it.
    Strong,
    /// It may.
    Possible,
    /// It hardly does.
    Weak,
}

impl Strength {
    /// By the reading that zerank-2's makers give of its scores: relevant from 0.75, borderline
    /// from 0.4 to 0.6, irrelevant up to 0.3; the borders are the middles between.
    pub fn of(probability: f32) -> Self {
        match probability {
            p if p >= 0.675 => Self::Strong,
            p if p >= 0.35 => Self::Possible,
            _ => Self::Weak,
        }
    }

    /// Its name in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Possible => "possible",
            Self::Weak => "weak",
        }
    }
}

/// Something the user should know, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Time spent by stage; absent when the stage did not run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Word retrieval.
    pub words: Option<Duration>,
    /// Embedding the query.
    pub embed: Option<Duration>,
    /// Vector retrieval.
    pub vectors: Option<Duration>,
    /// Reranking, up to these results, loading of the model included.
    pub rerank: Option<Duration>,
    /// Loading and highlighting the results.
    pub show: Duration,
    /// Finding the sentences that carried the meaning.
    pub sentences: Option<Duration>,
    /// Everything.
    pub total: Duration,
}

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The word index failed.
    #[error(transparent)]
    Lexical(#[from] lexical::Error),
    /// A computation failed.
    #[error(transparent)]
    Cpu(#[from] cpu::Error),
}

/// What is found: a content, or a file known by name only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// A document, whatever files have it.
    Document(DocumentId),
    /// A file without a document.
    File(FileId),
}

/// A target in the order of a search, not yet loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// What was found.
    pub target: Target,
    /// Its best passage.
    pub passage: Option<PassageId>,
    /// Ordering score.
    pub score: f64,
    /// How each stage saw it.
    pub ranks: Ranks,
}

/// One query's targets in the order of each stage, with the time that it took.
#[derive(Debug, Clone)]
pub struct Rankings {
    /// By words alone.
    pub words: Vec<Ranked>,
    /// By meaning alone; empty when there is no model.
    pub meaning: Vec<Ranked>,
    /// Both fused.
    pub hybrid: Vec<Ranked>,
    /// The same with its best reranked; `None` where nothing was.
    pub reranked: Option<Vec<Ranked>>,
    /// Word retrieval.
    pub words_took: Duration,
    /// Embedding the query and vector retrieval.
    pub meaning_took: Duration,
    /// Fusion alone.
    pub fusion_took: Duration,
    /// Reranking alone.
    pub rerank_took: Duration,
}
