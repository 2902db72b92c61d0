//! A disk that is full, read-only or refuses: it is said clearly, nothing is lost, and indexing goes on
//! by itself when it can.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::shim::watched;
use crate::support::{Home, PATIENCE, UNHURRIED, assert_sound, json, nuthatch, paths, wait_for};

/// What a disk answers: no room, read-only, not permitted, failing.
const REFUSALS: [(i32, &str); 4] = [
    (28, "the disk is full"),
    (30, "can be read only"),
    (13, "is not permitted"),
    (5, "fails"),
];

/// A library with some files of which it knows nothing yet, on a disk that will refuse.
fn home() -> Home {
    let home = Home::new();
    home.write("old.txt", "an old medlar");
    std::fs::create_dir_all(home.library()).unwrap();
    let settings = format!("meaning = false\n{UNHURRIED}");
    std::fs::write(home.library().join("settings.toml"), settings).unwrap();
    home.add();
    for i in 0..30 {
        home.write(&format!("new{i}.txt"), format!("a new quince{i}"));
    }
    home
}

/// Everything is there, once.
fn assert_complete(home: &Home) {
    for i in 0..30 {
        assert_eq!(home.by_words(&format!("quince{i}")).len(), 1);
    }
    assert_eq!(home.by_words("medlar").len(), 1);
    assert_sound(&home.library());
}

/// A file for what a process says.
fn said_file(home: &Home) -> (PathBuf, std::fs::File) {
    let path = home.root.path().join("said");
    let file = std::fs::File::create(&path).unwrap();
    (path, file)
}

/// The line that tells what hinders, once it is there.
fn trouble(said: &Path) -> String {
    wait_for("the trouble to be told", || {
        let said = std::fs::read_to_string(said).unwrap();
        let mut lines = said.lines();
        let told = lines.find(|line| line.contains("trying again"));
        told.map(str::to_owned)
    })
}

#[test]
fn a_disk_that_refuses_is_told_and_indexing_goes_on_when_it_works_again() {
    for (number, what) in REFUSALS {
        let home = home();
        let (report, flag) = (
            home.root.path().join("report"),
            home.root.path().join("flag"),
        );
        let (said, file) = said_file(&home);
        let mut child = watched(&home.library(), &["watch"], &report)
            .env("SHIM_ERRNO", number.to_string())
            .env("SHIM_FLAG", &flag)
            .stderr(file)
            .spawn()
            .unwrap();
        for word in ["quince29", "quince3"] {
            wait_for("the first files to be found", || {
                (home.by_words(word).len() == 1).then_some(())
            });
        }
        std::fs::write(&flag, "").unwrap();
        home.write("during.txt", "a persimmon while nothing could be written");
        let told = trouble(&said);
        assert!(told.contains(what), "{told}");
        assert!(child.try_wait().unwrap().is_none(), "{what}: it goes on");
        assert!(home.by_words("persimmon").is_empty(), "{what}");
        assert_eq!(home.by_words("quince3").len(), 1, "{what}: searches go on");
        std::fs::remove_file(&flag).unwrap();
        wait_for("what came meanwhile to be found", || {
            (home.by_words("persimmon").len() == 1).then_some(())
        });
        child.kill().unwrap();
        child.wait().unwrap();
        home.add();
        assert_eq!(home.by_words("persimmon").len(), 1, "{what}");
        assert_complete(&home);
    }
}

#[test]
fn add_gives_up_on_a_disk_that_stays_full_and_the_next_call_goes_on() {
    for (number, expected) in [
        (28, "the disk is full"),
        (13, "Permission denied"),
        (30, "Read-only file system"),
    ] {
        let home = home();
        let (report, flag) = (
            home.root.path().join("report"),
            home.root.path().join("flag"),
        );
        std::fs::write(&flag, "").unwrap();
        let began = Instant::now();
        let output = watched(
            &home.library(),
            &["add", &home.docs(), "--patience", "2"],
            &report,
        )
        .env("SHIM_ERRNO", number.to_string())
        .env("SHIM_FLAG", &flag)
        .output()
        .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(began.elapsed() < PATIENCE, "it does not wait for ever");
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(
            said.contains("trying again") && said.contains("given up after 2 s"),
            "{said}"
        );
        assert!(said.contains(expected), "{said}");
        std::fs::remove_file(&flag).unwrap();
        home.add();
        assert_complete(&home);
    }
}

