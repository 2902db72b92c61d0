//! Files in, passages out: what a user does with the command line.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_nuthatch");

fn nuthatch(library: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .arg("--library")
        .arg(library)
        .arg("--json")
        .args(arguments)
        .output()
        .unwrap()
}

fn json(library: &Path, arguments: &[&str]) -> Value {
    let output = nuthatch(library, arguments);
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {shown}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn paths(found: &Value) -> Vec<&str> {
    let results = found["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| result["path"].as_str().unwrap())
        .collect()
}

struct Home {
    root: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("nuthatch")
            .tempdir()
            .unwrap();
        std::fs::create_dir(root.path().join("docs")).unwrap();
        Self { root }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.root.path().join("docs").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn library(&self) -> std::path::PathBuf {
        self.root.path().join("library")
    }

    fn docs(&self) -> String {
        self.root.path().join("docs").display().to_string()
    }

    fn add(&self) -> Value {
        json(&self.library(), &["add", &self.docs()])
    }

    fn search(&self, query: &str) -> Value {
        json(&self.library(), &["search", query])
    }
}

#[test]
fn a_folder_is_found_by_word_and_its_passage_is_lit() {
    let home = Home::new();
    home.write(
        "bird.md",
        "# Nuthatch\n\nIt hides seeds\nand finds them again.\n",
    );
    home.write("notes/tea.txt", "Green tea is steeped at eighty degrees.");
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 2, "{status}");
    let found = home.search("seeds");
    let first = &found["results"][0];
    assert!(
        first["path"].as_str().unwrap().ends_with("bird.md"),
        "{found}"
    );
    let (start, end) = (
        first["highlights"][0][0].as_u64().unwrap(),
        first["highlights"][0][1].as_u64().unwrap(),
    );
    let lit: String = first["passage"]
        .as_str()
        .unwrap()
        .chars()
        .skip(start as usize)
        .take((end - start) as usize)
        .collect();
    assert_eq!(lit, "seeds");
}

#[test]
fn a_paraphrase_without_a_common_word_finds_the_passage() {
    let home = Home::new();
    home.write(
        "cat.txt",
        "The kitten was sleeping on the warm sofa all afternoon.",
    );
    home.write(
        "money.txt",
        "Quarterly revenue grew by nine percent over the last year.",
    );
    let status = home.add();
    assert_eq!(
        status["to_embed"], 0,
        "the set-up installs the model: {status}"
    );
    let found = json(
        &home.library(),
        &[
            "search",
            "--only",
            "meaning",
            "income of the company increased",
        ],
    );
    assert!(paths(&found)[0].ends_with("money.txt"), "{found}");
}

#[test]
fn edits_renames_and_deletions_are_followed_at_the_next_start() {
    let home = Home::new();
    home.write("a.txt", "apricot");
    home.write("b.txt", "banana");
    home.write("c.txt", "cherry");
    home.add();
    home.write("a.txt", "avocado instead");
    let docs = home.root.path().join("docs");
    std::fs::rename(docs.join("b.txt"), docs.join("moved.txt")).unwrap();
    std::fs::remove_file(docs.join("c.txt")).unwrap();
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 2, "{status}");
    assert!(paths(&home.search("avocado"))[0].ends_with("a.txt"));
    assert!(paths(&home.search("banana"))[0].ends_with("moved.txt"));
    let cherry = json(&home.library(), &["search", "--only", "words", "cherry"]);
    assert!(paths(&cherry).is_empty(), "{cherry}");
}

#[test]
fn every_file_that_is_not_read_has_its_reason() {
    let home = Home::new();
    home.write("empty.txt", "");
    home.write("picture.bin", [0_u8, 1, 2, 3, 0, 0, 9]);
    home.write("broken.pdf", "%PDF-1.4 and then nothing");
    home.write(".hidden/x.txt", "secret");
    home.add();
    let why = |name: &str| {
        let path = home.root.path().join("docs").join(name);
        let why = json(&home.library(), &["why", path.to_str().unwrap()]);
        (
            why["state"].as_str().unwrap().to_owned(),
            why["reason"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        why("empty.txt"),
        ("skipped".into(), "the file is empty".into())
    );
    assert_eq!(why("picture.bin").0, "skipped");
    assert_eq!(why("broken.pdf").0, "failed");
    assert!(why(".hidden/x.txt").1.contains("hidden"));
    assert_eq!(why("nowhere.txt").0, "unknown");
}

#[test]
fn a_folder_that_is_not_there_is_a_clear_error_with_its_own_exit_code() {
    let home = Home::new();
    let output = nuthatch(&home.library(), &["add", "/no/such/folder"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/no/such/folder does not exist"));
}

#[test]
fn a_removed_folder_is_forgotten() {
    let home = Home::new();
    home.write("a.txt", "apricot");
    home.add();
    assert!(
        nuthatch(&home.library(), &["remove", &home.docs()])
            .status
            .success()
    );
    let status = json(&home.library(), &["status"]);
    assert_eq!(status["passages"], 0, "{status}");
    assert!(paths(&home.search("apricot")).is_empty());
}

#[test]
fn a_library_built_through_twenty_kills_equals_one_built_in_peace() {
    let home = Home::new();
    for i in 0..60 {
        let text = format!("Document {i} speaks of topic{i}.\n\n").repeat(20);
        home.write(&format!("d{i}.txt"), text);
    }
    for kill in 0..20_u64 {
        let mut child = Command::new(PROGRAM)
            .arg("--library")
            .arg(home.library())
            .args(["add", &home.docs()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Spread over start, reading, writing and embedding.
        std::thread::sleep(Duration::from_millis(20 + kill * 67 % 700));
        let _ = child.kill();
        let _ = child.wait();
    }
    let survived = home.add();
    let peaceful = home.root.path().join("peaceful");
    let expected = json(&peaceful, &["add", &home.docs()]);
    assert_eq!(survived["files"], expected["files"]);
    assert_eq!(survived["passages"], expected["passages"]);
    assert_eq!(survived["to_embed"], expected["to_embed"]);
    for i in [0, 17, 59] {
        let query = format!("topic{i}");
        let words = |library: &Path| {
            let found = json(library, &["search", "--only", "words", &query]);
            paths(&found)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&home.library()), words(&peaceful), "{query}");
    }
}
