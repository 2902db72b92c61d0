//! `nuthatch models` as a person or a script calls it, against a server on this machine.

#[path = "../../models/tests/install/server.rs"]
pub(crate) mod server;

use std::{path::Path, process::Output};

use serde_json::{Value, json};

use crate::support::{Home, command};
use server::{Reply, Request, Server, file};

/// A small one of the catalogue whose hashes are not known.
const RERANKER: &str = "ms-marco-minilm-l6-v2";
const EMBEDDING: &str = "all-minilm-l6-v2-int8";
/// What a person's own environment may say about downloads.
const VARIABLES: [&str; 5] = [
    "NUTHATCH_MODELS_URL",
    "HF_TOKEN",
    "HTTPS_PROXY",
    "NO_PROXY",
    "NUTHATCH_CA_FILE",
];

fn models(library: &Path, arguments: &[&str], url: Option<&str>) -> Output {
    let mut command = command(library, &[&["models"], arguments].concat());
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    if let Some(url) = url {
        command.env("NUTHATCH_MODELS_URL", url);
    }
    command.output().unwrap()
}

/// The document of a call that succeeds.
fn done(library: &Path, arguments: &[&str], url: Option<&str>) -> Value {
    let output = models(library, arguments, url);
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {shown}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit code and words of a call that fails.
fn failed(library: &Path, arguments: &[&str], url: Option<&str>) -> (i32, String) {
    let output = models(library, arguments, url);
    assert!(!output.status.success(), "{arguments:?}");
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), shown)
}

fn listed(library: &Path, id: &str) -> Value {
    let list = done(library, &["list"], None);
    let rows = list["models"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap().clone()
}

/// Every file is its own address.
fn hub(request: &Request) -> Reply {
    match request.path.strip_prefix("/cross-encoder/") {
        Some(path) => file(request, path.as_bytes(), "\"1\""),
        None => Reply::new(404, "no such file"),
    }
}

fn write_model(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for name in [
        "config.json",
        "tokenizer.json",
        "special_tokens_map.json",
        "tokenizer_config.json",
        "model.onnx",
    ] {
        std::fs::write(folder.join(name), name).unwrap();
    }
}

#[test]
fn the_list_says_of_every_model_what_a_choice_needs() {
    let home = Home::new();
    let shipped = listed(&home.library(), EMBEDDING);
    assert_eq!(shipped["installed"], true);
    assert_eq!(shipped["kind"], "embedding");
    assert_eq!(shipped["ships"], true);
    let reranker = listed(&home.library(), "zerank-2");
    assert_eq!(reranker["installed"], false);
    assert_eq!(reranker["licence"], "Apache-2.0");
    assert_eq!(reranker["needs_acceptance"], false);
    assert!(reranker["size_bytes"].as_u64() > Some(8_000_000_000));
    assert!(!home.library().exists());
}

#[test]
fn a_model_is_downloaded_chosen_and_removed() {
    let (home, server) = (Home::new(), Server::start(hub));
    let (library, url) = (home.library(), server.url());
    let (code, said) = failed(&library, &["use", RERANKER], None);
    assert!(code == 1 && said.contains("models get"), "{said}");

    let output = models(&library, &["get", RERANKER], Some(&url));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("92 MB, licence Apache-2.0"), "{said}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["state"], "installed");
    let folder = library.join("models").join(RERANKER).join("main");
    assert_eq!(found["folder"], folder.to_str().unwrap());
    let weights = std::fs::read_to_string(folder.join("model.onnx")).unwrap();
    assert!(
        weights.ends_with("/resolve/main/onnx/model.onnx"),
        "{weights}"
    );
    assert_eq!(server.requests().len(), 5);
    let again = done(&library, &["get", RERANKER], Some(&url));
    assert_eq!(again["state"], "already_there");
    assert_eq!(server.requests().len(), 5);

    let settings = library.join("settings.toml");
    std::fs::write(&settings, "# mine\nfrom_the_future = 1\n").unwrap();
    assert_eq!(
        done(&library, &["use", RERANKER], None),
        json!({ "reranker": RERANKER })
    );
    let written = std::fs::read_to_string(&settings).unwrap();
    assert_eq!(
        written,
        format!("# mine\nfrom_the_future = 1\nreranker = \"{RERANKER}\"\n")
    );
    let row = listed(&library, RERANKER);
    assert!(row["installed"] == true && row["chosen"] == true, "{row}");

    let freed = done(&library, &["remove", RERANKER], None);
    assert_eq!(freed["freed_bytes"], found["bytes"]);
    assert_eq!(listed(&library, RERANKER)["installed"], false);
    assert_eq!(failed(&library, &["remove", RERANKER], None).0, 3);
}

#[test]
fn a_download_that_fails_says_why_and_what_to_do() {
    let home = Home::new();
    let server = Server::start(|_: &Request| Reply::new(401, "who are you?"));
    let (code, said) = failed(&home.library(), &["get", RERANKER], Some(&server.url()));
    assert!(
        code == 1 && said.contains("401") && said.contains("HF_TOKEN"),
        "{said}"
    );
    let (code, said) = failed(&home.library(), &["get", EMBEDDING], Some(&server.url()));
    assert!(
        code == 1 && said.contains("ships with the program"),
        "{said}"
    );
    assert_eq!(failed(&home.library(), &["get", "nothing"], None).0, 3);
}

#[test]
fn a_connection_that_breaks_only_costs_time() {
    let mut n_asked = 0;
    let server = Server::start(move |request: &Request| {
        n_asked += 1;
        hub(request).cut_after(if n_asked == 1 { 10 } else { 1000 })
    });
    let home = Home::new();
    let found = done(&home.library(), &["get", RERANKER], Some(&server.url()));
    assert_eq!(found["state"], "installed");
    let requests = server.requests();
    assert_eq!(requests.len(), 6);
    assert_eq!(requests[1].header("range"), Some("bytes=10-"));
}

#[test]
fn a_token_is_sent_and_never_shown() {
    let (home, server) = (Home::new(), Server::start(hub));
    let url = server.url();
    let arguments = ["get", RERANKER, "--token", "hf_secret", "--url", &url];
    let output = models(&home.library(), &arguments, None);
    assert!(output.status.success());
    let token = server.requests()[0]
        .header("authorization")
        .map(str::to_owned);
    assert_eq!(token.as_deref(), Some("Bearer hf_secret"));
    let said = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&said).contains("hf_secret"));
}

