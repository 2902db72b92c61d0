//! A damaged database: put aside, and what can be read of it taken into a new one.
//!
//! Taken are the chosen folders, what the user does not want of them, searches and answers, and what is expensive: embeddings,
//! recognised pages and scores, all keyed by content. Files, documents and passages are not: they hang together by ids, so that one lost
//! page would leave contradictions, and reading the files again makes them anew while the embeddings are
//! found by their hashes. (The settings are a file of their own.)
//! Invariant: at every instruction there is the damaged database or the complete new one. Start reading
//! at [`salvage`].

mod around;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use around::{Around, Key, Table};
use serde::{Deserialize, Serialize};
use sqlx::{
    Connection, Row,
    sqlite::{SqliteConnection, SqliteRow},
};

use crate::{
    document::TextHash,
    store::{Error, Result, SavedSearch, Store, embeddings::model_number, options, spare},
};

/// What is taken: what inserts a row, and where it is read.
const TABLES: [(Table, &str); 3] = [
    (
        Table {
            name: "embeddings",
            key: "text_hash",
            kind: Key::Hash,
            columns: "text_hash, model, vector",
        },
        "INSERT OR IGNORE INTO embeddings (text_hash, model, vector) VALUES (?, ?, ?)",
    ),
    (
        Table {
            name: "recognised",
            key: "content_hash",
            kind: Key::Hash,
            columns: "content_hash, page, reader, lines, problem",
        },
        "INSERT OR IGNORE INTO recognised (content_hash, page, reader, lines, problem) \
         VALUES (?, ?, ?, ?, ?)",
    ),
    (
        Table {
            name: "scores",
            key: "id",
            kind: Key::Number,
            columns: "id, query_hash, text_hash, score",
        },
        "INSERT OR IGNORE INTO scores (id, query_hash, text_hash, score) VALUES (?, ?, ?, ?)",
    ),
];
const FOLDERS: Table = Table {
    name: "folders",
    key: "id",
    kind: Key::Number,
    columns: "id, path",
};

/// What became of a damaged database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salvaged {
    /// When, as `2026-11-27-101500`, in UTC.
    pub date: String,
    /// Where the damaged one is kept, until the user deletes it or another one is.
    pub kept: PathBuf,
    /// Folders taken.
    pub n_folders: u64,
    /// Embeddings taken.
    pub n_embeddings: u64,
    /// Recognised pages taken.
    pub n_pages: u64,
    /// Scores taken.
    pub n_scores: u64,
}

fn salvaged_path(database: &Path) -> PathBuf {
    database.with_extension("db-salvaged")
}

fn patched_path(database: &Path) -> PathBuf {
    database.with_extension("db-patched")
}

fn marker(database: &Path) -> PathBuf {
    database.with_extension("db-to-check")
}

/// A database's files beside it.
fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Whether somebody has met damage in a database, so that it is to be looked at whole.
pub(super) fn is_suspect(database: &Path) -> bool {
    marker(database).exists()
}

pub(super) fn clear_suspicion(database: &Path) {
    let _ = fs::remove_file(marker(database));
}

/// Ends a salvage that was interrupted, whatever it had come to.
pub(super) fn finish(database: &Path) -> Result<()> {
    let salvaged = salvaged_path(database);
    if salvaged.exists() && !database.exists() {
        let kept = kept(database).into_iter().min();
        put_in_place(
            database,
            &salvaged,
            &kept.unwrap_or(kept_path(database, "before")),
        )?;
    }
    remove(&salvaged)?;
    remove(&patched_path(database))
}

