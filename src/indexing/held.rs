//! Which folders a walk does not enter, though no rule of the user's says so: those that look generated
//! and are large, until the user has said what to do (`store::held`).
//!
//! A [`Sieve`] is asked for every folder of a walk, and tells afterwards what it held back. Invariant:
//! a folder that the user chose is entered, and so is one that he said to read.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Error, Parts, generated};
use crate::{
    document::PathKey,
    store::{Answer, HeldFolder, Store},
};

/// More files than these are not counted: the question is the same.
const MAX_COUNTED: u64 = 1_000_000;
/// What only looks like a machine's may hold so many times as many files before it is asked about.
const MACHINE_FACTOR: u64 = 20;

/// Says which folders are entered.
#[derive(Debug)]
pub(super) struct Sieve {
    root: PathBuf,
    ask_above: u64,
    /// Everything is looked at, and so counted anew.
    is_full: bool,
    known: HashMap<PathBuf, HeldFolder>,
    held: Mutex<Vec<Held>>,
}

/// A folder that was held back.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    looks: &'static str,
    n_files: u64,
}

impl Sieve {
    /// For a walk of one chosen folder; `is_full` if it is one of everything in it.
    pub(super) async fn load(parts: &Parts, root: &Path, is_full: bool) -> Result<Self, Error> {
        let known = parts.store.held_folders().await?.into_iter();
        let known = known.map(|held| (held.path.to_path(), held));
        Ok(Self {
            root: root.to_owned(),
            ask_above: parts.ask_above_files,
            is_full,
            known: known.filter(|(path, _)| path.starts_with(root)).collect(),
            held: Mutex::default(),
        })
    }

    /// Whether a folder is entered. Blocks: it may be listed and counted.
    pub(super) fn admits(&self, folder: &Path) -> bool {
        if folder == self.root {
            return true;
        }
        let known = self.known.get(folder);
        match known.and_then(|known| known.answer) {
            Some(Answer::Read) => return true,
            Some(Answer::Leave) => return false,
            None => {}
        }
        if known.is_some() && !self.is_full {
            return false;
        }
        if self.ask_above == 0 {
            return true;
        }
        let Some(looks) = generated::on_disk(folder) else {
            return true;
        };
        let factor = match looks {
            generated::Looks::Machine => MACHINE_FACTOR,
            _ => 1,
        };
        let n_files = generated::count_below(folder, MAX_COUNTED);
        // What was held back once is not let in because it shrank a little: the question stands.
        if n_files <= self.ask_above.saturating_mul(factor) && known.is_none() {
            return true;
        }
        let held = Held {
            path: folder.to_owned(),
            looks: looks.words(),
            n_files,
        };
        self.held().push(held);
        false
    }

    fn held(&self) -> MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was held back, and forgets what is there no more.
    pub(super) async fn keep(&self, store: &Store) -> Result<(), Error> {
        let held = std::mem::take(&mut *self.held());
        for held in held {
            tracing::info!(
                files = held.n_files,
                "a folder that looks generated is left out"
            );
            let path = PathKey::of(&held.path);
            store.hold_folder(&path, held.looks, held.n_files).await?;
        }
        for (path, known) in &self.known {
            if self.is_full && known.answer.is_none() && !path.is_dir() {
                store.forget_held(&known.path).await?;
            }
        }
        Ok(())
    }
}

/// The folder above a file, or itself, that is left out whole.
pub(crate) fn holder<'a>(held: &'a [HeldFolder], path: &Path) -> Option<&'a HeldFolder> {
    held.iter()
        .filter(|held| held.answer != Some(Answer::Read))
        .find(|held| path.starts_with(held.path.to_path()))
}
