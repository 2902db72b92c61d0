//! Files in, passages out: what a user does with the command line.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use crate::support::{
    Home, assert_sound, command, docx, json, nuthatch, paths, pdf, view_of, word_paragraph,
};

#[test]
fn a_folder_is_found_by_word_and_its_passage_is_lit() {
    let home = Home::new();
    home.write(
        "bird.md",
        "# Nuthatch\n\nIt hides seeds\nand finds them again.\n",
    );
    home.write("notes/tea.txt", "Green tea is steeped at eighty degrees.");
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 2, "{status}");
    let found = home.search("seeds");
    let first = &found["results"][0];
    assert!(
        first["path"].as_str().unwrap().ends_with("bird.md"),
        "{found}"
    );
    let (start, end) = (
        first["highlights"][0][0].as_u64().unwrap(),
        first["highlights"][0][1].as_u64().unwrap(),
    );
    let lit: String = first["passage"]
        .as_str()
        .unwrap()
        .chars()
        .skip(start as usize)
        .take((end - start) as usize)
        .collect();
    assert_eq!(lit, "seeds");
}

#[test]
fn a_quoted_phrase_is_a_condition_unless_nothing_meets_it() {
    let home = Home::new();
    home.write("report.txt", "The annual report was read aloud.");
    home.write("plan.txt", "We report on the annual plan.");
    home.add();
    let found = home.search("\"annual report\"");
    assert_eq!(paths(&found).len(), 1, "{found}");
    assert!(paths(&found)[0].ends_with("report.txt"), "{found}");
    assert_eq!(found["notices"].as_array().unwrap().len(), 0, "{found}");
    let relaxed = home.search("\"report annual\"");
    assert_eq!(paths(&relaxed).len(), 2, "{relaxed}");
    assert_eq!(relaxed["notices"].as_array().unwrap().len(), 1, "{relaxed}");
}

#[test]
fn a_paraphrase_without_a_common_word_finds_the_passage() {
    let home = Home::new();
    home.write(
        "cat.txt",
        "The kitten was sleeping on the warm sofa all afternoon.",
    );
    home.write(
        "money.txt",
        "Quarterly revenue grew by nine percent over the last year.",
    );
    let status = home.add();
    assert_eq!(
        status["to_embed"], 0,
        "the set-up installs the model: {status}"
    );
    let found = json(
        &home.library(),
        &[
            "search",
            "--only",
            "meaning",
            "income of the company increased",
        ],
    );
    assert!(paths(&found)[0].ends_with("money.txt"), "{found}");
}

#[test]
fn edits_renames_and_deletions_are_followed_at_the_next_start() {
    let home = Home::new();
    home.write("a.txt", "apricot");
    home.write("b.txt", "banana");
    home.write("c.txt", "cherry");
    home.add();
    home.write("a.txt", "avocado instead");
    let docs = home.root.path().join("docs");
    std::fs::rename(docs.join("b.txt"), docs.join("moved.txt")).unwrap();
    std::fs::remove_file(docs.join("c.txt")).unwrap();
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 2, "{status}");
    assert!(paths(&home.search("avocado"))[0].ends_with("a.txt"));
    assert!(paths(&home.search("banana"))[0].ends_with("moved.txt"));
    assert!(home.by_words("cherry").is_empty());
}

#[test]
fn every_file_that_is_not_read_has_its_reason() {
    let home = Home::new();
    home.write("empty.txt", "");
    home.write("picture.bin", [0_u8, 1, 2, 3, 0, 0, 9]);
    home.write("broken.pdf", "%PDF-1.4 and then nothing");
    home.write(".hidden/x.txt", "secret");
    home.add();
    let why = |name: &str| home.why(name);
    assert_eq!(
        why("empty.txt"),
        ("skipped".into(), "the file is empty".into())
    );
    assert_eq!(why("picture.bin").0, "skipped");
    assert_eq!(why("broken.pdf").0, "failed");
    assert!(why(".hidden/x.txt").1.contains("hidden"));
    assert_eq!(why("nowhere.txt").0, "unknown");
}

