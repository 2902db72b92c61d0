//! Libraries that older programs made, opened by this one; and newer ones, which are left alone.
//!
//! `tests/data/libraries` has one of every format so far, made by the program that first wrote it
//! from the documents beside them; their folder is not there any more, as on a new computer.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use nuthatch::{dirs::Dirs, engine::Engine};
use tokio::runtime::Runtime;

use crate::support::{Home, PROGRAM, assert_sound, json, nuthatch, paths};

/// Where the documents lay when the libraries were made.
const DOCS: &str = "/nuthatch-test/docs";
const FORMATS: [u32; 6] = [1, 2, 3, 4, 10, 12];
/// What is found by a word, and where.
const FOUND: [(&str, &[&str]); 5] = [
    ("kingfisher", &["river.md"]),
    ("eighty", &["notes/copy-of-tea.txt", "notes/tea.txt"]),
    ("florins", &["ledger.html"]),
    ("lighthouse", &["lighthouse.pdf"]),
    ("apricots", &["letter.docx"]),
];

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/libraries")
}

/// A library of an older format.
fn unpack(format: u32, library: &Path) {
    let packed = std::fs::File::open(data().join(format!("format-{format}.tar.zst"))).unwrap();
    tar::Archive::new(zstd::Decoder::new(packed).unwrap())
        .unpack(library)
        .unwrap();
}

/// Paths of files and copies that a word finds, below the folder that holds them.
fn found(library: &Path, word: &str, below: &Path) -> Vec<String> {
    let found = json(library, &["search", "--only", "words", word]);
    let copies = found["results"].as_array().unwrap().iter().flat_map(|row| {
        let copies = row["copies"].as_array().unwrap().iter();
        copies
            .map(|path| path.as_str().unwrap())
            .collect::<Vec<_>>()
    });
    let all = paths(&found).into_iter().chain(copies);
    let all = all.filter_map(|path| Path::new(path).strip_prefix(below).ok());
    let mut all: Vec<String> = all.map(|path| path.display().to_string()).collect();
    all.sort();
    all
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.unwrap(), to.to_owned());
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Every file below a folder with its bytes.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes(&path));
        } else {
            all.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    all
}

#[test]
fn a_library_of_every_older_format_is_found_as_before_and_embeds_nothing_again() {
    for format in FORMATS {
        let home = Home::new();
        let library = home.library();
        unpack(format, &library);
        copy(&data().join("docs"), &home.root.path().join("docs"));
        let (n_before, n_embedded) = Runtime::new().unwrap().block_on(async {
            let programs = Path::new(PROGRAM).parent().unwrap();
            let engine = Engine::open(Dirs::new(&library, programs)).await.unwrap();
            engine.settle().await.unwrap();
            let status = engine.status().await.unwrap();
            assert!(status.folders[0].away, "format {format}");
            assert_eq!(status.n_to_embed, 0, "format {format}");
            // The same documents at another place, as after a move to a new computer.
            engine
                .add_folder(&home.root.path().join("docs"))
                .await
                .unwrap();
            engine.settle().await.unwrap();
            let n_embedded = engine.progress().borrow().n_embedded;
            engine.close().await;
            (status.n_passages, n_embedded)
        });
        assert!(n_before >= 6, "format {format}: {n_before} passages");
        assert_eq!(n_embedded, 0, "format {format}");
        assert_sound(&library);
        let docs = home.root.path().canonicalize().unwrap().join("docs");
        for (word, files) in FOUND {
            for below in [Path::new(DOCS), &docs] {
                assert_eq!(
                    found(&library, word, below),
                    files,
                    "format {format}: {word}"
                );
            }
        }
        let meaning = ["search", "--only", "meaning", "how hot should the water be"];
        let meaning = json(&library, &meaning);
        assert!(
            paths(&meaning)[0].contains("tea.txt"),
            "format {format}: {meaning}"
        );
        let (state, reason) = home.why("broken.pdf");
        assert_eq!(state, "failed", "format {format}: {reason}");
    }
}

#[test]
fn a_library_of_every_older_format_is_read_before_anybody_writes_it() {
    for format in FORMATS {
        let home = Home::new();
        let library = home.library();
        unpack(format, &library);
        let status = json(&library, &["status"]);
        let n_passages = status["passages"].as_u64().unwrap();
        assert!(n_passages >= 6, "format {format}: {status}");
        // Its documents are not on this machine, so there is nothing to show.
        assert!(paths(&json(&library, &["search", "tea"])).is_empty());
    }
}

#[test]
fn a_library_of_a_newer_format_is_refused_and_not_touched() {
    let home = Home::new();
    home.write("a.txt", "kingfisher");
    home.add();
    let library = home.library();
    raise_format(&library.join("library.db"));
    let mut before = bytes(&library);
    for arguments in [
        &["add", &home.docs()][..],
        &["search", "kingfisher"],
        &["status"],
    ] {
        let output = nuthatch(&library, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains("newer Nuthatch"), "{arguments:?}: {said}");
    }
    let mut after = bytes(&library);
    // Who holds the library is no part of it.
    after.remove(&library.join("library.lock"));
    before.remove(&library.join("library.lock"));
    assert!(after.keys().eq(before.keys()), "{:?}", after.keys());
    for (path, bytes) in &before {
        assert!(after[path] == *bytes, "{}", path.display());
    }
}

/// Writes the next format's number into the database's header, where `SQLite` keeps it.
fn raise_format(database: &Path) {
    let mut bytes = std::fs::read(database).unwrap();
    let format = u32::from_be_bytes(bytes[60..64].try_into().unwrap());
    assert!(format >= *FORMATS.last().unwrap());
    bytes[60..64].copy_from_slice(&(format + 1).to_be_bytes());
    std::fs::write(database, bytes).unwrap();
}
