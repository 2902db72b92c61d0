//! Rules that leave files out: what one would do, and writing it down.
//!
//! A rule is a line in a folder's `.nuthatchignore`, in the way of `.gitignore`. What it would leave out
//! is found among the files that the library knows, by the matcher that walks obey. Invariant: trying
//! a rule changes nothing; writing one adds a line and touches no other.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use super::{Engine, Error, Result};
use crate::{
    cpu,
    document::PathKey,
    indexing::{IGNORE_FILE, Rule},
    store::FileRow,
};

/// Known files are looked at in pages of so many.
const PAGE: u32 = 5_000;
/// So many of those that would go are named.
const N_NAMED: usize = 8;

/// What a rule would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Known files of the folder.
    pub n_known: u64,
    /// Of these, those that it would leave out.
    pub n_left_out: u64,
    /// The first of them, by folder and name.
    pub named: Vec<PathBuf>,
}

impl Engine {
    /// What a line in the ignore file of a chosen folder would leave out of the library.
    pub async fn try_rule(&self, folder: &Path, line: &str) -> Result<Effect> {
        let root = self.chosen(folder).await?;
        let rule = Rule::of(&root, line).map_err(|reason| Error::Pattern { reason })?;
        let below = PathKey::of(&root);
        let (mut after, _) = below.below();
        let mut effect = Effect::default();
        let mut rule = Some(rule);
        loop {
            let files = self.store.files_below(&below, &after, PAGE).await?;
            let Some(last) = files.last() else {
                return Ok(effect);
            };
            after = last.seen.path.clone();
            let Some(asked) = rule.take() else {
                return Ok(effect);
            };
            let looked = cpu::run(move || {
                let mut seen = effect;
                seen.look(&asked, &files);
                (seen, asked)
            });
            let (seen, given_back) = looked.await?;
            (effect, rule) = (seen, Some(given_back));
        }
    }

    /// Writes a line into the ignore file of a chosen folder. What it leaves out is forgotten as soon as
    /// the folder is looked at.
    pub async fn add_rule(&self, folder: &Path, line: &str) -> Result<()> {
        let writing = self.writing()?;
        let root = self.chosen(folder).await?;
        let line = line.trim().to_owned();
        Rule::of(&root, &line).map_err(|reason| Error::Pattern { reason })?;
        let file = root.join(IGNORE_FILE);
        let written = file.clone();
        cpu::run(move || append(&written, &line))
            .await?
            .map_err(|error| Error::Unwritable {
                path: file.clone(),
                reason: error.to_string(),
            })?;
        let changed = crate::watch::Change::Paths([file].into());
        writing.indexing.look_at(changed).await?;
        Ok(())
    }

    async fn chosen(&self, folder: &Path) -> Result<PathBuf> {
        let key = PathKey::of(folder);
        let folders = self.store.folders().await?;
        let is_chosen = folders.iter().any(|known| known.path == key);
        is_chosen
            .then(|| folder.to_owned())
            .ok_or_else(|| Error::NotInLibrary {
                path: folder.to_owned(),
            })
    }
}

impl Effect {
    /// Files inside files go with these, and are not counted.
    fn look(&mut self, rule: &Rule, files: &[FileRow]) {
        for file in files.iter().filter(|file| file.container.is_none()) {
            self.n_known += 1;
            let path = file.seen.path.to_path();
            if rule.leaves_out(&path) {
                self.n_left_out += 1;
                if self.named.len() < N_NAMED {
                    self.named.push(path);
                }
            }
        }
    }
}

/// On a line of its own, whatever the file ends with.
fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let before = match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    let mut file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(path)?;
    let is_open = before.last().is_some_and(|&byte| byte != b'\n');
    let start = if is_open { "\n" } else { "" };
    file.write_all(format!("{start}{line}\n").as_bytes())
}