/// Makes a new database of what can be read of a damaged one, which is put aside.
pub(super) async fn salvage(database: &Path) -> Result<()> {
    tracing::error!("the database is damaged: what can be read of it is taken into a new one");
    let salvaged = salvaged_path(database);
    remove(&salvaged)?;
    let target = Store::open_writing(&salvaged).await?;
    let mut taken = take(database, &target).await?;
    taken.date = sqlx::query_scalar("SELECT strftime('%Y-%m-%d-%H%M%S', 'now')")
        .fetch_one(&target.readers)
        .await?;
    taken.kept = kept_path(database, &taken.date);
    let told = serde_json::to_string(&taken).map_err(|_| Error::Damaged { what: "account" })?;
    for (key, value) in [
        ("history", taken.date.as_str()),
        ("salvaged", told.as_str()),
        ("strays", "1"),
    ] {
        sqlx::query("INSERT OR REPLACE INTO library (key, value) VALUES (?, ?)")
            .bind(key)
            .bind(value)
            .execute(target.writer()?)
            .await?;
    }
    // Until their files are read again they belong to nothing.
    sqlx::query(
        "INSERT OR IGNORE INTO leftovers (text_hash) \
         SELECT text_hash FROM embeddings UNION SELECT text_hash FROM scores",
    )
    .execute(target.writer()?)
    .await?;
    target.close().await;
    fs::File::open(&salvaged)
        .and_then(|file| file.sync_all())
        .map_err(|source| failed(&salvaged, source))?;
    forget_kept(database)?;
    put_in_place(database, &salvaged, &taken.kept)?;
    remove(&patched_path(database))?;
    clear_suspicion(database);
    tracing::warn!(
        folders = taken.n_folders,
        embeddings = taken.n_embeddings,
        pages = taken.n_pages,
        scores = taken.n_scores,
        "the database was salvaged; files are read again"
    );
    Ok(())
}

fn kept_path(database: &Path, date: &str) -> PathBuf {
    beside(database, &format!(".damaged-{date}"))
}

/// The database goes first: where it is missing and a salvaged one is there, that is complete.
fn put_in_place(database: &Path, salvaged: &Path, kept: &Path) -> Result<()> {
    // Together with its log, which would spoil the new one.
    for ending in ["", "-wal"] {
        let from = beside(database, ending);
        if from.exists() {
            fs::rename(&from, beside(kept, ending)).map_err(|source| failed(&from, source))?;
        }
    }
    // What readers and writers keep in touch by says nothing any more.
    let _ = fs::remove_file(beside(database, "-shm"));
    fs::rename(salvaged, database).map_err(|source| failed(database, source))
}

/// The files of damaged databases that are kept.
fn kept(database: &Path) -> Vec<PathBuf> {
    let start = kept_path(database, "");
    let (Some(start), Some(folder)) = (start.file_name(), database.parent()) else {
        return Vec::new();
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let start = start.as_encoded_bytes();
    entries
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(start))
        .map(|entry| entry.path())
        .collect()
}

/// Removes damaged databases that were kept: there is one at most, and none once something is to be
/// forgotten.
fn forget_kept(database: &Path) -> Result<()> {
    for path in kept(database) {
        fs::remove_file(&path).map_err(|source| failed(&path, source))?;
    }
    Ok(())
}

fn remove(database: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let path = beside(database, ending);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Create {
        path: path.to_owned(),
        source,
    }
}

async fn take(database: &Path, target: &Store) -> Result<Salvaged> {
    let spare = spare::read(database);
    let mut taken = Salvaged::default();
    let (mut folders, mut exclusions) = (Vec::new(), None);
    let mut is_whole = false;
    if let Some(mut source) = source(database, spare.as_ref()).await? {
        let mut around = Around::new(&mut source, FOLDERS);
        while let Some(rows) = around.next().await? {
            folders.extend(
                rows.iter()
                    .filter_map(|row| row.try_get::<Vec<u8>, _>(1).ok()),
            );
        }
        is_whole = !around.is_damaged;
        exclusions = sqlx::query_scalar("SELECT path FROM exclusions")
            .fetch_all(&mut source)
            .await
            .ok();
        take_own(&mut source, target).await?;
        for (table, insert) in TABLES {
            let n = take_table(&mut source, target, table, insert).await?;
            match table.name {
                "embeddings" => taken.n_embeddings = n,
                "recognised" => taken.n_pages = n,
                _ => taken.n_scores = n,
            }
        }
        let _ = source.close().await;
    }
    let spare = spare.unwrap_or_default();
    if !is_whole {
        folders.extend(spare.folders);
    }
    for path in exclusions.unwrap_or(spare.exclusions) {
        sqlx::query("INSERT OR IGNORE INTO exclusions VALUES (?)")
            .bind(path)
            .execute(target.writer()?)
            .await?;
    }
    for folder in folders {
        taken.n_folders += sqlx::query("INSERT OR IGNORE INTO folders (path) VALUES (?)")
            .bind(folder)
            .execute(target.writer()?)
            .await?
            .rows_affected();
    }
    Ok(taken)
}

