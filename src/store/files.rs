//! The ledger: every file of the library with its state and reason.

use sqlx::{FromRow, Row, sqlite::SqliteRow};

use crate::{
    document::{DocumentId, FileId, FileState, FolderId, Kind, PathKey, Sequence},
    store::{Error, Result, Store, hex, json_list},
};

/// A file beyond this is read after all others.
pub const HUGE_BYTES: u64 = 32 << 20;

/// A file as the file system shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Where it is.
    pub path: PathKey,
    /// Its size.
    pub size_bytes: u64,
    /// Nanoseconds since 1970 of the last change of its content.
    pub modified_ns: i64,
    /// What identifies the file across renames, where the file system has such a thing.
    pub file_key: Option<i64>,
}

impl Observed {
    /// Size and time say that the content is the same.
    pub fn looks_unchanged(&self, row: &FileRow) -> bool {
        self.size_bytes == row.seen.size_bytes && self.modified_ns == row.seen.modified_ns
    }
}

/// A file of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its id; survives renames and moves.
    pub id: FileId,
    /// The chosen folder that holds it.
    pub folder: FolderId,
    /// As it was when it was last looked at.
    pub seen: Observed,
    /// Its state.
    pub state: FileState,
    /// Why it is in this state, where that needs saying.
    pub reason: Option<String>,
    /// The file of the disk that it lies in, where it is no such file itself.
    pub container: Option<FileId>,
    /// What was read out of it; kept while a newer content waits to be read.
    pub document: Option<DocumentId>,
}

impl FromRow<'_, SqliteRow> for FileRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let state: String = row.try_get("state")?;
        Ok(Self {
            id: FileId(row.try_get("id")?),
            folder: FolderId(row.try_get("folder_id")?),
            seen: Observed {
                path: PathKey(row.try_get("path")?),
                size_bytes: row.try_get::<i64, _>("size_bytes")? as u64,
                modified_ns: row.try_get("modified_ns")?,
                file_key: row.try_get("file_key")?,
            },
            state: state
                .parse()
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            reason: row.try_get("reason")?,
            container: row.try_get::<Option<i64>, _>("container_id")?.map(FileId),
            document: row
                .try_get::<Option<i64>, _>("document_id")?
                .map(DocumentId),
        })
    }
}

/// How many files of one kind are in one state for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Their kind, by their names.
    pub kind: Kind,
    /// Their state.
    pub state: FileState,
    /// The reason, as it stands.
    pub reason: Option<String>,
    /// How many there are.
    pub n_files: u64,
}

impl Store {
    /// Every file, counted. Looks at all of them.
    pub async fn tally(&self) -> Result<Vec<Tally>> {
        let rows: Vec<(u8, String, Option<String>, i64)> = sqlx::query_as(
            "SELECT kind, state, reason, count(*) FROM files GROUP BY kind, state, reason",
        )
        .fetch_all(&self.readers)
        .await?;
        let counted = rows.into_iter().map(|(kind, state, reason, n)| {
            let state = state.parse().map_err(|_| Error::Damaged {
                what: "state of a file",
            })?;
            Ok(Tally {
                kind: Kind::from_number(kind),
                state,
                reason,
                n_files: n as u64,
            })
        });
        counted.collect()
    }

    /// The file at a path.
    pub async fn file_at(&self, path: &PathKey) -> Result<Option<FileRow>> {
        Ok(self.files_at(&[path]).await?.into_iter().next())
    }

