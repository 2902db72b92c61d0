//! `nuthatch bench`: the same folder for the same seed, and an account of what indexing it costs.

use std::{collections::BTreeMap, fs, path::Path};

use crate::support::{json, nuthatch};

/// Every file below the folder, by its path in it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

fn make(home: &Path, name: &str, seed: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = home.join(name);
    let arguments = [
        "bench",
        "corpus",
        folder.to_str().unwrap(),
        "--files",
        "60",
        "--seed",
        seed,
    ];
    assert!(nuthatch(&home.join("library"), &arguments).status.success());
    contents(&folder)
}

#[test]
fn a_seed_makes_the_same_files_and_another_seed_makes_others() {
    let home = tempfile::tempdir().unwrap();
    let first = make(home.path(), "first", "7");
    assert_eq!(first.len(), 60);
    assert!(first.values().all(|content| !content.is_empty()));
    assert_eq!(first, make(home.path(), "again", "7"));
    assert_ne!(first, make(home.path(), "other", "8"));
}

#[test]
fn the_account_of_an_indexed_folder_names_every_part_and_leaves_the_library_alone() {
    let home = tempfile::tempdir().unwrap();
    let made = make(home.path(), "made", "1");
    let n_bytes: usize = made.values().map(Vec::len).sum();
    let library = home.path().join("library");
    let folder = home.path().join("made");

    let account = json(&library, &["bench", "index", folder.to_str().unwrap()]);

    assert_eq!(account["files"], 60);
    assert_eq!(account["file_bytes"], n_bytes);
    assert!(account["passages"].as_u64().unwrap() >= 60);
    let parts = account["bytes"].as_object().unwrap();
    for part in ["texts", "files", "documents", "words"] {
        assert!(parts[part].as_u64().unwrap() > 0, "{part}: {account}");
    }
    let whole: u64 = parts.values().map(|n| n.as_u64().unwrap()).sum();
    let share = whole as f64 / account["text_bytes"].as_f64().unwrap();
    assert!((account["index_to_text"].as_f64().unwrap() - share).abs() < 1e-9);
    assert_eq!(json(&library, &["status"])["passages"], 0);
}
