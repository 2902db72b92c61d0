//! Another embedding model: the old one's vectors answer until the new one has embedded everything.
//!
//! The other model is the built-in one under another name and with a word before every passage, so
//! that its vectors are others.

use std::{collections::BTreeMap, path::Path};

use nuthatch::{dirs::Dirs, engine::Engine};
use nuthatch_models::{ModelSpec, catalogue::Kind};
use tokio::runtime::Runtime;

use crate::support::{Home, PROGRAM, assert_sound, json, paths, view_of};

fn twin() -> ModelSpec {
    let mut spec = ModelSpec::default_embedding();
    spec.id = "twin".into();
    if let Kind::Embedding(embedding) = &mut spec.kind {
        embedding.passage_prefix = "passage: ".into();
    }
    spec
}

/// Makes the other model known, and the one that is wanted.
fn want(home: &Home, id: &str) {
    let models = home.library().join("models");
    std::fs::create_dir_all(&models).unwrap();
    let catalogue = toml::to_string(&BTreeMap::from([("model", [twin()])])).unwrap();
    std::fs::write(models.join("catalog.toml"), catalogue).unwrap();
    let settings = format!("embedding = \"{id}\"\n");
    std::fs::write(home.library().join("settings.toml"), settings).unwrap();
}

fn install_twin(home: &Home) {
    let built_in = ModelSpec::default_embedding();
    let from = built_in.directory(&Path::new(PROGRAM).parent().unwrap().join("models"));
    let to = twin().directory(&home.library().join("models"));
    std::fs::create_dir_all(&to).unwrap();
    for file in &built_in.files {
        std::fs::copy(from.join(&file.name), to.join(&file.name)).unwrap();
    }
}

/// Brings the library up to date; returns how many passages were embedded, and what is to be known.
fn settle(home: &Home) -> (u64, String) {
    let programs = Path::new(PROGRAM).parent().unwrap();
    Runtime::new().unwrap().block_on(async {
        let engine = Engine::open(Dirs::new(home.library(), programs))
            .await
            .unwrap();
        engine.settle().await.unwrap();
        let problems = engine.check().await.unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let notices = engine.status().await.unwrap().notices;
        let n_embedded = engine.progress().borrow().n_embedded;
        engine.close().await;
        (n_embedded, format!("{notices:?}"))
    })
}

fn by_meaning(home: &Home) -> String {
    let asked = [
        "search",
        "--only",
        "meaning",
        "income of the company increased",
    ];
    let found = json(&home.library(), &asked);
    paths(&found)
        .first()
        .map(|path| (*path).to_owned())
        .unwrap_or_default()
}

/// The vectors of the built-in model, by path and passage.
fn vectors(home: &Home) -> Vec<Option<Vec<u8>>> {
    let files = view_of(&home.library()).into_values();
    let documents = files.filter_map(|file| file.document);
    documents
        .flat_map(|document| document.passages)
        .map(|passage| passage.vector)
        .collect()
}

#[test]
fn the_former_models_vectors_answer_until_the_new_ones_are_complete() {
    let home = Home::new();
    home.write(
        "cat.txt",
        "The kitten was sleeping on the warm sofa all afternoon.",
    );
    home.write(
        "money.txt",
        "Quarterly revenue grew by nine percent over the last year.",
    );
    home.add();
    let before = vectors(&home);
    assert!(by_meaning(&home).ends_with("money.txt"));

    // It is wanted and not there yet: nothing can be embedded, and all is found as before.
    want(&home, "twin");
    let (n_embedded, notices) = settle(&home);
    assert_eq!(n_embedded, 0);
    assert!(
        notices.contains("still uses the model all-minilm"),
        "{notices}"
    );
    assert!(by_meaning(&home).ends_with("money.txt"));
    assert_sound(&home.library());
    // Also what is moved meanwhile.
    std::fs::rename(home.path("money.txt"), home.path("revenue.txt")).unwrap();
    settle(&home);
    assert!(by_meaning(&home).ends_with("revenue.txt"));

    install_twin(&home);
    let (n_embedded, notices) = settle(&home);
    assert_eq!(n_embedded, 2);
    assert!(!notices.contains("still uses"), "{notices}");
    assert!(by_meaning(&home).ends_with("revenue.txt"));
    assert_sound(&home.library());

    // Back again: what is known is not computed twice.
    want(&home, "auto");
    let (n_embedded, notices) = settle(&home);
    assert_eq!(n_embedded, 0);
    assert!(!notices.contains("still uses"), "{notices}");
    assert!(by_meaning(&home).ends_with("revenue.txt"));
    assert_eq!(vectors(&home), before);
    assert_sound(&home.library());
}

#[test]
fn an_embedding_model_that_nobody_knows_is_said_to_be_missing() {
    let home = Home::new();
    home.write(
        "cat.txt",
        "The kitten was sleeping on the warm sofa all afternoon.",
    );
    want(&home, "nonsense");
    home.add();
    let found = json(&home.library(), &["search", "kitten"]);
    assert_eq!(paths(&found).len(), 1);
    let notices = found["notices"].to_string();
    assert!(notices.contains("no embedding model nonsense"), "{notices}");
}

#[test]
fn a_model_for_every_language_is_offered_where_documents_ask_for_it_and_nobody_has_chosen() {
    let home = Home::new();
    let german = [
        "Die Kündigungsfrist beträgt drei Monate zum Ende des Quartals.",
        "Der Vermieter darf die Wohnung nur nach Anmeldung betreten.",
        "Die Rechnung ist innerhalb von vierzehn Tagen zu bezahlen.",
        "Wir haben gestern im Garten Äpfel und Birnen geerntet.",
        "Das Gericht hat die Klage in zweiter Instanz abgewiesen.",
    ];
    for (i, text) in german.iter().enumerate() {
        home.write(&format!("{i}.txt"), format!("{text} {text}"));
    }
    home.write(
        "note.txt",
        "The notice period is three months to the end of the quarter.",
    );
    let offered =
        |status: &serde_json::Value| status["notices"].to_string().contains("not in English");
    let status = home.add();
    let said = status["notices"].to_string();
    assert!(said.contains("5 of 6 documents"), "{said}");
    json(
        &home.library(),
        &["models", "use", &ModelSpec::default_embedding().id],
    );
    assert!(!offered(&json(&home.library(), &["status"])));

    let home = Home::new();
    home.write(
        "note.txt",
        "The notice period is three months to the end of the quarter.",
    );
    home.write("brief.txt", german[0]);
    assert!(!offered(&home.add()));
}