/// The damaged database, or a copy of it with its schema put back; nothing where neither can be opened.
async fn source(database: &Path, spare: Option<&spare::Spare>) -> Result<Option<SqliteConnection>> {
    if let Some(connection) = readable(database).await {
        return Ok(Some(connection));
    }
    let Some(spare) = spare.filter(|spare| !spare.schema.is_empty()) else {
        return Ok(None);
    };
    let patched = patched_path(database);
    remove(&patched)?;
    for ending in ["", "-wal"] {
        let from = beside(database, ending);
        if from.exists() {
            fs::copy(&from, beside(&patched, ending)).map_err(|source| failed(&patched, source))?;
        }
    }
    spare
        .restore_schema(&patched)
        .map_err(|source| failed(&patched, source))?;
    Ok(readable(&patched).await)
}

/// A connection, if the tables can be found through it.
async fn readable(database: &Path) -> Option<SqliteConnection> {
    let options = options(database)
        .read_only(true)
        .pragma("cell_size_check", "ON");
    let mut connection = SqliteConnection::connect_with(&options).await.ok()?;
    let n_tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('folders', 'embeddings')",
    )
    .fetch_one(&mut connection)
    .await
    .ok()?;
    (n_tables == 2).then_some(connection)
}

async fn take_table(
    source: &mut SqliteConnection,
    target: &Store,
    table: Table,
    insert: &'static str,
) -> Result<u64> {
    let is_there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)")
            .bind(table.name)
            .fetch_one(&mut *source)
            .await?;
    if !is_there {
        return Ok(0);
    }
    let mut n_taken = 0;
    let mut around = Around::new(source, table);
    while let Some(rows) = around.next().await? {
        let mut transaction = target.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        for row in rows.iter().filter(|row| is_sane(row, table)) {
            let done = insert_row(row, table, insert)?
                .execute(&mut *transaction)
                .await?;
            n_taken += done.rows_affected();
        }
        transaction.commit().await?;
    }
    if around.is_damaged {
        tracing::warn!(table = table.name, "a part of this table could not be read");
    }
    Ok(n_taken)
}

/// What the user said of searches: few rows, all of which can be read, or none.
async fn take_own(source: &mut SqliteConnection, target: &Store) -> Result<()> {
    let writer = target.writer()?;
    let history: Option<Vec<(String, i64)>> = sqlx::query_as("SELECT query, asked FROM searches")
        .fetch_all(&mut *source)
        .await
        .ok();
    for (query, asked) in history.unwrap_or_default() {
        sqlx::query("INSERT OR IGNORE INTO searches (query, asked) VALUES (?, ?)")
            .bind(query)
            .bind(asked)
            .execute(writer)
            .await?;
    }
    let saved: Option<Vec<(String, String)>> =
        sqlx::query_as("SELECT name, query FROM saved_searches")
            .fetch_all(&mut *source)
            .await
            .ok();
    for (name, query) in saved.unwrap_or_default() {
        target.save_search(&SavedSearch { name, query }).await?;
    }
    let answers: Option<Vec<(i64, String, Vec<u8>)>> =
        sqlx::query_as("SELECT id, query, path FROM answers")
            .fetch_all(&mut *source)
            .await
            .ok();
    for (id, query, path) in answers.unwrap_or_default() {
        sqlx::query("INSERT OR IGNORE INTO answers (id, query, path) VALUES (?, ?, ?)")
            .bind(id)
            .bind(query)
            .bind(path)
            .execute(writer)
            .await?;
    }
    Ok(())
}

