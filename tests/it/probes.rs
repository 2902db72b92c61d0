//! 150 questions with known answers, over files made here and over real ones: is what a person looks
//! for among the first five?
//!
//! `probes/made.tsv` has the questions over made files and says how all were made, `probes/docs.tsv`
//! those over real files; `probes/made.rs` makes the files.

mod business;
mod made;
mod writings;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::{Home, UNHURRIED, json};

/// The questions over made files, and those over real ones.
const SETS: [&str; 2] = ["made", "docs"];

fn set(name: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/probes");
    tests.join(format!("{name}.tsv"))
}

/// The lines of a set, by column: id, category, half, query, files, place.
fn questions(name: &str) -> Vec<[String; 6]> {
    let text = fs::read_to_string(set(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
            fields.try_into().unwrap_or_else(|_| panic!("{line}"))
        })
        .collect()
}

/// Every file below the folder with its content, by its path in it.
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
                found.insert(name.replace('\\', "/"), fs::read(path).unwrap());
            }
        }
    }
    found
}

/// They are left where `nuthatch eval --probes` can be pointed at them.
#[test]
fn the_files_of_the_probes_are_made_the_same_each_time() {
    let again = tempfile::tempdir().unwrap();
    let once = Path::new(env!("CARGO_TARGET_TMPDIR")).join("probes");
    if once.exists() {
        fs::remove_dir_all(&once).unwrap();
    }
    let paths: BTreeSet<String> = made::write(&once).into_iter().collect();
    made::write(again.path());
    let files = contents(&once);
    assert!(paths.len() > 300, "{} files", paths.len());
    assert_eq!(files.len(), paths.len(), "a path was made twice");
    assert!(files == contents(again.path()), "the bytes differ");
}

#[test]
fn the_probes_name_files_that_are_made_and_their_halves_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    made::write(folder.path());
    let mut n = 0;
    for (name, first) in SETS.into_iter().zip(["tune", "report"]) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for [id, category, half, _, files, _] in questions(name) {
            let number = seen.entry(category).or_default();
            assert_eq!((half == first), number.is_multiple_of(2), "{id}: {half}");
            *number += 1;
            n += 1;
            let paths = files.split(" & ").flat_map(|wanted| wanted.split('|'));
            let gone: Vec<&str> = paths
                .filter(|path| name == "made" && *path != "-" && !folder.path().join(path).exists())
                .collect();
            assert!(gone.is_empty(), "{id}: {gone:?}");
            assert!(ids.insert(id.clone()), "{id} is there twice");
        }
    }
    assert_eq!(n, 150);
}

#[test]
fn what_is_looked_for_is_among_the_first_five() {
    let home = Home::new();
    made::write(&home.root.path().join("docs"));
    let found = ask(&home, "made", &home.docs());
    hold_floors("made", &found);
}

/// With `NUTHATCH_DOCS`, the folder of the real files, whose licences keep them out of the project.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "where the files are is asked of whoever starts it"
)]
fn what_is_looked_for_in_real_files_is_among_the_first_five() {
    let Ok(folder) = std::env::var("NUTHATCH_DOCS") else {
        return;
    };
    let home = Home::new();
    let found = ask(&home, "docs", &folder);
    hold_floors("docs", &found);
}

fn ask(home: &Home, name: &str, folder: &str) -> Value {
    fs::create_dir_all(home.library()).unwrap();
    fs::write(home.library().join("settings.toml"), UNHURRIED).unwrap();
    let table = set(name);
    let table = table.to_str().unwrap();
    json(
        &home.library(),
        &["eval", "--probes", table, "--folder", folder],
    )
}

/// Every mean of every category and stage reaches its floor, and has one.
fn hold_floors(name: &str, found: &Value) {
    let rows = found["halves"]["both"]["rows"].as_array().unwrap();
    assert!(rows.len() > 20, "{found:#}");
    let floors = fs::read_to_string(set(&format!("{name}_floors"))).unwrap();
    let floors: BTreeMap<(&str, &str), [f64; 2]> = floors
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let number = |at: usize| fields[at].parse().unwrap();
            ((fields[0], fields[1]), [number(2), number(3)])
        })
        .collect();
    let mut low = Vec::new();
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap();
        let (category, stage) = (text("category"), text("stage"));
        let wanted = floors.get(&(category, stage));
        let wanted = wanted.unwrap_or_else(|| panic!("no floor for {category}, {stage}"));
        for (measure, floor) in ["recall_at_5", "top_1"].into_iter().zip(wanted) {
            let reached = row[measure].as_f64().unwrap();
            if reached < *floor {
                low.push(format!(
                    "{category}, {stage}: {measure} {reached:.3} < {floor}"
                ));
            }
        }
    }
    assert_eq!(rows.len(), floors.len(), "a category or a stage is gone");
    assert!(low.is_empty(), "{low:#?}");
}
