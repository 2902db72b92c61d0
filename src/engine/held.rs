//! Folders that look generated, and what the user said about them.

use std::path::{Path, PathBuf};

use super::{Engine, Error, Result};
use crate::{document::PathKey, store::Answer, watch::Change};

/// A folder that is left out whole, or was until the user said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFolder {
    /// Where it is.
    pub path: PathBuf,
    /// What it looks like; empty where the user named it himself.
    pub looks: String,
    /// Files in it.
    pub n_files: u64,
    /// What the user said; nothing yet if he is still to be asked.
    pub answer: Option<Answer>,
}

impl Engine {
    /// All of them, the largest first.
    pub async fn held_folders(&self) -> Result<Vec<HeldFolder>> {
        let held = self.store.held_folders().await?.into_iter();
        let mut held: Vec<HeldFolder> = held
            .map(|held| HeldFolder {
                path: held.path.to_path(),
                looks: held.looks,
                n_files: held.n_files,
                answer: held.answer,
            })
            .collect();
        held.sort_by_key(|held| std::cmp::Reverse(held.n_files));
        Ok(held)
    }

    /// Reads a folder that was left out because it looks generated, or leaves it out for good.
    pub async fn answer_folder(&self, path: &Path, answer: Answer) -> Result<()> {
        let writing = self.writing()?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if !self
            .store
            .answer_folder(&PathKey::of(&path), answer)
            .await?
        {
            return Err(Error::NotFound { path });
        }
        let change = Change::Paths([path].into());
        Ok(writing.indexing.look_at(change).await?)
    }
}
