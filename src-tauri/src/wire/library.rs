//! Of the library besides its state: its files, what it takes up, and what was searched for.

use serde::Serialize;
use ts_rs::TS;

/// What a part of the library takes up.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StoragePart {
    /// Which: `database`, `words` or `models`.
    pub name: String,
    /// Bytes.
    pub n_bytes: f64,
}

/// A file, and what became of it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ListedFile {
    /// Pages follow one another by it.
    pub file_id: u32,
    /// Full path, for reading.
    pub path: String,
    /// Bytes.
    pub n_bytes: f64,
    /// Why it is in its state, in a sentence.
    pub reason: String,
}

/// Some files in one state.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FilePage {
    /// In the order in which they became known.
    pub files: Vec<ListedFile>,
    /// Others follow.
    pub has_more: bool,
}

/// What a rule would leave out of a folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RuleEffect {
    /// Known files of the folder.
    pub n_known: u32,
    /// Of these, those that it would leave out.
    pub n_left_out: u32,
    /// Full paths of the first of them.
    pub named: Vec<String>,
}

/// A folder that a new user may want to search in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SuggestedFolder {
    /// Full path.
    pub path: String,
    /// Ticked before anything was said.
    pub is_ticked: bool,
}

/// A search with a name.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SavedSearch {
    /// The name; often the query itself.
    pub name: String,
    /// What is searched for.
    pub query: String,
}
