//! Reranking from end to end, by tiny checkpoints of the true architectures with random weights:
//! they judge no better than dice, so what is tested is whose judgement makes the order.
//!
//! Start reading at [`install`].

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use nuthatch::{
    dirs::Dirs,
    engine::Engine,
    search::{NotReranked, RerankMode, SearchRequest, SearchResults},
};
use nuthatch_models::{
    ModelSpec,
    catalogue::{CausalSpec, Kind, ModelFile},
};
use serde_json::Value;

use crate::support::{Home, PROGRAM, command, json, paths};

const QUERY: &str = "notice period of the lease";
/// Weight of the fused score in the blend rule.
const RETRIEVAL_WEIGHT: f64 = 0.1;

fn tiny(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models/tests/tiny")
        .join(name)
}

fn spec(id: &str, kind: Kind, files: &[&str]) -> ModelSpec {
    let file = |name: &&str| ModelFile {
        name: (*name).into(),
        ..ModelSpec::default_embedding().files.swap_remove(0)
    };
    let unhashed = |file: ModelFile| ModelFile {
        size_bytes: None,
        sha256: None,
        ..file
    };
    ModelSpec {
        id: id.into(),
        revision: "1".into(),
        max_tokens: 512,
        files: files.iter().map(file).map(unhashed).collect(),
        kind,
        ..ModelSpec::default_embedding()
    }
}

fn causal() -> ModelSpec {
    let prompts = std::fs::read(tiny("tied").join("prompts.json")).unwrap();
    let prompts: Value = serde_json::from_slice(&prompts).unwrap();
    let prompt: CausalSpec = serde_json::from_value(prompts["prompts"][0]["spec"].clone()).unwrap();
    let files = ["config.json", "tokenizer.json", "model.safetensors"];
    spec("tiny", Kind::CausalReranker(prompt), &files)
}

fn encoder() -> ModelSpec {
    let files = ["config.json", "tokenizer.json", "model.onnx"];
    spec("tiny-encoder", Kind::EncoderReranker, &files)
}

/// Puts tiny models into the library's folder of models, and says which to use.
fn install(home: &Home, models: &[(ModelSpec, &str)], reranker: &str) {
    let folder = home.library().join("models");
    let specs: Vec<&ModelSpec> = models.iter().map(|(spec, _)| spec).collect();
    for (spec, checkpoint) in models {
        let directory = spec.directory(&folder);
        std::fs::create_dir_all(&directory).unwrap();
        for file in &spec.files {
            std::fs::copy(
                tiny(checkpoint).join(&file.name),
                directory.join(&file.name),
            )
            .unwrap();
        }
        for file in &spec.files {
            let path = directory.join(&file.name);
            file.admit(&path, &directory, None).unwrap();
        }
    }
    let catalogue = toml::to_string(&BTreeMap::from([("model", specs)])).unwrap();
    std::fs::write(folder.join("catalog.toml"), catalogue).unwrap();
    let settings = format!("reranker = \"{reranker}\"\nrerank_budget_ms = 60000\n");
    std::fs::write(home.library().join("settings.toml"), settings).unwrap();
}

/// Twelve documents that all have the query's words.
fn leases() -> Home {
    let home = Home::new();
    let ends = [
        "three months",
        "a quarter",
        "one year",
        "the summer",
        "six weeks",
        "a month",
        "never",
        "the day after",
        "the first of May",
        "half a year",
        "two years",
        "no time",
    ];
    for (number, end) in (1..).zip(ends) {
        let filler = "and so on, ".repeat(number);
        home.write(
            &format!("lease {number}.txt"),
            format!("The notice period of the lease is {end}, {filler}and it is given in writing."),
        );
    }
    home.add();
    home
}

fn explained(home: &Home, more: &[&str]) -> Value {
    json(
        &home.library(),
        &[&["search", QUERY, "--limit", "50", "--explain"], more].concat(),
    )
}

fn results(found: &Value) -> &[Value] {
    found["results"].as_array().unwrap()
}

/// What the blend rule makes of the explained parts, worst case of rounding aside.
fn blended(found: &Value) -> Vec<f64> {
    let fused = |result: &Value| result["explain"]["fused"]["score"].as_f64().unwrap();
    let best = results(found).iter().map(fused).fold(0.0, f64::max);
    let score = |result: &Value| {
        let probability = result["explain"]["reranker"]["score"].as_f64().unwrap();
        (1.0 - RETRIEVAL_WEIGHT) * probability + RETRIEVAL_WEIGHT * fused(result) / best
    };
    results(found).iter().map(score).collect()
}

