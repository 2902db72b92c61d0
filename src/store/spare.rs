//! A spare copy of what a damaged database could not be read without: the pages that say where its
//! tables begin, and the folders that the user chose, with what is left out of them.
//!
//! A few kilobytes beside the database, written when one of them has changed. Knows nothing of how they
//! are used. Invariant: holds nothing that the database does not hold, so that a folder which is
//! removed leaves no trace here.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;

use crate::store::{Result, Store, peek};

/// What is kept.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spare {
    /// Changes with every page below.
    schema_version: i64,
    pub(super) page_bytes: u32,
    /// The pages of `sqlite_schema`, with their numbers from 1.
    pub(super) schema: Vec<(u32, Vec<u8>)>,
    /// The chosen folders.
    pub(super) folders: Vec<Vec<u8>>,
    /// What the user does not want in the library.
    pub(super) exclusions: Vec<Vec<u8>>,
}

fn path_of(database: &Path) -> PathBuf {
    database.with_extension("db-spare")
}

/// What was kept of a database; nothing if that is damaged, too.
pub(super) fn read(database: &Path) -> Option<Spare> {
    let bytes = std::fs::read(path_of(database)).ok()?;
    let (hash, body) = bytes.split_first_chunk::<32>()?;
    let is_whole = blake3::hash(body).as_bytes() == hash;
    is_whole.then(|| postcard::from_bytes(body).ok())?
}

fn write(database: &Path, spare: &Spare) -> io::Result<()> {
    let body = postcard::to_stdvec(spare).map_err(io::Error::other)?;
    let path = path_of(database);
    let beside = path.with_extension("db-spare-new");
    let mut file = File::create(&beside)?;
    file.write_all(blake3::hash(&body).as_bytes())?;
    file.write_all(&body)?;
    file.sync_data()?;
    std::fs::rename(&beside, &path)
}

impl Store {
    /// Keeps what has changed of it since. That it cannot is no reason not to go on.
    pub async fn keep_spare(&self) {
        if let Err(error) = self.try_keep_spare().await {
            tracing::warn!(%error, "the database has no spare copy of what matters most in it");
        }
    }

    async fn try_keep_spare(&self) -> Result<()> {
        let mut writer = self.writer()?.acquire().await?;
        let version: i64 = sqlx::query_scalar("PRAGMA schema_version")
            .fetch_one(&mut *writer)
            .await?;
        let before = read(&self.path).unwrap_or_default();
        let mut spare = Spare {
            folders: sqlx::query_scalar("SELECT path FROM folders ORDER BY id")
                .fetch_all(&mut *writer)
                .await?,
            exclusions: sqlx::query_scalar("SELECT path FROM exclusions ORDER BY path")
                .fetch_all(&mut *writer)
                .await?,
            ..Spare::default()
        };
        if before.schema_version == version && !before.schema.is_empty() {
            spare.schema_version = version;
            spare.page_bytes = before.page_bytes;
            spare.schema.clone_from(&before.schema);
        } else if let Some((page_bytes, schema)) = self.schema_pages(&mut writer).await? {
            spare.schema_version = version;
            (spare.page_bytes, spare.schema) = (page_bytes, schema);
        }
        if spare != before {
            write(&self.path, &spare).map_err(|source| super::Error::Create {
                path: path_of(&self.path),
                source,
            })?;
        }
        Ok(())
    }

    /// The pages of the schema as they are in the file; nothing while a reader keeps newer ones from it.
    async fn schema_pages(
        &self,
        writer: &mut SqliteConnection,
    ) -> Result<Option<(u32, Vec<(u32, Vec<u8>)>)>> {
        let (is_busy, ..): (bool, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *writer)
            .await?;
        if is_busy {
            return Ok(None);
        }
        let page_bytes: u32 = sqlx::query_scalar("PRAGMA page_size")
            .fetch_one(&mut *writer)
            .await?;
        let numbers: Vec<u32> =
            sqlx::query_scalar("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")
                .fetch_all(&mut *writer)
                .await?;
        let pages = read_pages(&self.path, page_bytes, &numbers);
        let pages = pages.map_err(|source| super::Error::Create {
            path: self.path.clone(),
            source,
        })?;
        Ok(Some((page_bytes, pages)))
    }
}

fn read_pages(
    database: &Path,
    page_bytes: u32,
    numbers: &[u32],
) -> io::Result<Vec<(u32, Vec<u8>)>> {
    peek::read(database, |file| {
        let mut pages = Vec::new();
        for &number in numbers {
            let mut page = vec![0; page_bytes as usize];
            file.seek(SeekFrom::Start(offset(number, page_bytes)))?;
            file.read_exact(&mut page)?;
            pages.push((number, page));
        }
        Ok(pages)
    })
}

fn offset(number: u32, page_bytes: u32) -> u64 {
    u64::from(number.saturating_sub(1)) * u64::from(page_bytes)
}

impl Spare {
    /// Puts the schema back into a database that has lost it.
    pub(super) fn restore_schema(&self, database: &Path) -> io::Result<()> {
        let mut file = File::options().write(true).open(database)?;
        for (number, page) in &self.schema {
            let mut page = page.clone();
            if *number == 1 {
                forget_size(&mut page);
            }
            file.seek(SeekFrom::Start(offset(*number, self.page_bytes)))?;
            file.write_all(&page)?;
        }
        file.sync_data()
    }
}

/// Lets `SQLite` go by the size of the file, and not by that of the time when the page was kept. The
/// list of free pages is of that time, too.
fn forget_size(first_page: &mut [u8]) {
    const SIZE_AND_FREE_PAGES: std::ops::Range<usize> = 28..40;
    if let Some(bytes) = first_page.get_mut(SIZE_AND_FREE_PAGES) {
        bytes.fill(0);
    }
}
