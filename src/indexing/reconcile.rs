//! The ledger against the file system: what is new, changed, renamed, gone, away.
//!
//! Decides by path, size and time. Goes page by page, so that memory does not grow with a folder and
//! reading begins before all is seen. A new path whose file key, size and time are those of a file that
//! is not where the ledger has it is a rename. Contents are not looked at here. Knows the store and the
//! walk. Invariant: a file is taken for gone only after every folder was walked, so that a move is
//! never a loss first. Start reading at [`Look::step`].

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Error, Parts, Presence, cloud, derive,
    held::Sieve,
    presence,
    walk::{self, Found, Walk},
};
use crate::{
    cpu,
    document::{FileId, FileState, FolderId, PathKey},
    store::{FileRow, FolderRow, Observed},
};

/// Rows of the ledger looked at, and changes written, at once.
const PAGE_ROWS: u32 = 1_000;

/// A look at all folders, or at some places in them, under way.
pub(super) struct Look {
    /// What is looked at: some places, or all.
    scopes: Option<BTreeSet<PathBuf>>,
    begun: bool,
    /// Folders still to be walked.
    to_walk: VecDeque<Place>,
    walking: Option<Walking>,
    /// Where everything that was not seen has gone.
    walked: VecDeque<Walked>,
    seen: Ids,
    /// Documents without a file may be left.
    pub(super) something_went: bool,
}

/// A chosen folder, and what of it is looked at.
struct Place {
    folder: FolderRow,
    /// Chosen folders inside this one: their files are theirs.
    inner: Vec<PathBuf>,
    /// What the user does not want in the library.
    excluded: Vec<PathBuf>,
    /// All of it if `None`.
    scopes: Option<BTreeSet<PathBuf>>,
}

struct Walking {
    place: Place,
    walk: Walk,
    /// Holds back folders that look generated.
    sieve: Arc<Sieve>,
}

/// What was walked, and how far its rows were compared with what was seen.
struct Walked {
    place: Place,
    /// Folders that could not be listed: what the ledger knows below them stays.
    unreadable: Vec<PathBuf>,
    scopes: VecDeque<PathBuf>,
    /// In the first of the scopes.
    after: Option<PathKey>,
}

/// What a file's row becomes.
enum Change {
    Gone(FileId),
    /// It is now here and looks so; its content may be another.
    Moved {
        id: FileId,
        seen: Observed,
        read_again: bool,
    },
    New(Observed),
}

impl Look {
    /// It is one at everything.
    pub(super) fn is_whole(&self) -> bool {
        self.scopes.is_none()
    }

    /// A look at all folders, or at `scopes` in them.
    pub(super) fn at(scopes: Option<BTreeSet<PathBuf>>) -> Self {
        Self {
            scopes,
            begun: false,
            to_walk: VecDeque::new(),
            walking: None,
            walked: VecDeque::new(),
            seen: Ids::default(),
            something_went: false,
        }
    }

    /// Takes on what another look is asked for, if this one has not begun. Returns whether it does.
    pub(super) fn take_on(&mut self, more: Option<&BTreeSet<PathBuf>>) -> bool {
        if self.begun {
            return false;
        }
        match (&mut self.scopes, more) {
            (Some(scopes), Some(more)) => scopes.extend(more.iter().cloned()),
            _ => self.scopes = None,
        }
        true
    }

