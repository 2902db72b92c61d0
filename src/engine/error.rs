//! Why what was asked of a library failed.
//!
//! Owns the kinds, by what a caller can do about them. Invariant: each names the path and the cause, as far
//! as there are any.

use std::path::PathBuf;

use crate::{answer, cpu, governor, indexing, search, settings, store};

/// Why an operation failed, by what a caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing at this path.
    #[error("{path} does not exist")]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// It may be there, but not in the library.
    #[error("{path} is not in the library")]
    NotInLibrary {
        /// The path.
        path: PathBuf,
    },
    /// There is nothing to keep.
    #[error("a query is wanted: some words, no more than a sentence or two")]
    NoQuery,
    /// A file that was asked for by its id has left the library.
    #[error("the file is not in the library any more")]
    Forgotten,
    /// It is there, but cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The library's folder cannot be written.
    #[error("{path} cannot be written ({reason}); check its permissions and the disk")]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The administrator does not want it.
    #[error("{what}: your administrator has set so, in {policy}")]
    Forbidden {
        /// What is the rule.
        what: String,
        /// The policy's file.
        policy: PathBuf,
    },
    /// A pattern that nothing can match by.
    #[error("the pattern cannot be used: {reason}")]
    Pattern {
        /// What is wrong with it.
        reason: String,
    },
    /// Another process writes this library.
    #[error(
        "the library is in use by another Nuthatch (process {holder}); close it, or search only"
    )]
    Locked {
        /// Its process id, as far as known.
        holder: String,
    },
    /// A file inside a file cannot be left out by itself.
    #[error("{path} lies in another file; forget that one")]
    Inside {
        /// The path.
        path: PathBuf,
    },
    /// The database failed, or was made by a newer program.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A search failed.
    #[error(transparent)]
    Search(#[from] search::Error),
    /// A question could not be answered.
    #[error(transparent)]
    Answer(#[from] answer::Error),
    /// Indexing failed.
    #[error(transparent)]
    Indexing(#[from] indexing::Error),
    /// A pause could not be kept.
    #[error(transparent)]
    Pause(#[from] governor::Error),
    /// A computation failed.
    #[error(transparent)]
    Cpu(#[from] cpu::Error),
    /// The settings cannot be read.
    #[error(transparent)]
    Settings(#[from] settings::Error),
    /// The library was opened for reading only.
    #[error("the library is open for reading only")]
    ReadOnly,
}
