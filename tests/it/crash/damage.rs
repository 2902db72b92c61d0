//! Files of a library that are damaged, cut or gone: it is whole again, and what was expensive is kept.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use nuthatch::{dirs::Dirs, engine::Engine};
use serde_json::Value;

use super::{
    shim::{End, run, watched},
    tree::Random,
};
use crate::support::{Home, PROGRAM, assert_sound, json, nuthatch, view_of, wait_for};

/// A home of some files, read and embedded by the given program.
fn home(n_files: usize) -> Home {
    let home = Home::new();
    for i in 0..n_files {
        let text = format!("Number {i} is about plum{i}. It grows in garden {i}, by river {i}.");
        home.write(&format!("part{}/file{i}.txt", i % 3), text);
    }
    home
}

fn database(home: &Home) -> PathBuf {
    home.library().join("library.db")
}

fn embeddings(home: &Home) -> u64 {
    let vectors = view_of(&home.library()).into_values();
    let passages = vectors.flat_map(|file| file.document.unwrap().passages);
    passages.filter(|passage| passage.vector.is_some()).count() as u64
}

fn notices(status: &Value) -> String {
    status["notices"].to_string()
}

/// Says in words alone what is in the library; embeds nothing.
fn without_model(home: &Home) {
    let settings = home.library().join("settings.toml");
    std::fs::write(settings, "meaning = false\n").unwrap();
}

fn with_model(home: &Home) {
    std::fs::remove_file(home.library().join("settings.toml")).unwrap();
}

/// Overwrites whole pages with noise.
fn spoil(database: &Path, pages: &[u64], random: &mut Random) {
    let mut bytes = std::fs::read(database).unwrap();
    for page in pages {
        let at = (page - 1) as usize * 4096;
        for byte in &mut bytes[at..at + 4096] {
            *byte = random.below(256) as u8;
        }
    }
    std::fs::write(database, bytes).unwrap();
}

fn n_pages(database: &Path) -> u64 {
    database.metadata().unwrap().len() / 4096
}

/// Nothing of the damage is left after a call, and the first one says what happened.
fn assert_recovers(home: &Home, what: &str, n_files: usize) {
    // Nothing is computed anew: what has a vector afterwards has the one that was salvaged.
    without_model(home);
    let status = home.add();
    assert!(notices(&status).contains("was damaged"), "{what}: {status}");
    assert_eq!(status["folders"][0]["path"], home.docs(), "{what}");
    assert_eq!(status["files"]["indexed"], n_files, "{what}: {status}");
    let told = status["notices"][1].as_str().unwrap();
    let n_kept = embeddings(home);
    assert!(
        told.contains(&format!(" {n_kept} embeddings")),
        "{what}: {told}"
    );
    for i in [0, n_files / 2, n_files - 1] {
        assert_eq!(home.by_words(&format!("plum{i}")).len(), 1, "{what}");
    }
    with_model(home);
    let status = home.add();
    assert_eq!(status["to_embed"], 0, "{what}: {status}");
    assert_eq!(embeddings(home), n_files as u64, "{what}");
    assert_sound(&home.library());
    println!("{what}: {n_kept} of {n_files} embeddings were kept");
}

fn copied(from: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(from).unwrap();
    let files = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

#[test]
fn a_database_with_damaged_pages_keeps_its_folders_and_what_was_expensive() {
    let n_files = 150;
    let home = home(n_files);
    home.add();
    json(&home.library(), &["saved", "gardens", "plum river"]);
    let file = home.path("part0/file0.txt").display().to_string();
    json(&home.library(), &["answers", "plum zero", &file]);
    let sound = copied(&home.library());
    let database = database(&home);
    let n = n_pages(&database);
    let mut random = Random::new(7);
    let many: Vec<u64> = (0..n / 8).map(|_| random.below(n) + 1).collect();
    let cases: [(&str, Vec<u64>); 5] = [
        ("the header", vec![1]),
        ("the first ten pages", (1..=10).collect()),
        ("a page in the middle", vec![n / 2]),
        ("every fifth page", (1..=n / 5).map(|i| i * 5).collect()),
        ("an eighth of the pages", many),
    ];
    for (what, pages) in cases {
        for (path, bytes) in &sound {
            std::fs::write(path, bytes).unwrap();
        }
        spoil(&database, &pages, &mut random);
        // Some damage is met by no cheap look; whoever meets it says so.
        std::fs::write(home.library().join("library.db-to-check"), "").unwrap();
        assert_recovers(&home, what, n_files);
        if what == "a page in the middle" {
            let saved = json(&home.library(), &["saved"]);
            assert_eq!(saved["saved"][0]["query"], "plum river", "{what}: {saved}");
            let answers = json(&home.library(), &["answers"]);
            assert_eq!(answers["answers"][0]["path"], file, "{what}: {answers}");
        }
        let kept = std::fs::read_dir(home.library()).unwrap();
        let kept = kept.filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with("library.db.damaged-")
        });
        for entry in kept.collect::<Vec<_>>() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        let status = json(&home.library(), &["status"]);
        assert!(
            !notices(&status).contains("was damaged"),
            "{what}: {status}"
        );
    }
}

