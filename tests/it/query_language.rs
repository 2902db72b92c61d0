//! The users' page about the query language, run as it stands: its files are made, its examples asked.

use std::{fs::File, path::Path, time::SystemTime};

use jiff::{civil::Date, tz::TimeZone};
use serde_json::Value;

use crate::support::{self, Home};

const PAGE: &str = include_str!("../../docs/query-language.md");

/// Rows of tables, cell by cell, with the first cell of the table's header.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut rows = Vec::new();
    let mut header = None;
    for line in PAGE.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            header = None;
            continue;
        };
        let cells: Vec<&str> = row
            .trim_end_matches('|')
            .split('|')
            .map(str::trim)
            .collect();
        match header {
            None => header = Some(cells[0]),
            Some(_) if cells[0] == "---" => {}
            Some(header) => rows.push((header, cells)),
        }
    }
    rows
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn make_files(home: &Home) {
    let files = rows();
    let files = files.iter().filter(|(header, _)| *header == "file");
    let mut n_files = 0;
    for (_, cells) in files {
        let name = quoted(cells[0])[0];
        home.write(name, cells[2].replace('¶', "\n"));
        let day: Date = cells[1].parse().unwrap();
        let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::system()).unwrap();
        let file = File::options().append(true).open(home.path(name)).unwrap();
        file.set_modified(SystemTime::from(noon.timestamp()))
            .unwrap();
        n_files += 1;
    }
    assert_eq!(n_files, 10);
}

fn names(home: &Home, found: &Value) -> Vec<String> {
    let docs = home.path("");
    support::paths(found)
        .into_iter()
        .map(|path| {
            let below = Path::new(path).strip_prefix(&docs).unwrap();
            below.to_string_lossy().replace('\\', "/")
        })
        .collect()
}

/// What is wrong with the answer to an example.
fn complaint(home: &Home, cells: &[&str]) -> Option<String> {
    let query = quoted(cells[0])[0];
    let found = support::json(&home.library(), &["search", "--only", "words", query]);
    let names = names(home, &found);
    let wanted = cells.last().unwrap();
    let expected = quoted(wanted);
    let is_right = if wanted.starts_with("first ") {
        names.first().map(String::as_str) == expected.first().copied()
    } else {
        let mut sorted: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut expected = expected.clone();
        sorted.sort_unstable();
        expected.sort_unstable();
        sorted == expected
    };
    (!is_right).then(|| {
        format!(
            "{query}\n  finds {names:?}\n  not {wanted}\n  {}",
            found["notices"]
        )
    })
}

#[test]
fn every_example_of_the_page_finds_what_it_says() {
    let home = Home::new();
    make_files(&home);
    home.add();
    let rows = rows();
    let examples: Vec<_> = rows
        .iter()
        .filter(|(header, _)| *header == "you type")
        .collect();
    assert!(examples.len() > 50, "{} examples", examples.len());
    let wrong: Vec<String> = examples
        .iter()
        .filter_map(|(_, cells)| complaint(&home, cells))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        examples.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_mistake_of_the_page_is_said() {
    let home = Home::new();
    make_files(&home);
    home.add();
    let mistakes = PAGE.split_once("## Mistakes").unwrap().1;
    let rows = mistakes.lines().filter(|line| line.starts_with("| `"));
    let mut n_mistakes = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let query = quoted(cells[1])[0];
        let found = support::json(&home.library(), &["search", "--only", "words", query]);
        let hints = found["hints"].as_array().unwrap().iter();
        let said: Vec<String> = hints
            .map(|hint| hint["message"].to_string())
            .chain([found["notices"].to_string()])
            .collect();
        assert!(
            said.iter().any(|said| said.contains(cells[2])),
            "{query}: {said:?}"
        );
        n_mistakes += 1;
    }
    assert!(n_mistakes >= 6, "{n_mistakes}");
}
