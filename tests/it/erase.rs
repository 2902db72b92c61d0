//! `nuthatch erase`: all that the programs made for a user goes, and nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use nuthatch::place::desktop;
use serde_json::Value;

use crate::support::{self, Home, PROGRAM, wait_for};

/// A user's home with the usual library in it.
struct User {
    home: Home,
}

impl User {
    fn new() -> Self {
        let home = Home::new();
        home.write("heron.txt", "The heron stands still.");
        Self { home }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.home.root.path().join(below)
    }

    fn library(&self) -> PathBuf {
        nuthatch::dirs::default_library(self.home.root.path())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("HOME", self.home.root.path());
        for name in [
            "NUTHATCH_HOME",
            "XDG_DATA_HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
        ] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    fn call(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn add(&self) {
        let added = self.call(&["add", &self.home.docs()]);
        assert!(added.status.success());
    }

    fn write(&self, below: &str, content: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[cfg(target_os = "linux")]
#[test]
fn all_that_the_programs_made_goes_and_the_documents_stay() {
    let user = User::new();
    user.add();
    user.write(".local/share/app.nuthatch.desktop/storage/salt", "1");
    user.write(".config/app.nuthatch.desktop/.window-state.json", "{}");
    let entry = "[Desktop Entry]\nExec=\"/usr/bin/nuthatch-desktop\" --hidden\n";
    user.write(".config/autostart/nuthatch.desktop", entry);
    user.write(".config/autostart/another.desktop", "[Desktop Entry]\n");
    let erased = user.call(&["--json", "erase", "--yes"]);
    let told: Value = serde_json::from_slice(&erased.stdout).unwrap();
    let rows = told["erased"].as_array().unwrap();
    let database = rows
        .iter()
        .find(|row| row["path"].as_str().unwrap().ends_with("library.db"));
    assert!(database.unwrap()["bytes"].as_u64() > Some(10_000), "{told}");
    assert_eq!(told["folder_left"], false);
    let left = [
        user.path(".config/autostart/another.desktop"),
        user.home.path("heron.txt"),
    ];
    assert_eq!(files(user.home.root.path()), left);
    assert!(!user.library().exists());
    // Once more there is nothing to do.
    assert!(user.call(&["erase", "--yes"]).status.success());
    assert_eq!(files(user.home.root.path()), left);
}

#[test]
fn what_a_user_keeps_beside_a_library_stays() {
    let user = User::new();
    user.add();
    let novel = user.library().join("novel.txt");
    fs::write(&novel, "mine").unwrap();
    let erased = user.call(&["erase", "--yes"]);
    let said = String::from_utf8_lossy(&erased.stdout).into_owned();
    assert!(said.contains("other things are in it"), "{said}");
    assert_eq!(files(&user.library()), [novel]);
}

#[test]
fn nothing_is_erased_without_a_yes() {
    let user = User::new();
    user.add();
    let before = files(user.home.root.path());
    for arguments in [&["erase"][..], &["--json", "erase"]] {
        let refused = user.call(arguments);
        assert!(!refused.status.success());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("--yes"), "{said}");
    }
    assert_eq!(files(user.home.root.path()), before);
}

#[test]
fn a_library_in_use_is_not_erased() {
    let user = User::new();
    fs::create_dir_all(user.library()).unwrap();
    fs::write(user.library().join("settings.toml"), support::UNHURRIED).unwrap();
    user.add();
    let mut watching = user
        .command(&["watch"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let refused = wait_for("the library is in use", || {
        user.library()
            .join("activity.json")
            .exists()
            .then_some(())?;
        Some(user.call(&["erase", "--yes"]))
    });
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert_eq!(refused.status.code(), Some(4));
    assert!(user.library().join("library.db").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn of_a_library_that_was_named_only_that_goes() {
    let user = User::new();
    user.add();
    user.write(".config/app.nuthatch.desktop/.window-state.json", "{}");
    let own = user.path("own");
    let own = own.to_str().unwrap();
    assert!(
        user.call(&["--library", own, "add", &user.home.docs()])
            .status
            .success()
    );
    assert!(
        user.call(&["--library", own, "erase", "--yes"])
            .status
            .success()
    );
    assert!(!Path::new(own).exists());
    assert!(user.library().join("library.db").exists());
    assert!(
        user.path(".config/app.nuthatch.desktop/.window-state.json")
            .exists()
    );
}

#[test]
fn the_windows_places_bear_its_own_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("src-tauri/tauri.conf.json")).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["identifier"], desktop::IDENTIFIER);
}
