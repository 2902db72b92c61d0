//! The truth: one `SQLite` database per library.
//!
//! Owns folders, the ledger of files, document text, passages, embeddings and rerank scores, and the
//! number of the last write batch. The only room that contains SQL; knows nothing of how text is read or
//! searched. Invariant: what a [`Batch`] wrote is there whole or not at all, under one
//! [`Sequence`] number. One file per group of tables; start reading at [`Store::open`].

mod answers;
mod batch;
mod changes;
mod check;
mod children;
mod documents;
mod embeddings;
mod erase;
mod exclusions;
mod files;
mod folders;
mod format;
mod health;
mod held;
mod leftovers;
mod marks;
mod passages;
mod peek;
mod salvage;
mod scans;
mod scores;
mod searches;
mod sizes;
mod spare;
mod texts;

use std::{
    io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection, SqlitePool,
    migrate::MigrateError,
    sqlite::{
        SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};

pub use answers::AnswerRow;
pub use batch::Batch;
pub use changes::Changes;
pub use documents::{DocumentRow, NewDocument};
pub use embeddings::{ToEmbed, VectorRow};
pub use files::{FileRow, HUGE_BYTES, Observed, Tally};
pub use folders::{FolderRow, NETWORK, StateCount};
pub use health::Checked;
pub use held::{Answer, HeldFolder};
pub use passages::{PassageRow, passage_input, text_hash};
pub use salvage::Salvaged;
pub use scans::{RecognisedPage, ToRecognise};
pub use searches::SavedSearch;
pub use sizes::Sizes;

use crate::document::{PathKey, Sequence};

/// Raised with every migration; a database with a higher one is refused untouched.
const FORMAT: i64 = 13;
/// On closing, the log is tried to be folded so often, and this far apart. It is folded on the next
/// opening otherwise.
const N_FOLDINGS: u32 = 50;
const BETWEEN_FOLDINGS: Duration = Duration::from_millis(10);
/// Connections for reading: for indexing, and as many for searches.
const N_READERS: u32 = 4;
/// What each of them keeps of the database in memory at most, in KiB: the inner pages of the tables
/// that results are loaded from, with 100,000 passages.
const READER_CACHE_KIB: u32 = 8 << 10;

/// Why the database failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Made by a newer program.
    #[error(
        "the library {path} was made by a newer Nuthatch (format {found}, this one knows {FORMAT})"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
    },
    /// There is no library yet, and it was only to be read.
    #[error("there is no library in {path}")]
    Missing {
        /// The database.
        path: PathBuf,
    },
    /// The library's folder could not be made.
    #[error("could not create {path}")]
    Create {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is not a database, or one that is damaged.
    #[error(
        "the library {path} is damaged ({reason}); it is repaired when Nuthatch opens it for \
         writing: start its window, or add a folder (the files in the folders are not touched)"
    )]
    Unsound {
        /// The database.
        path: PathBuf,
        /// `SQLite`'s words.
        reason: String,
    },
    /// It is there, but cannot be opened.
    #[error("the library {path} cannot be opened ({reason}); check its permissions and the disk")]
    Unopened {
        /// The database.
        path: PathBuf,
        /// `SQLite`'s words.
        reason: String,
    },
    /// `SQLite` failed.
    #[error("the library's database failed")]
    Sql(#[from] sqlx::Error),
    /// A migration failed.
    #[error("could not bring the library up to date")]
    Migrate(#[from] MigrateError),
    /// A stored value cannot be read.
    #[error("the library's {what} is damaged")]
    Damaged {
        /// Which value.
        what: &'static str,
    },
}

impl Error {
    /// What the disk says, where that is known.
    pub fn disk(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Create { source, .. } => Some(source.kind()),
            // SQLITE_READONLY 8, SQLITE_FULL 13.
            Self::Sql(error) => match code(error)? {
                8 => Some(io::ErrorKind::ReadOnlyFilesystem),
                13 => Some(io::ErrorKind::StorageFull),
                10 | 14 => Some(io::ErrorKind::Other),
                _ => None,
            },
            _ => None,
        }
    }

    /// What is on disk is not what was written.
    pub fn is_damage(&self) -> bool {
        match self {
            // SQLITE_CORRUPT 11, SQLITE_NOTADB 26.
            Self::Sql(error) => matches!(code(error), Some(11 | 26)),
            Self::Unsound { .. } => true,
            _ => false,
        }
    }

    /// The disk is full, read-only or failing.
    pub fn is_disk(&self) -> bool {
        // SQLITE_READONLY 8, SQLITE_IOERR 10, SQLITE_FULL 13, SQLITE_CANTOPEN 14.
        match self {
            Self::Sql(error) => code(error).is_some_and(|code| matches!(code, 8 | 10 | 13 | 14)),
            Self::Create { .. } | Self::Unopened { .. } => true,
            _ => false,
        }
    }

    /// The same, said of the database that was to be opened.
    fn on_opening(self, path: &Path) -> Self {
        let (Self::Sql(error)
        | Self::Migrate(
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
        )) = &self
        else {
            return self;
        };
        let (path, reason) = (path.to_owned(), error.to_string());
        match code(error) {
            // SQLITE_CORRUPT 11, SQLITE_NOTADB 26.
            Some(11 | 26) => Self::Unsound { path, reason },
            Some(8 | 10 | 13 | 14) => Self::Unopened { path, reason },
            _ => self,
        }
    }
}

