//! The ledger against the file system: what is new, changed, renamed, gone, away.
//!
//! Decides by path, size and time; a file that went and one that came with the same file key,
//! size and time is a rename. Contents are not looked at here. Knows the store and the walk.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
};

use super::{Error, Parts, Presence, cloud, derive, presence, walk};
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
    changed: Vec<(FileRow, FolderId, Observed)>,
    /// Unchanged, and now of another chosen folder.
    rehomed: Vec<(FileRow, FolderId, Observed)>,
    gone: Vec<FileRow>,
}

/// Looks at all folders, or at `scopes` in them, and brings the ledger up to date.
/// Returns whether something went, so that documents without a file may be left.
pub(super) async fn reconcile(
    parts: &Parts,
    scopes: Option<&BTreeSet<PathBuf>>,
) -> Result<bool, Error> {
    let scopes = scopes.map(|scopes| scopes.iter().map(|scope| ruled_by(scope)).collect());
    let mut difference = Difference::default();
    let folders = parts.store.folders().await?;
    let excluded = parts.store.exclusions().await?;
    for folder in &folders {
        if is_present(parts, folder).await? {
            let mut left_out = inner_folders(folder, &folders);
            left_out.extend(excluded.iter().map(PathKey::to_path));
            compare(parts, folder, left_out, scopes.as_ref(), &mut difference).await?;
        }
    }
    let something_went = write(parts, difference).await?;
    if scopes.is_none() {
        presence::note_look(parts, &folders).await?;
    }
    Ok(something_went)
}

/// What a change at this path concerns: with a file of rules, everything beside and below it.
fn ruled_by(scope: &Path) -> PathBuf {
    let is_rules = scope
        .file_name()
        .is_some_and(|name| walk::RULE_FILES.iter().any(|rules| name == *rules));
    match scope.parent() {
        Some(parent) if is_rules => parent.to_owned(),
        _ => scope.to_owned(),
    }
}

/// Chosen folders inside this one: their files are theirs.
fn inner_folders(folder: &FolderRow, folders: &[FolderRow]) -> Vec<PathBuf> {
    let root = folder.path.to_path();
    folders
        .iter()
        .filter(|other| other.id != folder.id)
        .map(|other| other.path.to_path())
        .filter(|other| other.starts_with(&root))
        .collect()
}

/// Whether a folder can be reached; if not, its files are marked as away.
async fn is_present(parts: &Parts, folder: &FolderRow) -> Result<bool, Error> {
    let known = folder.identity.clone();
    let root = folder.path.to_path();
    let found = cpu::run(move || presence::presence(&root, known.as_deref())).await?;
    let reachable = match found {
        Presence::Here { .. } => true,
        Presence::Away => false,
        Presence::Emptied => !parts.store.has_files(folder.id).await?,
    };
    if reachable == folder.away {
        let mut batch = parts.store.begin().await?;
        batch.set_away(folder.id, !reachable).await?;
        batch.commit().await?;
    }
    Ok(reachable)
}

async fn compare(
    parts: &Parts,
    folder: &FolderRow,
    inner: Vec<PathBuf>,
    scopes: Option<&BTreeSet<PathBuf>>,
    difference: &mut Difference,
) -> Result<(), Error> {
    let root = folder.path.to_path();
    let scopes: Option<BTreeSet<PathBuf>> = scopes.map(|scopes| {
        let inside = scopes.iter().filter(|scope| scope.starts_with(&root));
        inside.cloned().collect()
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
    known.retain(|path, _| !is_below(&path.to_path(), &inner));
    let left_out = [inner, vec![parts.library.clone()]].concat();
    let walked = cpu::run(move || walk::walk(&root, scopes.as_ref(), &left_out)).await?;
    // A folder that went while it was walked looks empty, and is away.
    if !is_present(parts, folder).await? {
        return Ok(());
    }
    for seen in walked.files {
        match known.remove(&seen.path) {
            None => difference.new.push((folder.id, seen)),
            Some(row) if !seen.looks_unchanged(&row) || is_here_now(&row, &walked.placeholders) => {
                difference.changed.push((row, folder.id, seen));
            }
            Some(row) if row.folder != folder.id => {
                difference.rehomed.push((row, folder.id, seen));
            }
            Some(_) => {}
        }
    }
    let lost = known.into_values();
    difference
        .gone
        .extend(lost.filter(|row| !is_below(&row.seen.path.to_path(), &walked.unreadable)));
    Ok(())
}

/// Whether a file was left out as a placeholder, and is none any more: its size and time say nothing.
fn is_here_now(row: &FileRow, placeholders: &HashSet<PathKey>) -> bool {
    row.reason.as_deref() == Some(cloud::REASON) && !placeholders.contains(&row.seen.path)
}

fn is_below(path: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

async fn rows_below(parts: &Parts, path: &Path) -> Result<Vec<(PathKey, FileRow)>, Error> {
    let rows = parts.store.files_below(&PathKey::of(path)).await?;
    Ok(rows
        .into_iter()
        // What lies in a file comes and goes with that.
        .filter(|row| row.container.is_none())
        .map(|row| (row.seen.path.clone(), row))
        .collect())
}

async fn write(parts: &Parts, difference: Difference) -> Result<bool, Error> {
    let Difference {
        new,
        changed,
        rehomed,
        gone,
    } = difference;
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
    for (row, folder, seen) in rehomed {
        let batch = writer.batch().await?;
        batch.observe_file(row.id, folder, &seen).await?;
        writer.wrote().await?;
    }
    for (row, folder, seen) in changed {
        let batch = writer.batch().await?;
        batch.observe_file(row.id, folder, &seen).await?;
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
