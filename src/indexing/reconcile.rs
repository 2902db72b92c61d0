//! The ledger against the file system: what is new, changed, renamed, gone, away.
//!
//! Decides by path, size and time; a file that went and one that came with the same file key,
//! size and time is a rename. Contents are not looked at here. Knows the store and the walk.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
};

use super::{Error, Parts, derive, walk};
use crate::{
    cpu,
    document::{FileState, FolderId, PathKey},
    store::{Batch, FileRow, FolderRow, Observed},
};

/// Changes written at once.
const BATCH_FILES: usize = 2_000;

/// What was found, summed over folders, so that a move between them is seen as one.
#[derive(Default)]
struct Difference {
    new: Vec<(FolderId, Observed)>,
    changed: Vec<(FileRow, Observed)>,
    gone: Vec<FileRow>,
}

/// Looks at all folders, or at `scopes` in them, and brings the ledger up to date.
/// Returns whether something went, so that documents without a file may be left.
pub(super) async fn reconcile(
    parts: &Parts,
    scopes: Option<&BTreeSet<PathBuf>>,
) -> Result<bool, Error> {
    let mut difference = Difference::default();
    for folder in parts.store.folders().await? {
        if let Some(folder) = present(parts, folder).await? {
            compare(parts, &folder, scopes, &mut difference).await?;
        }
    }
    write(parts, difference).await
}

/// The folder, if it can be reached; otherwise its files are marked as away.
async fn present(parts: &Parts, folder: FolderRow) -> Result<Option<FolderRow>, Error> {
    let reachable = folder.path.to_path().is_dir();
    if reachable == folder.away {
        let mut batch = parts.store.begin().await?;
        batch.set_away(folder.id, !reachable).await?;
        batch.commit().await?;
    }
    Ok(reachable.then_some(folder))
}

async fn compare(
    parts: &Parts,
    folder: &FolderRow,
    scopes: Option<&BTreeSet<PathBuf>>,
    difference: &mut Difference,
) -> Result<(), Error> {
    let root = folder.path.to_path();
    let scopes: Option<BTreeSet<PathBuf>> = scopes.map(|scopes| {
        let inside = scopes
            .iter()
            .filter(|scope| scope.starts_with(&root))
            .cloned();
        // Events name the root itself when something in it changed; that is no reason to walk all.
        inside.collect()
    });
    if scopes.as_ref().is_some_and(BTreeSet::is_empty) {
        return Ok(());
    }
    let mut known: HashMap<PathKey, FileRow> = HashMap::new();
    match &scopes {
        None => known.extend(rows_below(parts, &root).await?),
        Some(scopes) => {
            for scope in scopes {
                known.extend(rows_below(parts, scope).await?);
            }
        }
    }
    let library = parts.library.clone();
    let walked = cpu::run(move || walk::walk(&root, scopes.as_ref(), &library)).await?;
    for seen in walked.files {
        match known.remove(&seen.path) {
            None => difference.new.push((folder.id, seen)),
            Some(row) if seen.looks_unchanged(&row) => {}
            Some(row) => difference.changed.push((row, seen)),
        }
    }
    let unreadable = |row: &FileRow| {
        let path = row.seen.path.to_path();
        walked
            .unreadable
            .iter()
            .any(|folder| path.starts_with(folder))
    };
    difference
        .gone
        .extend(known.into_values().filter(|row| !unreadable(row)));
    Ok(())
}

async fn rows_below(parts: &Parts, path: &Path) -> Result<Vec<(PathKey, FileRow)>, Error> {
    let rows = parts.store.files_below(&PathKey::of(path)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.seen.path.clone(), row))
        .collect())
}

async fn write(parts: &Parts, difference: Difference) -> Result<bool, Error> {
    let Difference { new, changed, gone } = difference;
    let something_went = !gone.is_empty() || !changed.is_empty();
    let mut gone_by_key: HashMap<(String, u64, i64), FileRow> = HashMap::new();
    let mut lost: Vec<FileRow> = Vec::new();
    for row in gone {
        match row.seen.file_key.clone() {
            Some(key) => {
                let look = (key, row.seen.size_bytes, row.seen.modified_ns);
                lost.extend(gone_by_key.insert(look, row));
            }
            None => lost.push(row),
        }
    }
    let mut writer = Writer {
        parts,
        batch: None,
        n_changes: 0,
    };
    let mut renamed_paths: HashSet<PathKey> = HashSet::new();
    let mut arrivals = Vec::new();
    let mut renames = Vec::new();
    for (folder, seen) in new {
        let look = seen
            .file_key
            .clone()
            .map(|key| (key, seen.size_bytes, seen.modified_ns));
        match look.and_then(|look| gone_by_key.remove(&look)) {
            Some(row) => {
                renamed_paths.insert(seen.path.clone());
                renames.push((row, folder, seen));
            }
            None => arrivals.push((folder, seen)),
        }
    }
    // Paths are unique: what leaves one goes first.
    lost.extend(gone_by_key.into_values());
    for row in lost {
        writer.batch().await?.remove_file(row.id).await?;
        writer.wrote().await?;
    }
    for (row, folder, seen) in renames {
        let batch = writer.batch().await?;
        batch.observe_file(row.id, folder, &seen).await?;
        if extension(&row.seen.path) != extension(&seen.path) {
            batch.set_state(row.id, FileState::Waiting, None).await?;
        }
        writer.wrote().await?;
    }
    for (row, seen) in changed {
        let batch = writer.batch().await?;
        batch.observe_file(row.id, row.folder, &seen).await?;
        batch.set_state(row.id, FileState::Waiting, None).await?;
        writer.wrote().await?;
    }
    for (folder, seen) in arrivals {
        writer
            .batch()
            .await?
            .add_file(folder, &seen, FileState::Waiting, None)
            .await?;
        writer.wrote().await?;
    }
    writer.flush().await?;
    Ok(something_went)
}

fn extension(path: &PathKey) -> Option<std::ffi::OsString> {
    path.to_path()
        .extension()
        .map(std::ffi::OsStr::to_ascii_lowercase)
}

/// Splits a long list of changes into batches.
struct Writer<'a> {
    parts: &'a Parts,
    batch: Option<Batch>,
    n_changes: usize,
}

impl Writer<'_> {
    async fn batch(&mut self) -> Result<&mut Batch, Error> {
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => self.parts.store.begin().await?,
        };
        Ok(self.batch.insert(batch))
    }

    async fn wrote(&mut self) -> Result<(), Error> {
        self.n_changes += 1;
        if self.n_changes >= BATCH_FILES {
            self.flush().await
        } else {
            Ok(())
        }
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.n_changes = 0;
        if let Some(batch) = self.batch.take() {
            let changes = batch.commit().await?;
            derive::apply(self.parts, &changes).await?;
        }
        Ok(())
    }
}
