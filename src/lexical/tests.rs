//! The word index on its own: what is erased stands in no dictionary any more.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::document::{DocumentId, FileId, PassageId};

fn put(number: i64, text: &str) -> Op {
    Op::AddDocument {
        document: DocumentId(number),
        language: None,
        passages: vec![PassageEntry {
            passage: PassageId(number),
            title: String::new(),
            text: text.into(),
        }],
    }
}

/// Every word of every dictionary of the committed segments, deleted entries' words included.
fn words(lexical: &Lexical) -> BTreeSet<String> {
    let open = lexical.opened().newest.clone();
    let searcher = open.reader.searcher();
    let mut words = BTreeSet::new();
    for segment in searcher.segment_readers() {
        for (field, entry) in segment.schema().fields() {
            if entry.field_type().is_str() && entry.is_indexed() {
                let index = segment.inverted_index(field).unwrap();
                let mut terms = index.terms().stream().unwrap();
                while terms.advance() {
                    words.insert(String::from_utf8_lossy(terms.key()).into_owned());
                }
            }
        }
    }
    words
}

#[tokio::test]
async fn what_is_erased_stands_in_no_dictionary_and_no_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let lexical = Lexical::open(folder.path(), "").unwrap();
    for number in 1..20 {
        let text = format!("marmalade number{number}");
        lexical
            .apply(vec![put(number, &text)], Sequence(number))
            .await
            .unwrap();
    }
    let secret = put(20, "quabblethorn marmalade");
    let name = Op::AddFile(FileEntry {
        file: FileId(1),
        name: "plimsterbob.md".into(),
        ..FileEntry::default()
    });
    lexical
        .apply(vec![secret, name], Sequence(20))
        .await
        .unwrap();
    lexical.commit().await.unwrap();
    let gone = vec![
        Op::RemoveDocument(DocumentId(20)),
        Op::RemoveFile(FileId(1)),
    ];
    lexical.apply(gone, Sequence(21)).await.unwrap();
    lexical.commit().await.unwrap();
    let secrets = ["quabblethorn", "plimsterbob"];
    let before = words(&lexical);
    assert!(
        secrets.iter().all(|word| before.contains(*word)),
        "{before:?}"
    );
    let old_files = files(folder.path());

    lexical.erase().await.unwrap();
    let after = words(&lexical);
    assert!(
        after.contains("marmalade") && after.contains("number7"),
        "{after:?}"
    );
    assert!(
        secrets.iter().all(|word| !after.contains(*word)),
        "{after:?}"
    );
    let terms = |files: &BTreeSet<String>| {
        let is_terms = |name: &&String| Path::new(name).extension() == Some("term".as_ref());
        files
            .iter()
            .filter(is_terms)
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    let new_files = files(folder.path());
    assert!(!terms(&new_files).is_empty());
    assert!(terms(&old_files).is_disjoint(&terms(&new_files)));
    assert_eq!(lexical.committed().unwrap(), Sequence(21));
    lexical.erase().await.unwrap();
    assert_eq!(terms(&files(folder.path())), terms(&new_files));
}

fn files(folder: &Path) -> BTreeSet<String> {
    let folder = generation::all(folder).remove(0);
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

const DEPTH: Depth = Depth {
    n_passages: 10,
    n_per_document: 3,
    n_files: 1,
};

fn found(lexical: &Lexical, word: &str) -> Vec<i64> {
    let query = WordQuery {
        terms: vec![WordTerm {
            word: word.into(),
            stems: vec![word.into()],
            n_times: 1,
        }],
        ..WordQuery::default()
    };
    let hits = lexical.search(&query, DEPTH, None).unwrap();
    hits.passages.iter().map(|hit| hit.passage.0).collect()
}

#[tokio::test]
async fn words_that_stand_in_no_text_and_no_name_are_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let lexical = Lexical::open(folder.path(), "").unwrap();
    let name = Op::AddFile(FileEntry {
        file: FileId(1),
        name: "bericht.md".into(),
        ..FileEntry::default()
    });
    lexical
        .apply(vec![put(1, "otter and heron"), name], Sequence(1))
        .await
        .unwrap();
    lexical.commit().await.unwrap();
    let unknown = |words: &[&str]| {
        let terms = words.iter().map(|&word| WordTerm {
            word: word.into(),
            stems: vec![word.into()],
            n_times: 1,
        });
        let query = WordQuery {
            terms: terms.collect(),
            ..WordQuery::default()
        };
        let hits = lexical.search(&query, DEPTH, None).unwrap();
        hits.coverage.unwrap().unknown
    };
    assert!(unknown(&["otter", "heron"]).abs() < 1e-6);
    // Of four, a text has one and a name another; words that make a sentence do not count.
    let asked = ["which", "otter", "bericht", "fischotter", "reiher"];
    assert!((unknown(&asked) - 0.5).abs() < 1e-6);
}

