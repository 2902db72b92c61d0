//! Which folders a program made for itself: dependencies, build outputs, caches, virtual environments.
//!
//! A name alone is not enough where people use it, too (`build`, `target`, `env`): then something beside
//! or in the folder must say so. Folders without such a name are known by their look: tens of thousands
//! of files named by a machine. Pure but for [`Folder::on_disk`]. Invariant: nothing is decided here; a
//! folder that looks generated is counted, and asked about if it is large (`held.rs`).

use std::{collections::HashSet, ffi::OsStr, path::Path};

/// As what a folder was recognised; the words are the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    Packages,
    Environment,
    Build,
    Cache,
    Machine,
}

impl Looks {
    /// What stands behind "it looks like".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Packages => "packages that a program needs",
            Self::Environment => "a virtual environment",
            Self::Build => "the output of a build",
            Self::Cache => "a cache",
            Self::Machine => "files that a program named",
        }
    }
}

/// What a folder shows without being walked.
#[derive(Debug, Default)]
pub(super) struct Folder<'a> {
    pub(super) name: &'a str,
    /// Name of the folder above it.
    pub(super) above: &'a str,
    /// Names beside it.
    pub(super) beside: HashSet<String>,
    /// Names in it.
    pub(super) inside: HashSet<String>,
}

/// What must be there besides the name.
enum Sign {
    None,
    Inside(&'static [&'static str]),
    Beside(&'static [&'static str]),
    /// A name beside it ends like this.
    Ending(&'static [&'static str]),
    Above(&'static [&'static str]),
}

const CARGO_OR_MAVEN: Sign = Sign::Beside(&["Cargo.toml", "pom.xml", "build.sbt"]);
const WEB: Sign = Sign::Beside(&["package.json"]);
const BUILT: Sign = Sign::Beside(&[
    "CMakeLists.txt",
    "Makefile",
    "build.gradle",
    "build.gradle.kts",
    "meson.build",
    "package.json",
    "pubspec.yaml",
    "pyproject.toml",
    "setup.py",
]);
const DOTNET: Sign = Sign::Ending(&[".csproj", ".fsproj", ".vbproj", ".vcxproj"]);

/// Names, lower case, with what must be there besides.
const KNOWN: &[(&str, Sign, Looks)] = &[
    ("node_modules", Sign::None, Looks::Packages),
    ("bower_components", Sign::None, Looks::Packages),
    ("jspm_packages", Sign::None, Looks::Packages),
    ("site-packages", Sign::None, Looks::Packages),
    ("dist-packages", Sign::None, Looks::Packages),
    ("elm-stuff", Sign::None, Looks::Packages),
    ("pods", Sign::Beside(&["Podfile"]), Looks::Packages),
    (
        "vendor",
        Sign::Beside(&["composer.json", "go.mod", "Gemfile"]),
        Looks::Packages,
    ),
    ("deps", Sign::Beside(&["mix.exs"]), Looks::Packages),
    ("__pypackages__", Sign::None, Looks::Packages),
    ("__pycache__", Sign::None, Looks::Cache),
    ("target", CARGO_OR_MAVEN, Looks::Build),
    ("target", Sign::Inside(&[RUST_TAG, CACHE_TAG]), Looks::Build),
    ("dist", WEB, Looks::Build),
    ("build", BUILT, Looks::Build),
    ("out", BUILT, Looks::Build),
    ("bin", DOTNET, Looks::Build),
    ("obj", DOTNET, Looks::Build),
    (
        "_build",
        Sign::Beside(&["conf.py", "mix.exs", "dune-project"]),
        Looks::Build,
    ),
    ("cmakefiles", Sign::None, Looks::Build),
    ("deriveddata", Sign::None, Looks::Build),
    ("caches", Sign::Above(&["library"]), Looks::Cache),
    ("cache", Sign::None, Looks::Cache),
    ("caches", Sign::None, Looks::Cache),
    ("cache2", Sign::None, Looks::Cache),
    ("cachestorage", Sign::None, Looks::Cache),
    ("code cache", Sign::None, Looks::Cache),
    ("gpucache", Sign::None, Looks::Cache),
    ("inetcache", Sign::None, Looks::Cache),
    ("temporary internet files", Sign::None, Looks::Cache),
    ("webcache", Sign::None, Looks::Cache),
];

