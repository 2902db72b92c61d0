//! The word index on its own: what is erased stands in no dictionary any more.

use std::collections::BTreeSet;

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
    let open = lexical.opened().clone();
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
    let lexical = Lexical::open(folder.path()).unwrap();
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
        folder: String::new(),
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
    let folder = folder.join(FORMAT);
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}