#[test]
fn a_damaged_page_in_the_middle_costs_few_embeddings() {
    let n_files = 400;
    let home = home(n_files);
    home.add();
    let database = database(&home);
    // Somewhere in the table of embeddings there is one.
    let mut costs = Vec::new();
    let sound = copied(&home.library());
    for share in [3, 4, 5, 6] {
        for (path, bytes) in &sound {
            std::fs::write(path, bytes).unwrap();
        }
        let page = n_pages(&database) * share / 8;
        spoil(&database, &[page], &mut Random::new(share));
        std::fs::write(home.library().join("library.db-to-check"), "").unwrap();
        without_model(&home);
        let status = home.add();
        if notices(&status).contains("was damaged") {
            costs.push(n_files as u64 - embeddings(&home));
        }
    }
    println!("embeddings lost with one page: {costs:?}");
    assert!(!costs.is_empty(), "no page that was spoilt was in use");
    // A page holds eight or nine, and one page of the tree above points to all of them.
    assert!(
        costs.iter().filter(|&&cost| cost <= 20).count() >= costs.len() - 1,
        "{costs:?}"
    );
}

#[test]
fn garbage_in_place_of_a_database_is_put_aside_and_the_folders_are_known() {
    let home = home(5);
    home.add();
    std::fs::write(database(&home), "this is no database".repeat(1_000)).unwrap();
    let output = nuthatch(&home.library(), &["search", "plum1"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("it is repaired when"),
        "{said}"
    );
    let status = home.add();
    assert!(notices(&status).contains("1 folders"), "{status}");
    assert_eq!(status["files"]["indexed"], 5);
    assert_sound(&home.library());
}

#[test]
fn a_log_that_was_deleted_takes_its_batches_with_it_and_they_are_made_again() {
    let home = home(30);
    home.add();
    // Killed in the middle, so that the log is not folded.
    home.write("late.txt", "a late damson");
    let report = home.root.path().join("report");
    let command = watched(&home.library(), &["add", &home.docs()], &report);
    let killed = run(command, &report, Some((60, false)));
    assert!(matches!(killed, End::Killed(_)), "{killed:?}");
    std::fs::remove_file(home.library().join("library.db-wal")).unwrap();
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 31, "{status}");
    assert_eq!(home.by_words("damson").len(), 1);
    assert_sound(&home.library());
}

/// The folder of the only generation.
fn index(home: &Home) -> PathBuf {
    let mut entries = std::fs::read_dir(home.library().join("index")).unwrap();
    let index = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none(), "there is one generation");
    index
}

/// The largest file with this ending.
fn part(index: &Path, ending: &str) -> PathBuf {
    let files = std::fs::read_dir(index)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .max_by_key(|path| path.metadata().unwrap().len())
        .unwrap()
}

#[test]
fn a_damaged_word_index_is_built_anew_beside_the_old_one() {
    type Damage = fn(&Path);
    let damage: [(&str, Damage); 5] = [
        ("a cut list of segments", |index| {
            let meta = index.join("meta.json");
            let text = std::fs::read(&meta).unwrap();
            std::fs::write(meta, &text[..text.len() / 2]).unwrap();
        }),
        ("a segment of zeroes", |index| {
            let path = part(index, "term");
            let n = path.metadata().unwrap().len();
            std::fs::write(path, vec![0; n as usize]).unwrap();
        }),
        ("a deleted segment", |index| {
            std::fs::remove_file(part(index, "idx")).unwrap();
        }),
        ("an empty segment", |index| {
            std::fs::write(part(index, "fast"), "").unwrap();
        }),
        ("an empty list of files", |index| {
            std::fs::write(index.join(".managed.json"), "").unwrap();
        }),
    ];
    let home = home(40);
    home.add();
    for (what, damage) in damage {
        let before = index(&home);
        damage(&before);
        // Beside a damaged index, a search still answers, if with nothing.
        json(&home.library(), &["search", "--only", "words", "plum3"]);
        home.add();
        assert_ne!(index(&home), before, "{what}");
        assert_eq!(home.by_words("plum3").len(), 1, "{what}");
        assert_sound(&home.library());
    }
}

