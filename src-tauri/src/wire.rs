//! What crosses the boundary between the window and the engine, as plain data.
//!
//! Owns the shapes that the front end sees; `ui/src/host/bindings.ts` is generated from this file
//! and compared by a test (`UPDATE_BINDINGS=1 cargo test` rewrites it).
//! Knows nothing of tauri. Invariant: text and positions travel apart; never HTML.
//! All positions count characters (Unicode scalar values), not bytes or UTF-16 units.

mod answers;
mod library;
mod models;
mod preview;
mod reasons;
mod settings;

pub use answers::{
    AnswerCitation, AnswerSentence, AnswerSource, AnswerUpdate, Exchange, Question, Standing,
};
pub use library::{FilePage, ListedFile, RuleEffect, SavedSearch, StoragePart, SuggestedFolder};
pub use models::{Connection, Fetching, Machine, Model, Models, Running, Trial};
pub use preview::{InnerFile, Part, Style, Styled};
pub use reasons::{Reasons, StagePlace, StageTimes};
use serde::{Deserialize, Serialize};
pub use settings::{About, DesktopWords, NewerVersion, Setting, Settings};
use ts_rs::TS;

/// A query as typed.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SearchRequest {
    /// The words in the box.
    pub query: String,
    /// How many results at most.
    pub limit: u32,
    /// The query is still being typed: the last word also matches as a prefix.
    pub typing: bool,
    /// Ids of passages that the user wants more of.
    pub like: Vec<u32>,
    /// Ids of passages that the user wants less of.
    pub unlike: Vec<u32>,
    /// Words are not looked up.
    pub by_meaning_only: bool,
}

/// One refinement of the result list; a search sends `words` first, then `hybrid`, then `reranked`
/// as often as more is known, each stage only where it ran.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SearchUpdate {
    /// The stage these results come from.
    pub stage: Stage,
    /// The best results so far, best first.
    pub results: Vec<SearchResult>,
    /// What the user should know about this search.
    pub notices: Vec<Notice>,
    /// What was understood of the query, other than plain words.
    pub chips: Vec<Chip>,
    /// What of the query could not be obeyed.
    pub hints: Vec<Hint>,
    /// Milliseconds since the search began.
    pub elapsed_ms: f64,
    /// How many passages the reranker has judged.
    pub n_reranked: u32,
    /// Milliseconds that reranking took so far; absent before it.
    pub rerank_ms: Option<f64>,
    /// Milliseconds that each stage took so far.
    pub times: StageTimes,
    /// It comes so late that rows which were seen should stay where they are.
    pub is_late: bool,
    /// No further update follows.
    pub last: bool,
}

/// A part of the query that is more than plain words.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Chip {
    /// What it asks for, for reading.
    pub text: String,
    /// Something that must not be there.
    pub is_excluded: bool,
    /// Where it stands in the query, in characters.
    pub span: (u32, u32),
}

/// Something in the query that could not be obeyed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Hint {
    /// What is the matter.
    pub message: String,
    /// What to write instead.
    pub advice: Option<String>,
    /// Where it stands in the query, in characters.
    pub span: (u32, u32),
}

/// A stage of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Word matches alone.
    Words,
    /// Words and meaning together.
    Hybrid,
    /// The best of these judged by the reranker.
    Reranked,
}

/// How well a passage answers the query by the reranker's judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// It answers it.
    Strong,
    /// It may.
    Possible,
    /// It hardly does.
    Weak,
}

/// What the pages of a document are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Pages of paper.
    Page,
    /// Slides of a presentation.
    Slide,
    /// Sheets of a workbook.
    Sheet,
    /// Chapters of a book.
    Chapter,
}

/// One file with its best passage.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SearchResult {
    /// Stays the same while the file stays in the library.
    pub file_id: u32,
    /// The best passage; absent when only the name matched.
    pub passage_id: Option<u32>,
    /// Full path, for reading.
    pub path: String,
    /// File name.
    pub name: String,
    /// The folder that holds it, for reading.
    pub folder: String,
    /// Lower-case extension without the dot; empty if none.
    pub kind: String,
    /// The document's own title, where it has one.
    pub title: Option<String>,
    /// Milliseconds since 1970 of the last change.
    pub modified_ms: f64,
    /// Page, slide, sheet or chapter of the passage, from 1.
    pub page: Option<u32>,
    /// What the document's pages are.
    pub unit: Unit,
    /// What the document itself calls the place: a page's label, a range of cells, a chapter.
    pub label: Option<String>,
    /// Line where the passage begins, from 1.
    pub line: Option<u32>,
    /// How sure the model is, in percent, that recognised the passage in a picture.
    pub confidence: Option<u32>,
    /// The passage's text.
    pub passage: String,
    /// Character ranges of `passage` that match the query's words.
    pub highlights: Vec<(u32, u32)>,
    /// Character range of the sentence in `passage` that is nearest to the query in meaning.
    pub sentence: Option<(u32, u32)>,
    /// Ordering score of the stage; larger is better.
    pub score: f64,
    /// How each stage saw it.
    pub reasons: Reasons,
    /// How well the passage answers the query; absent where the reranker has not judged it.
    pub strength: Option<Strength>,
    /// How many passages its document has.
    pub n_passages: u32,
    /// Other files with exactly the same content.
    pub n_copies: u32,
    /// Paths of older versions of it that were found as well, the newest first.
    pub older: Vec<String>,
    /// Its folder cannot be reached now.
    pub away: bool,
}

