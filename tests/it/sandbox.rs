//! A reader is shut in: it may read what it is handed, and nothing else.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Home, PROGRAM, word_paragraph};

const LETTER: &str = "Dear landlord, I hereby give notice that I am going to leave the flat at the \
                      end of the quarter, as was agreed upon in the lease that both of us signed.";

/// What a reader is refused, by trying.
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn a_reader_opens_no_file_no_socket_and_no_program_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let probe = Command::new(PROGRAM)
        .args(["extract-worker", "--memory-mib", "1024", "--probe"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&probe.stdout).unwrap();
    let attempts = found["attempts"].as_array().unwrap();
    assert!(attempts.len() >= 7, "{found}");
    for attempt in attempts {
        assert!(attempt["refused"].is_string(), "{attempt}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["known"]);
}

#[test]
fn a_shut_in_reader_reads_every_format() {
    let home = Home::new();
    let archive = crate::containers::zip(&[("note.txt", b"in the archive")]);
    home.write(
        "letter.docx",
        crate::support::docx(&word_paragraph("in the letter")),
    );
    home.write("paper.pdf", crate::support::pdf(&["in the paper"]));
    home.write("page.html", "<p>in the page</p>");
    home.write("archive.zip", archive);
    home.add();
    let mut found = home.by_words("in the");
    found.sort();
    let names: Vec<&str> = found
        .iter()
        .map(|path| path.strip_prefix(&format!("{}/", home.docs())).unwrap())
        .collect();
    let wanted = [
        "archive.zip/note.txt",
        "letter.docx",
        "page.html",
        "paper.pdf",
    ];
    assert_eq!(names, wanted);
}

#[test]
fn what_the_reader_sees_can_be_shown_without_a_library() {
    let home = Home::new();
    home.write(
        "paper.pdf",
        crate::support::pdf(&["first page", "second page"]),
    );
    home.write("broken.pdf", "no such thing");
    home.write("letter.txt", LETTER);
    let library = home.path("no-library");
    let read = |name: &str| {
        let path = home.path(name).display().to_string();
        let output = crate::support::nuthatch(&library, &["read", &path]);
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.success(), shown)
    };
    let (succeeded, shown) = read("paper.pdf");
    assert!(succeeded);
    assert_eq!(shown["format"], "pdf");
    let places: Vec<_> = shown["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| {
            (
                block["page"].as_u64(),
                block["text"].as_str().unwrap().trim(),
            )
        })
        .collect();
    assert_eq!(places, [(Some(1), "first page"), (Some(2), "second page")]);
    let (succeeded, shown) = read("letter.txt");
    assert!(succeeded);
    assert_eq!(shown["language"], "eng");
    let (succeeded, shown) = read("broken.pdf");
    assert!(!succeeded);
    assert_eq!(shown["state"], "failed");
    assert!(!library.exists());
}
