//! Whether what is to be shown is still there: a look at the file system for the few rows on screen.
//!
//! A file may have gone a moment ago, or while nothing followed its folder. Files that cannot be
//! asked for at once, in a folder that is away or on a network, count as there.

use std::{
    collections::{HashMap, HashSet},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{Error, Search, Target};
use crate::{
    cpu,
    document::{FileId, FileState, FolderId},
    store::FileRow,
};

/// Takes the files out that are gone; returns their paths.
pub(super) async fn take_gone(
    search: &Search,
    files: &mut HashMap<Target, Vec<FileRow>>,
) -> Result<Vec<PathBuf>, Error> {
    let folders = search.store.folders().await?;
    let asked: HashSet<FolderId> = folders
        .iter()
        .filter(|folder| !folder.away && !folder.is_on_network())
        .map(|folder| folder.id)
        .collect();
    let asked: Vec<(FileId, PathBuf)> = files
        .values()
        .flatten()
        .filter(|file| asked.contains(&file.folder) && file.state != FileState::Away)
        .map(|file| (file.id, file.seen.path.to_path()))
        .collect();
    let look = move || {
        let gone = asked.into_iter().filter(|(_, path)| is_gone(path));
        gone.collect::<HashMap<FileId, PathBuf>>()
    };
    let gone = cpu::run(look).await?;
    if !gone.is_empty() {
        for files in files.values_mut() {
            files.retain(|file| !gone.contains_key(&file.id));
        }
    }
    Ok(gone.into_values().collect())
}

/// What lies in a file is there as long as that is.
fn is_gone(path: &Path) -> bool {
    let Err(error) = path.symlink_metadata() else {
        return false;
    };
    match error.kind() {
        // Some systems say the same of a path through a file, which is an error of its own on others.
        ErrorKind::NotFound => {
            let above = path
                .ancestors()
                .skip(1)
                .find_map(|above| above.metadata().ok());
            above.is_none_or(|above| above.is_dir())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_gone;

    #[test]
    fn a_file_inside_a_file_is_there_as_long_as_that_is() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("a.zip");
        std::fs::write(&archive, "").unwrap();
        assert!(!is_gone(&archive) && !is_gone(&archive.join("inner/b.txt")));
        std::fs::remove_file(&archive).unwrap();
        assert!(is_gone(&archive) && is_gone(&archive.join("inner/b.txt")));
    }
}
