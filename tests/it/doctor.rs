//! The report for support and the log: what is told, and that no name, text or query is in them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nuthatch::redact;

use crate::support::{self, Home, UNHURRIED, json, nuthatch, pdf_of, wait_for};

/// Words that stand in names, texts, reasons, settings and queries, each in another place.
const WORDS: [&str; 14] = [
    "quabblethorn", // a folder
    "zorvanex",     // a text
    "mirkelwump",   // a file that is read
    "plimsterbob",  // a file that cannot be read
    "grindlepox",   // a file that is left out by what it is
    "snarvelick",   // a file that is locked
    "wobbleheim",   // a file in an archive
    "frobnitzer",   // a query with results
    "yablonsky",    // a query without
    "dwimmersund",  // a folder that is away
    "krellspoon",   // what is forgotten
    "huxelbrand",   // a server's address
    "ombrelune",    // a saved search
    "tirrivee",     // an ending
];

/// A library with everything that could give a name away; returns what is said on stderr meanwhile.
fn library(home: &Home) -> String {
    home.write(
        "Quabblethorn & Co/mirkelwump.md",
        "# Zorvanex\n\nfrobnitzer, zorvanex.",
    );
    home.write(
        "Quabblethorn & Co/plimsterbob letters.docx",
        "no archive at all",
    );
    home.write(
        "Quabblethorn & Co/plimsterbob.pdf",
        "%PDF-1.4\nnothing of plimsterbob",
    );
    home.write("grindlepox.png", [0_u8; 64]);
    home.write("grindlepox.tirrivee", [0_u8, 1, 2, 3, 255, 254].repeat(99));
    home.write("snarvelick.pdf", locked());
    home.write(
        "bundle.zip",
        packed("wobbleheim.docx", b"no archive either"),
    );
    home.write("krellspoon/krellspoon.txt", "krellspoon alone");
    std::fs::create_dir_all(home.library()).unwrap();
    let settings = format!(
        "{UNHURRIED}generator = \"server\"\nchat_server = \"http://127.0.0.1:9/huxelbrand\"\n\
         rerank_budget_ms = 321\n"
    );
    std::fs::write(home.library().join("settings.toml"), settings).unwrap();
    let away = home.root.path().join("dwimmersund");
    std::fs::create_dir(&away).unwrap();
    std::fs::write(away.join("note.txt"), "dwimmersund").unwrap();
    let mut said = String::new();
    let mut call = |arguments: &[&str]| {
        let output = nuthatch(&home.library(), arguments);
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    };
    call(&["add", &home.docs(), away.to_str().unwrap()]);
    std::fs::remove_dir_all(&away).unwrap();
    call(&["add", &home.docs()]);
    call(&["add", "/nowhere/quabblethorn"]);
    call(&["forget", home.path("krellspoon").to_str().unwrap()]);
    call(&["search", "frobnitzer zorvanex"]);
    call(&["search", "yablonsky"]);
    call(&["ask", "who is yablonsky?"]);
    call(&["saved", "ombrelune", "frobnitzer"]);
    call(&["history"]);
    said
}

/// A PDF with an encryption that no empty password opens.
fn locked() -> Vec<u8> {
    let zeros = "00".repeat(32);
    let mut bytes = pdf_of(&[
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Count 0 /Kids [] >>".into(),
        format!("<< /Filter /Standard /V 1 /R 2 /O <{zeros}> /U <{zeros}> /P -4 >>"),
    ]);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let at = text.find("/Root").unwrap();
    bytes.splice(at..at, b"/Encrypt 3 0 R /ID [<00> <00>] ".iter().copied());
    bytes
}

fn packed(name: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file(name, options).unwrap();
    archive.write_all(content).unwrap();
    archive.finish().unwrap().into_inner()
}

fn report(library: &Path) -> String {
    let report = json(library, &["doctor"]);
    report["report"].as_str().unwrap().to_owned()
}

fn logs(library: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(library.join("logs")).unwrap();
    found.map(|entry| entry.unwrap().path()).collect()
}

/// None of the words, in whatever case, nor the folder that all of it lies in.
fn assert_names_nothing(what: &str, text: &str, home: &Home) {
    let lower = text.to_lowercase();
    let found: Vec<_> = WORDS.iter().filter(|word| lower.contains(**word)).collect();
    assert!(found.is_empty(), "{what} holds {found:?}:\n{text}");
    let root = home.root.path().file_name().unwrap().to_string_lossy();
    assert!(!text.contains(&*root), "{what} holds a path:\n{text}");
}