#[test]
fn the_order_is_that_of_the_rerankers_scores_under_the_blend_rule() {
    let home = leases();
    let fused = paths(&explained(&home, &[])).join("\n");
    install(&home, &[(causal(), "tied")], "tiny");
    let found = explained(&home, &[]);
    assert_eq!(found["rerank"]["judged"], 12);
    assert_eq!(found["rerank"]["wanted"], 12);
    assert_eq!(found["rerank"]["models"], serde_json::json!(["tiny@1"]));
    assert_eq!(found["rerank"]["why_not"], Value::Null);
    assert!(found["timings_ms"]["rerank"].as_f64().unwrap() > 0.0);
    assert!(
        blended(&found).is_sorted_by(|a, b| *a >= b - 1e-6),
        "{found:#}"
    );
    assert_ne!(paths(&found).join("\n"), fused, "dice and BM25 agree");
    let shown: Vec<f64> = results(&found)
        .iter()
        .map(|r| r["score"].as_f64().unwrap())
        .collect();
    assert!(shown.is_sorted_by(|a, b| a >= b), "{shown:?}");
    for result in results(&found) {
        assert!(["strong", "possible", "weak"].contains(&result["strength"].as_str().unwrap()));
    }
    let without = explained(&home, &["--no-rerank"]);
    assert_eq!(paths(&without).join("\n"), fused);
    assert_eq!(without["rerank"]["judged"], 0);
}

#[test]
fn an_encoder_is_used_unasked_and_a_larger_model_that_is_too_slow_here_is_not() {
    let home = leases();
    install(&home, &[(causal(), "tied"), (encoder(), "bert")], "auto");
    let found = explained(&home, &[]);
    assert_eq!(
        found["rerank"]["models"],
        serde_json::json!(["tiny-encoder@1"])
    );
    assert_eq!(found["rerank"]["judged"], 12);
    assert!(
        blended(&found).is_sorted_by(|a, b| *a >= b - 1e-6),
        "{found:#}"
    );
}

#[test]
fn a_file_that_is_asked_for_by_name_and_a_quoted_phrase_are_never_buried() {
    let home = leases();
    install(&home, &[(causal(), "tied")], "tiny");
    for number in [3, 8, 12] {
        let query = format!("lease {number}");
        let found = json(&home.library(), &["search", &query, "--explain"]);
        let first = &results(&found)[0];
        assert_eq!(
            paths(&found)[0],
            home.path(&format!("{query}.txt")).to_str().unwrap()
        );
        assert_eq!(first["explain"]["exact_name"], true);
        let phrase = json(&home.library(), &["search", "\"lease is six weeks\""]);
        assert_eq!(paths(&phrase), [home.path("lease 5.txt").to_str().unwrap()]);
    }
}

#[test]
fn a_budget_of_nothing_leaves_the_fused_order_and_says_so() {
    let home = leases();
    let fused = paths(&explained(&home, &[])).join("\n");
    install(&home, &[(causal(), "tied")], "tiny");
    let found = explained(&home, &["--rerank-ms", "0"]);
    assert_eq!(found["rerank"]["judged"], 0);
    assert_eq!(found["rerank"]["wanted"], 12);
    assert_eq!(paths(&found).join("\n"), fused);
    assert!(
        found["rerank"]["why_not"]
            .as_str()
            .unwrap()
            .contains("time")
    );
}