    /// A file by its id.
    pub async fn file(&self, id: FileId) -> Result<Option<FileRow>> {
        Ok(sqlx::query_as("SELECT * FROM located WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?)
    }

    /// The files with these ids, in no order.
    pub async fn files_by_id(&self, ids: &[FileId]) -> Result<Vec<FileRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(
            sqlx::query_as("SELECT * FROM located WHERE id IN (SELECT value FROM json_each(?))")
                .bind(json_list(ids.iter().map(|id| id.0)))
                .fetch_all(&self.readers)
                .await?,
        )
    }

    /// The files in a state, in no order.
    pub async fn files_in_state(&self, state: FileState) -> Result<Vec<FileId>> {
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM files WHERE state = ?")
            .bind(state.name())
            .fetch_all(&self.readers)
            .await?;
        Ok(ids.into_iter().map(FileId).collect())
    }

    /// The files in a state whose ids follow one, in this order.
    pub async fn page_in_state(
        &self,
        state: FileState,
        after: FileId,
        limit: u32,
    ) -> Result<Vec<FileRow>> {
        Ok(
            sqlx::query_as("SELECT * FROM located WHERE state = ? AND id > ? ORDER BY id LIMIT ?")
                .bind(state.name())
                .bind(after.0)
                .bind(limit)
                .fetch_all(&self.readers)
                .await?,
        )
    }

    /// The files that have these contents, by path.
    pub async fn files_by_document(&self, ids: &[DocumentId]) -> Result<Vec<FileRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM located WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY path",
        )
        .bind(json_list(ids.iter().map(|id| id.0)))
        .fetch_all(&self.readers)
        .await?)
    }

    /// The files at these paths, in no order.
    pub async fn files_at(&self, paths: &[&PathKey]) -> Result<Vec<FileRow>> {
        let split = |path: &&PathKey| {
            let (directory, name) = path.split();
            // A path need not be UTF-8, as JSON must.
            format!("[\"{}\",\"{}\"]", hex(directory), hex(name))
        };
        let paths: Vec<String> = paths.iter().map(split).collect();
        self.files_where(
            "SELECT f.*, CAST(d.path || f.name AS BLOB) AS path FROM json_each(?) p \
             CROSS JOIN directories d ON d.path = unhex(p.value ->> 0) \
             CROSS JOIN files f ON f.directory_id = d.id AND f.name = unhex(p.value ->> 1)",
            &paths,
        )
        .await
    }

    /// The files of the disk that had these keys when they were last looked at, in no order.
    pub async fn files_by_key(&self, keys: &[i64]) -> Result<Vec<FileRow>> {
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        self.files_where(
            "SELECT * FROM located WHERE file_key IN (SELECT value FROM json_each(?)) \
             AND container_id IS NULL",
            &keys,
        )
        .await
    }

    async fn files_where(&self, question: &'static str, list: &[String]) -> Result<Vec<FileRow>> {
        if list.is_empty() {
            return Ok(Vec::new());
        }
        Ok(sqlx::query_as(question)
            .bind(format!("[{}]", list.join(",")))
            .fetch_all(&self.readers)
            .await?)
    }

    /// The files below `path` that come after `after` by directory and name, at most `limit`, in that
    /// order.
    pub async fn files_below(
        &self,
        path: &PathKey,
        after: &PathKey,
        limit: u32,
    ) -> Result<Vec<FileRow>> {
        let (_, last) = path.below();
        let (directory, name) = after.split();
        Ok(sqlx::query_as(
            "SELECT f.*, CAST(d.path || f.name AS BLOB) AS path \
             FROM directories d CROSS JOIN files f ON f.directory_id = d.id \
             WHERE d.path >= ?1 AND d.path < ?3 AND (d.path > ?1 OR f.name > ?2) \
             ORDER BY d.path, f.name LIMIT ?4",
        )
        .bind(directory)
        .bind(name)
        .bind(last.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }

    /// Files whose content waits to be read: what is huge last, before it what programs wrote, pictures
    /// and archives, and the most recently changed first of each.
    pub async fn waiting(&self, limit: u32) -> Result<Vec<FileRow>> {
        Ok(sqlx::query_as(
            "SELECT * FROM located WHERE state = 'waiting' \
             ORDER BY size_bytes > 33554432, kind > 3, modified_ns DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }

    /// Number and bytes of the files that wait, by kind. Looks at all of them.
    pub async fn waiting_by_kind(&self) -> Result<Vec<(Kind, u64, u64)>> {
        let rows: Vec<(u8, i64, i64)> = sqlx::query_as(
            "SELECT kind, count(*), sum(size_bytes) FROM files WHERE state = 'waiting' GROUP BY kind",
        )
        .fetch_all(&self.readers)
        .await?;
        let known = |(kind, n, bytes)| (Kind::from_number(kind), n as u64, bytes as u64);
        Ok(rows.into_iter().map(known).collect())
    }

    /// Number of files whose content waits to be read.
    pub async fn count_waiting(&self) -> Result<u64> {
        let counts = self.counts().await?;
        let waiting = counts
            .iter()
            .filter(|count| count.state == FileState::Waiting);
        Ok(waiting.map(|count| count.n_files).sum())
    }

    /// Files that were added or changed after a batch.
    pub async fn files_since(&self, since: Sequence) -> Result<Vec<FileId>> {
        let ids: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM files WHERE sequence > ? ORDER BY id")
                .bind(since.0)
                .fetch_all(&self.readers)
                .await?;
        Ok(ids.into_iter().map(FileId).collect())
    }

    /// All paths with state and reason, by path; for comparing libraries in tests.
    pub async fn all_files(&self) -> Result<Vec<FileRow>> {
        Ok(sqlx::query_as("SELECT * FROM located ORDER BY path")
            .fetch_all(&self.readers)
            .await?)
    }
}