#[test]
fn a_folder_that_is_not_there_is_a_clear_error_with_its_own_exit_code() {
    let home = Home::new();
    let output = nuthatch(&home.library(), &["add", "/no/such/folder"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/no/such/folder does not exist"));
}

#[test]
fn a_removed_folder_is_forgotten() {
    let home = Home::new();
    home.write("a.txt", "apricot");
    home.add();
    assert!(
        nuthatch(&home.library(), &["remove", &home.docs()])
            .status
            .success()
    );
    let status = json(&home.library(), &["status"]);
    assert_eq!(status["passages"], 0, "{status}");
    assert!(paths(&home.search("apricot")).is_empty());
}

/// Six more files of every kind, and what time does to earlier ones.
fn a_days_work(home: &Home, day: usize) {
    let prose = |topic: &str| {
        format!("Document {day} speaks of {topic}{day} and of nothing else. It goes on.\n\n")
            .repeat(12)
    };
    home.write(&format!("a{day}.txt"), prose("apple"));
    let markdown = format!(
        "# Chapter {day}\n\n{}\n## Part\n\n{}",
        prose("bread"),
        prose("beer")
    );
    home.write(&format!("notes/b{day}.md"), markdown);
    let html = format!(
        "<title>Page {day}</title><h1>Page</h1><p>{}</p>",
        prose("cider")
    );
    home.write(&format!("web/c{day}.html"), html);
    home.write(
        &format!("d{day}.docx"),
        docx(&word_paragraph(&prose("dates"))),
    );
    let pages = [
        format!("figs{day} on page one"),
        String::new(),
        format!("grapes{day}"),
    ];
    home.write(
        &format!("e{day}.pdf"),
        pdf(&pages.each_ref().map(String::as_str)),
    );
    home.write(
        &format!("broken{day}.pdf"),
        format!("%PDF-1.4 and then nothing, {day}"),
    );
    if day > 0 {
        let before = day - 1;
        std::fs::copy(
            home.path(&format!("a{before}.txt")),
            home.path(&format!("copy{day}.txt")),
        )
        .unwrap();
    }
    if day > 1 {
        let before = day - 2;
        std::fs::rename(
            home.path(&format!("notes/b{before}.md")),
            home.path(&format!("web/moved{before}.md")),
        )
        .unwrap();
        std::fs::remove_file(home.path(&format!("d{before}.docx"))).unwrap();
        home.write(&format!("e{before}.pdf"), pdf(&["edited since"]));
    }
}

/// Kills `add` after a while; false if it was done before.
fn is_killed(home: &Home, after: Duration) -> bool {
    let mut child = command(&home.library(), &["add", &home.docs()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(after);
    let killed = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    let _ = child.wait();
    killed
}

#[test]
fn a_library_built_through_twenty_kills_equals_one_built_in_peace() {
    let home = Home::new();
    a_days_work(&home, 0);
    let rehearsal = home.root.path().join("rehearsal");
    let began = Instant::now();
    json(&rehearsal, &["add", &home.docs()]);
    let whole = began.elapsed();
    let (mut n_killed, mut day) = (0, 0);
    // Spread over start, reading, writing, embedding and the word index's commit.
    while n_killed < 20 {
        assert!(day < 100, "it is done before it can be killed");
        n_killed += usize::from(is_killed(&home, whole * (day % 10 + 1) / 10));
        day += 1;
        if day <= 20 {
            a_days_work(&home, day as usize);
        }
    }
    let survived = home.add();
    let peaceful = home.root.path().join("peaceful");
    let expected = json(&peaceful, &["add", &home.docs()]);
    assert_eq!(survived["files"], expected["files"]);
    assert_eq!(survived["files"]["failed"], 21, "{survived}");
    assert_eq!(survived["to_embed"], 0, "{survived}");
    assert_sound(&home.library());
    assert_sound(&peaceful);
    let (survived, expected) = (view_of(&home.library()), view_of(&peaceful));
    assert!(expected.len() > 100);
    assert!(survived.keys().eq(expected.keys()));
    for (path, file) in &survived {
        assert_eq!(Some(file), expected.get(path), "{}", path.display());
    }
    for query in ["apple3", "bread7", "grapes20", "edited", "moved4"] {
        let words = |library: &Path| {
            let found = json(library, &["search", "--only", "words", query]);
            let found: Vec<String> = paths(&found).into_iter().map(str::to_owned).collect();
            assert!(!found.is_empty(), "{query}");
            found
        };
        assert_eq!(words(&home.library()), words(&peaceful), "{query}");
    }
}
