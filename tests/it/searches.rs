//! What the user looked for and said of it: kept as long as he wants, measured, and gone without a trace.

use std::{path::Path, time::Duration};

use nuthatch::{dirs::Dirs, engine, search::Only};
use serde_json::{Value, json};

use crate::{
    forget::{close, traces},
    live::Live,
    support::{Home, PROGRAM, json, nuthatch},
};

fn texts(found: &Value, key: &str) -> Vec<String> {
    let all = found[key].as_array().unwrap().iter();
    all.map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_history_shows_the_newest_first_finds_by_a_part_and_is_erased_without_a_trace() {
    let home = Home::new();
    home.write("a.txt", "apricot jam");
    let live = Live::new(home);
    let open = live.open();
    let long = "word ".repeat(200);
    open.runtime.block_on(async {
        let engine = &open.engine;
        for query in ["jam", "Zorvanex  recipe ", "apricot", " ", "jam", &long] {
            engine.note_search(query).await.unwrap();
        }
        let all = engine.searches("", 10).await.unwrap();
        assert!(
            all.len() == 3 && all.contains(&"Zorvanex recipe".into()),
            "{all:?}"
        );
        assert_eq!(
            engine.searches("zorv", 10).await.unwrap(),
            ["Zorvanex recipe"]
        );
        engine.forget_searches(Some("jam")).await.unwrap();
        assert_eq!(engine.searches("", 10).await.unwrap().len(), 2);
        engine.forget_searches(None).await.unwrap();
        assert!(engine.searches("", 10).await.unwrap().is_empty());
    });
    let home = close(live);
    let left = traces(&home.library(), &[("query".into(), b"zorvanex".to_vec())]);
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn whoever_wants_no_history_has_none() {
    let home = Home::new();
    std::fs::create_dir_all(home.library()).unwrap();
    std::fs::write(
        home.library().join("settings.toml"),
        "keep_history = false\n",
    )
    .unwrap();
    let live = Live::new(home);
    let open = live.open();
    open.runtime.block_on(async {
        open.engine.note_search("apricot").await.unwrap();
        assert!(open.engine.searches("", 10).await.unwrap().is_empty());
    });
}

#[test]
fn what_is_written_into_the_settings_counts_in_the_open_library() {
    let home = Home::new();
    home.write("a.txt", "apricot jam");
    let live = Live::new(home);
    let open = live.open();
    let programs = Path::new(PROGRAM).parent().unwrap();
    let dirs = Dirs::new(live.home.library(), programs);
    open.runtime.block_on(async {
        let engine = &open.engine;
        engine.note_search("apricot").await.unwrap();
        engine::write_setting(&dirs, "keep_history", false).unwrap();
        engine::write_setting(&dirs, "rerank_budget_ms", 777).unwrap();
        engine.follow_settings().unwrap();
        engine.note_search("jam").await.unwrap();
        assert_eq!(engine.searches("", 10).await.unwrap(), ["apricot"]);
        let search = engine.searching(Some(Only::Words)).await.unwrap();
        assert_eq!(search.rerank_budget, Duration::from_millis(777));
    });
}

#[test]
fn a_search_is_saved_asked_by_its_name_and_dropped() {
    let home = Home::new();
    home.write("a.txt", "apricot jam");
    home.write("b.md", "apricot tart");
    home.add();
    let library = home.library();
    json(&library, &["saved", "sweets", "apricot  type:text"]);
    let saved = json(&library, &["saved", "sweets", "apricot ext:md"]);
    let expected = json!([{"name": "sweets", "query": "apricot ext:md"}]);
    assert_eq!(saved["saved"], expected);
    let found = json(&library, &["search", "--saved", "sweets"]);
    assert_eq!(found["query"], "apricot ext:md");
    assert_eq!(found["results"].as_array().unwrap().len(), 1);
    let unknown = nuthatch(&library, &["search", "--saved", "sours"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no search is saved as sours"));
    let saved = json(&library, &["saved", "--remove", "sweets"]);
    assert_eq!(saved["saved"], json!([]));
    assert!(
        !nuthatch(&library, &["saved", "--remove", "sweets"])
            .status
            .success()
    );
    assert!(texts(&json(&library, &["history"]), "queries").is_empty());
}

fn answers(home: &Home) -> Vec<(String, String)> {
    let found = json(&home.library(), &["answers"]);
    let all = found["answers"].as_array().unwrap().iter();
    let docs = home.root.path().canonicalize().unwrap().join("docs");
    all.map(|answer| {
        let path = std::path::Path::new(answer["path"].as_str().unwrap());
        let below = path.strip_prefix(&docs).unwrap().display().to_string();
        (answer["query"].as_str().unwrap().to_owned(), below)
    })
    .collect()
}

fn mark(home: &Home, query: &str, name: &str) {
    let path = home.path(name).display().to_string();
    json(&home.library(), &["answers", query, &path]);
}

#[test]
fn an_answer_moves_with_its_file_and_goes_with_it() {
    let home = Home::new();
    for name in ["jam.txt", "old/tea.txt", "old/tart.txt"] {
        home.write(name, format!("This is about {name}, and nothing else."));
    }
    home.add();
    mark(&home, "sweet bread", "jam.txt");
    mark(&home, "hot  drink", "old/tea.txt");
    mark(&home, "pastry", "old/tart.txt");
    mark(&home, "pastry", "old/tart.txt");
    let outside = home.root.path().join("nowhere.txt").display().to_string();
    let refused = nuthatch(&home.library(), &["answers", "pastry", &outside]);
    assert_eq!(refused.status.code(), Some(3));

    std::fs::rename(home.path("old"), home.path("new")).unwrap();
    std::fs::rename(home.path("jam.txt"), home.path("marmalade.txt")).unwrap();
    home.add();
    let of = |query: &str, path: &str| (query.to_owned(), path.to_owned());
    let moved = [
        of("sweet bread", "marmalade.txt"),
        of("hot drink", "new/tea.txt"),
        of("pastry", "new/tart.txt"),
    ];
    assert_eq!(answers(&home), moved);

    let tea = home.path("new/tea.txt").display().to_string();
    json(&home.library(), &["forget", &tea]);
    let marmalade = home.path("marmalade.txt").display().to_string();
    json(
        &home.library(),
        &["answers", "--remove", "sweet bread", &marmalade],
    );
    assert_eq!(answers(&home), [of("pastry", "new/tart.txt")]);
    std::fs::remove_file(home.path("new/tart.txt")).unwrap();
    home.add();
    assert_eq!(answers(&home), []);
}

#[test]
fn the_own_test_set_tells_what_became_better_and_what_worse() {
    let home = Home::new();
    home.write("jam.txt", "How to cook apricot jam for the winter.");
    home.write("bread.txt", "Bread needs flour, water, salt and time.");
    home.add();
    let nothing = nuthatch(&home.library(), &["eval", "--mine"]);
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("marked no answers"));
    mark(&home, "apricot", "jam.txt");
    mark(&home, "salt", "bread.txt");
    let first = json(&home.library(), &["eval", "--mine"]);
    let words = |found: &Value| found["check"]["stages"][0].clone();
    assert_eq!(words(&first)["stage"], "words");
    assert_eq!(
        (
            words(&first)["answers"].as_u64(),
            words(&first)["top_1"].as_f64()
        ),
        (Some(2), Some(1.0))
    );
    assert_eq!(first["changes"], json!([]));

    // Something that is found before it, by both.
    home.write("apricot.txt", "Apricot, apricot: all about the apricot.");
    home.add();
    let second = json(&home.library(), &["eval", "--mine"]);
    assert_eq!(words(&second)["top_1"], 0.5);
    let change = &second["changes"][0];
    assert_eq!(
        (change["stage"].as_str(), change["worse"].as_u64()),
        (Some("words"), Some(1))
    );
    assert_eq!(
        (change["better"].as_u64(), change["answers"].as_u64()),
        (Some(0), Some(2))
    );
}
