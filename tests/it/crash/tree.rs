//! A folder of documents with the plain map of what is in it, and what people do to one.
//!
//! Every content has a word of its own, so that a search tells which files it is found in. All is
//! decided by a seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// Numbers from a seed (`splitmix64`).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`, which is not 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let n = self.below(among.len().max(1) as u64);
        among.get(n as usize)
    }
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    /// A text with this word.
    Text(String),
    /// An archive of texts: name and word.
    Zip(Vec<(String, String)>),
    /// Something that cannot be read.
    Broken(String),
}

/// A folder and what is in it.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    /// By path below the root, with `/`.
    files: BTreeMap<String, Content>,
    /// Words that no file may be found by any more, unless it has them again.
    pub(super) words: BTreeSet<String>,
    random: Random,
    n_made: u32,
    /// What was done, for the message of a failure.
    pub(super) diary: Vec<String>,
}

impl Tree {
    pub(super) fn new(root: &Path, seed: u64) -> Self {
        std::fs::create_dir_all(root).unwrap();
        Self {
            root: root.canonicalize().unwrap(),
            files: BTreeMap::new(),
            words: BTreeSet::new(),
            random: Random::new(seed),
            n_made: 0,
            diary: Vec::new(),
        }
    }

    /// Where each word is to be found, by its absolute path; files inside a file have a path, too.
    pub(super) fn places(&self) -> BTreeMap<&str, BTreeSet<PathBuf>> {
        let mut places: BTreeMap<&str, BTreeSet<PathBuf>> = BTreeMap::new();
        for (path, content) in &self.files {
            match content {
                Content::Text(word) => {
                    places.entry(word).or_default().insert(self.root.join(path));
                }
                Content::Zip(inner) => {
                    for (name, word) in inner {
                        let path = self.root.join(path).join(name);
                        places.entry(word).or_default().insert(path);
                    }
                }
                Content::Broken(_) => {}
            }
        }
        places
    }

    /// Every path that the library is to know.
    pub(super) fn paths(&self) -> BTreeSet<PathBuf> {
        let mut paths = BTreeSet::new();
        for (path, content) in &self.files {
            paths.insert(self.root.join(path));
            if let Content::Zip(inner) = content {
                paths.extend(
                    inner
                        .iter()
                        .map(|(name, _)| self.root.join(path).join(name)),
                );
            }
        }
        paths
    }

    /// A few things that happen to files and folders.
    pub(super) fn live(&mut self, n: u64) {
        for _ in 0..n {
            let before = self.diary.len();
            while self.diary.len() == before {
                self.happen();
            }
        }
    }

    fn happen(&mut self) {
        match self
            .random
            .below(if self.files.len() > 40 { 16 } else { 20 })
        {
            0 | 1 => self.edit(),
            2 | 3 => self.rename_file(),
            4 | 5 => self.delete_file(),
            6 => self.rename_folder(),
            7 => self.delete_folder(),
            8 | 9 => self.copy(),
            10 => self.touch(),
            11 => self.file_becomes_folder(),
            12 => self.folder_becomes_file(),
            13 => self.swap(),
            14 => self.replace(),
            15 => self.copy_folder(),
            _ => self.add(),
        }
    }

    fn word(&mut self) -> String {
        self.n_made += 1;
        let word = format!("w{}x{}", self.n_made, self.random.below(90) + 10);
        self.words.insert(word.clone());
        word
    }

    fn content(&mut self, path: &str) -> Content {
        let ending = path.rsplit('.').next();
        match ending {
            Some("zip") => {
                let n = self.random.below(3) + 1;
                let member = |i| (format!("in{i}.txt"), self.word());
                Content::Zip((0..n).map(member).collect())
            }
            Some("pdf") => Content::Broken(self.word()),
            _ => Content::Text(self.word()),
        }
    }