/// What stands in every virtual environment of Python.
const ENVIRONMENT: &str = "pyvenv.cfg";
/// Conda's.
const CONDA: &str = "conda-meta";
/// What a cache says of itself (bford.info/cachedir).
const CACHE_TAG: &str = "CACHEDIR.TAG";
/// What Cargo writes into its folder of outputs.
const RUST_TAG: &str = ".rustc_info.json";
/// Beginnings of names that vary.
const BEGINNINGS: [(&str, Looks); 2] = [("cmake-build-", Looks::Build), ("bazel-", Looks::Build)];
/// Entries from which on names are looked at: fewer are nobody's trouble, whoever named them.
const MIN_ENTRIES: usize = 200;
/// So many of a hundred names must be a machine's.
const MACHINE_PERCENT: usize = 90;
/// Endings that people search in: mails, books and scans are often named by a machine, too.
const DOCUMENTS: [&str; 14] = [
    "doc", "docx", "eml", "emlx", "epub", "htm", "html", "jpeg", "jpg", "md", "msg", "odt", "pdf",
    "txt",
];

impl Folder<'_> {
    fn has(names: &HashSet<String>, wanted: &[&str]) -> bool {
        wanted.iter().any(|name| names.contains(*name))
    }

    fn shows(&self, sign: &Sign) -> bool {
        match sign {
            Sign::None => true,
            Sign::Inside(names) => Self::has(&self.inside, names),
            Sign::Beside(names) => Self::has(&self.beside, names),
            Sign::Ending(endings) => {
                let mut names = self.beside.iter();
                names.any(|name| endings.iter().any(|ending| name.ends_with(ending)))
            }
            Sign::Above(names) => names.contains(&self.above.to_lowercase().as_str()),
        }
    }
}

/// As what a folder is recognised, if it is.
pub(super) fn recognise(folder: &Folder) -> Option<Looks> {
    let name = folder.name.to_lowercase();
    let known = KNOWN
        .iter()
        .find(|(known, sign, _)| *known == name && folder.shows(sign));
    if let Some((_, _, looks)) = known {
        return Some(*looks);
    }
    if Folder::has(&folder.inside, &[ENVIRONMENT, CONDA]) {
        return Some(Looks::Environment);
    }
    if folder.inside.contains(CACHE_TAG) {
        return Some(Looks::Cache);
    }
    let begins = BEGINNINGS.iter().find(|(start, _)| name.starts_with(start));
    if let Some(&(_, looks)) = begins {
        return Some(looks);
    }
    is_named_by_a_machine(&folder.inside).then_some(Looks::Machine)
}

/// Whether nearly all of many names are a machine's: digits, long hexadecimal numbers, or the 256
/// folders that these are divided into.
fn is_named_by_a_machine(names: &HashSet<String>) -> bool {
    if names.len() < MIN_ENTRIES {
        return false;
    }
    let n_named = names.iter().filter(|name| is_machines(name)).count();
    n_named * 100 >= names.len() * MACHINE_PERCENT
}

fn is_machines(name: &str) -> bool {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if DOCUMENTS.contains(&ending.to_lowercase().as_str()) {
        return false;
    }
    let is_hex = |stem: &str| {
        stem.bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    };
    let has_digit = stem.bytes().any(|byte| byte.is_ascii_digit());
    // The two letters of a divided store need no digit among them.
    is_hex(stem) && (stem.len() == 2 || (stem.len() >= 8 && has_digit))
}

/// Names that are looked at of a folder; more would say the same.
const MAX_NAMES: usize = 2_000;

/// As what a folder of the disk is recognised, if it is.
pub(super) fn on_disk(path: &Path) -> Option<Looks> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let above = path.parent();
    let lower = name.to_lowercase();
    let asks_beside = |sign: &Sign| matches!(sign, Sign::Beside(_) | Sign::Ending(_));
    let asks_beside = KNOWN
        .iter()
        .any(|(known, sign, _)| *known == lower && asks_beside(sign));
    let beside = above.filter(|_| asks_beside);
    let mut inside = names_in(path, MAX_NAMES);
    if inside.len() == MAX_NAMES {
        let signs = [ENVIRONMENT, CONDA, CACHE_TAG, RUST_TAG];
        let there = signs.into_iter().filter(|sign| path.join(sign).exists());
        inside.extend(there.map(str::to_owned));
    }
    recognise(&Folder {
        name: &name,
        above: &above
            .and_then(Path::file_name)
            .map(shown)
            .unwrap_or_default(),
        beside: beside
            .map(|above| names_in(above, usize::MAX))
            .unwrap_or_default(),
        inside,
    })
}