#[tokio::test]
async fn the_first_letter_that_is_typed_finds_files_by_their_names_and_no_passages() {
    let folder = tempfile::tempdir().unwrap();
    let lexical = Lexical::open(folder.path(), "").unwrap();
    let file = |number, name: &str| {
        Op::AddFile(FileEntry {
            file: FileId(number),
            name: name.into(),
            ..FileEntry::default()
        })
    };
    let ops = vec![
        file(1, "Plum harvest.md"),
        file(2, "the pears.md"),
        file(3, "soap.md"),
        put(4, "plums and pears"),
    ];
    lexical.apply(ops, Sequence(1)).await.unwrap();
    lexical.commit().await.unwrap();
    let query = WordQuery {
        letter: Some("p".into()),
        ..WordQuery::default()
    };
    let depth = Depth {
        n_passages: 9,
        n_per_document: 9,
        n_files: 9,
    };
    let found = lexical.search(&query, depth, None).unwrap();
    let files: BTreeSet<i64> = found.files.iter().map(|hit| hit.file.0).collect();
    assert_eq!(files, [1, 2].into());
    assert!(found.passages.is_empty());
}

#[tokio::test]
async fn the_old_generation_answers_until_the_new_one_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let lexical = Lexical::open(folder.path(), "").unwrap();
    lexical
        .apply(vec![put(1, "otter")], Sequence(1))
        .await
        .unwrap();
    lexical.complete().await.unwrap();
    let beside = Lexical::open_read_only(folder.path()).unwrap();

    lexical.begin_anew().unwrap();
    assert!(lexical.is_being_built());
    assert_eq!(lexical.committed().unwrap(), Sequence(0));
    lexical
        .apply(vec![put(2, "badger")], Sequence(1))
        .await
        .unwrap();
    lexical.commit().await.unwrap();
    for reader in [&lexical, &beside] {
        assert_eq!(found(reader, "otter"), [1]);
        assert!(found(reader, "badger").is_empty());
    }
    // A crash in the middle goes on with the new one, from what it has.
    drop(lexical);
    let lexical = Lexical::open(folder.path(), "").unwrap();
    assert_eq!(lexical.committed().unwrap(), Sequence(1));
    assert_eq!(found(&lexical, "otter"), [1]);

    lexical.complete().await.unwrap();
    assert!(!lexical.is_being_built());
    for reader in [&lexical, &beside] {
        assert_eq!(found(reader, "badger"), [2]);
        assert!(found(reader, "otter").is_empty());
    }
    assert_eq!(generation::all(folder.path()).len(), 1);
}

#[tokio::test]
async fn an_index_of_another_history_is_begun_anew_though_its_numbers_fit() {
    let folder = tempfile::tempdir().unwrap();
    let lexical = Lexical::open(folder.path(), "").unwrap();
    lexical
        .apply(vec![put(1, "otter")], Sequence(7))
        .await
        .unwrap();
    lexical.complete().await.unwrap();
    drop(lexical);
    let lexical = Lexical::open(folder.path(), "salvaged").unwrap();
    assert_eq!(lexical.committed().unwrap(), Sequence(0));
    assert_eq!(found(&lexical, "otter"), [1]);
    lexical.complete().await.unwrap();
    assert!(found(&lexical, "otter").is_empty());
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names
        .map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap()))
        .collect()
}

#[tokio::test]
async fn a_file_that_a_kill_left_behind_does_not_stand_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let lexical = Lexical::open(folder.path(), "").unwrap();
    let otters = vec![put(1, "otter"), put(2, "otter")];
    lexical.apply(otters, Sequence(2)).await.unwrap();
    lexical.commit().await.unwrap();
    lexical.close();
    let index = generation::all(folder.path()).remove(0);
    let before = contents(&index);
    // What deletes an entry has a name made of the segment and the number of the operation, which is
    // counted from the last commit on: a process that is killed behind it leaves that and its mention in
    // the list of files, and the next one counts as it did.
    lexical.reopen().unwrap();
    let gone = vec![Op::RemoveDocument(DocumentId(1))];
    lexical.apply(gone, Sequence(3)).await.unwrap();
    lexical
        .apply(vec![put(3, "otter")], Sequence(3))
        .await
        .unwrap();
    lexical.commit().await.unwrap();
    lexical.close();
    drop(lexical);
    let after = contents(&index);
    std::fs::remove_dir_all(&index).unwrap();
    std::fs::create_dir(&index).unwrap();
    let is_left = |name: &str| name.contains(".del") || name == ".managed.json";
    let left = after.iter().filter(|(name, _)| is_left(name));
    for (name, content) in before.iter().chain(left) {
        std::fs::write(index.join(name), content).unwrap();
    }
    assert!(
        after.keys().any(|name| name.contains(".del")),
        "{:?}",
        after.keys()
    );
    std::fs::write(index.join(".tmpabcdef"), "half").unwrap();

    let lexical = Lexical::open(folder.path(), "").unwrap();
    assert_eq!(lexical.committed().unwrap(), Sequence(2));
    let gone = vec![Op::RemoveDocument(DocumentId(1))];
    let kept = put(3, "otter");
    lexical.apply(gone, Sequence(3)).await.unwrap();
    lexical.apply(vec![kept], Sequence(3)).await.unwrap();
    lexical.commit().await.unwrap();
    assert!(!index.join(".tmpabcdef").exists());
    assert_eq!(found(&lexical, "otter").len(), 2);
}