    /// One page. Returns whether there are more.
    pub(super) async fn step(&mut self, parts: &Parts) -> Result<bool, Error> {
        if !self.begun {
            self.begin(parts).await?;
        } else if let Some(walking) = self.walking.take() {
            self.walk_on(parts, walking).await?;
        } else if let Some(place) = self.to_walk.pop_front() {
            let (root, is_full) = (place.folder.path.to_path(), place.scopes.is_none());
            let sieve = Arc::new(Sieve::load(parts, &root, is_full).await?);
            let walk = place.walk(&parts.library, Arc::clone(&sieve));
            self.walking = Some(Walking { place, walk, sieve });
        } else if let Some(walked) = self.walked.pop_front() {
            self.find_gone(parts, walked).await?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    async fn begin(&mut self, parts: &Parts) -> Result<(), Error> {
        self.begun = true;
        let scopes = self.scopes.take();
        // After a whole look, what is kept for a while is looked through as well.
        self.something_went |= scopes.is_none();
        let scopes: Option<BTreeSet<PathBuf>> =
            scopes.map(|scopes| scopes.iter().map(|scope| ruled_by(scope)).collect());
        let folders = parts.store.folders().await?;
        let excluded = parts.store.exclusions().await?;
        let excluded: Vec<PathBuf> = excluded.iter().map(PathKey::to_path).collect();
        for folder in &folders {
            if is_present(parts, folder).await? {
                let place = Place::of(folder, &folders, scopes.as_ref());
                self.to_walk.extend(place.map(|place| Place {
                    excluded: excluded.clone(),
                    ..place
                }));
            }
        }
        Ok(())
    }

    async fn walk_on(&mut self, parts: &Parts, walking: Walking) -> Result<(), Error> {
        let Walking {
            place,
            mut walk,
            sieve,
        } = walking;
        let (walk, page) = cpu::run_behind(move || {
            let page = walk.next_page(PAGE_ROWS as usize);
            (walk, page)
        })
        .await?;
        let changes = self.compare(parts, place.folder.id, page).await?;
        self.write(parts, place.folder.id, changes).await?;
        if !walk.is_over() {
            self.walking = Some(Walking { place, walk, sieve });
        // A folder that went while it was walked looks empty, and is away.
        } else if is_present(parts, &place.folder).await? {
            sieve.keep(&parts.store).await?;
            if place.scopes.is_none() {
                presence::note_look(parts, &place.folder).await?;
            }
            self.walked.push_back(Walked::of(place, walk.unreadable()));
        }
        Ok(())
    }

    /// What a page of files means for their rows.
    async fn compare(
        &mut self,
        parts: &Parts,
        folder: FolderId,
        page: Vec<Found>,
    ) -> Result<Vec<Change>, Error> {
        let paths: Vec<&PathKey> = page.iter().map(|found| &found.seen.path).collect();
        let rows = parts.store.files_at(&paths).await?;
        let mut known: HashMap<PathKey, FileRow> = rows
            .into_iter()
            .map(|row| (row.seen.path.clone(), row))
            .collect();
        let others = self.of_other_rows(parts, &page, &known).await?;
        let mut changes = Vec::new();
        let mut new = Vec::new();
        for found in page {
            let Some(row) = known.remove(&found.seen.path) else {
                new.push(found.seen);
                continue;
            };
            if let Some(container) = row.container {
                // Where a file was that held others, there is a folder now.
                changes.push(Change::Gone(container));
                new.push(found.seen);
                continue;
            }
            self.seen.insert(row.id);
            let read_again = !found.seen.looks_unchanged(&row)
                || is_here_now(&row, &found)
                || is_another(&row, &found.seen, &others);
            if read_again || row.folder != folder {
                changes.push(Change::Moved {
                    id: row.id,
                    seen: found.seen,
                    read_again,
                });
            }
        }
        changes.extend(self.arrivals(parts, new).await?);
        Ok(changes)
    }

    /// Rows whose files were found at the paths of others, by key.
    async fn of_other_rows(
        &self,
        parts: &Parts,
        page: &[Found],
        known: &HashMap<PathKey, FileRow>,
    ) -> Result<HashMap<i64, FileRow>, Error> {
        let other_key = |found: &Found| {
            let before = known.get(&found.seen.path)?.seen.file_key;
            found.seen.file_key.filter(|&key| before != Some(key))
        };
        let keys: Vec<i64> = page.iter().filter_map(other_key).collect();
        let rows = parts.store.files_by_key(&keys).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.seen.file_key?, row)))
            .collect())
    }

    /// Files at new paths: those that were elsewhere, and those that were not there.
    async fn arrivals(&mut self, parts: &Parts, new: Vec<Observed>) -> Result<Vec<Change>, Error> {
        let keys: Vec<i64> = new.iter().filter_map(|seen| seen.file_key).collect();
        let rows = parts.store.files_by_key(&keys).await?;
        let claimed = cpu::run_behind(move || claims(new, rows)).await?;
        let mut changes = Vec::new();
        for (seen, row) in claimed {
            changes.push(match row.filter(|row| !self.seen.contains(row.id)) {
                Some(row) => {
                    self.seen.insert(row.id);
                    let read_again = extension(&row.seen.path) != extension(&seen.path);
                    Change::Moved {
                        id: row.id,
                        seen,
                        read_again,
                    }
                }
                None => Change::New(seen),
            });
        }
        Ok(changes)
    }

    /// Rows whose files may be gone: a page of them, or of places that have few.
    async fn find_gone(&mut self, parts: &Parts, mut walked: Walked) -> Result<(), Error> {
        let mut gone = Vec::new();
        let mut n_looked = 0;
        while n_looked < PAGE_ROWS as usize
            && let Some(rows) = walked.next_rows(parts).await?
        {
            n_looked += 1 + rows.len();
            let lost = rows.into_iter().filter(|row| {
                let path = row.seen.path.to_path();
                // What lies in a file comes and goes with that.
                row.container.is_none()
                    && !self.seen.contains(row.id)
                    && !is_below(&path, &walked.place.inner)
                    && !is_below(&path, &walked.unreadable)
            });
            gone.extend(lost.map(|row| Change::Gone(row.id)));
        }
        self.write(parts, walked.place.folder.id, gone).await?;
        if !walked.scopes.is_empty() {
            self.walked.push_front(walked);
        }
        Ok(())
    }

    async fn write(
        &mut self,
        parts: &Parts,
        folder: FolderId,
        mut changes: Vec<Change>,
    ) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        // Paths are unique: what leaves one goes first.
        changes.sort_by_key(|change| match change {
            Change::Gone(_) => 0,
            Change::Moved { .. } => 1,
            Change::New(_) => 2,
        });
        let mut batch = parts.store.begin().await?;
        for change in changes {
            match change {
                Change::Gone(id) => {
                    self.something_went = true;
                    batch.remove_file(id).await?;
                }
                Change::Moved {
                    id,
                    seen,
                    read_again,
                } => {
                    batch.observe_file(id, folder, &seen).await?;
                    if read_again {
                        self.something_went = true;
                        batch.set_state(id, FileState::Waiting, None).await?;
                    }
                }
                Change::New(seen) => {
                    let added = batch.add_file(folder, &seen, FileState::Waiting, None);
                    self.seen.insert(added.await?);
                }
            }
        }
        let changes = batch.commit().await?;
        derive::apply(parts, &changes).await
    }
}

