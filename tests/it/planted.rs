//! Sentences whose places are known, in documents that other programs wrote: each is found where it is.
//!
//! The documents and the list are made by `tests/corpus/make_seeds.py`.

use std::path::Path;

use serde_json::Value;

use crate::support::{self, Home};

#[test]
fn every_planted_sentence_is_found_at_its_page_slide_sheet_chapter_or_line() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/seeds");
    let list = std::fs::read_to_string(seeds.join("planted.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = list
        .lines()
        .skip(1)
        .map(|row| row.split('\t').collect())
        .collect();
    assert!(rows.len() >= 30, "{} sentences", rows.len());
    let home = Home::new();
    for row in &rows {
        home.write(row[0], std::fs::read(seeds.join(row[0])).unwrap());
    }
    home.add();
    let mut wrong = Vec::new();
    for row in &rows {
        let [file, word, unit, page, label, line] = row[..] else {
            panic!("{row:?}");
        };
        let found = support::json(&home.library(), &["search", "--only", "words", word]);
        let found = &found["results"][0];
        let says_it = found["passage"]
            .as_str()
            .is_some_and(|said| said.contains(word));
        let path = found["path"].as_str().unwrap_or_default();
        if !path.contains(file)
            || !says_it
            || shown(&found["unit"]) != unit
            || shown(&found["page"]) != page
        {
            wrong.push(format!("{file} {word} is found at {found}"));
        }
        let place = place(&home, file, word);
        if place != [page, label, line] {
            wrong.push(format!("{file} {word} is read at {place:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

/// Page, label and line of a word, as its reader sees them.
fn place(home: &Home, file: &str, word: &str) -> [String; 3] {
    let path = home.path(file);
    let read = support::json(&home.library(), &["read", path.to_str().unwrap()]);
    let inner = read["files"].as_array().unwrap();
    let all = std::iter::once(&read).chain(inner);
    let mut blocks = all.flat_map(|file| file["blocks"].as_array().unwrap());
    let text = |block: &Value| block["text"].as_str().unwrap().to_owned();
    let block = blocks.find(|block| text(block).contains(word)).unwrap();
    let said = text(block);
    let n_before = said[..said.find(word).unwrap()].matches('\n').count() as u64;
    let line = block["line"]
        .as_u64()
        .map(|line| (line + n_before).to_string());
    [
        shown(&block["page"]),
        shown(&block["label"]),
        line.unwrap_or_default(),
    ]
}

/// Nothing for what is not there.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