/// `SQLite`'s primary result code.
fn code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    i32::from_str(&code).ok().map(|code| code & 0xff)
}

/// A shorthand of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// An open database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
    readers: SqlitePool,
    /// Searches do not queue behind what indexing asks.
    searching: SqlitePool,
    /// One connection: writers queue here instead of failing with `SQLITE_BUSY`.
    writer: Option<SqlitePool>,
}

impl Store {
    /// Opens for reading and writing; makes the database or brings it up to date. One that is damaged is
    /// put aside and salvaged: [`Store::salvaged`] tells what of it.
    pub async fn open(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| Error::Create {
                path: folder.to_owned(),
                source,
            })?;
        }
        salvage::finish(path)?;
        let opened = Self::open_sound(path)
            .await
            .map_err(|error| error.on_opening(path));
        let store = match opened {
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the database cannot be used");
                salvage::salvage(path).await?;
                Self::open_writing(path).await
            }
            opened => opened,
        };
        let store = store.map_err(|error| error.on_opening(path))?;
        store.keep_spare().await;
        Ok(store)
    }

    async fn open_sound(path: &Path) -> Result<Self> {
        let store = Self::open_writing(path).await?;
        let outcome = store.look_sound().await;
        if outcome.is_err() {
            store.close_connections().await;
        }
        outcome.map(|()| store)
    }

    async fn open_writing(path: &Path) -> Result<Self> {
        refuse_newer(path)?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .after_release(|connection, _| Box::pin(is_fit(connection)))
            .connect_with(
                options(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // A row that is replaced counts as deleted, for the triggers that count.
                    .pragma("recursive_triggers", "ON")
                    // A commit survives a power cut, so the word index is never ahead of it.
                    .synchronous(SqliteSynchronous::Full)
                    // Overwrites what is deleted where that costs no write of its own.
                    .pragma("secure_delete", "FAST"),
            )
            .await?;
        sqlx::migrate!("src/store/migrations").run(&writer).await?;
        let found: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&writer)
            .await?;
        if found != FORMAT {
            embeddings::number_models(&writer).await?;
            sqlx::query(AssertSqlSafe(format!("PRAGMA user_version = {FORMAT}")))
                .execute(&writer)
                .await?;
        }
        Self::over_readers(path, options(path).read_only(true), Some(writer)).await
    }

    /// Whether an older program made the database: what reads it needs [`Store::open`] first.
    pub fn is_older(path: &Path) -> bool {
        format::found(path).is_ok_and(|found| (1..FORMAT).contains(&found))
    }

    /// Whether a newer program made it; told without touching it.
    pub fn is_newer(path: &Path) -> bool {
        format::found(path).is_ok_and(|found| found > FORMAT)
    }

    /// The format of the database that is there, if it can be told, and the one that this program writes.
    pub fn formats(path: &Path) -> (Option<i64>, i64) {
        let found = format::found(path).ok().filter(|&found| found > 0);
        (found, FORMAT)
    }

    /// Opens for reading only, beside a process that may be writing.
    pub async fn open_read_only(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::Missing {
                path: path.to_owned(),
            });
        }
        Self::open_reading(path)
            .await
            .map_err(|error| error.on_opening(path))
    }

    async fn open_reading(path: &Path) -> Result<Self> {
        let plain = options(path).read_only(true);
        refuse_newer(path)?;
        let refused = match Self::over_readers(path, plain.clone(), None).await {
            Err(error) if error.is_disk() => error,
            outcome => return outcome,
        };
        // Readers and writers keep in touch through a file, which a disk that is full or read-only does
        // not take. Where nothing is in the log, nobody writes, and there is nothing to keep in touch about.
        let log = path.with_extension("db-wal").metadata();
        if log.is_ok_and(|log| log.len() > 0) {
            return Err(refused);
        }
        Self::over_readers(path, plain.immutable(true), None).await
    }

    async fn over_readers(
        path: &Path,
        options: SqliteConnectOptions,
        writer: Option<SqlitePool>,
    ) -> Result<Self> {
        let options = options.pragma("cache_size", format!("-{READER_CACHE_KIB}"));
        let pool = || SqlitePoolOptions::new().max_connections(N_READERS);
        Ok(Self {
            path: path.to_owned(),
            readers: pool().connect_with(options.clone()).await?,
            // Opened by the first search.
            searching: pool().connect_lazy_with(options),
            writer,
        })
    }

    /// The same with connections of its own for reading.
    #[must_use]
    pub fn for_searches(&self) -> Self {
        Self {
            readers: self.searching.clone(),
            ..self.clone()
        }
    }

    /// The last write batch.
    pub async fn sequence(&self) -> Result<Sequence> {
        let value = self.value("sequence").await?;
        let number = value.and_then(|text| text.parse().ok());
        number.map(Sequence).ok_or(Error::Damaged {
            what: "sequence number",
        })
    }

    /// Which history the numbers of batches are of: a library that was salvaged counts anew.
    pub async fn history(&self) -> Result<String> {
        Ok(self.value("history").await?.unwrap_or_default())
    }

    async fn value(&self, key: &str) -> Result<Option<String>> {
        Ok(
            sqlx::query_scalar("SELECT value FROM library WHERE key = ?")
                .bind(key)
                .fetch_optional(&self.readers)
                .await?,
        )
    }

    /// Bytes of the database by part: `database` and its write-ahead log.
    pub async fn size_bytes(&self) -> Result<u64> {
        let n_pages: i64 = sqlx::query_scalar("PRAGMA page_count")
            .fetch_one(&self.readers)
            .await?;
        let page: i64 = sqlx::query_scalar("PRAGMA page_size")
            .fetch_one(&self.readers)
            .await?;
        Ok((n_pages * page) as u64)
    }

    /// Waits for readers and writer to finish, and folds the write-ahead log into the database.
    pub async fn close(&self) {
        self.close_connections().await;
        if self.writer.is_some() {
            self.fold_log().await;
        }
    }

    async fn close_connections(&self) {
        self.readers.close().await;
        self.searching.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }

    /// Folds the write-ahead log, if closing did not: the last connection to close does that, unless
    /// it only reads, and readers that are in the middle of something may close after the writer.
    async fn fold_log(&self) {
        let log = self.path.with_extension("db-wal");
        for _ in 0..N_FOLDINGS {
            if !log.exists() {
                return;
            }
            if let Ok(mut writer) = SqliteConnection::connect_with(&options(&self.path)).await {
                let fold = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
                let _ = fold.execute(&mut writer).await;
                let _ = writer.close().await;
            }
            tokio::time::sleep(BETWEEN_FOLDINGS).await;
        }
    }

    fn writer(&self) -> Result<&SqlitePool> {
        self.writer
            .as_ref()
            .ok_or(Error::Sql(sqlx::Error::PoolClosed))
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
}

/// Whether a connection may be used again. A disk that fails ends a transaction by itself, and sqlx, whose
/// own attempt to undo it fails then, would for ever believe to be in the middle of it.
async fn is_fit(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Looks at the format before anything could change the file.
fn refuse_newer(path: &Path) -> Result<()> {
    let found = format::found(path).map_err(|error| Error::Unopened {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    if found > FORMAT {
        return Err(Error::Newer {
            path: path.to_owned(),
            found,
        });
    }
    Ok(())
}

/// Ids as a JSON array, to be bound to `json_each`.
fn json_list(ids: impl Iterator<Item = i64>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    format!("[{}]", ids.join(","))
}

/// For JSON, which takes no bytes; `unhex` gives them back.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut hex = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn path_key(bytes: Vec<u8>) -> PathKey {
    PathKey(bytes)
}

#[cfg(test)]
mod tests;