    fn put(&mut self, path: &str, content: Content) {
        let bytes = match &content {
            Content::Text(word) => {
                // Some have several passages.
                let n = if word.len() % 2 == 0 { 3 } else { 90 };
                format!("This is about {word} and nothing else. {word} it is.\n\n")
                    .repeat(n)
                    .into()
            }
            Content::Zip(inner) => zipped(inner),
            Content::Broken(word) => format!("%PDF-1.4 and then {word}").into_bytes(),
        };
        let at = self.root.join(path);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, bytes).unwrap();
        self.files.insert(path.to_owned(), content);
    }

    /// A path at which there is nothing.
    fn fresh(&mut self, ending: &str) -> String {
        self.n_made += 1;
        let folder = match self.random.below(3) {
            0 => String::new(),
            1 => format!("d{}/", self.random.below(4)),
            _ => format!("d{}/e{}/", self.random.below(4), self.random.below(3)),
        };
        let folder = if self.is_free(&folder) {
            folder
        } else {
            String::new()
        };
        format!("{folder}f{}.{ending}", self.n_made)
    }

    /// No part of it is a file.
    fn is_free(&self, path: &str) -> bool {
        let mut parts = path.match_indices('/').map(|(at, _)| &path[..at]);
        !parts.any(|part| self.files.contains_key(part)) && !self.files.contains_key(path)
    }

    fn any_file(&mut self) -> Option<String> {
        let files: Vec<&String> = self.files.keys().collect();
        self.random.pick(&files).map(|path| (*path).clone())
    }

    fn any_folder(&mut self) -> Option<String> {
        let folders: BTreeSet<&str> = self
            .files
            .keys()
            .flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]))
            .collect();
        let folders: Vec<String> = folders.into_iter().map(str::to_owned).collect();
        self.random.pick(&folders).cloned()
    }

    fn below(&self, folder: &str) -> Vec<String> {
        let start = format!("{folder}/");
        let below = self.files.keys().filter(|path| path.starts_with(&start));
        below.cloned().collect()
    }

    fn note(&mut self, what: String) {
        self.diary.push(what);
    }

    fn add(&mut self) {
        let endings = ["txt", "txt", "txt", "md", "html", "zip", "pdf"];
        let ending = self.random.pick(&endings).copied().unwrap();
        let path = self.fresh(ending);
        let content = self.content(&path);
        self.note(format!("add {path} {content:?}"));
        self.put(&path, content);
    }

    fn edit(&mut self) {
        let Some(path) = self.any_file() else { return };
        let content = self.content(&path);
        self.note(format!("edit {path} {content:?}"));
        self.put(&path, content);
    }

    fn ending(path: &str) -> String {
        path.rsplit('.').next().unwrap_or_default().to_owned()
    }

    fn rename_file(&mut self) {
        let Some(from) = self.any_file() else { return };
        let to = self.fresh(&Self::ending(&from));
        self.note(format!("rename {from} to {to}"));
        let there = self.root.join(&to);
        std::fs::create_dir_all(there.parent().unwrap()).unwrap();
        std::fs::rename(self.root.join(&from), there).unwrap();
        let content = self.files.remove(&from).unwrap();
        self.files.insert(to, content);
    }

    fn delete_file(&mut self) {
        let Some(path) = self.any_file() else { return };
        self.note(format!("delete {path}"));
        std::fs::remove_file(self.root.join(&path)).unwrap();
        self.files.remove(&path);
    }

    fn rename_folder(&mut self) {
        let Some(from) = self.any_folder() else {
            return;
        };
        self.n_made += 1;
        let to = format!("g{}", self.n_made);
        self.note(format!("rename folder {from} to {to}"));
        std::fs::rename(self.root.join(&from), self.root.join(&to)).unwrap();
        for path in self.below(&from) {
            let content = self.files.remove(&path).unwrap();
            self.files.insert(path.replacen(&from, &to, 1), content);
        }
    }

    fn delete_folder(&mut self) {
        let Some(folder) = self.any_folder() else {
            return;
        };
        self.note(format!("delete folder {folder}"));
        std::fs::remove_dir_all(self.root.join(&folder)).unwrap();
        for path in self.below(&folder) {
            self.files.remove(&path);
        }
    }

    fn copy(&mut self) {
        let Some(from) = self.any_file() else { return };
        let to = self.fresh(&Self::ending(&from));
        self.note(format!("copy {from} to {to}"));
        let content = self.files[&from].clone();
        self.put(&to, content);
    }

    fn copy_folder(&mut self) {
        let Some(from) = self.any_folder() else {
            return;
        };
        self.n_made += 1;
        let to = format!("g{}", self.n_made);
        self.note(format!("copy folder {from} to {to}"));
        for path in self.below(&from) {
            let content = self.files[&path].clone();
            self.put(&path.replacen(&from, &to, 1), content);
        }
    }

    fn touch(&mut self) {
        let Some(path) = self.any_file() else { return };
        self.note(format!("touch {path}"));
        let file = std::fs::File::options()
            .append(true)
            .open(self.root.join(path))
            .unwrap();
        let ago = Duration::from_secs(self.random.below(1_000_000));
        file.set_modified(SystemTime::now() - ago).unwrap();
    }

    fn file_becomes_folder(&mut self) {
        let Some(path) = self.any_file() else { return };
        self.delete_file_at(&path);
        let inner = format!("{path}/f.txt");
        let content = self.content(&inner);
        self.note(format!(
            "file {path} becomes a folder, with {inner} {content:?}"
        ));
        self.put(&inner, content);
    }

    fn delete_file_at(&mut self, path: &str) {
        std::fs::remove_file(self.root.join(path)).unwrap();
        self.files.remove(path);
    }

    fn folder_becomes_file(&mut self) {
        let Some(folder) = self.any_folder() else {
            return;
        };
        std::fs::remove_dir_all(self.root.join(&folder)).unwrap();
        for path in self.below(&folder) {
            self.files.remove(&path);
        }
        let content = self.content(&folder);
        self.note(format!("folder {folder} becomes a file {content:?}"));
        self.put(&folder, content);
    }

    /// Two files of one kind change places.
    fn swap(&mut self) {
        let (Some(a), Some(b)) = (self.any_file(), self.any_file()) else {
            return;
        };
        if a == b || Self::ending(&a) != Self::ending(&b) {
            return;
        }
        self.note(format!("swap {a} and {b}"));
        let (at_a, at_b) = (self.root.join(&a), self.root.join(&b));
        let between = self.root.with_extension("between");
        std::fs::rename(&at_a, &between).unwrap();
        std::fs::rename(&at_b, &at_a).unwrap();
        std::fs::rename(&between, &at_b).unwrap();
        let (in_a, in_b) = (self.files[&a].clone(), self.files[&b].clone());
        self.files.insert(a, in_b);
        self.files.insert(b, in_a);
    }

    /// As editors do: written beside, and put in place.
    fn replace(&mut self) {
        let Some(path) = self.any_file() else { return };
        let content = self.content(&path);
        self.note(format!("replace {path} {content:?}"));
        let beside = format!("{path}.beside");
        self.put(&beside, content.clone());
        std::fs::rename(self.root.join(&beside), self.root.join(&path)).unwrap();
        self.files.remove(&beside);
        self.files.insert(path, content);
    }
}

fn zipped(inner: &[(String, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, word) in inner {
        archive
            .start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        write!(archive, "Inside there is {word}, and nothing else.").unwrap();
    }
    archive.finish().unwrap().into_inner()
}
