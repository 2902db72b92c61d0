//! What is looked for by words, and what is found: plain data.
//!
//! Knows nothing of how anything is scored (`score`) or admitted (`conditions`).

use std::{collections::HashMap, ops::Range};

use crate::{
    document::{DocumentId, FileId, FileState, IdSet, PassageId},
    lexical::Tag,
};

/// What to look for, in folded words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordQuery {
    /// Words of which any may occur; more and rarer ones weigh more.
    pub terms: Vec<WordTerm>,
    /// Han characters of which any may occur; beside their pairs, which are terms, they weigh little.
    pub characters: Vec<String>,
    /// The terms have their stems in every language of the index: no passage has a word without having
    /// one of its stems.
    pub has_every_stem: bool,
    /// The beginning of a word, still being typed.
    pub prefix: Option<String>,
    /// The first letter of a query, still being typed: of a file's name alone, since nearly every text has a
    /// word that begins with it.
    pub letter: Option<String>,
    /// Beginnings of words that were asked for as such.
    pub prefixes: Vec<String>,
    /// Words of which others that are written much the same will do.
    pub fuzzy: Vec<FuzzyWord>,
    /// Words that weigh more where they stand together.
    pub phrases: Vec<Phrase>,
    /// Words that were asked for only near others: elsewhere they are found, and not lit.
    pub near_only: Vec<String>,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordTerm {
    /// The folded word.
    pub word: String,
    /// Its stems in the languages of the library, without repetition.
    pub stems: Vec<String>,
    /// How often the query says it: what is repeated weighs more.
    pub n_times: u32,
}

/// A word, and how far from it others may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FuzzyWord {
    /// The folded word.
    pub word: String,
    /// Letters that may be changed, added, left out, or exchanged with the next one: 1 or 2.
    pub distance: u8,
}

/// Words in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The folded words.
    pub words: Vec<String>,
    /// How many other words may stand between them, all in all; changing places costs two.
    pub slop: u32,
}

impl WordQuery {
    /// There is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
            && self.prefix.is_none()
            && self.letter.is_none()
            && self.prefixes.is_empty()
            && self.fuzzy.is_empty()
            && self.phrases.is_empty()
    }
}

/// What a file must be to be found at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// Something in its text, or in its name.
    Text(TextTest),
    /// Something about the file or its document.
    File(FileTest),
}

/// What the text of a file, or its name, must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextTest {
    /// A word in any of its forms.
    Word(WordTerm),
    /// Words in a row, as they are written; a single one, too.
    Phrase(Phrase),
    /// A word that begins so.
    Prefix(String),
    /// A word that is written much like it.
    Fuzzy(FuzzyWord),
}

/// What a file or its document must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileTest {
    /// Words in a row in one of its fields.
    Words {
        /// Which.
        field: FileField,
        /// The folded words.
        words: Vec<String>,
        /// The last of them is only the beginning of a word.
        is_prefix: bool,
    },
    /// One of these.
    Tags(Vec<Tag>),
    /// Its state, which whoever asks finds out: see [`States`].
    State(FileState),
    /// Its size in bytes, end excluded.
    Size(Range<u64>),
    /// Its last change in seconds since 1970, end excluded.
    Modified(Range<i64>),
    /// What its document says of when it was written, and else its last change: in seconds since
    /// 1970 by the clock on the wall, end excluded.
    Date(Range<i64>),
}

/// The files in each state that a condition asks for: states change more often than entries.
pub type States = HashMap<FileState, IdSet>;

impl Condition {
    /// Every state that it asks for.
    pub fn states(&self) -> Vec<FileState> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::states).collect(),
            Self::Not(part) => part.states(),
            Self::File(FileTest::State(state)) => vec![*state],
            Self::File(_) | Self::Text(_) => Vec::new(),
        }
    }
}

/// A field of a file's entry that holds words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileField {
    /// Its name.
    Name,
    /// The folders above it.
    Folder,
    /// Either.
    Path,
    /// Its document's own title.
    Title,
    /// Its document's author.
    Author,
}

/// A passage with its word score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassageHit {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// BM25, larger is better; comparable within one query only.
    pub score: f32,
}

/// A file whose name matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FileHit {
    /// The file.
    pub file: FileId,
    /// BM25 of the name; comparable within one query only.
    pub score: f32,
}

/// How much of what words find is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Depth {
    /// Passages.
    pub n_passages: usize,
    /// Passages of one document among them.
    pub n_per_document: usize,
    /// Files by their names, at least one.
    pub n_files: usize,
}

/// What words found, best first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordHits {
    /// Passages.
    pub passages: Vec<PassageHit>,
    /// Files, by name.
    pub files: Vec<FileHit>,
    /// How much of the query one of the best has; `None` where the query has no telling word.
    pub coverage: Option<Coverage>,
}

/// How much of a query its best hits have: whether words have found what was asked for, or only what
/// they could.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// How much of what the best have the sixth to the tenth passage have on average, from 0 to 1: where
    /// it is much, words do not tell passages apart. 0 for a long query, and for one or two words.
    pub crowd: f32,
    /// The share that the best covered hit has, 0 to 1, a rare word counting more.
    pub share: f32,
    /// The share of its words that nothing in the index has: where it is most, the query is in another
    /// language than the files.
    pub unknown: f32,
    /// The query has few words. Of longer ones no passage has most.
    pub is_short: bool,
}
