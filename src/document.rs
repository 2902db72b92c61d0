//! The words everybody uses: ids, the states of a file, text with its positions.
//!
//! Plain data without behaviour beyond its own consistency; knows no file system, database or
//! index. Invariant: positions in stored text are byte offsets on character boundaries.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

mod admitted;
mod kind;
mod style;

pub use admitted::{Admitted, IdSet};
pub use kind::Kind;
pub use style::{Style, Styled};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub i64);
    };
}

id!(
    /// A chosen folder.
    FolderId
);
id!(
    /// A file of the library, at its path; survives renames and moves.
    FileId
);
id!(
    /// A content as one extractor read it; files with equal content share it.
    DocumentId
);
id!(
    /// A piece of a document, the unit that is found.
    PassageId
);

/// Number of a write batch; what derived indexes are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Sequence(pub i64);

/// Hash of a file's bytes (BLAKE3).
pub type Hash = [u8; 32];

/// Half of the hash of what a model is given of a passage (BLAKE3).
pub type TextHash = [u8; 16];

/// What is known of a file's content. Every file of a library is in exactly one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Known, not yet read.
    Waiting,
    /// Read whole.
    Indexed,
    /// Read in part.
    Partial,
    /// Could not be read.
    Failed,
    /// Not read on purpose.
    Skipped,
    /// In a folder that cannot be reached now.
    Away,
}

impl FileState {
    /// Every state, in the order in which they are counted.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Indexed,
        Self::Partial,
        Self::Failed,
        Self::Skipped,
        Self::Away,
    ];

    /// The state's name in the database, in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Indexed => "indexed",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Away => "away",
        }
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FileState {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| UnknownState(name.to_owned()))
    }
}

/// A name that is no state.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a state of a file")]
pub struct UnknownState(String);

/// A path as bytes, so that names which are not UTF-8 keep their identity in the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathKey(pub Vec<u8>);

impl PathKey {
    /// The key of a path.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Self {
        use std::os::unix::ffi::OsStrExt;
        Self(path.as_os_str().as_bytes().to_vec())
    }

    /// The key of a path; an unpaired surrogate in a name is replaced.
    #[cfg(not(unix))]
    pub fn of(path: &Path) -> Self {
        Self(path.to_string_lossy().into_owned().into_bytes())
    }

    /// The path back.
    #[cfg(unix)]
    pub fn to_path(&self) -> PathBuf {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(std::ffi::OsStr::from_bytes(&self.0))
    }

    /// The path back.
    #[cfg(not(unix))]
    pub fn to_path(&self) -> PathBuf {
        PathBuf::from(String::from_utf8_lossy(&self.0).into_owned())
    }

    /// The key of a file inside this file, at this path in it.
    #[must_use]
    pub fn inner(&self, path: &str) -> Self {
        Self([self.0.as_slice(), b"/", path.as_bytes()].concat())
    }

    /// The directory, with the separator at its end, and the name in it.
    pub fn split(&self) -> (&[u8], &[u8]) {
        // What lies in a file is told with `/` everywhere.
        let is_separator = |&byte: &u8| byte == b'/' || byte == std::path::MAIN_SEPARATOR as u8;
        let n = self.0.iter().rposition(is_separator);
        self.0.split_at(n.map_or(0, |last| last + 1))
    }

    /// First and last key, exclusive, of everything below this folder.
    pub fn below(&self) -> (Self, Self) {
        let separator = std::path::MAIN_SEPARATOR as u8;
        let mut first = self.0.clone();
        if first.last() != Some(&separator) {
            first.push(separator);
        }
        let mut last = first.clone();
        if let Some(end) = last.last_mut() {
            *end += 1;
        }
        (Self(first), Self(last))
    }
}

/// What an extractor reads out of a file: text in reading order, and where each part stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The document's own title, where it has one.
    pub title: Option<String>,
    /// Who wrote it, as the document says.
    pub author: Option<String>,
    /// When it was written or sent, as the document says: a date of ISO 8601, with or without time.
    pub written: Option<String>,
    /// The text that is stored, searched and shown.
    pub text: String,
    /// Where parts begin, ascending by `start`; the first mark is at 0 unless `text` is empty.
    pub marks: Vec<Mark>,
    /// Where lines stand on their pages, for who asked; empty otherwise.
    pub boxes: Vec<TextBox>,
    /// How it is set, for who asked and where the format says so; empty otherwise.
    pub styles: Vec<Styled>,
    /// Number of pages, for documents that have pages.
    pub n_pages: Option<u32>,
    /// What its pages are.
    pub unit: Unit,
    /// Pages that are pictures, whose text a model may recognise; ascending.
    pub scans: Vec<Scan>,
    /// Why the text is incomplete, if it is.
    pub partial: Option<String>,
}

/// A page that is a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The page, from 1.
    pub page: u32,
    /// What the document itself calls it: see [`Mark::label`].
    pub label: Option<String>,
}

/// A line of text that a model recognised in a page's picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedLine {
    /// What stands there.
    pub text: String,
    /// How sure the model is, in percent.
    pub confidence: u8,
    /// Where it stands, on a page that has such places.
    pub rectangle: Option<Rectangle>,
    /// It begins a paragraph.
    pub is_first: bool,
}