/// A further passage of a file that was found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FoundPassage {
    /// The passage.
    pub passage_id: u32,
    /// Page, slide, sheet or chapter, from 1.
    pub page: Option<u32>,
    /// What the document itself calls the place.
    pub label: Option<String>,
    /// Line where it begins, from 1.
    pub line: Option<u32>,
    /// How sure the model is, in percent, that recognised it in a picture.
    pub confidence: Option<u32>,
    /// Its text.
    pub passage: String,
    /// Character ranges of `passage` that match the query's words.
    pub highlights: Vec<(u32, u32)>,
}

/// Something the user should know, with what to do about it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Notice {
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What went wrong with a command.
#[derive(Debug, Clone, Serialize, TS)]
pub struct IpcError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Kinds of failure on which the window acts differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The file or folder is not there, or not in the library.
    NotFound,
    /// It is there, but may not be read.
    Unreadable,
    /// Another process holds the library.
    Locked,
    /// The library was made by a newer Nuthatch.
    Newer,
    /// The disk is full or read-only.
    Disk,
    /// The user's own settings forbid it, or something is to be accepted first.
    Refused,
    /// A fault of the program.
    Bug,
}

/// The library at one moment.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LibraryStatus {
    /// The chosen folders.
    pub folders: Vec<Folder>,
    /// Number of files by state.
    pub files: FileCounts,
    /// Passages that can be found.
    pub n_passages: u32,
    /// Passages that can be found by meaning.
    pub n_embedded: u32,
    /// What is missing, and how to get it.
    pub notices: Vec<Notice>,
    /// What was forgotten at the user's wish and is left out since; full paths.
    pub left_out: Vec<String>,
    /// What it takes up on the disk, part by part.
    pub storage: Vec<StoragePart>,
    /// Where all of it lies.
    pub place: String,
    /// Only what lies in one of these folders may be added, as an administrator says; absent where all may.
    pub only_below: Option<Vec<String>>,
}

/// One chosen folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Folder {
    /// Full path, for reading.
    pub path: String,
    /// The folder cannot be reached now (unplugged, unmounted, deleted).
    pub away: bool,
    /// Files in the library from this folder.
    pub n_files: u32,
    /// Folders in it that look generated, are left out, and are asked about; the largest first.
    pub held_back: Vec<HeldFolder>,
    /// How changes in it are noticed, in words; absent as long as nothing followed it.
    pub followed: Option<String>,
    /// When all of it was looked at last, in milliseconds since 1970.
    pub looked_at_ms: Option<f64>,
    /// An administrator has set it: it cannot be removed.
    pub is_given: bool,
}

/// A folder that looks generated by a program.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HeldFolder {
    /// Full path.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What it looks like, in words: "a cache".
    pub looks: String,
    /// Files in it.
    pub n_files: u32,
}

/// Number of files by state.
#[derive(Debug, Clone, Copy, Default, Serialize, TS)]
pub struct FileCounts {
    /// Known, not yet read.
    pub waiting: u32,
    /// Read whole.
    pub indexed: u32,
    /// Read in part; the reason says why.
    pub partial: u32,
    /// Could not be read; the reason says why.
    pub failed: u32,
    /// Not read on purpose; the reason says why.
    pub skipped: u32,
    /// In a folder that cannot be reached now.
    pub away: u32,
}

/// What indexing is doing now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Files done in this run.
    pub n_done: u32,
    /// Files to do in this run.
    pub n_total: u32,
    /// Passages still without an embedding.
    pub n_to_embed: u32,
    /// Pages of pictures whose text is still to be recognised.
    pub n_to_recognise: u32,
    /// Files per second lately.
    pub files_per_second: f64,
    /// Seconds left, where it can be told.
    pub seconds_left: Option<f64>,
    /// Name of the file being read now.
    pub current: Option<String>,
    /// Why it waits, though there may be something to do.
    pub hold: Option<Hold>,
}

/// Why indexing waits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct Hold {
    /// What for.
    pub reason: HoldReason,
    /// Milliseconds since 1970 of its end, where that is known.
    pub until_ms: Option<f64>,
}

/// What indexing waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The user paused it.
    Paused,
    /// The computer runs on its battery.
    Battery,
    /// Other programs keep the processor busy.
    Load,
    /// The user is typing.
    Typing,
}

/// What indexing is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing to do.
    Idle,
    /// Looking for new and changed files.
    Walking,
    /// Reading files.
    Reading,
    /// Computing embeddings; everything is already found by word.
    Embedding,
    /// Recognising text in pictures.
    Recognising,
}

/// The stored text around a passage.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Preview {
    /// Full path, for reading.
    pub path: String,
    /// File name.
    pub name: String,
    /// The document's own title, where it has one.
    pub title: Option<String>,
    /// Page shown, from 1, for documents that have pages.
    pub page: Option<u32>,
    /// What the document's pages are.
    pub unit: Unit,
    /// Number of pages, for documents that have pages.
    pub n_pages: Option<u32>,
    /// Line where `text` begins, from 1, for documents that have lines.
    pub line: Option<u32>,
    /// The text: the whole page, or what stands around the passage.
    pub text: String,
    /// Character range of the passage in `text`.
    pub passage: Option<(u32, u32)>,
    /// Character ranges of `text` that match the query's words.
    pub highlights: Vec<(u32, u32)>,
    /// What `text` is made of, in its order.
    pub parts: Vec<Part>,
    /// How its characters are set, as far as that is known; what is around comes before what is in it.
    pub styles: Vec<Styled>,
    /// Files inside this one.
    pub inside: Vec<InnerFile>,
    /// There is more text before `text`.
    pub more_before: bool,
    /// There is more text after `text`.
    pub more_after: bool,
}

/// State of a path, and why.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Why {
    /// The path that was asked about.
    pub path: String,
    /// One of the states of a file, or `unknown`.
    pub state: String,
    /// The reason, in a sentence.
    pub reason: String,
}
