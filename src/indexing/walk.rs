//! Which files of a folder belong to the library, and why another one does not.
//!
//! Hidden files, `.gitignore` (in any folder, git or not) and `.nuthatchignore` are obeyed;
//! symbolic links are not followed, since their target is found where it lies. Knows no ledger.

use std::{
    collections::BTreeSet,
    fs::Metadata,
    io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use ignore::{
    WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};
use unicode_normalization::UnicodeNormalization;

use super::{cloud, held::Sieve};
use crate::{document::PathKey, store::Observed};

/// The name of the program's own ignore files.
pub(crate) const IGNORE_FILE: &str = ".nuthatchignore";
/// Files that say what else is left out.
pub(super) const RULE_FILES: [&str; 3] = [".gitignore", ".ignore", IGNORE_FILE];

/// A file that a walk came to.
#[derive(Debug)]
pub(super) struct Found {
    /// The file.
    pub(super) seen: Observed,
    /// Only a placeholder of it is here.
    pub(super) is_placeholder: bool,
}

/// A walk through a folder, which goes on when it is asked.
pub(super) struct Walk {
    entries: ignore::Walk,
    is_over: bool,
    unreadable: Vec<PathBuf>,
}

impl Walk {
    /// Begins to list the files of `root`: all, or those at or below `scopes` only. The folders
    /// `left_out` are not entered, nor those that a sieve holds back.
    pub(super) fn new(
        root: &Path,
        scopes: Option<&BTreeSet<PathBuf>>,
        left_out: &[PathBuf],
        sieve: Option<Arc<Sieve>>,
    ) -> Self {
        Self {
            entries: builder(root, scopes.cloned(), left_out, sieve).build(),
            is_over: false,
            unreadable: Vec::new(),
        }
    }

    /// The next files, at most `limit`, after as many entries of whatever kind. Blocking.
    pub(super) fn next_page(&mut self, limit: usize) -> Vec<Found> {
        let mut page = Vec::new();
        for _ in 0..limit {
            match self.entries.next() {
                Some(Ok(entry)) => page.extend(found(&entry)),
                Some(Err(error)) => self.unreadable.extend(failed_path(&error)),
                None => {
                    self.is_over = true;
                    break;
                }
            }
        }
        page
    }

    /// Everything was listed.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Folders that could not be listed.
    pub(super) fn unreadable(self) -> Vec<PathBuf> {
        self.unreadable
    }
}

fn found(entry: &ignore::DirEntry) -> Option<Found> {
    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
    let metadata = is_file.then(|| entry.metadata().ok()).flatten()?;
    Some(Found {
        is_placeholder: cloud::is_placeholder(entry.path(), &metadata),
        seen: observed(entry.path(), &metadata),
    })
}

/// Whether the file with this key, which is at `to` now, has left `from`. Another name of the same file
/// is no move, unless the two differ in spelling only: then some systems show it under both.
pub(super) fn has_moved(from: &Path, to: &Path, key: Option<i64>) -> bool {
    let Ok(metadata) = std::fs::symlink_metadata(from) else {
        return true;
    };
    file_key(&metadata) != key || spelling(from) == spelling(to)
}

/// What file systems that ignore case or normalise names take for the same.
fn spelling(path: &Path) -> String {
    path.to_string_lossy()
        .nfc()
        .collect::<String>()
        .to_lowercase()
}

fn builder(
    root: &Path,
    scopes: Option<BTreeSet<PathBuf>>,
    left_out: &[PathBuf],
    sieve: Option<Arc<Sieve>>,
) -> WalkBuilder {
    let left_out = left_out.to_owned();
    let mut builder = WalkBuilder::new(root);
    builder
        .follow_links(false)
        .require_git(false)
        .git_global(false)
        .git_exclude(false)
        .add_custom_ignore_filename(IGNORE_FILE)
        .filter_entry(move |entry| {
            let path = entry.path();
            !left_out.iter().any(|folder| path == folder)
                && scopes.as_ref().is_none_or(|scopes| leads_to(path, scopes))
                && (!entry.file_type().is_some_and(|kind| kind.is_dir())
                    || sieve.as_ref().is_none_or(|sieve| sieve.admits(path)))
        });
    builder
}

/// Whether a path is one of the scopes, or lies in one, or above one. Asked for every entry, with
/// thousands of scopes after a storm of changes, so it does not go through them.
fn leads_to(path: &Path, scopes: &BTreeSet<PathBuf>) -> bool {
    let from = (Bound::Included(path), Bound::Unbounded);
    let next = scopes.range::<Path, _>(from).next();
    next.is_some_and(|scope| scope.starts_with(path))
        || path.ancestors().any(|above| scopes.contains(above))
}

fn failed_path(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, err } => match err.io_error().map(io::Error::kind) {
            // It went away while we walked: nothing is below it any more.
            Some(io::ErrorKind::NotFound) => None,
            _ => Some(path.clone()),
        },
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            failed_path(err)
        }
        _ => None,
    }
}

/// A file as the file system shows it.
pub(super) fn observed(path: &Path, metadata: &Metadata) -> Observed {
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Observed {
        path: PathKey::of(path),
        size_bytes: metadata.len(),
        modified_ns: modified.map_or(0, |time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)),
        file_key: file_key(metadata),
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
fn file_key(metadata: &Metadata) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    Some(((metadata.dev() << 44) ^ metadata.ino()) as i64)
}

#[cfg(not(unix))]
fn file_key(_metadata: &Metadata) -> Option<i64> {
    None
}

/// What a line in a folder's ignore file leaves out, by the matcher that walks obey.
#[derive(Debug)]
pub(crate) struct Rule(Gitignore);

