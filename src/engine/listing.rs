//! The files of the library, page by page, with their states and reasons.

use std::path::PathBuf;

use super::{Engine, Result, status::usual_reason};
use crate::document::{FileId, FileState};

/// A file, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its id; pages follow one another by it.
    pub id: FileId,
    /// Where it lies.
    pub path: PathBuf,
    /// Its size.
    pub size_bytes: u64,
    /// Why it is in this state.
    pub reason: String,
}

impl Engine {
    /// The files in a state that follow one of them, in the order in which they became known.
    pub async fn files(
        &self,
        state: FileState,
        after: Option<FileId>,
        limit: u32,
    ) -> Result<Vec<ListedFile>> {
        let after = after.unwrap_or(FileId(0));
        let rows = self.store.page_in_state(state, after, limit).await?;
        let listed = rows.into_iter().map(|file| ListedFile {
            id: file.id,
            path: file.seen.path.to_path(),
            size_bytes: file.seen.size_bytes,
            reason: file
                .reason
                .unwrap_or_else(|| usual_reason(file.state).into()),
        });
        Ok(listed.collect())
    }
}
