//! The floor plan, held by reading the source text.
//!
//! Knows which room stands on which floor and who may name what; `ARCHITECTURE.md` says why.
//! Every rule is a function over one text, and every rule is shown to fail on a text that breaks
//! it, so that none passes because it looks at nothing.

use std::path::{Path, PathBuf};

/// The rooms of `src/` with their floors. Neighbours on a floor do not know each other.
const FLOORS: [(&str, u8); 19] = [
    ("bench", 7),
    ("evaluation", 7),
    ("cpu", 2),
    ("dirs", 2),
    ("document", 2),
    ("machine", 2),
    ("redact", 2),
    ("settings", 2),
    ("chunk", 3),
    ("extract", 3),
    ("governor", 3),
    ("lexical", 3),
    ("store", 3),
    ("vectors", 3),
    ("watch", 3),
    ("indexing", 4),
    ("search", 4),
    ("answer", 5),
    ("engine", 6),
];
/// The edges: they may use every room, and no room may use them.
const EDGES: [&str; 6] = ["lib", "main", "cli", "logging", "origin", "place"];

/// Who alone may name a crate.
const OWNERS: [(&str, &[&str]); 9] = [
    ("sqlx", &["src/store"]),
    ("tantivy", &["src/lexical"]),
    ("ort", &["models"]),
    ("fastembed", &["models"]),
    ("tokenizers", &["models"]),
    ("candle_core", &["models"]),
    ("tauri", &["src-tauri"]),
    ("ts_rs", &["src-tauri"]),
    (
        "ureq",
        &["models/src/install/download/http", "models/src/server/http"],
    ),
];

