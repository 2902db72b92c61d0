//! What the user looked for and what he said of it: history, saved searches, and his own test set.
//!
//! Private: kept in the library alone, and erased without a trace. How well the test set is found is
//! measured by `evaluation::mine`.

use std::{path::Path, time::UNIX_EPOCH};

use super::{Engine, Error, Result, folders::located};
use crate::{
    document::{FileId, PathKey},
    indexing::Forgotten,
    store::{AnswerRow, SavedSearch},
};

/// A longer query is a text that was pasted, and not worth keeping.
const MAX_QUERY_CHARS: usize = 500;

impl Engine {
    /// Notes a query that led somewhere: a result was opened, copied or marked. Does nothing where the
    /// user wants no history.
    pub async fn note_search(&self, query: &str) -> Result<()> {
        let keeps = self.live().settings.keep_history;
        if keeps && let Some(query) = as_kept(query) {
            self.store.note_search(&query, self.seconds()).await?;
        }
        Ok(())
    }

    /// The newest queries of the history in which something stands.
    pub async fn searches(&self, part: &str, limit: u32) -> Result<Vec<String>> {
        Ok(self.store.searches(part.trim(), limit).await?)
    }

    /// Forgets one query of the history, or all of it, without a trace.
    pub async fn forget_searches(&self, query: Option<&str>) -> Result<()> {
        let forgotten = Forgotten::Searches(query.map(str::to_owned));
        Ok(self.writing()?.indexing.forget(forgotten).await?)
    }

    /// Saves a query under a name, in place of what had that name; an empty name is the query itself.
    pub async fn save_search(&self, name: &str, query: &str) -> Result<()> {
        self.writing()?;
        let (Some(query), name) = (as_kept(query), as_kept(name)) else {
            return Err(Error::NoQuery);
        };
        let name = name.unwrap_or_else(|| query.clone());
        Ok(self.store.save_search(&SavedSearch { name, query }).await?)
    }

    /// The saved searches, by name.
    pub async fn saved_searches(&self) -> Result<Vec<SavedSearch>> {
        Ok(self.store.saved_searches().await?)
    }

    /// Drops a saved search; tells whether there was one of that name.
    pub async fn drop_saved_search(&self, name: &str) -> Result<bool> {
        self.writing()?;
        Ok(self.store.drop_saved_search(name.trim()).await?)
    }

    /// "This was it": a file was the answer to a query. From now on both are in the user's own test set.
    pub async fn add_answer(&self, query: &str, file: FileId) -> Result<()> {
        self.writing()?;
        let query = as_kept(query).ok_or(Error::NoQuery)?;
        let file = self.store.file(file).await?.ok_or(Error::Forgotten)?;
        Ok(self.store.add_answer(&query, &file.seen.path).await?)
    }

    /// Takes an answer back; tells whether it was one.
    pub async fn remove_answer(&self, query: &str, path: &Path) -> Result<bool> {
        self.writing()?;
        let query = as_kept(query).ok_or(Error::NoQuery)?;
        let path = PathKey::of(&located(path));
        Ok(self.store.remove_answer(&query, &path).await?)
    }

    /// The file at a path, for whoever knows no ids.
    pub async fn file_id(&self, path: &Path) -> Result<FileId> {
        let file = self.store.file_at(&PathKey::of(&located(path))).await?;
        let unknown = || Error::NotInLibrary {
            path: path.to_owned(),
        };
        file.map(|file| file.id).ok_or_else(unknown)
    }

    /// The user's own test set, in the order in which it was made.
    pub async fn answers(&self) -> Result<Vec<AnswerRow>> {
        Ok(self.store.answers().await?)
    }

    /// Keeps a report of how well the test set was found. Returns when it was made.
    pub async fn keep_check(&self, report: &str) -> Result<i64> {
        let now = self.seconds();
        self.store.keep_check(now, report).await?;
        Ok(now)
    }

    /// The reports, the newest first, each with the seconds since 1970.
    pub async fn checks(&self) -> Result<Vec<(i64, String)>> {
        Ok(self.store.checks().await?)
    }

    fn seconds(&self) -> i64 {
        let since = (self.now)().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs() as i64)
    }
}

/// A query with single spaces; nothing if it is empty, or too long to be one.
fn as_kept(query: &str) -> Option<String> {
    let words: Vec<&str> = query.split_whitespace().collect();
    let query = words.join(" ");
    let is_kept = !query.is_empty() && query.chars().count() <= MAX_QUERY_CHARS;
    is_kept.then_some(query)
}