impl Rule {
    /// A line as it would stand in the ignore file of `root`; or what is wrong with it.
    pub(crate) fn of(root: &Path, line: &str) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(root);
        builder
            .add_line(None, line)
            .and_then(|builder| builder.build())
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Whether it leaves out a file below the root, or a folder that leads to it.
    pub(crate) fn leaves_out(&self, file: &Path) -> bool {
        let found = self.0.matched_path_or_any_parents(file, false);
        found.is_ignore()
    }
}

/// Why a walk of `root` does not yield `path`; `None` if it does.
pub(crate) fn why_left_out(root: &Path, path: &Path, library: &Path) -> Option<String> {
    if path.starts_with(library) {
        return Some("it belongs to Nuthatch's own library".into());
    }
    let scopes = BTreeSet::from([path.to_owned()]);
    let walked = builder(root, Some(scopes), &[library.to_owned()], None)
        .build()
        .flatten()
        .find(|entry| entry.path() == path);
    if let Some(entry) = walked {
        let kind = entry.file_type();
        return kind
            .is_some_and(|kind| !kind.is_file() && !kind.is_dir())
            .then(|| "it is a pipe, a socket or a device, which holds no document".into());
    }
    let below = path.strip_prefix(root).unwrap_or(path);
    let hidden = below
        .components()
        .find(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    Some(match hidden {
        Some(part) => format!(
            "“{}” is hidden; hidden files and folders are left out",
            part.as_os_str().display()
        ),
        None => format!("a rule in a .gitignore or {IGNORE_FILE} leaves it out"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_beforehand_what_a_walk_will_leave_out() {
        let names_of_files = [
            "a.log",
            "b.txt",
            "build/c.txt",
            "src/build/d.txt",
            "src/e.txt",
        ];
        for line in [
            "*.log",
            "build/",
            "/build",
            "src/**/d.txt",
            "!a.log",
            "# a.log",
            "*",
        ] {
            let files: Vec<(&str, &str)> = names_of_files.iter().map(|&name| (name, "x")).collect();
            let root = tree(&files);
            let rule = Rule::of(root.path(), line).unwrap();
            let left_out = |name: &&&str| rule.leaves_out(&root.path().join(name));
            let mut told: Vec<&str> = names_of_files.iter().filter(left_out).copied().collect();
            std::fs::write(root.path().join(IGNORE_FILE), line).unwrap();
            let walked = names(root.path(), None);
            let mut gone: Vec<&str> = names_of_files
                .iter()
                .filter(|&&name| !walked.iter().any(|one| one == name))
                .copied()
                .collect();
            told.sort_unstable();
            gone.sort_unstable();
            assert_eq!(told, gone, "{line}");
        }
        assert!(Rule::of(Path::new("/"), "[z-a]").is_err());
    }

    /// The files of a walk that goes on after every two entries.
    fn names(root: &Path, scopes: Option<&BTreeSet<PathBuf>>) -> Vec<String> {
        let mut walk = Walk::new(root, scopes, &[], None);
        let mut found = Vec::new();
        while !walk.is_over() {
            found.extend(walk.next_page(2));
        }
        let mut names: Vec<String> = found
            .iter()
            .map(|file| {
                file.seen
                    .path
                    .to_path()
                    .strip_prefix(root)
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        names.sort();
        names
    }

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::Builder::new().prefix("walk").tempdir().unwrap();
        for (name, content) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        root
    }

    #[test]
    fn hidden_and_ignored_files_are_left_out_and_each_says_why() {
        let root = tree(&[
            ("a.txt", ""),
            (".secret/b.txt", ""),
            ("build/c.txt", ""),
            ("d.log", ""),
            (".gitignore", "build/\n"),
            (".nuthatchignore", "*.log\n"),
        ]);
        let library = Path::new("/nowhere");
        assert_eq!(names(root.path(), None), ["a.txt"]);
        let why = |name: &str| why_left_out(root.path(), &root.path().join(name), library);
        assert_eq!(why("a.txt"), None);
        assert!(why(".secret/b.txt").unwrap().contains("hidden"));
        assert!(why("build/c.txt").unwrap().contains(".gitignore"));
        assert!(why("d.log").unwrap().contains(".nuthatchignore"));
    }

    #[test]
    fn what_is_at_below_or_above_a_scope_is_walked_and_nothing_else() {
        let scopes = ["/d/a", "/d/b c/x", "/d/b/y.txt", "/e"].map(PathBuf::from);
        let scopes = BTreeSet::from(scopes);
        let leads = [
            "/",
            "/d",
            "/d/a",
            "/d/a/z",
            "/d/b",
            "/d/b/y.txt",
            "/d/b c",
            "/e/1/2",
        ];
        let others = ["/d/ab", "/d/b/x", "/d/b/y.txt.old", "/d/c", "/f"];
        for (paths, wanted) in [(&leads[..], true), (&others[..], false)] {
            for path in paths {
                assert_eq!(leads_to(Path::new(path), &scopes), wanted, "{path}");
            }
        }
    }

    #[test]
    fn a_scope_is_walked_without_its_neighbours_but_with_the_rules_above_it() {
        let root = tree(&[
            ("x/a.txt", ""),
            ("x/b.log", ""),
            ("y/c.txt", ""),
            (".gitignore", "*.log\n"),
        ]);
        let scopes = BTreeSet::from([root.path().join("x")]);
        assert_eq!(names(root.path(), Some(&scopes)), ["x/a.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_symbolic_links_ends() {
        let root = tree(&[("a/b.txt", "")]);
        std::os::unix::fs::symlink(root.path(), root.path().join("a/loop")).unwrap();
        assert_eq!(names(root.path(), None), ["a/b.txt"]);
    }
}