/// What the pages of a document are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Pages of paper.
    #[default]
    Page,
    /// Slides of a presentation.
    Slide,
    /// Sheets of a workbook.
    Sheet,
    /// Chapters of a book.
    Chapter,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 4] = [Self::Page, Self::Slide, Self::Sheet, Self::Chapter];

    /// The unit's name in the database, in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Slide => "slide",
            Self::Sheet => "sheet",
            Self::Chapter => "chapter",
        }
    }

    /// The unit of this name; pages, if there is none.
    pub fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|unit| unit.name() == name);
        found.unwrap_or_default()
    }
}

/// A line of text on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextBox {
    /// Byte offset of its first character in the text.
    pub start: usize,
    /// Byte offset after its last character.
    pub end: usize,
    /// The page, from 1.
    pub page: u32,
    /// Where it stands there.
    pub rectangle: Rectangle,
}

/// A rectangle on a page in hundredths of a point (1/72 inch), from the page's lower left corner as
/// it was before any rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectangle {
    /// Left side.
    pub left: i32,
    /// Lower side.
    pub bottom: i32,
    /// Right side.
    pub right: i32,
    /// Upper side.
    pub top: i32,
}

impl Rectangle {
    /// The smallest one that holds both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
        }
    }
}

/// From `start` up to the next mark, the text stands on this page and begins at this line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Byte offset in the text.
    pub start: usize,
    /// Page, slide, sheet or chapter, from 1.
    pub page: Option<u32>,
    /// What the document itself calls the place, where that says more than the number: a page's
    /// label (`iv`), a range of cells (`Budget!A1:F20`), a chapter's title, a part of a mail.
    pub label: Option<String>,
    /// Line of the file where this part begins, from 1; further lines are counted by `\n`.
    pub line: Option<u32>,
    /// Heading level, from 1, if this part is a heading.
    pub heading: Option<u8>,
    /// How sure a model is of this part, in percent, if it was recognised in a picture.
    pub confidence: Option<u8>,
}

impl Text {
    /// Appends a part as its own paragraph and marks where it stands. Blank parts are dropped.
    pub fn push(&mut self, part: &str, mark: Mark) {
        if part.trim().is_empty() {
            return;
        }
        if !self.text.is_empty() {
            let n_breaks = self.text.len() - self.text.trim_end_matches('\n').len();
            self.text.push_str(if n_breaks == 0 {
                "\n\n"
            } else if n_breaks == 1 {
                "\n"
            } else {
                ""
            });
        }
        self.marks.push(Mark {
            start: self.text.len(),
            ..mark
        });
        self.text.push_str(part.trim_end());
    }

    /// Where a byte offset stands.
    pub fn position(&self, offset: usize) -> Position {
        position(&self.marks, &self.text, offset)
    }
}

/// Where something stands, as far as the format has such places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Page, slide, sheet or chapter, from 1.
    pub page: Option<u32>,
    /// What the document itself calls the place: see [`Mark::label`].
    pub label: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// How sure a model is of it: see [`Mark::confidence`].
    pub confidence: Option<u8>,
}

fn position(marks: &[Mark], text: &str, offset: usize) -> Position {
    let n_before = marks.partition_point(|mark| mark.start <= offset);
    let Some(mark) = n_before.checked_sub(1).and_then(|i| marks.get(i)) else {
        return Position::default();
    };
    let line = mark.line.map(|first| {
        let passed = text.get(mark.start..offset).unwrap_or_default();
        first + passed.bytes().filter(|&byte| byte == b'\n').count() as u32
    });
    Position {
        page: mark.page,
        label: mark.label.clone(),
        line,
        confidence: mark.confidence,
    }
}

/// A piece of a text: where it stands, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Byte offset of the first character.
    pub start: usize,
    /// Byte offset after the last character.
    pub end: usize,
    /// Headings above it, outermost first, joined by ` › `; empty if none.
    pub context: String,
    /// Where it begins.
    pub position: Position,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_from_its_mark() {
        let mut text = Text::default();
        text.push(
            "one\ntwo\nthree",
            Mark {
                line: Some(4),
                ..Mark::default()
            },
        );
        text.push(
            "page two",
            Mark {
                page: Some(2),
                ..Mark::default()
            },
        );
        assert_eq!(text.position(9).line, Some(6));
        assert_eq!(
            text.position(text.text.len() - 1),
            Position {
                page: Some(2),
                ..Position::default()
            }
        );
    }

    #[test]
    fn everything_below_a_folder_lies_between_its_two_keys_and_its_neighbour_does_not() {
        let (first, last) = PathKey::of(Path::new("/a/b")).below();
        assert!(PathKey::of(Path::new("/a/b/c")) > first);
        assert!(PathKey::of(Path::new("/a/b/c")) < last);
        assert!(PathKey::of(Path::new("/a/bc")) > last || PathKey::of(Path::new("/a/bc")) < first);
    }

    #[test]
    fn every_state_has_a_name_that_reads_back() {
        for state in FileState::ALL {
            assert_eq!(state.name().parse::<FileState>().unwrap(), state);
        }
    }
}
