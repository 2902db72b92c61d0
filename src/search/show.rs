//! Ranked ids into results: rows and texts loaded in few queries, highlights made.

use std::{collections::HashMap, path::PathBuf};

use rayon::prelude::*;

use super::{
    Error, Highlighter, ParsedQuery, Ranked, Search, SearchResult, Target, existence,
    highlight::Lit,
};
use crate::{
    cpu,
    document::{Admitted, DocumentId, FileId, PassageId},
    lexical::WordQuery,
    store::{DocumentRow, FileRow, PassageRow},
};

/// Loads what is to be shown. What vanished meanwhile is left out; of that, the files that the
/// library still holds are returned as well.
pub(super) async fn show(
    search: &Search,
    parsed: &ParsedQuery,
    admitted: Option<&Admitted>,
    ranked: Vec<Ranked>,
) -> Result<(Vec<SearchResult>, Vec<PathBuf>), Error> {
    let store = &search.store;
    let documents: Vec<DocumentId> = ranked.iter().filter_map(document_of).collect();
    let lone: Vec<FileId> = ranked.iter().filter_map(file_of).collect();
    let passages: Vec<PassageId> = ranked.iter().filter_map(|ranked| ranked.passage).collect();
    let mut files: HashMap<Target, Vec<FileRow>> = HashMap::new();
    // A file that matched by name alone still shows how it begins.
    let by_name = ranked.iter().filter(|ranked| ranked.passage.is_none());
    let by_name: Vec<DocumentId> = by_name.filter_map(document_of).collect();
    let (of_documents, lone, documents, passages, beginnings) = tokio::try_join!(
        store.files_by_document(&documents),
        store.files_by_id(&lone),
        store.documents_by_id(&documents),
        store.passages_by_id(&passages),
        store.first_passages(&by_name),
    )?;
    for file in of_documents {
        let target = file
            .document
            .map_or(Target::File(file.id), Target::Document);
        files.entry(target).or_default().push(file);
    }
    for file in lone {
        files.entry(Target::File(file.id)).or_default().push(file);
    }
    let gone = existence::take_gone(search, &mut files).await?;
    let mut shown = Vec::with_capacity(ranked.len());
    for ranked in ranked {
        let document = document_of(&ranked)
            .and_then(|id| documents.iter().find(|row| row.id == id))
            .cloned();
        let passage = match (ranked.passage, &document) {
            (Some(id), _) => passages.iter().find(|row| row.id == id),
            (None, Some(document)) => beginnings.iter().find(|row| row.document == document.id),
            (None, None) => None,
        };
        shown.push((ranked, document, passage.cloned()));
    }
    let spans: Vec<_> = shown
        .iter()
        .map(|(_, _, passage)| passage.as_ref().map_or((DocumentId(0), 0, 0), span))
        .collect();
    let texts = store.texts(&spans).await?;
    let languages = shown
        .iter()
        .map(|(_, document, _)| language(document.as_ref()));
    let texts: Vec<_> = texts.into_iter().zip(languages).collect();
    let texts = lit(parsed.words.clone(), texts).await?;
    let mut results = Vec::with_capacity(shown.len());
    for ((ranked, document, passage), (text, lit)) in shown.into_iter().zip(texts) {
        let mut files = files.remove(&ranked.target).unwrap_or_default();
        if files.is_empty() {
            continue;
        }
        if let Some(admitted) = admitted {
            // Of copies, one that meets the conditions comes first.
            files.sort_by_key(|file| !admitted.has_file(file.id));
        }
        results.push(SearchResult {
            file: files.remove(0),
            copies: files,
            versions: Vec::new(),
            document,
            passage,
            highlights: lit.ranges,
            sentence: None,
            matched: lit.matched,
            text,
            score: ranked.score,
            ranks: ranked.ranks,
        });
    }
    Ok((results, gone))
}

/// What is lit in each text, with its language; side by side, since all of them are waited for.
pub(super) async fn lit(
    words: WordQuery,
    texts: Vec<(String, Option<String>)>,
) -> Result<Vec<(String, Lit)>, Error> {
    let work = move || {
        let highlighter = Highlighter::new(&words);
        let texts = texts.into_par_iter();
        texts
            .map(|(text, language)| {
                let lit = highlighter.lit(&text, language.as_deref());
                (text, lit)
            })
            .collect()
    };
    Ok(cpu::run(work).await?)
}

fn language(document: Option<&DocumentRow>) -> Option<String> {
    document?.language.clone()
}

pub(super) fn span(passage: &PassageRow) -> (DocumentId, usize, usize) {
    (passage.document, passage.start, passage.end)
}

fn document_of(ranked: &Ranked) -> Option<DocumentId> {
    match ranked.target {
        Target::Document(id) => Some(id),
        Target::File(_) => None,
    }
}

fn file_of(ranked: &Ranked) -> Option<FileId> {
    match ranked.target {
        Target::File(id) => Some(id),
        Target::Document(_) => None,
    }
}
