//! `nuthatch eval` on a small collection: runs out and in, compared, and other questions than its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::{Home, json, nuthatch};

/// Documents of one sentence, and a question about each that has its words.
fn collection(home: &Home) -> String {
    let set = home.root.path().join("set");
    fs::create_dir(&set).unwrap();
    let words = [
        ("kettle", "boils water for tea"),
        ("anvil", "is struck by a hammer"),
        ("lantern", "lights the way home"),
        ("saddle", "sits on a horse"),
    ];
    let (mut corpus, mut queries) = (String::new(), String::new());
    let mut qrels = String::from("query-id\tcorpus-id\tscore\n");
    for (thing, does) in words {
        corpus += &format!("{{\"_id\": \"d-{thing}\", \"text\": \"The {thing} {does}\"}}\n");
        queries += &format!("{{\"_id\": \"q-{thing}\", \"text\": \"{thing}\"}}\n");
        qrels += &format!("q-{thing}\td-{thing}\t1\n");
    }
    for (name, text) in [
        ("corpus.jsonl", corpus),
        ("queries.jsonl", queries),
        ("qrels.tsv", qrels),
    ] {
        fs::write(set.join(name), text).unwrap();
    }
    set.display().to_string()
}

fn row<'a>(found: &'a Value, stage: &str) -> &'a Value {
    let rows = found["rows"].as_array().unwrap();
    rows.iter().find(|row| row["stage"] == stage).unwrap()
}

#[test]
fn a_run_that_was_written_out_is_measured_the_same_when_it_is_read_in() {
    let home = Home::new();
    let set = collection(&home);
    let runs = home.root.path().join("runs");
    let run = |name: &str| -> String { runs.join(name).display().to_string() };
    let out = runs.display().to_string();

    let made = json(&home.library(), &["eval", &set, "--run-out", &out]);
    assert_eq!(made["queries"], 4);
    assert_eq!(row(&made, "words")["ndcg_at_10"], 1.0);
    let words = fs::read_to_string(runs.join("words.run")).unwrap();
    assert!(words.contains("q-anvil Q0 d-anvil 1 "), "{words}");

    // Somebody else's run, in which one question is lost.
    let theirs = words.replace("q-anvil Q0 d-anvil", "q-anvil Q0 d-saddle");
    fs::write(runs.join("theirs.run"), theirs).unwrap();
    let (ours, theirs) = (run("words.run"), run("theirs.run"));
    let read = json(
        &home.library(),
        &["eval", &set, "--run-in", &ours, "--run-in", &theirs],
    );
    for measure in ["ndcg_at_10", "recall_at_100", "mrr_at_10"] {
        assert_eq!(row(&read, "words")[measure], row(&made, "words")[measure]);
    }
    let compared = &read["comparisons"][0];
    assert_eq!(
        (&compared["from"], &compared["to"]),
        (&"words".into(), &"theirs".into())
    );
    assert_eq!(
        (&compared["better"], &compared["worse"]),
        (&0.into(), &1.into())
    );
    let lost = &compared["changed"][0];
    assert_eq!(
        (&lost["query"], &lost["text"]),
        (&"q-anvil".into(), &"anvil".into())
    );
    assert_eq!(compared["ndcg_at_10"]["mean"], -0.25);

    let again = json(&home.library(), &["eval", &set, "--against", &out]);
    let compared = again["comparisons"].as_array().unwrap();
    assert_eq!(compared.len(), made["rows"].as_array().unwrap().len());
    for compared in compared {
        assert_eq!(compared["changed"], serde_json::json!([]), "{compared:#}");
    }
}

#[test]
fn every_stage_stands_in_one_table_and_with_each_switch_again() {
    let home = Home::new();
    let set = collection(&home);
    let found = json(&home.library(), &["eval", &set, "--switches"]);
    let rows = found["rows"].as_array().unwrap();
    let stages: Vec<&str> = rows
        .iter()
        .map(|row| row["stage"].as_str().unwrap())
        .collect();
    for stage in ["words", "hybrid"] {
        for switch in ["", "+typed", "+typing"] {
            let name = format!("{stage}{switch}");
            assert!(stages.contains(&name.as_str()), "no {name} in {stages:?}");
        }
    }
    let compared: Vec<&Value> = found["comparisons"].as_array().unwrap().iter().collect();
    assert_eq!(compared[0]["from"], "words");
    assert_eq!(compared[0]["to"], "hybrid");
}

#[test]
fn the_questions_of_another_set_are_asked_over_these_documents() {
    let home = Home::new();
    let set = collection(&home);
    let other = home.root.path().join("other.jsonl");
    fs::write(
        &other,
        "{\"_id\": \"q-saddle\", \"text\": \"struck by a hammer\"}\n",
    )
    .unwrap();
    let path = other.display().to_string();
    let found = json(&home.library(), &["eval", &set, "--queries", &path]);
    assert_eq!(found["queries"], 1);
    assert_eq!(row(&found, "words")["mrr_at_10"], 0.0);

    let drawn = json(
        &home.library(),
        &["eval", &set, "--sample", "2", "--seed", "3"],
    );
    assert_eq!(drawn["queries"], 2);

    fs::write(&other, "{\"_id\": \"a stranger\", \"text\": \"?\"}\n").unwrap();
    let failed = nuthatch(&home.library(), &["eval", &set, "--queries", &path]);
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(
        !failed.status.success() && said.contains("other.jsonl"),
        "{said}"
    );
    let nowhere: PathBuf = home.root.path().join("no such run");
    let failed = nuthatch(
        &home.library(),
        &["eval", &set, "--run-in", nowhere.to_str().unwrap()],
    );
    assert!(String::from_utf8_lossy(&failed.stderr).contains("no such run"));
}

#[test]
fn a_work_folder_that_was_copied_measures_the_same() {
    let home = Home::new();
    let set = collection(&home);
    let (first, second) = (
        home.root.path().join("first"),
        home.root.path().join("second"),
    );
    let measured = |work: &Path| {
        let work = work.to_str().unwrap();
        json(&home.library(), &["eval", &set, "--keep", work])
    };
    let before = measured(&first);
    fs::create_dir(&second).unwrap();
    for part in ["set", "library"] {
        copy(&first.join(part), &second.join(part));
    }
    let after = measured(&second);
    for measure in ["ndcg_at_10", "recall_at_100", "mrr_at_10"] {
        assert_eq!(
            row(&after, "words")[measure],
            row(&before, "words")[measure]
        );
        assert_eq!(
            row(&after, "hybrid")[measure],
            row(&before, "hybrid")[measure]
        );
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
