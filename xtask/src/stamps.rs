//! What was placed and verified before, so that 70 MB are not hashed at every start.
//!
//! Owns one small text file in the target folder: a line per placed file with its pinned hash,
//! size and time of change. Knows nothing of packages.
//! Invariant: a file counts as verified only while size, time and pinned hash are all unchanged;
//! an unreadable stamp file means that nothing is verified, never an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};

pub(crate) struct Stamps {
    file: PathBuf,
    by_place: BTreeMap<String, Stamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    sha256: String,
    size_bytes: u64,
    changed_ns: u128,
}

impl Stamps {
    pub(crate) fn load(file: PathBuf) -> Self {
        let text = fs::read_to_string(&file).unwrap_or_default();
        Self {
            by_place: text.lines().filter_map(parse_line).collect(),
            file,
        }
    }

    /// Whether the file at `path` is still the one that was verified against `sha256`.
    pub(crate) fn is_verified(&self, place: &str, path: &Path, sha256: &str) -> bool {
        let known = self.by_place.get(place);
        known.is_some_and(|stamp| Stamp::of(path, sha256).as_ref() == Some(stamp))
    }

    /// Remembers that the file at `path` was just verified against `sha256`.
    pub(crate) fn remember(&mut self, place: &str, path: &Path, sha256: &str) {
        if let Some(stamp) = Stamp::of(path, sha256) {
            self.by_place.insert(place.to_owned(), stamp);
        }
    }

    pub(crate) fn save(&self) -> Result<()> {
        let line = |(place, stamp): (&String, &Stamp)| {
            format!(
                "{} {} {} {place}",
                stamp.sha256, stamp.size_bytes, stamp.changed_ns
            )
        };
        let text = self.by_place.iter().map(line).collect::<Vec<_>>().join(
            "
",
        );
        fs::write(&self.file, text)
            .with_context(|| format!("could not write {}", self.file.display()))
    }
}

impl Stamp {
    fn of(path: &Path, sha256: &str) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            sha256: sha256.to_owned(),
            size_bytes: metadata.len(),
            changed_ns: changed.as_nanos(),
        })
    }
}

fn parse_line(line: &str) -> Option<(String, Stamp)> {
    let mut words = line.splitn(4, ' ');
    let stamp = Stamp {
        sha256: words.next()?.to_owned(),
        size_bytes: words.next()?.parse().ok()?,
        changed_ns: words.next()?.parse().ok()?,
    };
    Some((words.next()?.to_owned(), stamp))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        folder
    }

    #[test]
    fn a_verified_file_stays_verified_until_it_changes() {
        let folder = scratch("stamps");
        let path = folder.join("lib so");
        fs::write(&path, "abc").expect("write");
        let mut stamps = Stamps::load(folder.join("stamps"));
        assert!(
            !stamps.is_verified("debug/lib so", &path, "aa"),
            "nothing is known yet"
        );
        stamps.remember("debug/lib so", &path, "aa");
        stamps.save().expect("save");

        let stamps = Stamps::load(folder.join("stamps"));
        assert!(stamps.is_verified("debug/lib so", &path, "aa"));
        assert!(
            !stamps.is_verified("debug/lib so", &path, "bb"),
            "the table pins another file now"
        );
        assert!(
            !stamps.is_verified("release/lib so", &path, "aa"),
            "another place"
        );

        let file = fs::File::options().write(true).open(&path).expect("open");
        file.set_modified(SystemTime::now() + Duration::from_secs(5))
            .expect("touch");
        assert!(
            !stamps.is_verified("debug/lib so", &path, "aa"),
            "same size, another time"
        );
        fs::remove_file(&path).expect("remove");
        assert!(!stamps.is_verified("debug/lib so", &path, "aa"), "gone");
        fs::remove_dir_all(folder).expect("tidy");
    }

    #[test]
    fn a_damaged_stamp_file_means_that_nothing_is_verified() {
        let folder = scratch("damaged");
        let file = folder.join("stamps");
        fs::write(&file, "nonsense\naa 3 x debug/lib\n\n").expect("write");
        assert!(Stamps::load(file).by_place.is_empty());
        fs::remove_dir_all(folder).expect("tidy");
    }
}