#[test]
fn a_report_and_the_log_count_and_name_nothing() {
    let home = Home::new();
    library(&home);
    let bundle = home.root.path().join("report.txt");
    let made = json(
        &home.library(),
        &["doctor", "--bundle", bundle.to_str().unwrap()],
    );
    let report = std::fs::read_to_string(&bundle).unwrap();
    assert_eq!(made["bytes"], report.len());
    let status = json(&home.library(), &["status"]);
    // The words are where they could have come from.
    assert!(status.to_string().contains("dwimmersund"), "{status}");
    let (state, reason) = home.why("Quabblethorn & Co/plimsterbob letters.docx");
    assert_eq!(state, "failed", "{reason}");
    assert_eq!(home.why("bundle.zip/wobbleheim.docx").0, "failed");
    assert_eq!(home.by_words("zorvanex").len(), 1);

    assert_names_nothing("the report", &report, &home);
    let logs = logs(&home.library());
    assert!(!logs.is_empty());
    for log in logs {
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("INFO nuthatch::logging: started"), "{text}");
        assert_names_nothing("the log", &text, &home);
    }
    for told in [
        &format!("  {:<34} {}", "failed", status["files"]["failed"]),
        &format!("  {:<34} {}", "indexed", status["files"]["indexed"]),
        "PDF, failed                        2",
        "office, failed                     2",
        "the PDF is locked with a password",
        "the PDF is damaged, or not a PDF",
        "rerank_budget_ms                   321",
        "generator                          \"server\"",
        "chat_server                        set; not shown",
        "folder 2                           1 files, away;",
        "left out at the user's wish        1",
        "ONNX Runtime                       there",
        "no process has the library open",
        "generation                         v",
        "INFO nuthatch::logging: started version=",
    ] {
        assert!(report.contains(told), "{told:?} is not in\n{report}");
    }
}

#[test]
fn a_report_is_made_of_a_library_that_is_not_there_and_makes_none() {
    let home = Home::new();
    let report = report(&home.library());
    assert!(report.contains("there is none yet"), "{report}");
    assert!(!home.library().exists());
}

#[test]
fn a_report_is_made_of_a_library_that_is_damaged_or_newer_and_leaves_it_as_it_is() {
    let home = Home::new();
    home.write("a.txt", "some text");
    home.add();
    let database = home.library().join("library.db");
    let sound = std::fs::read(&database).unwrap();

    std::fs::write(
        &database,
        [b"no database at all ".repeat(300), sound.clone()].concat(),
    )
    .unwrap();
    let damaged = report(&home.library());
    assert!(damaged.contains("is damaged"), "{damaged}");

    let mut newer = sound;
    newer[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    std::fs::write(&database, &newer).unwrap();
    let before = listing(&home.library());
    let told = report(&home.library());
    assert!(told.contains("made by a newer Nuthatch"), "{told}");
    assert!(
        told.contains("format of the library              9999"),
        "{told}"
    );
    assert_eq!(listing(&home.library()), before);
    assert_eq!(std::fs::read(&database).unwrap(), newer);
    // Nor does any other verb write into its log.
    std::fs::remove_dir_all(home.library().join("logs")).unwrap();
    nuthatch(&home.library(), &["add", &home.docs()]);
    assert!(!home.library().join("logs").exists());
}

/// Every path below a folder, with its size.
fn listing(folder: &Path) -> BTreeSet<(PathBuf, u64)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.insert((path.clone(), path.metadata().unwrap().len()));
        if path.is_dir() {
            found.extend(listing(&path));
        }
    }
    found
}

#[test]
fn a_report_is_made_beside_the_process_that_has_the_library() {
    let home = Home::new();
    home.write("mirkelwump.txt", "zorvanex");
    std::fs::create_dir_all(home.library()).unwrap();
    std::fs::write(home.library().join("settings.toml"), UNHURRIED).unwrap();
    home.add();
    let mut watching = Command::new(support::PROGRAM)
        .arg("--library")
        .arg(home.library())
        .arg("watch")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let report = wait_for("a report of a library in use", || {
        let report = report(&home.library());
        report.contains("files waiting").then_some(report)
    });
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert!(
        report.contains("does                               nothing"),
        "{report}"
    );
    assert_names_nothing("the report", &report, &home);
}

#[test]
fn settings_that_make_no_sense_are_told_and_keep_nothing_from_being_told() {
    let home = Home::new();
    home.write("a.txt", "some text");
    home.add();
    std::fs::write(home.library().join("settings.toml"), "meaning = zorvanex\n").unwrap();
    let report = report(&home.library());
    assert!(
        report.contains("could not understand the settings"),
        "{report}"
    );
    assert!(report.contains("folder 1"), "{report}");
    assert_names_nothing("the report", &report, &home);
}

/// The beginnings of the reasons that readers and walks give, as they stand in the sources.
fn reasons() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.join("extract"), root.join("indexing")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let joined: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for call in ["Failure::Failed(", "Failure::Skipped(", "partial: Some("] {
                for (at, _) in joined.match_indices(call) {
                    let rest = joined[at + call.len()..].trim_start();
                    let rest = rest.strip_prefix("format!(").unwrap_or(rest).trim_start();
                    if let Some(literal) = rest.strip_prefix('"') {
                        found.push(literal.split('"').next().unwrap().to_owned());
                    }
                }
            }
        }
    }
    found
}

#[test]
fn every_reason_that_a_reader_gives_can_be_told() {
    let reasons = reasons();
    assert!(
        reasons.len() > 30,
        "only {} reasons were seen",
        reasons.len()
    );
    let unknown: Vec<&String> = reasons
        .iter()
        .filter(|reason| redact::told(reason) == redact::NOT_SHOWN)
        .collect();
    assert!(
        unknown.is_empty(),
        "add their phrases to src/redact.rs: {unknown:#?}"
    );
}