/// Longest file; what is longer owns more than one thing.
const MAX_LINES: usize = 500;
const MAX_TEST_LINES: usize = 700;
/// The catalogue is part of the program, and a test of its room parses it.
const MAY_EXPECT: [&str; 1] = ["models/src/catalogue.rs"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Path below the root, with `/`, and text of every file below `folder` with one of these endings.
fn sources(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "gen", "node_modules", "dist"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let below = path.strip_prefix(root()).unwrap();
                let shown = below.to_string_lossy().replace('\\', "/");
                found.push((shown, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn rust() -> Vec<(String, String)> {
    ["src", "models", "src-tauri", "xtask", "tests"]
        .iter()
        .flat_map(|folder| sources(folder, &[".rs"]))
        .collect()
}

/// Applies a rule to every file; `wanted` files at least, so that it is not applied to nothing.
fn hold(files: &[(String, String)], wanted: usize, rule: impl Fn(&str, &str) -> Vec<String>) {
    assert!(
        files.len() >= wanted,
        "only {} files were seen",
        files.len()
    );
    let broken: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| {
            let found = rule(path, text);
            found.into_iter().map(move |what| format!("{path}: {what}"))
        })
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The text without comments and without its `mod tests`.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    text.lines()
        .map(|line| {
            let start = line.trim_start();
            if start.starts_with("//") { "" } else { line }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The room of a file of `src/`: `src/store.rs` and `src/store/files.rs` are both `store`.
fn room(path: &str) -> Option<&str> {
    let below = path.strip_prefix("src/")?;
    below.split(['/', '.']).next()
}

fn floor(room: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|&(_, floor)| floor)
}

/// The first names of all paths that begin with `prefix`, through one level of braces.
fn named_after(prefix: &str, text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
            continue;
        }
        let rest = &text[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => names.push(identifier(rest)),
            Some(group) => names.extend(members(group)),
        }
    }
    names
}

fn members(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(identifier(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(identifier(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn identifier(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|&character| character.is_alphanumeric() || character == '_')
        .collect()
}

fn imports_upwards(path: &str, text: &str) -> Vec<String> {
    let Some(room) = room(path).filter(|room| !EDGES.contains(room)) else {
        return Vec::new();
    };
    let Some(mine) = floor(room) else {
        return vec![format!("{room} stands on no floor")];
    };
    let mut broken = Vec::new();
    for name in [named_after("crate::", text), named_after("super::", text)].concat() {
        if name == room {
            continue;
        }
        match floor(&name) {
            Some(other) if other >= mine => broken.push(format!("{room} uses {name}")),
            None if EDGES.contains(&name.as_str()) => {
                broken.push(format!("{room} uses the edge {name}"));
            }
            _ => {}
        }
    }
    if text.contains("super::super::") {
        broken.push("super::super hides where a path leads".into());
    }
    broken
}

/// Crates that are named (`name::`, `use name`, `extern crate name`) by one who may not.
fn names_foreign_crates(path: &str, text: &str) -> Vec<String> {
    let text = code(text);
    let allowed = |owners: &[&str]| {
        owners.iter().any(|owner| {
            path.strip_prefix(owner)
                .is_some_and(|rest| rest.starts_with(['/', '.']))
        })
    };
    OWNERS
        .iter()
        .filter(|(name, owners)| !allowed(owners) && names(&text, name))
        .map(|(name, owners)| format!("names {name}, which belongs to {owners:?}"))
        .collect()
}

fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let word = |character: char| character.is_alphanumeric() || "_\"/-".contains(character);
        let before = text[..at].chars().next_back();
        let after = &text[at + name.len()..];
        !before.is_some_and(word)
            && (after.starts_with("::")
                || after.starts_with('!')
                || (after.starts_with([';', ' ']) && text[..at].trim_end().ends_with("use")))
    })
}

/// Messages of the log that have a value in them, which would get out as it is (`logging::line`).
fn logs_values(path: &str, text: &str) -> Vec<String> {
    if is_test(path) {
        return Vec::new();
    }
    let code = code(text);
    let calls = code
        .match_indices("tracing::")
        .filter_map(|(at, name)| code[at + name.len()..].split_once("!("));
    let calls = calls.filter(|(level, _)| ["error", "warn", "info"].contains(level));
    calls
        .flat_map(|(_, arguments)| messages(arguments))
        .filter(|message| message.contains('{'))
        .map(|message| format!("{message:?} has a value in it; make that a field"))
        .collect()
}

/// The literals that are arguments by themselves.
fn messages(arguments: &str) -> Vec<String> {
    let (mut depth, mut before) = (1, ',');
    let mut found = Vec::new();
    let mut rest = arguments.chars();
    while let Some(character) = rest.next() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => {
                let literal: String = rest.by_ref().take_while(|&end| end != '"').collect();
                if depth == 1 && before == ',' {
                    found.push(literal);
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if !character.is_whitespace() {
            before = character;
        }
    }
    found
}

#[test]
fn messages_of_the_log_hold_no_values() {
    hold(&rust(), 50, logs_values);
    let broken = |text| logs_values("src/a.rs", text).len();
    assert_eq!(
        broken("tracing::info!(\n    n,\n    \"read {path}\"\n);"),
        1
    );
    assert_eq!(broken("tracing::warn!(\"read {}\", path);"), 1);
    assert_eq!(
        broken("tracing::warn!(%error, \"not read\");\nf(\"{x}\");"),
        0
    );
}

fn lacks_header(_: &str, text: &str) -> Vec<String> {
    let first = text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//!").map(str::trim);
    match says {
        Some(says) if !says.is_empty() => Vec::new(),
        _ => vec!["does not begin with a //! header that says what it owns".into()],
    }
}

fn is_too_long(path: &str, text: &str) -> Vec<String> {
    let limit = match path {
        _ if is_test(path) => MAX_TEST_LINES,
        _ => MAX_LINES,
    };
    let n_lines = text.lines().count();
    if n_lines > limit {
        vec![format!("has {n_lines} lines; {limit} at most")]
    } else {
        Vec::new()
    }
}

fn may_panic(path: &str, text: &str) -> Vec<String> {
    if is_test(path) || MAY_EXPECT.contains(&path) {
        return Vec::new();
    }
    let code = code(text);
    [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "unimplemented!(",
        "todo!(",
    ]
    .iter()
    .filter(|call| code.contains(*call))
    .map(|call| format!("{call} outside tests"))
    .collect()
}

fn ui_lacks_comment(path: &str, text: &str) -> Vec<String> {
    let wanted: &[&str] = if path.ends_with(".svelte") {
        &["<!--"]
    } else {
        &["/**", "//"]
    };
    if path.ends_with(".test.ts") || wanted.iter().any(|start| text.starts_with(start)) {
        Vec::new()
    } else {
        vec!["does not begin with a comment that says what it is for".into()]
    }
}

fn ui_names_tauri(path: &str, text: &str) -> Vec<String> {
    let names = ["'@tauri-apps/", "\"@tauri-apps/"]
        .iter()
        .any(|name| text.contains(name));
    if names && !path.starts_with("ui/src/host/") {
        vec!["only ui/src/host imports @tauri-apps".into()]
    } else {
        Vec::new()
    }
}

/// Crates in the `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .map(|line| {
            line.chars()
                .take_while(|character| character.is_alphanumeric() || "_-".contains(*character))
                .collect()
        })
        .filter(|name: &String| !name.is_empty())
        .collect()
}

fn depends_on_any(manifest: &str, forbidden: &[&str]) -> Vec<String> {
    let found = dependencies(manifest).into_iter();
    found
        .filter(|name| forbidden.iter().any(|start| name.starts_with(start)))
        .collect()
}

#[test]
fn rooms_import_lower_floors_only() {
    hold(&sources("src", &[".rs"]), 30, imports_upwards);
    let broken = |path, text| imports_upwards(path, text).len();
    assert_eq!(broken("src/store.rs", "use crate::engine::Engine;"), 1);
    assert_eq!(broken("src/store/files.rs", "use crate::lexical::Op;"), 1);
    assert_eq!(broken("src/chunk.rs", "use super::extract;"), 1);
    assert_eq!(
        broken(
            "src/watch.rs",
            "use crate::{cpu, document::{A, B}, search::{C}};"
        ),
        1
    );
    assert_eq!(
        broken("src/search.rs", "fn f() { crate::indexing::walk() }"),
        1
    );
    assert_eq!(broken("src/search.rs", "use crate::cli::run;"), 1);
    assert_eq!(broken("src/attic.rs", ""), 1);
    assert_eq!(broken("src/store/files.rs", "use crate::store::Error;"), 0);
    assert_eq!(
        broken("src/search/show.rs", "use super::{Error, parse};"),
        0
    );
    assert_eq!(broken("src/engine.rs", "use crate::indexing;"), 0);
}

#[test]
fn a_crate_is_named_by_its_owner_only() {
    hold(&rust(), 50, |path, text| {
        if path == "tests/it/tidy.rs" {
            Vec::new()
        } else {
            names_foreign_crates(path, text)
        }
    });
    let broken = |path, text| names_foreign_crates(path, text).len();
    assert_eq!(broken("src/search.rs", "let x = sqlx::query(\"\");"), 1);
    assert_eq!(broken("src/storey.rs", "use sqlx;"), 1);
    assert_eq!(broken("src/vectors.rs", "use tantivy::Index;"), 1);
    assert_eq!(broken("src/engine.rs", "ort::init();"), 1);
    assert_eq!(broken("src/cli.rs", "tauri::Builder::default()"), 1);
    assert_eq!(broken("models/src/install.rs", "ureq::get(url)"), 1);
    assert_eq!(broken("src/store/files.rs", "sqlx::migrate!()"), 0);
    assert_eq!(broken("src/lexical/query.rs", "use tantivy::Term;"), 0);
    assert_eq!(
        broken("src/search.rs", "// tantivy::Term\nlet effort = 1;"),
        0
    );
}

#[test]
fn the_engine_and_the_window_depend_on_no_model_runtime() {
    let manifest =
        |folder: &str| std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let neural = ["ort", "fastembed", "tokenizers", "candle"];
    assert!(dependencies(&manifest(".")).len() > 10);
    assert!(depends_on_any(&manifest("."), &neural).is_empty());
    assert!(depends_on_any(&manifest("."), &["tauri"]).is_empty());
    assert!(depends_on_any(&manifest("src-tauri"), &neural).is_empty());
    assert!(depends_on_any(&manifest("src-tauri"), &["sqlx", "tantivy"]).is_empty());
    assert!(
        depends_on_any(
            &manifest("models"),
            &["nuthatch", "sqlx", "tantivy", "tauri"]
        )
        .is_empty()
    );
    let wrong = "[package]\nname = \"x\"\n[dependencies]\nort.workspace = true\n[dev-dependencies]\ntauri = \"2\"\n";
    assert_eq!(depends_on_any(wrong, &neural), ["ort"]);
    assert!(depends_on_any(wrong, &["tauri"]).is_empty());
}

#[test]
fn every_source_file_says_first_what_it_owns() {
    hold(&rust(), 50, lacks_header);
    assert_eq!(lacks_header("", "use std::io;").len(), 1);
    assert_eq!(lacks_header("", "//!\n").len(), 1);
    assert_eq!(
        lacks_header("", "//! The ledger: every file of the library.\n").len(),
        0
    );
}

#[test]
fn no_file_outgrows_its_limit() {
    hold(&rust(), 50, is_too_long);
    let long = "\n".repeat(501);
    assert_eq!(is_too_long("src/store.rs", &long).len(), 1);
    assert_eq!(is_too_long("tests/it/live.rs", &long).len(), 0);
    assert_eq!(is_too_long("src/store/tests.rs", &long).len(), 0);
    assert_eq!(is_too_long("tests/it/live.rs", &"\n".repeat(701)).len(), 1);
}

#[test]
fn nothing_panics_on_purpose_outside_tests() {
    let shipped = rust()
        .into_iter()
        .filter(|(path, _)| !path.starts_with("xtask/"));
    hold(&shipped.collect::<Vec<_>>(), 40, may_panic);
    assert_eq!(may_panic("src/a.rs", "let x = y.unwrap();").len(), 1);
    assert_eq!(
        may_panic("src/a.rs", "y.expect(\"z\");\nx.unwrap();").len(),
        2
    );
    let tested = "#[cfg(test)]\nmod tests {\n    fn f() { y.unwrap(); }\n}\n";
    assert_eq!(may_panic("src/a.rs", tested).len(), 0);
    assert_eq!(may_panic("src/store/tests.rs", "y.unwrap();").len(), 0);
    assert_eq!(
        may_panic("src/a.rs", "#[expect(unsafe_code)]\ny.unwrap_or(1);").len(),
        0
    );
}

#[test]
fn no_module_hides_in_a_mod_rs() {
    let files = rust();
    assert!(files.len() > 50);
    let hidden: Vec<_> = files
        .iter()
        .map(|(path, _)| path)
        .filter(|path| {
            Path::new(path)
                .file_name()
                .is_some_and(|name| name == "mod.rs")
        })
        .collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn the_front_end_reaches_its_host_through_one_folder_and_says_what_each_file_is_for() {
    let files = sources("ui/src", &[".ts", ".svelte"]);
    assert!(files.iter().any(|(_, text)| text.contains("'@tauri-apps/")));
    hold(&files, 30, ui_names_tauri);
    hold(&files, 30, ui_lacks_comment);
    let import = "import { invoke } from '@tauri-apps/api/core';";
    assert_eq!(ui_names_tauri("ui/src/App.svelte", import).len(), 1);
    assert_eq!(ui_names_tauri("ui/src/host/tauri.ts", import).len(), 0);
    assert_eq!(ui_lacks_comment("ui/src/a.ts", import).len(), 1);
    assert_eq!(ui_lacks_comment("ui/src/a.svelte", "<script>").len(), 1);
    assert_eq!(ui_lacks_comment("ui/src/a.ts", "/** Time. */").len(), 0);
}