impl Place {
    /// What of a folder is looked at; `None` if no scope is in it.
    fn of(
        folder: &FolderRow,
        folders: &[FolderRow],
        scopes: Option<&BTreeSet<PathBuf>>,
    ) -> Option<Self> {
        let root = folder.path.to_path();
        let scopes: Option<BTreeSet<PathBuf>> = scopes.map(|scopes| {
            let inside = scopes.iter().filter(|scope| scope.starts_with(&root));
            inside.cloned().collect()
        });
        let inner = folders
            .iter()
            .filter(|other| other.id != folder.id)
            .map(|other| other.path.to_path())
            .filter(|other| other.starts_with(&root));
        let place = Self {
            folder: folder.clone(),
            inner: inner.collect(),
            excluded: Vec::new(),
            scopes,
        };
        let nothing = place.scopes.as_ref().is_some_and(BTreeSet::is_empty);
        (!nothing).then_some(place)
    }

    fn walk(&self, library: &Path, sieve: Arc<Sieve>) -> Walk {
        let library = [library.to_owned()];
        let left_out = [self.inner.as_slice(), &self.excluded, &library].concat();
        let root = self.folder.path.to_path();
        Walk::new(&root, self.scopes.as_ref(), &left_out, Some(sieve))
    }
}

impl Walked {
    fn of(place: Place, unreadable: Vec<PathBuf>) -> Self {
        let scopes = match &place.scopes {
            Some(scopes) => scopes.iter().cloned().collect(),
            None => [place.folder.path.to_path()].into(),
        };
        Self {
            place,
            unreadable,
            scopes,
            after: None,
        }
    }

