//! Before uninstalling: removes what the programs have made for this user, and nothing else.
//!
//! Owns the names of what lies in a library's folder. The folder may be one in which a user keeps other
//! things, so only these names go, and the folder itself if nothing is left in it; a link is removed, never
//! what it leads to. Invariant: nothing is removed while a process has the library open, and whatever was, is told.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Error, Result, lock::Lock};
use crate::dirs::Dirs;

/// Files and folders in a library, by their whole names.
const NAMES: [&str; 9] = [
    "activity.json",
    "connections.log",
    "index",
    "library.db",
    "logs",
    "models",
    "paused",
    "probe.tmp",
    "settings.toml",
];
/// Of the database, what stands beside it: its logs, its spare, what was salvaged and put aside.
const BESIDE_DATABASE: [&str; 2] = ["library.db-", "library.db.damaged-"];
/// Held until all else is gone.
const LOCK: &str = "library.lock";

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Where it was.
    pub path: PathBuf,
    /// What it took up.
    pub n_bytes: u64,
}

/// What would be removed of a library's folder: its own names, as far as they are there. Nothing of a folder
/// without a library: other programs call theirs `models` and `logs`, too.
pub fn erasable(dirs: &Dirs) -> Vec<Erased> {
    let entries = fs::read_dir(dirs.library()).into_iter().flatten().flatten();
    let named: Vec<(String, PathBuf)> = entries
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, entry.path())
        })
        .collect();
    let is_library = |name: &str| name == LOCK || name.starts_with("library.db");
    if !named.iter().any(|(name, _)| is_library(name)) {
        return Vec::new();
    }
    let mut found: Vec<Erased> = named
        .into_iter()
        .filter(|(name, _)| is_ours(name))
        .map(|(_, path)| told(path))
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Whether a name in a library's folder is one that the programs give.
fn is_ours(name: &str) -> bool {
    NAMES.contains(&name) || BESIDE_DATABASE.iter().any(|start| name.starts_with(start))
}

/// Removes a library with settings, models and log, and its folder if nothing else is in it. Refuses one that is
/// in use.
pub fn erase(dirs: &Dirs) -> Result<Vec<Erased>> {
    let library = dirs.library();
    // A folder that holds nothing of ours is not touched, not even by a lock.
    if erasable(dirs).is_empty() && !dirs.lock().exists() {
        return Ok(Vec::new());
    }
    let lock = Lock::take(dirs)?;
    let mut erased = Vec::new();
    for found in erasable(dirs) {
        remove(&found.path).map_err(|error| unremoved(&found.path, &error))?;
        erased.push(found);
    }
    // Windows removes no file that is open.
    drop(lock);
    let lock = library.join(LOCK);
    remove(&lock).map_err(|error| unremoved(&lock, &error))?;
    remove_if_empty(library);
    Ok(erased)
}

/// Removes a file, a link, or a folder with all in it; one that is not there is no error.
pub fn erase_path(path: &Path) -> Result<Option<Erased>> {
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let erased = told(path.to_owned());
    remove(path).map_err(|error| unremoved(path, &error))?;
    Ok(Some(erased))
}

/// Removes a folder in which nothing is left.
pub fn remove_if_empty(folder: &Path) {
    // Fails on one that is not empty, as is wanted.
    let _ = fs::remove_dir(folder);
}

fn remove(path: &Path) -> io::Result<()> {
    let found = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    if found.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

fn unremoved(path: &Path, error: &io::Error) -> Error {
    Error::Unwritable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// A path with what it takes up.
pub fn told(path: PathBuf) -> Erased {
    Erased {
        n_bytes: n_bytes(&path),
        path,
    }
}

/// Of a file, or of all files in a folder; links are not followed.
fn n_bytes(path: &Path) -> u64 {
    let Ok(found) = path.symlink_metadata() else {
        return 0;
    };
    if !found.is_dir() {
        return found.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| n_bytes(&entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_keeps_in_the_librarys_folder_stays() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(folder.path().join("library"), folder.path());
        let library = dirs.library();
        fs::create_dir_all(library.join("models/mine")).unwrap();
        for name in [
            "library.db",
            "library.db-wal",
            "library.db-spare",
            "models/mine/weights",
            "novel.txt",
            "library.dbx",
        ] {
            fs::write(library.join(name), "1234").unwrap();
        }
        let erased = erase(&dirs).unwrap();
        assert_eq!(erased.len(), 4);
        assert_eq!(erased.iter().map(|one| one.n_bytes).sum::<u64>(), 16);
        let mut left: Vec<_> = fs::read_dir(library)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["library.dbx", "novel.txt"]);
    }

    #[test]
    fn a_folder_of_another_program_is_not_taken_for_a_library() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(folder.path(), folder.path());
        fs::create_dir(folder.path().join("models")).unwrap();
        fs::write(folder.path().join("settings.toml"), "a = 1").unwrap();
        assert_eq!(erase(&dirs).unwrap(), []);
        assert!(folder.path().join("models").exists());
        assert!(folder.path().join("settings.toml").exists());
    }

    #[test]
    fn a_library_alone_in_its_folder_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(folder.path().join("library"), folder.path());
        assert_eq!(erase(&dirs).unwrap(), []);
        fs::create_dir(dirs.library()).unwrap();
        assert_eq!(erase(&dirs).unwrap(), []);
        assert!(dirs.library().exists(), "an empty folder is not ours");
        fs::write(dirs.database(), "").unwrap();
        erase(&dirs).unwrap();
        assert!(!dirs.library().exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_goes_and_what_it_leads_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(folder.path().join("library"), folder.path());
        let share = folder.path().join("share");
        for folder in [dirs.library(), &share] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(share.join("weights"), "1").unwrap();
        fs::write(dirs.database(), "").unwrap();
        std::os::unix::fs::symlink(&share, dirs.library().join("models")).unwrap();
        erase(&dirs).unwrap();
        assert!(share.join("weights").exists() && !dirs.library().exists());
    }
}