type Insert<'a> = sqlx::query::Query<'a, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

/// Damage can look like a row.
fn is_sane(row: &SqliteRow, table: Table) -> bool {
    // Of texts, only half of it is kept since format 11.
    let is_hash = |i: usize| {
        row.try_get::<Vec<u8>, _>(i)
            .is_ok_and(|hash| [16, 32].contains(&hash.len()))
    };
    let hashes: &[usize] = if table.kind == Key::Hash {
        &[0]
    } else {
        &[1, 2]
    };
    hashes.iter().all(|&i| is_hash(i)) && insert_row(row, table, "").is_ok()
}

fn insert_row(row: &SqliteRow, table: Table, insert: &'static str) -> Result<Insert<'static>> {
    let bytes = |i: usize| row.try_get::<Vec<u8>, _>(i);
    let text_hash = |i: usize| {
        bytes(i).map(|mut hash| {
            hash.truncate(size_of::<TextHash>());
            hash
        })
    };
    let query = sqlx::query(insert);
    Ok(match table.name {
        "embeddings" => query
            .bind(text_hash(0)?)
            .bind(match row.try_get::<String, _>(1) {
                // Up to format 10, a model had a name.
                Ok(name) => model_number(&name),
                Err(_) => row.try_get::<i64, _>(1)?,
            })
            .bind(bytes(2)?),
        "recognised" => query
            .bind(bytes(0)?)
            .bind(row.try_get::<i64, _>(1)?)
            .bind(row.try_get::<String, _>(2)?)
            .bind(bytes(3)?)
            .bind(row.try_get::<Option<String>, _>(4)?),
        _ => query
            .bind(row.try_get::<i64, _>(0)?)
            .bind(bytes(1)?)
            .bind(text_hash(2)?)
            .bind(row.try_get::<f64, _>(3)?),
    })
}

impl Store {
    /// What the last salvage took, while the damaged database is kept.
    pub async fn salvaged(&self) -> Result<Option<Salvaged>> {
        let told = self.value("salvaged").await?;
        let told: Option<Salvaged> = told.and_then(|told| serde_json::from_str(&told).ok());
        Ok(told.filter(|told| told.kept.exists()))
    }

    /// Notes that this database turned out to be damaged: the next opening looks at all of it.
    pub fn suspect(&self) {
        if let Err(error) = fs::write(marker(&self.path), "") {
            tracing::warn!(%error, "it cannot be noted that the database is damaged");
        }
    }

    /// Whether that is noted.
    pub fn is_suspect(&self) -> bool {
        is_suspect(&self.path)
    }

    /// Deletes a damaged database that was kept, since it holds what is being forgotten.
    pub fn forget_damaged(&self) -> Result<()> {
        forget_kept(&self.path)
    }

    /// Drops the recognised pages that were taken out of a damaged database and belong to nothing any
    /// more, once all files are read again. While a folder is away, its files may need them.
    pub async fn drop_strays(&self) -> Result<()> {
        if self.value("strays").await?.is_none()
            || self.folders().await?.iter().any(|folder| folder.away)
        {
            return Ok(());
        }
        let mut transaction = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        for statement in [
            "DELETE FROM recognised WHERE NOT EXISTS \
             (SELECT 1 FROM documents d WHERE substr(d.content_hash, 1, 8) = \
             substr(recognised.content_hash, 1, 8) AND d.content_hash = recognised.content_hash)",
            "DELETE FROM library WHERE key = 'strays'",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