/// Damage inside a segment is not seen by opening it.
fn spoil_postings(index: &Path) {
    for ending in ["idx", "term"] {
        let path = part(index, ending);
        let mut bytes = std::fs::read(&path).unwrap();
        let (from, to) = (0, bytes.len().saturating_sub(150));
        bytes[from..to].fill(0xff);
        std::fs::write(path, bytes).unwrap();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn open(home: &Home) -> impl Future<Output = Engine> {
    let programs = Path::new(PROGRAM).parent().unwrap();
    let dirs = Dirs::new(home.library(), programs);
    async { Engine::open(dirs).await.unwrap() }
}

fn words(query: &str) -> nuthatch::search::SearchRequest {
    nuthatch::search::SearchRequest {
        query: query.into(),
        limit: 10,
        only: Some(nuthatch::search::Only::Words),
        ..Default::default()
    }
}

#[test]
fn damage_that_a_search_meets_leads_to_a_new_word_index_and_to_no_error() {
    let home = home(200);
    home.add();
    let before = index(&home);
    spoil_postings(&before);
    let runtime = runtime();
    let engine = runtime.block_on(open(&home));
    wait_for("the index to be built anew", || {
        let found = runtime
            .block_on(engine.search(&words("plum7"), drop))
            .unwrap();
        (found.results.len() == 1 && found.notices.is_empty()).then_some(())
    });
    runtime.block_on(engine.settle_words()).unwrap();
    assert!(runtime.block_on(engine.check()).unwrap().is_empty());
    runtime.block_on(engine.close());
    assert_ne!(index(&home), before);
    assert_sound(&home.library());
}

#[test]
fn after_a_power_cut_damage_is_found_before_a_search_meets_it() {
    let home = home(200);
    home.add();
    let before = index(&home);
    spoil_postings(&before);
    std::fs::write(home.library().join("library.lock"), "1 an-earlier-session").unwrap();
    let runtime = runtime();
    let engine = runtime.block_on(open(&home));
    wait_for("the index to be built anew", || {
        (!before.exists()).then_some(())
    });
    let found = runtime
        .block_on(engine.search(&words("plum7"), drop))
        .unwrap();
    assert_eq!(found.results.len(), 1);
    runtime.block_on(engine.close());
    assert_sound(&home.library());
}

#[test]
fn after_a_power_cut_a_damaged_database_is_told_and_repaired_at_the_next_start() {
    let home = home(300);
    home.add();
    let n = n_pages(&database(&home));
    spoil(
        &database(&home),
        &(n / 4..3 * n / 4).collect::<Vec<_>>(),
        &mut Random::new(3),
    );
    std::fs::write(home.library().join("library.lock"), "1 an-earlier-session").unwrap();
    // The cheap look may meet it at once; else the thorough one does.
    let runtime = runtime();
    let engine = runtime.block_on(open(&home));
    wait_for("the damage to be told", || {
        let status = runtime.block_on(engine.status());
        let told = status.is_err()
            || status
                .unwrap()
                .notices
                .iter()
                .any(|notice| notice.message.contains("damaged"));
        told.then_some(())
    });
    runtime.block_on(engine.close());
    let status = home.add();
    assert!(notices(&status).contains("was damaged"), "{status}");
    assert_eq!(status["files"]["indexed"], 300, "{status}");
    assert_eq!(status["to_embed"], 0, "{status}");
    assert_sound(&home.library());
}

#[test]
fn a_vector_of_another_length_is_computed_again() {
    let home = home(3);
    home.add();
    let expected = view_of(&home.library());
    let script = "import sqlite3, sys\n\
                  db = sqlite3.connect(sys.argv[1])\n\
                  db.execute(\"UPDATE embeddings SET vector = x'0011'\")\n\
                  db.commit()\n";
    let done = Command::new("python3")
        .args(["-c", script])
        .arg(database(&home))
        .status();
    assert!(done.unwrap().success());
    let status = home.add();
    assert_eq!(status["to_embed"], 0, "{status}");
    assert!(view_of(&home.library()) == expected);
    assert_sound(&home.library());
}

#[test]
fn a_salvage_that_is_killed_at_any_write_is_ended_by_the_next_call() {
    let n_files = 20;
    let home = home(n_files);
    home.add();
    let sound = copied(&home.library());
    let report = home.root.path().join("report");
    without_model(&home);
    let (mut at, mut n_killed) = (1, 0);
    loop {
        for entry in std::fs::read_dir(home.library()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && !path.ends_with("settings.toml") {
                std::fs::remove_file(path).unwrap();
            }
        }
        for (path, bytes) in &sound {
            std::fs::write(path, bytes).unwrap();
        }
        spoil(&database(&home), &[1], &mut Random::new(at));
        let command = watched(&home.library(), &["remove", "/nowhere"], &report);
        let killed = matches!(
            run(command, &report, Some((at, at % 2 == 0))),
            End::Killed(_)
        );
        n_killed += u32::from(killed);
        let status = json(&home.library(), &["add", &home.docs()]);
        assert_eq!(status["folders"][0]["path"], home.docs(), "at {at}");
        assert_eq!(status["files"]["indexed"], n_files, "at {at}: {status}");
        assert_eq!(embeddings(&home), n_files as u64, "at {at}");
        if !killed {
            break;
        }
        at += 12;
    }
    assert_sound(&home.library());
    println!("{n_killed} salvages were killed");
    assert!(n_killed >= 10);
}
