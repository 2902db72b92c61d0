//! Files inside files: found like any file, and gone, moved and copied with the file that holds them.

use std::io::Write as _;

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{Home, assert_sound, view_of};

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Two leases, one of them in an archive in the archive, and something that cannot be read.
fn leases() -> Vec<u8> {
    let inner = zip(&[("garage.txt", b"the garage is let for a year")]);
    zip(&[
        ("flat/lease.txt", b"the flat is let for three months"),
        ("old.zip", &inner),
        ("broken.pdf", b"no such thing"),
    ])
}

fn names(home: &Home) -> Vec<String> {
    let docs = home.docs();
    view_of(&home.library())
        .into_keys()
        .map(|path| path.strip_prefix(&docs).unwrap().display().to_string())
        .collect()
}

/// What a query finds by words, as names.
fn found(home: &Home, query: &str) -> Vec<String> {
    let docs = format!("{}/", home.docs());
    let paths = home.by_words(query);
    paths.iter().map(|path| path.replace(&docs, "")).collect()
}

const INSIDE: [&str; 4] = [
    "broken.pdf",
    "flat/lease.txt",
    "old.zip",
    "old.zip/garage.txt",
];

fn with(archive: &str) -> Vec<String> {
    let inside = INSIDE.iter().map(|name| format!("{archive}/{name}"));
    std::iter::once(archive.to_owned()).chain(inside).collect()
}

#[test]
fn what_lies_in_archives_is_found_by_its_words_and_has_a_state_of_its_own() {
    let home = Home::new();
    home.write("papers.zip", leases());
    home.add();
    assert_eq!(names(&home), with("papers.zip"));
    assert_eq!(found(&home, "months"), ["papers.zip/flat/lease.txt"]);
    assert_eq!(
        found(&home, "garage year"),
        ["papers.zip/old.zip/garage.txt"]
    );
    assert_eq!(home.why("papers.zip").0, "indexed");
    assert_eq!(home.why("papers.zip/flat/lease.txt").0, "indexed");
    let (state, reason) = home.why("papers.zip/broken.pdf");
    assert_eq!(state, "failed");
    assert!(reason.contains("not a pdf"), "{reason}");
    assert_sound(&home.library());
}

#[test]
fn a_renamed_archive_takes_its_files_along_and_a_deleted_one_takes_them_away() {
    let home = Home::new();
    home.write("papers.zip", leases());
    home.add();
    std::fs::rename(home.path("papers.zip"), home.path("moved.zip")).unwrap();
    home.add();
    assert_eq!(names(&home), with("moved.zip"));
    assert_eq!(
        found(&home, "garage year"),
        ["moved.zip/old.zip/garage.txt"]
    );
    std::fs::remove_file(home.path("moved.zip")).unwrap();
    home.add();
    assert_eq!(names(&home), [""; 0]);
    assert_eq!(found(&home, "garage"), [""; 0]);
    assert_sound(&home.library());
}

#[test]
fn a_copy_of_an_archive_has_the_same_files_and_a_changed_one_other_ones() {
    let home = Home::new();
    home.write("a.zip", leases());
    home.add();
    std::fs::copy(home.path("a.zip"), home.path("b.zip")).unwrap();
    home.add();
    assert_eq!(names(&home), [with("a.zip"), with("b.zip")].concat());
    home.write(
        "a.zip",
        zip(&[
            ("flat/lease.txt", b"the flat is sold"),
            ("new.txt", b"brand new"),
        ]),
    );
    home.add();
    let changed = ["a.zip", "a.zip/flat/lease.txt", "a.zip/new.txt"].map(String::from);
    assert_eq!(names(&home), [changed.to_vec(), with("b.zip")].concat());
    assert_eq!(found(&home, "sold"), ["a.zip/flat/lease.txt"]);
    assert_eq!(found(&home, "months"), ["b.zip/flat/lease.txt"]);
    assert_sound(&home.library());
}

#[test]
fn an_archive_that_becomes_a_folder_of_that_name_is_replaced_by_it() {
    let home = Home::new();
    home.write("papers.zip", leases());
    home.add();
    std::fs::remove_file(home.path("papers.zip")).unwrap();
    home.write("papers.zip/flat/lease.txt", "unpacked by now");
    home.add();
    assert_eq!(names(&home), ["papers.zip/flat/lease.txt"]);
    assert_eq!(found(&home, "unpacked"), ["papers.zip/flat/lease.txt"]);
    assert_sound(&home.library());
}
