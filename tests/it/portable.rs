//! Portable mode: everything lies in a folder beside the programs, and nothing in the home folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::support::PROGRAM;

/// Copies of the programs in a folder of their own, and an empty home.
struct Stick {
    root: tempfile::TempDir,
}

impl Stick {
    fn new() -> Self {
        // Where links to the programs can be made instead of copies.
        let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let stick = Self { root };
        for folder in [stick.programs(), stick.home(), stick.documents()] {
            fs::create_dir(folder).unwrap();
        }
        let built = Path::new(PROGRAM).parent().unwrap();
        for name in [
            "nuthatch",
            "nuthatch-models",
            "libonnxruntime.so",
            "libpdfium.so",
        ] {
            let built = built.join(name);
            if built.is_file() {
                fs::hard_link(&built, stick.programs().join(name)).unwrap();
            }
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(built.join("models"), stick.programs().join("models")).unwrap();
        fs::write(
            stick.documents().join("heron.txt"),
            "The heron stands still.",
        )
        .unwrap();
        stick
    }

    fn programs(&self) -> PathBuf {
        self.root.path().join("stick")
    }

    fn data(&self) -> PathBuf {
        self.programs().join("nuthatch-data")
    }

    fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    fn documents(&self) -> PathBuf {
        self.root.path().join("documents")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs().join("nuthatch"));
        command
            .arg("--json")
            .args(arguments)
            .env_remove("NUTHATCH_HOME");
        command.env("HOME", self.home());
        for name in [
            "XDG_DATA_HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
        ] {
            command.env(name, self.home().join(name));
        }
        command
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        let shown = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {shown}");
        output
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_slice(&self.call(arguments).stdout).unwrap()
    }

    fn add(&self) {
        self.call(&["add", self.documents().to_str().unwrap()]);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(target_os = "linux")]
#[test]
fn a_portable_program_keeps_all_beside_itself_and_nothing_in_the_home_folder() {
    let stick = Stick::new();
    let made = stick.json(&["portable"]);
    assert_eq!(made["was_there"], false);
    assert_eq!(made["folder"], stick.data().to_str().unwrap());
    stick.add();
    let found = stick.json(&["search", "heron"]);
    assert_eq!(found["results"].as_array().unwrap().len(), 1);
    stick.call(&["models", "use", "none"]);
    stick.call(&["pause"]);
    stick.call(&["saved", "birds", "heron"]);
    stick.call(&["doctor"]);
    assert_eq!(names(&stick.home()), [""; 0]);
    let kept = names(&stick.data().join("library"));
    for name in ["library.db", "index", "logs", "paused", "settings.toml"] {
        assert!(kept.contains(&name.to_owned()), "{name}: {kept:?}");
    }
    // It can be carried elsewhere.
    let elsewhere = stick.root.path().join("elsewhere");
    fs::rename(stick.programs(), &elsewhere).unwrap();
    let moved = Command::new(elsewhere.join("nuthatch"))
        .args(["--json", "search", "heron"])
        .env("HOME", stick.home())
        .env_remove("NUTHATCH_HOME")
        .output()
        .unwrap();
    let moved: Value = serde_json::from_slice(&moved.stdout).unwrap();
    assert_eq!(moved["results"].as_array().unwrap().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_is_named_goes_before_the_portable_one_and_that_before_the_usual() {
    let stick = Stick::new();
    stick.add();
    let usual = stick.home().join(".local/share/nuthatch/library.db");
    assert!(usual.is_file(), "without the folder it is the usual one");
    stick.call(&["portable"]);
    let own = stick.root.path().join("own");
    let status = stick.command(&["--library", own.to_str().unwrap(), "status"]);
    let told = { status }.output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains(&format!("no library at {}", own.display())),
        "{told}"
    );
    let told = stick.json(&["status"]).to_string();
    assert!(told.contains("nuthatch-data/library yet"), "{told}");
}
