//! The folders that models lie in: the finished ones, and those in the making.
//!
//! Owns `<models>/<id>/<revision>/` and `<models>/.partial/`; knows nothing of where files come from.
//! Invariants: nothing outside `models` is written or removed, whatever links lie in it; a model that
//! is replaced is only removed once the new one lies in its place.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::Error;
use crate::catalogue::{ModelFile, ModelSpec};

/// Where models lie until they are complete.
const PARTIAL: &str = ".partial";

/// A model that lies on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its id, which the catalogue need not know.
    pub id: String,
    /// Its revision.
    pub revision: String,
    /// What it takes.
    pub size_bytes: u64,
}

/// A model's folder in the making, locked against other processes.
#[derive(Debug)]
pub(super) struct Staging<'a> {
    spec: &'a ModelSpec,
    models: &'a Path,
    folder: PathBuf,
    _lock: File,
}

impl<'a> Staging<'a> {
    /// The folder as an earlier call left it.
    pub(super) fn open(spec: &'a ModelSpec, models: &'a Path) -> Result<Self, Error> {
        Self::open_named(spec, models, spec.revision.clone())
    }

    /// An empty one, beside that of a download.
    pub(super) fn empty(spec: &'a ModelSpec, models: &'a Path) -> Result<Self, Error> {
        let staging = Self::open_named(spec, models, format!("{}.import", spec.revision))?;
        staging.clear()?;
        at(&staging.folder, fs::create_dir)?;
        Ok(staging)
    }

    fn open_named(spec: &'a ModelSpec, models: &'a Path, name: String) -> Result<Self, Error> {
        let lock = lock(models, &spec.id)?;
        let folder = models.join(PARTIAL).join(&spec.id).join(name);
        at(&folder, fs::create_dir_all)?;
        let staging = Self {
            spec,
            models,
            folder,
            _lock: lock,
        };
        staging.put_back()?;
        Ok(staging)
    }

    /// Where the model that is being replaced waits until the new one is in its place.
    fn old(&self) -> PathBuf {
        self.folder
            .with_file_name(format!("{}.old", self.spec.revision))
    }

    /// Ends what a process left that was killed while it replaced the model.
    fn put_back(&self) -> Result<(), Error> {
        let (target, old) = (self.spec.directory(self.models), self.old());
        if fs::symlink_metadata(&old).is_err() {
            Ok(())
        } else if fs::symlink_metadata(&target).is_ok() {
            at(&old, remove_tree)
        } else {
            at(&target, |target| fs::rename(&old, target))
        }
    }

    /// Whether a file has arrived whole, in this call or in an earlier one.
    pub(super) fn has(&self, file: &ModelFile) -> bool {
        file.is_admitted(&self.folder).unwrap_or(false)
    }

    /// Where files are put.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes over what is good of an incomplete or damaged model, which nobody can use as it is.
    pub(super) fn adopt(&self) -> Result<(), Error> {
        let target = self.spec.directory(self.models);
        let is_empty = fs::read_dir(&self.folder).is_ok_and(|mut entries| entries.next().is_none());
        if !is_empty || !is_folder(&target) {
            return Ok(());
        }
        at(&self.folder, fs::remove_dir)?;
        at(&target, |target| fs::rename(target, &self.folder))?;
        for file in &self.spec.files {
            let path = self.folder.join(&file.name);
            if path.is_file() && !self.is_sound(file) {
                at(&path, fs::remove_file)?;
            }
        }
        Ok(())
    }

    /// By the catalogue's hash, or by the one recorded when it first arrived; without either it could
    /// be anything.
    fn is_sound(&self, file: &ModelFile) -> bool {
        let mut alone = self.spec.clone();
        alone.files.retain(|other| other == file);
        alone.verify(&self.folder).is_ok()
    }

    /// Throws away what is there.
    pub(super) fn clear(&self) -> Result<(), Error> {
        at(&self.folder, remove_tree)
    }

    /// Puts the folder in its place, and away what was there.
    pub(super) fn finish(self) -> Result<PathBuf, Error> {
        self.spec.ensure_verified(&self.folder)?;
        sync_folder(&self.folder);
        let (target, old) = (self.spec.directory(self.models), self.old());
        if let Some(parent) = target.parent() {
            at(parent, fs::create_dir_all)?;
        }
        if fs::symlink_metadata(&target).is_ok() {
            at(&target, |target| fs::rename(target, &old))?;
        }
        if let Err(error) = at(&target, |target| fs::rename(&self.folder, target)) {
            self.put_back()?;
            return Err(error);
        }
        at(&old, remove_tree)?;
        target.parent().map(sync_folder);
        if let Some(mine) = self.folder.parent() {
            // Fails where something else is in the making, which then stays.
            let _ = fs::remove_dir(mine);
        }
        Ok(target)
    }
}

/// Every model below `models`, whether or not it is complete; none where the folder is not there.
pub fn installed(models: &Path) -> Vec<Installed> {
    let mut found = Vec::new();
    for id in names(models) {
        for revision in names(&models.join(&id)) {
            found.push(Installed {
                size_bytes: size_bytes(&models.join(&id).join(&revision)),
                id: id.clone(),
                revision,
            });
        }
    }
    found
}

/// What has arrived of a model that is not complete yet.
pub fn n_partial_bytes(id: &str, models: &Path) -> u64 {
    size_bytes(&models.join(PARTIAL).join(id))
}

/// What a file, or a folder with all that is in it, takes; a link counts as nothing.
pub fn size_bytes(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return 0;
    };
    if metadata.is_file() {
        return metadata.len();
    }
    if !metadata.is_dir() {
        return 0;
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size_bytes(&entry.path())).sum()
}

/// Removes every revision of a model, and what has arrived of one; says how many bytes that frees.
pub fn remove(id: &str, models: &Path) -> Result<u64, Error> {
    let named = ModelSpec {
        id: id.to_owned(),
        ..ModelSpec::default_embedding()
    };
    named.check_names()?;
    let folders = [models.join(id), models.join(PARTIAL).join(id)];
    if folders
        .iter()
        .all(|folder| fs::symlink_metadata(folder).is_err())
    {
        return Err(Error::NotInstalled { id: id.to_owned() });
    }
    let _lock = lock(models, id)?;
    let mut n_bytes = 0;
    for folder in &folders {
        n_bytes += size_bytes(folder);
        at(folder, remove_tree)?;
    }
    Ok(n_bytes)
}

/// Removes a folder with all that is in it, or a link to one alone; fine with nothing there.
fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        // On Windows a link to a folder is removed as a folder.
        Ok(_) => fs::remove_file(path).or_else(|_| fs::remove_dir(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Held until dropped, also by a process that is killed.
fn lock(models: &Path, id: &str) -> Result<File, Error> {
    let folder = models.join(PARTIAL);
    at(&folder, fs::create_dir_all)?;
    let path = folder.join(format!("{id}.lock"));
    let file = at(&path, File::create)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy { id: id.to_owned() }),
        Err(TryLockError::Error(source)) => Err(Error::Unwritable { path, source }),
    }
}

/// Names of the folders in a folder, in order, without hidden ones.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| is_folder(&entry.path()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Whether it is a folder itself, and no link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// So that a rename outlives a power cut. Where a folder cannot be opened, there is nothing to do.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Does something to a path, which the error then names.
pub(super) fn at<'p, T>(
    path: &'p Path,
    act: impl FnOnce(&'p Path) -> io::Result<T>,
) -> Result<T, Error> {
    act(path).map_err(|source| Error::Unwritable {
        path: path.to_owned(),
        source,
    })
}