#[test]
fn a_model_is_imported_from_a_folder() {
    let home = Home::new();
    let stick = home.path("stick");
    write_model(&stick);
    std::fs::remove_file(stick.join("tokenizer.json")).unwrap();
    let arguments = ["import", RERANKER, stick.to_str().unwrap()];
    let (_, said) = failed(&home.library(), &arguments, None);
    assert!(said.contains("lacks tokenizer.json"), "{said}");
    write_model(&stick);
    let found = done(&home.library(), &arguments, None);
    assert_eq!(found["state"], "installed");
    assert_eq!(listed(&home.library(), RERANKER)["installed"], true);
}

#[test]
fn rerankers_and_embedding_models_can_be_chosen() {
    let home = Home::new();
    let library = home.library();
    let (code, said) = failed(&library, &["use", "pp-ocrv6-small"], None);
    assert!(code == 1 && said.contains("no other one"), "{said}");
    assert_eq!(failed(&library, &["use", "nothing"], None).0, 3);
    let (code, said) = failed(&library, &["use", "multilingual-e5-small"], None);
    assert!(code == 1 && said.contains("not installed"), "{said}");
    assert_eq!(
        done(&library, &["use", EMBEDDING], None)["embedding"],
        EMBEDDING
    );
    for choice in ["none", "auto"] {
        assert_eq!(done(&library, &["use", choice], None)["reranker"], choice);
    }
    let settings = std::fs::read_to_string(library.join("settings.toml")).unwrap();
    assert_eq!(
        settings,
        format!("embedding = \"{EMBEDDING}\"\nreranker = \"auto\"\n")
    );
}

#[test]
fn the_model_that_ships_passes_its_check() {
    let home = Home::new();
    let checked = done(&home.library(), &["check", EMBEDDING], None);
    assert_eq!(checked["passed"], true);
    assert_eq!(checked["files"], "sound");
    assert_eq!(failed(&home.library(), &["check", RERANKER], None).0, 3);
}

#[test]
fn an_imported_reranker_that_loads_and_gives_scores_passes_its_check() {
    let home = Home::new();
    let stick = home.path("stick");
    write_model(&stick);
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tests/tiny/bert");
    for name in ["config.json", "tokenizer.json", "model.onnx"] {
        std::fs::copy(tiny.join(name), stick.join(name)).unwrap();
    }
    let from = stick.to_str().unwrap();
    done(&home.library(), &["import", RERANKER, from], None);
    let checked = done(&home.library(), &["check", RERANKER], None);
    let rows = checked["rows"].as_array().unwrap();
    assert!(rows.len() == 3 && checked["passed"] == true, "{checked}");
    assert!(rows[0]["found"].is_f64() && rows[2]["found"].is_null());
}

#[test]
fn a_damaged_model_fails_its_check_by_the_files_name() {
    let home = Home::new();
    let stick = home.path("stick");
    write_model(&stick);
    done(
        &home.library(),
        &["import", RERANKER, stick.to_str().unwrap()],
        None,
    );
    let folder = home.library().join("models").join(RERANKER).join("main");
    std::fs::write(folder.join("model.onnx"), "other weights").unwrap();
    let (code, said) = failed(&home.library(), &["check", RERANKER], None);
    assert!(
        code == 1 && said.contains("model.onnx is damaged"),
        "{said}"
    );
}

/// As its makers publish it, ONNX Runtime gives the machine an id, and keeps both that and what it is
/// going to report to them in the user's cache folder.
#[test]
fn the_models_runtime_keeps_no_id_and_no_report() {
    let home = Home::new();
    home.write("a.txt", "The nuthatch hides its seeds under the bark.");
    let users = home.root.path().join("users-home");
    std::fs::create_dir(&users).unwrap();
    let added = command(&home.library(), &["add", &home.docs()])
        .env("HOME", &users)
        .env_remove("XDG_CACHE_HOME")
        // Where one of these is set it is silent by itself, and this would show nothing.
        .env_remove("CI")
        .env_remove("ORT_DISABLE_TELEMETRY")
        .output()
        .unwrap();
    let status: Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!(
        (&status["passages"], &status["to_embed"]),
        (&json!(1), &json!(0)),
        "it was embedded"
    );
    let left: Vec<_> = std::fs::read_dir(&users)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
