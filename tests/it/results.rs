//! What a result shows besides its passage: versions folded together, the sentence that mattered, the
//! words that matched.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use crate::support::{self, Home};

const CONTRACT: &str = "The contractor delivers the drawings of the bridge by the end of each month. \
    The client pays within thirty days of the invoice. Either side may end this agreement in writing. \
    What is unclear is settled by the chamber of engineers in the city where the bridge is built. ";

/// Puts a file there that changed so many days ago.
fn write_aged(home: &Home, name: &str, text: &str, days: u64) {
    home.write(name, text);
    let file = File::options().append(true).open(home.path(name)).unwrap();
    let then = SystemTime::now() - Duration::from_secs(days * 86_400);
    file.set_modified(then).unwrap();
}

#[test]
fn versions_of_a_document_are_one_row_with_the_newest_in_front() {
    let home = Home::new();
    write_aged(&home, "bridge contract v1.txt", CONTRACT, 30);
    write_aged(
        &home,
        "bridge contract v2.txt",
        &format!("{CONTRACT}The fee is 900 euros."),
        20,
    );
    write_aged(
        &home,
        "bridge contract final.txt",
        &format!("{CONTRACT}The fee is 950 euros."),
        10,
    );
    // Alike in name only, and alike in text only.
    write_aged(
        &home,
        "other/bridge contract.txt",
        "Notes on a bridge over the river, and whom to ask about the contract.",
        5,
    );
    write_aged(&home, "invoice 0017.txt", &format!("{CONTRACT}Sum: 17"), 4);
    write_aged(&home, "invoice 0018.txt", &format!("{CONTRACT}Sum: 18"), 3);
    home.add();
    let found = support::json(
        &home.library(),
        &["search", "--only", "words", "bridge drawings"],
    );
    let shown: Vec<(String, usize)> = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let path = result["path"].as_str().unwrap();
            let name = path.rsplit(['/', '\\']).next().unwrap().to_owned();
            (name, result["older_versions"].as_array().unwrap().len())
        })
        .collect();
    assert!(
        shown.contains(&("bridge contract final.txt".into(), 2)),
        "{shown:?}"
    );
    assert_eq!(shown.len(), 4, "{shown:?}");
    // What is folded leaves room for others.
    let asked = [
        "search",
        "--only",
        "words",
        "--limit",
        "4",
        "bridge drawings",
    ];
    assert_eq!(
        support::paths(&support::json(&home.library(), &asked)).len(),
        4
    );
    // Who asks for the files themselves sees each of them.
    let named = support::json(
        &home.library(),
        &["search", "--only", "words", "name:contract"],
    );
    assert_eq!(support::paths(&named).len(), 4);
}

#[test]
fn the_sentence_that_carried_the_meaning_is_marked_and_matched_words_are_counted() {
    let home = Home::new();
    let text = "The garden was replanted in spring. Our physician prescribed two tablets a day against the pain. \
        The invoice for the fence is still open, and the neighbour has complained about it.";
    home.write("diary.txt", text);
    home.add();
    let found = support::json(
        &home.library(),
        &[
            "search",
            "--explain",
            "what medicine did the doctor recommend",
        ],
    );
    let result = &found["results"][0];
    let place = |n: usize| result["sentence"][n].as_u64().unwrap() as usize;
    let sentence: String = text
        .chars()
        .skip(place(0))
        .take(place(1) - place(0))
        .collect();
    assert_eq!(
        sentence,
        "Our physician prescribed two tablets a day against the pain."
    );
    let found = support::json(
        &home.library(),
        &["search", "--explain", "--only", "words", "gardens the"],
    );
    let matched = &found["results"][0]["explain"]["matched"];
    assert_eq!(
        *matched,
        serde_json::json!([{"word": "garden", "times": 1}])
    );
}

#[test]
fn what_is_like_a_file_is_found_without_it_and_what_was_judged_moves_a_query() {
    let home = Home::new();
    home.write("soup.txt", "Simmer the pumpkin with onions and ginger, blend the soup and season it with nutmeg and cream.");
    home.write("stew.txt", "Braise the beef with carrots and onions for three hours; the stew is seasoned with thyme and pepper.");
    home.write("engine.txt", "The pistons of the diesel engine are cooled by oil jets below the cylinder liners of each bank.");
    home.write("turbine.txt", "Blades of the gas turbine are cooled by air that is bled from the compressor behind the burner.");
    home.add();
    let like = |name: &str| home.path(name).display().to_string();
    let similar = support::json(&home.library(), &["similar", &like("soup.txt")]);
    let paths = support::paths(&similar);
    assert!(paths[0].ends_with("stew.txt"), "{paths:?}");
    assert!(
        !paths.iter().any(|path| path.ends_with("soup.txt")),
        "{paths:?}"
    );

    let cooled = |arguments: &[&str]| -> String {
        let asked = [&["search", "cooled or seasoned"], arguments].concat();
        let found = support::json(&home.library(), &asked);
        support::paths(&found)[0]
            .rsplit(['/', '\\'])
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(cooled(&["--like", &like("engine.txt")]), "engine.txt");
    assert_eq!(cooled(&["--like", &like("stew.txt")]), "stew.txt");

    let unknown = support::nuthatch(&home.library(), &["similar", "/nowhere/at/all.txt"]);
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("is not in the library"));
}