/// A folder of programs as the tests', but for the models' worker.
#[cfg(unix)]
fn programs_with(home: &Home, worker: Option<&str>) -> PathBuf {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let real = Path::new(PROGRAM).parent().unwrap();
    let programs = home.root.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    for entry in std::fs::read_dir(real).unwrap() {
        let name = entry.unwrap().file_name();
        if name != "nuthatch-models" && name != "nuthatch" {
            symlink(real.join(&name), programs.join(&name)).unwrap();
        }
    }
    // Its own place tells the program where the others are, so a link would not do.
    std::fs::copy(PROGRAM, programs.join("nuthatch")).unwrap();
    if let Some(script) = worker {
        let target = real.join("nuthatch-models");
        let script = script.replace("REAL", &format!("'{}'", target.display()));
        let path = programs.join("nuthatch-models");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    programs
}

#[cfg(unix)]
fn search_with(programs: &Path, home: &Home) -> Value {
    let mut searching = std::process::Command::new(programs.join("nuthatch"));
    searching
        .args(["--json", "--library"])
        .arg(home.library())
        .args(["search", QUERY, "--limit", "50", "--explain"]);
    let output = searching.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn a_worker_that_dies_in_the_middle_of_a_query_leaves_the_fused_order_with_a_notice() {
    let home = leases();
    let fused = paths(&explained(&home, &[])).join("\n");
    install(&home, &[(causal(), "tied")], "tiny");
    // What it is asked first fits, the passages to be judged do not: it ends while it reads them.
    let programs = programs_with(&home, Some("dd bs=1 count=1600 2>/dev/null | REAL"));
    let found = search_with(&programs, &home);
    assert_eq!(paths(&found).join("\n"), fused);
    assert_eq!(found["rerank"]["judged"], 0);
    let notices = found["notices"].to_string();
    assert!(
        notices.contains("Not reranked: the model worker stopped"),
        "{notices}"
    );
}

#[cfg(unix)]
#[test]
fn with_every_worker_removed_or_broken_a_search_answers_and_says_why_it_was_not_reranked() {
    for worker in [
        None,
        Some("exit 1"),
        Some("echo this is no worker"),
        Some("exec sleep 1"),
    ] {
        let home = leases();
        let by_words = json(
            &home.library(),
            &["search", QUERY, "--limit", "50", "--only", "words"],
        );
        install(&home, &[(causal(), "tied")], "tiny");
        let programs = programs_with(&home, worker);
        let found = search_with(&programs, &home);
        assert_eq!(paths(&found), paths(&by_words), "{worker:?}");
        let notices = found["notices"].to_string();
        assert!(notices.contains("Not reranked: "), "{worker:?}: {notices}");
        assert!(notices.contains("nuthatch-models"), "{worker:?}: {notices}");
    }
}

#[test]
fn a_model_that_is_named_and_not_installed_is_said_to_be_missing() {
    let home = leases();
    install(&home, &[(causal(), "tied")], "zerank-2");
    let found = explained(&home, &[]);
    assert_eq!(results(&found).len(), 12);
    let notices = found["notices"].to_string();
    assert!(notices.contains("zerank-2 is not installed"), "{notices}");
}

#[test]
fn a_damaged_model_is_named_and_the_search_goes_on() {
    let home = leases();
    install(&home, &[(causal(), "tied")], "tiny");
    let weights = home.library().join("models/tiny/1/model.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    let found = explained(&home, &[]);
    assert_eq!(results(&found).len(), 12);
    let notices = found["notices"].to_string();
    assert!(
        notices.contains("model.safetensors is damaged"),
        "{notices}"
    );
}

#[test]
fn the_doctor_names_every_device_and_what_each_reranker_does_on_it() {
    let home = leases();
    install(&home, &[(causal(), "tied"), (encoder(), "bert")], "auto");
    let broken = home.library().join("models/tiny-encoder/1/model.onnx");
    std::fs::write(broken, "no model").unwrap();
    let found = json(&home.library(), &["models", "doctor"]);
    let workers = found["workers"].as_array().unwrap();
    assert_eq!(workers[0]["program"], "nuthatch-models");
    assert_eq!(workers[0]["devices"][0]["kind"], "cpu");
    assert!(workers[0]["devices"][0]["memory_bytes"].as_u64().unwrap() > 1 << 30);
    assert_eq!(workers[1]["program"], "nuthatch-models-cuda");
    assert!(workers[1]["problem"].is_string(), "{found:#}");
    let tiny = &found["models"][0];
    assert_eq!(
        (&tiny["id"], &tiny["device"]),
        (&"tiny".into(), &"cpu".into())
    );
    assert!(tiny["tokens_per_second"].as_f64().unwrap() > 0.0);
    let problem = found["models"][1]["problem"].as_str().unwrap();
    assert!(problem.contains("model.onnx is damaged"), "{problem}");
    assert_eq!(found["chosen"][0]["id"], "tiny-encoder");
    let checked = json(&home.library(), &["models", "check", "tiny"]);
    assert_eq!(
        (&checked["passed"], &checked["device"]),
        (&true.into(), &"cpu".into())
    );
}

/// Runs searches in this process, where scores can be kept; the CLI opens a library for reading.
fn in_process(home: &Home, searches: &[SearchRequest]) -> Vec<(SearchResults, Vec<SearchResults>)> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let programs = Path::new(PROGRAM).parent().unwrap();
    runtime.block_on(async {
        let engine = Engine::open(Dirs::new(home.library(), programs))
            .await
            .unwrap();
        let mut found = Vec::new();
        for search in searches {
            let mut updates = Vec::new();
            let last = engine
                .search(search, |update| updates.push(update))
                .await
                .unwrap();
            found.push((last, updates));
        }
        engine.close().await;
        found
    })
}

fn request(reranking: RerankMode) -> SearchRequest {
    SearchRequest {
        query: QUERY.into(),
        limit: 50,
        reranking,
        ..SearchRequest::default()
    }
}

fn names(found: &SearchResults) -> Vec<String> {
    let path = |result: &nuthatch::search::SearchResult| result.file.seen.path.to_path();
    found
        .results
        .iter()
        .map(|result| path(result).display().to_string())
        .collect()
}

#[test]
fn a_question_asked_again_is_answered_from_the_scores_that_were_kept() {
    let home = leases();
    install(&home, &[(causal(), "tied")], "tiny");
    let first = in_process(&home, &[request(RerankMode::WithinBudget)])
        .remove(0)
        .0;
    assert_eq!(first.reranked.n_judged, 12);
    // The model could not judge anything now.
    std::fs::write(
        home.library().join("models/tiny/1/model.safetensors"),
        "gone",
    )
    .unwrap();
    let mut again = request(RerankMode::WithinBudget);
    again.query = format!("  {}  ", QUERY.replace(' ', "  "));
    let mut other = request(RerankMode::WithinBudget);
    other.query = "another notice".into();
    let found = in_process(&home, &[again, other]);
    assert_eq!(names(&found[0].0), names(&first));
    assert_eq!(found[0].0.reranked.n_judged, 12);
    assert_eq!(found[0].0.reranked.why_not, None);
    let why_not = &found[1].0.reranked.why_not;
    assert!(
        matches!(why_not, Some(NotReranked::Failed(_))),
        "{why_not:?}"
    );
}

#[test]
fn the_fused_order_is_shown_before_the_reranked_one_and_nothing_is_reranked_while_typing() {
    let home = leases();
    install(&home, &[(causal(), "tied")], "tiny");
    let typing = SearchRequest {
        typing: true,
        ..request(RerankMode::Streamed)
    };
    let found = in_process(&home, &[typing, request(RerankMode::Streamed)]);
    let (last, _) = &found[0];
    assert_eq!(last.reranked.n_judged, 0);
    assert!(last.timings.rerank.is_none());
    let (last, updates) = &found[1];
    assert_eq!(last.reranked.n_judged, 12);
    let judged: Vec<usize> = updates
        .iter()
        .map(|update| update.reranked.n_judged)
        .collect();
    assert!(judged.is_sorted() && judged[..2] == [0, 0], "{judged:?}");
    let fused = updates
        .iter()
        .rfind(|update| update.reranked.n_judged == 0)
        .unwrap();
    let (mut before, mut after) = (names(fused), names(last));
    assert_ne!(before, after);
    before.sort();
    after.sort();
    assert_eq!(before, after, "a row was lost");
}

#[test]
fn an_evaluation_has_a_row_for_the_reranked_order() {
    let home = leases();
    install(&home, &[(causal(), "tied")], "tiny");
    let set = home.root.path().join("set");
    std::fs::create_dir(&set).unwrap();
    let corpus = (1..=4)
        .map(|i| format!("{{\"_id\": \"{i}\", \"text\": \"The rent number {i} is due\"}}\n"));
    std::fs::write(set.join("corpus.jsonl"), corpus.collect::<String>()).unwrap();
    std::fs::write(
        set.join("queries.jsonl"),
        "{\"_id\": \"q\", \"text\": \"rent\"}\n",
    )
    .unwrap();
    std::fs::write(set.join("qrels.tsv"), "query\tdocument\tscore\nq\t2\t1\n").unwrap();
    let found = json(&home.library(), &["eval", set.to_str().unwrap()]);
    let stages: Vec<&str> = found["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["stage"].as_str().unwrap())
        .collect();
    assert_eq!(stages, ["words", "meaning", "hybrid", "rerank"]);
}

#[test]
fn a_broken_catalogue_of_the_users_own_is_told_of() {
    let home = leases();
    std::fs::create_dir_all(home.library().join("models")).unwrap();
    std::fs::write(home.library().join("models/catalog.toml"), "model = 3").unwrap();
    let status = json(&home.library(), &["status"]);
    assert!(
        status["notices"].to_string().contains("catalog.toml"),
        "{status}"
    );
    assert!(
        command(&home.library(), &["search", QUERY])
            .output()
            .unwrap()
            .status
            .success()
    );
}
