//! What is forgotten at the user's wish, without a trace.
//!
//! Invariant: until all is erased the database says that it is still to be done, so that a crash in
//! between is made up for.

use super::{Error, Parts, derive};
use crate::document::{FolderId, PathKey};

/// What is to be forgotten.
#[derive(Debug)]
pub enum Forgotten {
    /// A chosen folder.
    Folder(FolderId),
    /// A file, or a folder below a chosen one; it is left out from now on.
    Path(PathKey),
    /// A query of the history, or all of it.
    Searches(Option<String>),
}

pub(super) async fn forget(parts: &Parts, what: Forgotten) -> Result<(), Error> {
    let mut batch = parts.store.begin().await?;
    match what {
        Forgotten::Folder(folder) => batch.remove_folder(folder).await?,
        Forgotten::Path(path) => batch.exclude(&path).await?,
        Forgotten::Searches(query) => batch.forget_searches(query.as_deref()).await?,
    }
    let changes = batch.commit().await?;
    parts.store.forget_damaged()?;
    derive::apply(parts, &changes).await?;
    parts.lexical.commit().await?;
    erase(parts).await
}

/// Erases what was forgotten and is not erased yet: from the word index first, since the mark that
/// it is still to be done stands in the database.
pub(super) async fn erase(parts: &Parts) -> Result<(), Error> {
    if parts.store.is_to_erase().await? {
        parts.lexical.erase().await?;
        if !parts.store.erase().await? {
            tracing::warn!("what was forgotten is erased later: the library is being read");
        }
        // It names the folders, too, and where tables begin has changed.
        parts.store.keep_spare().await;
    }
    Ok(())
}
