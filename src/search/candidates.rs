//! What of a fused order is given to a reranker: the texts of the best passages, and which rows have
//! the very name that was asked for.
//!
//! Reads the store; knows no model.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use super::{Error, Ranked, Search, Target};
use crate::{
    document::{DocumentId, PassageId, TextHash},
    lexical::tokens::tokens,
    store::{PassageRow, passage_input, text_hash},
};

/// Passages that are judged at most.
pub const N_RERANKED: usize = 50;

/// A passage that may be judged.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) passage: PassageId,
    pub(super) hash: TextHash,
    pub(super) input: String,
}

/// The texts of the best passages, as they are embedded: title and headings, then the passage.
pub(super) async fn candidates(
    search: &Search,
    fused: &[Ranked],
) -> Result<HashMap<usize, Candidate>, Error> {
    let store = &search.store;
    let wanted: Vec<(usize, PassageId)> = fused
        .iter()
        .enumerate()
        .filter_map(|(place, ranked)| Some((place, ranked.passage?)))
        .take(N_RERANKED)
        .collect();
    let ids: Vec<PassageId> = wanted.iter().map(|&(_, id)| id).collect();
    let passages: HashMap<PassageId, PassageRow> = store
        .passages_by_id(&ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let found: Vec<(usize, &PassageRow)> = wanted
        .iter()
        .filter_map(|(place, id)| Some((*place, passages.get(id)?)))
        .collect();
    let spans: Vec<_> = found
        .iter()
        .map(|(_, row)| (row.document, row.start, row.end))
        .collect();
    let documents: Vec<DocumentId> = found.iter().map(|(_, row)| row.document).collect();
    let (texts, documents) =
        tokio::try_join!(store.texts(&spans), store.documents_by_id(&documents))?;
    let candidates = found.into_iter().zip(texts).map(|((place, row), text)| {
        let document = documents
            .iter()
            .find(|document| document.id == row.document);
        let title = document.and_then(|document| document.title.as_deref());
        let input = passage_input(title, &row.context, &text);
        let candidate = Candidate {
            passage: row.id,
            hash: text_hash(&input),
            input,
        };
        (place, candidate)
    });
    Ok(candidates.collect())
}

/// Marks what has the very name that was asked for, among what may be judged.
pub(super) async fn mark_exact_names(
    search: &Search,
    query: &str,
    fused: &mut [Ranked],
) -> Result<(), Error> {
    let documents: Vec<DocumentId> = fused
        .iter()
        .filter_map(|ranked| match ranked.target {
            Target::Document(id) => Some(id),
            Target::File(_) => None,
        })
        .collect();
    let named: HashSet<DocumentId> = search
        .store
        .files_by_document(&documents)
        .await?
        .into_iter()
        .filter(|file| is_named(&file.seen.path.to_path(), query))
        .filter_map(|file| file.document)
        .collect();
    for ranked in fused {
        ranked.ranks.is_exact_name =
            matches!(ranked.target, Target::Document(id) if named.contains(&id));
    }
    Ok(())
}

/// Whether the query is the file's name, with or without its ending; punctuation and case aside.
fn is_named(path: &Path, query: &str) -> bool {
    let words =
        |text: &str| -> Vec<String> { tokens(text).into_iter().map(|token| token.word).collect() };
    let query = words(query);
    let names = [path.file_name(), path.file_stem()];
    !query.is_empty()
        && names
            .into_iter()
            .flatten()
            .any(|name| words(&name.to_string_lossy()) == query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_asked_for_with_or_without_its_ending_however_it_is_written() {
        let path = Path::new("/docs/Annual_Report-2023.pdf");
        for query in [
            "annual report 2023",
            "Annual_Report-2023.pdf",
            "ANNUAL-REPORT 2023",
        ] {
            assert!(is_named(path, query), "{query}");
        }
        for query in ["annual report", "the annual report 2023", "", "pdf"] {
            assert!(!is_named(path, query), "{query}");
        }
    }
}