    /// The next rows of the first place: first its own, then what is below it, page by page. `None`
    /// after the last place.
    async fn next_rows(&mut self, parts: &Parts) -> Result<Option<Vec<FileRow>>, Error> {
        let Some(scope) = self.scopes.front() else {
            return Ok(None);
        };
        let scope = PathKey::of(scope);
        let rows = match &self.after {
            None => parts.store.files_at(&[&scope]).await?,
            Some(after) => {
                let below = parts.store.files_below(&scope, after, PAGE_ROWS);
                below.await?
            }
        };
        self.after = match (&self.after, rows.last()) {
            (None, _) => Some(scope.below().0),
            (Some(_), last) => last.map(|row| row.seen.path.clone()),
        };
        if self.after.is_none() {
            self.scopes.pop_front();
        }
        Ok(Some(rows))
    }
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

/// Whether a folder can be reached; if not, its files are marked as away.
async fn is_present(parts: &Parts, folder: &FolderRow) -> Result<bool, Error> {
    let (root, known) = (folder.path.to_path(), folder.identity.clone());
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

/// Whether a file was left out as a placeholder, and is none any more: its size and time say nothing.
fn is_here_now(row: &FileRow, found: &Found) -> bool {
    row.reason.as_deref() == Some(cloud::REASON) && !found.is_placeholder
}

/// Whether at a row's path there is now the file of another row, which looks the same: files of one size
/// and one tick of the clock that changed places. A key alone says nothing, since some file systems
/// number their files anew with each mount.
fn is_another(row: &FileRow, found: &Observed, others: &HashMap<i64, FileRow>) -> bool {
    let other = found.file_key.and_then(|key| others.get(&key));
    other.is_some_and(|other| other.id != row.id && found.looks_unchanged(other))
}

fn is_below(path: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

/// For each file at a new path the row of the same file, if it is not where that says any more. What
/// is away will be there again.
fn claims(new: Vec<Observed>, rows: Vec<FileRow>) -> Vec<(Observed, Option<FileRow>)> {
    let mut by_key: HashMap<i64, FileRow> = rows
        .into_iter()
        .filter(|row| row.state != FileState::Away)
        .filter_map(|row| Some((row.seen.file_key?, row)))
        .collect();
    let claim = |seen: Observed| {
        let key = seen.file_key.as_ref();
        let row = key.and_then(|key| by_key.remove(key)).filter(|row| {
            let (from, to) = (row.seen.path.to_path(), seen.path.to_path());
            seen.looks_unchanged(row) && walk::has_moved(&from, &to, row.seen.file_key)
        });
        (seen, row)
    };
    new.into_iter().map(claim).collect()
}

fn extension(path: &PathKey) -> Option<std::ffi::OsString> {
    path.to_path()
        .extension()
        .map(std::ffi::OsStr::to_ascii_lowercase)
}

/// A set of files, one bit each.
#[derive(Default)]
struct Ids(Vec<u64>);

impl Ids {
    fn insert(&mut self, FileId(id): FileId) {
        let (word, bit) = (id as usize / 64, id % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    fn contains(&self, FileId(id): FileId) -> bool {
        let word = self.0.get(id as usize / 64).copied().unwrap_or_default();
        word >> (id % 64) & 1 == 1
    }
}