/// So many names in a folder; none of one that cannot be listed.
fn names_in(path: &Path, limit: usize) -> HashSet<String> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .take(limit)
        .map(|entry| shown(&entry.file_name()))
        .collect()
}

fn shown(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// Files below a folder, without looking at any; stops at a limit.
pub(super) fn count_below(path: &Path, limit: u64) -> u64 {
    let mut n_files = 0;
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => n_files += 1,
                _ => {}
            }
            if n_files >= limit {
                return n_files;
            }
        }
    }
    n_files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> HashSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn looks(name: &str, beside: &[&str], inside: &[&str]) -> Option<Looks> {
        recognise(&Folder {
            name,
            above: "project",
            beside: names(beside),
            inside: names(inside),
        })
    }

    #[test]
    fn what_a_program_made_for_itself_is_known_by_its_name_and_a_sign() {
        assert_eq!(
            looks("node_modules", &[], &["left-pad"]),
            Some(Looks::Packages)
        );
        assert_eq!(looks("Node_Modules", &[], &[]), Some(Looks::Packages));
        assert_eq!(looks("__pycache__", &[], &[]), Some(Looks::Cache));
        assert_eq!(looks("target", &["Cargo.toml"], &[]), Some(Looks::Build));
        assert_eq!(looks("target", &[], &["CACHEDIR.TAG"]), Some(Looks::Build));
        assert_eq!(
            looks("my-env", &[], &["pyvenv.cfg", "bin"]),
            Some(Looks::Environment)
        );
        assert_eq!(
            looks("miniconda3", &[], &["conda-meta"]),
            Some(Looks::Environment)
        );
        assert_eq!(looks("obj", &["App.csproj"], &[]), Some(Looks::Build));
        assert_eq!(looks("cmake-build-debug", &[], &[]), Some(Looks::Build));
        assert_eq!(looks("thumbs", &[], &["CACHEDIR.TAG"]), Some(Looks::Cache));
    }

    #[test]
    fn the_same_names_without_a_sign_are_a_persons() {
        for name in [
            "target", "build", "dist", "out", "bin", "obj", "vendor", "env",
        ] {
            assert_eq!(looks(name, &["letters.odt"], &["2023"]), None, "{name}");
        }
        assert_eq!(looks("Documents", &["package.json"], &["a.pdf"]), None);
    }

    #[test]
    fn many_names_of_a_machine_are_a_store_and_mails_and_scans_are_not() {
        let many = |name: &dyn Fn(usize) -> String| (0..300).map(name).collect::<HashSet<_>>();
        let looks = |inside: HashSet<String>| {
            recognise(&Folder {
                name: "store",
                inside,
                ..Folder::default()
            })
        };
        assert_eq!(looks(many(&|i| format!("{i:040x}"))), Some(Looks::Machine));
        let divided = (0..=255).map(|i| format!("{i:02x}")).collect();
        assert_eq!(looks(divided), Some(Looks::Machine));
        assert_eq!(looks(many(&|i| format!("{i:040x}.eml"))), None);
        assert_eq!(looks(many(&|i| format!("{:08}.jpg", i + 20_230_000))), None);
        assert_eq!(looks(many(&|i| format!("letter {i}"))), None);
        assert_eq!(looks((0..100).map(|i| format!("{i:040x}")).collect()), None);
    }

    #[test]
    fn a_folder_of_the_disk_is_listed_and_counted_up_to_a_limit() {
        let root = tempfile::tempdir().unwrap();
        let made = root.path().join("app/target/debug");
        std::fs::create_dir_all(&made).unwrap();
        for i in 0..20 {
            std::fs::write(made.join(format!("{i}.o")), "").unwrap();
        }
        let target = root.path().join("app/target");
        assert_eq!(on_disk(&target), None);
        std::fs::write(root.path().join("app/Cargo.toml"), "").unwrap();
        assert_eq!(on_disk(&target), Some(Looks::Build));
        assert_eq!(count_below(&target, 1_000), 20);
        assert_eq!(count_below(&target, 7), 7);
        assert_eq!(on_disk(&root.path().join("nowhere")), None);
    }
}