#[test]
fn what_a_virus_scanner_refuses_for_a_moment_is_tried_again_and_nobody_hears_of_it() {
    let home = home();
    let (report, flag) = (
        home.root.path().join("report"),
        home.root.path().join("flag"),
    );
    let child = watched(&home.library(), &["add", &home.docs()], &report)
        .env(
            "SHIM_FOLDER",
            home.library().canonicalize().unwrap().join("index"),
        )
        .env("SHIM_ERRNO", "13")
        .env("SHIM_FLAG", &flag)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..5 {
        std::fs::write(&flag, "").unwrap();
        std::thread::sleep(Duration::from_millis(60));
        std::fs::remove_file(&flag).unwrap();
        std::thread::sleep(Duration::from_millis(150));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("trying again"), "{said}");
    assert_complete(&home);
}

/// A small disk of its own, where this process may mount one.
struct Disk(PathBuf);

impl Disk {
    /// `None` where mounting is not permitted, which is said aloud.
    fn mount(at: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let options = format!("size={size},mode=755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "nuthatch-test"])
            .arg(at)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            _ => {
                eprintln!(
                    "SKIPPED: no disk can be mounted here, so that a real full one is not tried"
                );
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(&self.0)
            .status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Fills a disk to the last byte.
fn fill(folder: &Path) {
    let mut file = std::fs::File::create(folder.join("ballast")).unwrap();
    let block = vec![7_u8; 4096];
    while std::io::Write::write_all(&mut file, &block).is_ok() {}
}

#[test]
fn a_full_disk_is_told_with_what_is_free_and_room_is_enough_to_go_on() {
    let home = Home::new();
    let Some(_disk) = Disk::mount(&home.library(), "24m") else {
        return;
    };
    std::fs::write(home.library().join("settings.toml"), "meaning = false\n").unwrap();
    home.write("old.txt", "an old medlar");
    home.add();
    fill(&home.library());
    for i in 0..30 {
        let text = format!(
            "a new quince{i} {}",
            format!("tree{i} wood{i} ").repeat(400)
        );
        home.write(&format!("new{i}.txt"), text);
    }
    let (said, file) = said_file(&home);
    let mut child =
        crate::support::command(&home.library(), &["add", &home.docs(), "--patience", "100"])
            .stderr(file)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
    let told = trouble(&said);
    assert!(told.contains("the disk is full: 0 MB free at"), "{told}");
    assert!(told.contains("trying again"), "{told}");
    let found = json(&home.library(), &["search", "--only", "words", "medlar"]);
    assert_eq!(paths(&found).len(), 1, "searches go on");
    std::fs::remove_file(home.library().join("ballast")).unwrap();
    let status = wait_for("it to end", || child.try_wait().unwrap());
    let said = std::fs::read_to_string(said).unwrap();
    assert!(status.success(), "{said}");
    assert_complete(&home);
}

#[test]
fn a_disk_that_becomes_read_only_is_told_and_can_still_be_searched() {
    let home = Home::new();
    let Some(disk) = Disk::mount(&home.library(), "64m") else {
        return;
    };
    std::fs::write(home.library().join("settings.toml"), "meaning = false\n").unwrap();
    home.write("old.txt", "an old medlar");
    home.add();
    disk.remount("ro");
    let output = nuthatch(&home.library(), &["add", &home.docs(), "--patience", "1"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("cannot be written"),
        "{said}"
    );
    let found = json(&home.library(), &["search", "--only", "words", "medlar"]);
    assert_eq!(paths(&found).len(), 1, "{found}");
    json(&home.library(), &["status"]);
    disk.remount("rw");
    for i in 0..30 {
        home.write(&format!("new{i}.txt"), format!("a new quince{i}"));
    }
    home.add();
    assert_complete(&home);
}
