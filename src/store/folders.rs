//! The chosen folders, and how many files stand in which state.

use crate::{
    document::{FileState, FolderId, PathKey},
    store::{Error, Result, Store, path_key},
};

/// A chosen folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRow {
    /// Its id.
    pub id: FolderId,
    /// Its canonical path.
    pub path: PathKey,
    /// It cannot be reached now.
    pub away: bool,
}

/// How many files of one folder are in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateCount {
    /// The folder.
    pub folder: FolderId,
    /// The state.
    pub state: FileState,
    /// The number of files.
    pub n_files: u64,
}

impl Store {
    /// The chosen folders, in the order in which they were added.
    pub async fn folders(&self) -> Result<Vec<FolderRow>> {
        let rows: Vec<(i64, Vec<u8>, bool)> =
            sqlx::query_as("SELECT id, path, away FROM folders ORDER BY id")
                .fetch_all(&self.readers)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(id, path, away)| FolderRow {
                id: FolderId(id),
                path: path_key(path),
                away,
            })
            .collect())
    }

    /// Adds a folder; an already chosen one is returned as it is.
    pub async fn add_folder(&self, path: &PathKey) -> Result<FolderId> {
        sqlx::query("INSERT INTO folders (path) VALUES (?) ON CONFLICT (path) DO NOTHING")
            .bind(&path.0)
            .execute(self.writer()?)
            .await?;
        let id = sqlx::query_scalar("SELECT id FROM folders WHERE path = ?")
            .bind(&path.0)
            .fetch_one(self.writer()?)
            .await?;
        Ok(FolderId(id))
    }

    /// Number of files by folder and state.
    pub async fn counts(&self) -> Result<Vec<StateCount>> {
        let rows: Vec<(i64, String, i64)> =
            sqlx::query_as("SELECT folder_id, state, n FROM file_counts WHERE n > 0")
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter()
            .map(|(folder, state, n)| {
                let state = state.parse().map_err(|_| Error::Damaged {
                    what: "state of a file",
                })?;
                Ok(StateCount {
                    folder: FolderId(folder),
                    state,
                    n_files: n as u64,
                })
            })
            .collect()
    }
}
