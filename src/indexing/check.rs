//! What is derived against the truth: the word index and the vectors against the store.
//!
//! Changes nothing; meant for a library that rests, since a batch reaches the store first.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock},
};

use super::Error;
use crate::{
    cpu,
    document::PassageId,
    lexical::{Entries, SharedLexical},
    store::Store,
    vectors::Vectors,
};

/// Every discrepancy, a sentence each; an empty list means that the library is sound.
pub(crate) async fn check(
    store: &Store,
    lexical: Option<SharedLexical>,
    vectors: &RwLock<Vectors>,
) -> Result<Vec<String>, Error> {
    let mut problems = store.check().await?;
    match lexical {
        Some(lexical) => {
            let entries = cpu::run(move || lexical.entries()).await??;
            problems.extend(words(store, &entries).await?);
        }
        None => problems.push("the word index cannot be opened".into()),
    }
    let (model, loaded) = {
        let vectors = vectors.read().unwrap_or_else(PoisonError::into_inner);
        let passages: Vec<PassageId> = vectors.passages().collect();
        (vectors.model().to_owned(), passages)
    };
    let stored = store.embedded(&model).await?;
    problems.extend(differences(&stored, &loaded, "vector of passage", "memory"));
    Ok(problems)
}

async fn words(store: &Store, entries: &Entries) -> Result<Vec<String>, Error> {
    let mut problems: Vec<String> = entries
        .damaged
        .iter()
        .map(|file| format!("the word index's file {file} is damaged"))
        .collect();
    let sequence = store.sequence().await?;
    if entries.sequence != sequence {
        problems.push(format!(
            "the word index holds batch {} of {}",
            entries.sequence.0, sequence.0
        ));
    }
    let passages = store.passage_keys().await?;
    let index = "the word index";
    problems.extend(differences(&passages, &entries.passages, "passage", index));
    let files = store.all_files().await?;
    let files: Vec<_> = files.iter().map(|file| file.id).collect();
    problems.extend(differences(&files, &entries.files, "file", index));
    Ok(problems)
}

/// What is missing in `derived`, what is too much in it, and what is there more than once.
fn differences<Id: Ord + std::fmt::Debug>(
    truth: &[Id],
    derived: &[Id],
    kind: &str,
    place: &str,
) -> Vec<String> {
    let truth: BTreeSet<&Id> = truth.iter().collect();
    let mut n_derived: BTreeMap<&Id, usize> = BTreeMap::new();
    for id in derived {
        *n_derived.entry(id).or_default() += 1;
    }
    let missing = truth
        .iter()
        .filter(|id| !n_derived.contains_key(*id))
        .map(|id| format!("{kind} {id:?} is missing in {place}"));
    let stray = n_derived
        .keys()
        .filter(|id| !truth.contains(*id))
        .map(|id| format!("{kind} {id:?} is in {place} and not in the library"));
    let repeated = n_derived
        .iter()
        .filter(|&(_, &n)| n > 1)
        .map(|(id, n)| format!("{kind} {id:?} is {n} times in {place}"));
    missing.chain(stray).chain(repeated).collect()
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn what_is_missing_strange_or_repeated_is_named() {
        assert_eq!(
            differences(&[1, 2, 3], &[3, 3, 1, 7], "file", "the word index"),
            [
                "file 2 is missing in the word index",
                "file 7 is in the word index and not in the library",
                "file 3 is 2 times in the word index",
            ]
        );
        assert!(differences(&[2, 1], &[1, 2], "file", "memory").is_empty());
    }
}
