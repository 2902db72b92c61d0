//! What is in the library and what is not: folders added and removed, files forgotten, all followed.
//!
//! Invariant: what is removed or forgotten has left no trace when the call returns, except where
//! another process reads the library at that moment; then that is made up for later.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Engine, Error, Result, following::Following};
use crate::{document::PathKey, indexing::Forgotten};

impl Engine {
    /// Adds a folder and begins to index it; returns its canonical path.
    pub async fn add_folder(&self, path: &Path) -> Result<PathBuf> {
        let writing = self.writing()?;
        let path = readable_folder(path)?;
        self.refuse_forbidden(&path)?;
        self.store.add_folder(&PathKey::of(&path)).await?;
        if let Some(following) = writing.following.lock().await.as_ref() {
            following.refresh().await?;
        }
        writing.indexing.look().await?;
        Ok(path)
    }

    /// Removes a folder and every trace of it; the files are not touched.
    pub async fn remove_folder(&self, path: &Path) -> Result<()> {
        let writing = self.writing()?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let key = PathKey::of(&path);
        let folders = self.store.folders().await?;
        let Some(folder) = folders.into_iter().find(|folder| folder.path == key) else {
            return Err(Error::NotFound { path });
        };
        self.refuse_given(&path)?;
        writing
            .indexing
            .forget(Forgotten::Folder(folder.id))
            .await?;
        if let Some(following) = writing.following.lock().await.as_ref() {
            following.refresh().await?;
        }
        Ok(())
    }

    /// Forgets a file, or a folder inside a chosen one, with every trace of it, and leaves it out
    /// until [`Engine::admit`]. The path itself stays known, since it is what is left out; other
    /// files with the same content stay. Returns the path as it is left out.
    pub async fn forget(&self, path: &Path) -> Result<PathBuf> {
        let writing = self.writing()?;
        let path = located(path);
        let folders = self.store.folders().await?;
        let roots: Vec<PathBuf> = folders.iter().map(|folder| folder.path.to_path()).collect();
        if roots.contains(&path) {
            self.remove_folder(&path).await?;
            return Ok(path);
        }
        if !roots.iter().any(|root| path.starts_with(root)) {
            return Err(Error::NotFound { path });
        }
        let file = self.store.file_at(&PathKey::of(&path)).await?;
        if file.is_some_and(|file| file.container.is_some()) {
            return Err(Error::Inside { path });
        }
        writing
            .indexing
            .forget(Forgotten::Path(PathKey::of(&path)))
            .await?;
        Ok(path)
    }

    /// Lets a forgotten path into the library again.
    pub async fn admit(&self, path: &Path) -> Result<PathBuf> {
        let writing = self.writing()?;
        let path = located(path);
        if !self.store.admit(&PathKey::of(&path)).await? {
            return Err(Error::NotFound { path });
        }
        writing.indexing.look().await?;
        Ok(path)
    }

    /// Looks at every folder, then follows changes until the engine is dropped.
    pub async fn follow(&self) -> Result<()> {
        let writing = self.writing()?;
        let indexing = std::sync::Arc::clone(&writing.indexing);
        let mut following = writing.following.lock().await;
        // The old one's watches go first.
        drop(following.take());
        let poll = self.between_polls;
        *following = Some(Following::start(self.store.clone(), indexing, poll).await?);
        Ok(writing.indexing.look().await?)
    }
}

/// A path as the ledger has it, whether there is something or not.
pub(super) fn located(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (
        absolute.parent().map(Path::canonicalize),
        absolute.file_name(),
    ) {
        (Some(Ok(parent)), Some(name)) => parent.join(name),
        _ => absolute,
    }
}

fn readable_folder(path: &Path) -> Result<PathBuf> {
    let unreadable = |reason: String| Error::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let canonical = path.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound {
            path: path.to_owned(),
        },
        _ => unreadable(error.to_string()),
    })?;
    if !canonical.is_dir() {
        return Err(unreadable(
            "it is a file; add the folder that holds it".into(),
        ));
    }
    std::fs::read_dir(&canonical).map_err(|error| unreadable(error.to_string()))?;
    Ok(canonical)
}
