//! The chosen folders, and how many files stand in which state.

use sqlx::{FromRow, Row, sqlite::SqliteRow};

use crate::{
    document::{FileState, FolderId, PathKey},
    store::{Error, Result, Store, path_key},
};

/// What [`FolderRow::followed`] says of a folder on a network.
pub const NETWORK: &str = "network";

/// A chosen folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRow {
    /// Its id.
    pub id: FolderId,
    /// Its canonical path.
    pub path: PathKey,
    /// It cannot be reached now.
    pub away: bool,
    /// Which folder of which device it was when it was looked at last, as far as known.
    pub identity: Option<String>,
    /// When all of it was looked at last, in seconds since 1970.
    pub looked_at: Option<i64>,
    /// How changes in it are noticed, by a word of whoever follows it.
    pub followed: Option<String>,
}

impl FromRow<'_, SqliteRow> for FolderRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: FolderId(row.try_get("id")?),
            path: path_key(row.try_get("path")?),
            away: row.try_get("away")?,
            identity: row.try_get("identity")?,
            looked_at: row.try_get("looked_at")?,
            followed: row.try_get("followed")?,
        })
    }
}

impl FolderRow {
    /// It lies on a network, so that looking at it may take long.
    pub fn is_on_network(&self) -> bool {
        self.followed.as_deref() == Some(NETWORK)
    }
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
        Ok(sqlx::query_as("SELECT * FROM folders ORDER BY id")
            .fetch_all(&self.readers)
            .await?)
    }

    /// Notes that all of a folder was looked at, and what it was then.
    pub async fn note_look(
        &self,
        folder: FolderId,
        identity: Option<&str>,
        now: i64,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE folders SET identity = ifnull(?, identity), looked_at = ? WHERE id = ?",
        )
        .bind(identity)
        .bind(now)
        .bind(folder.0)
        .execute(self.writer()?)
        .await?;
        Ok(())
    }

    /// Notes how changes in a folder are noticed.
    pub async fn note_followed(&self, folder: FolderId, followed: &str) -> Result<()> {
        sqlx::query("UPDATE folders SET followed = ? WHERE id = ?")
            .bind(followed)
            .bind(folder.0)
            .execute(self.writer()?)
            .await?;
        Ok(())
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
        self.keep_spare().await;
        Ok(FolderId(id))
    }

    /// Whether there is any file of a folder in the ledger.
    pub async fn has_files(&self, folder: FolderId) -> Result<bool> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM file_counts WHERE folder_id = ? AND n > 0)",
        )
        .bind(folder.0)
        .fetch_one(&self.readers)
        .await?)
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
