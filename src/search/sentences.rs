//! What of a passage carried its meaning: the sentence whose embedding is nearest to the query's.
//!
//! A passage is found by its embedding as a whole; people read one line of it. Only the first rows are
//! looked at, and only for a moment: a row without its sentence is complete. Computed anew with each
//! query, since it takes the query to say which sentence matters.

use std::{ops::Range, time::Duration};

use nuthatch_models::{ModelWorker, Role};

use super::{SearchResult, highlight::in_characters};
use crate::chunk;

/// Rows that get their sentence.
const N_ROWS: usize = 6;
/// Sentences of one passage that are compared; a table may have hundreds.
const N_SENTENCES: usize = 12;
/// Shorter ones are headings and scraps.
const MIN_CHARS: usize = 16;
/// A slow or busy machine shows rows without.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Marks the sentence in each of the first rows that meaning has found.
pub(super) async fn mark(model: &ModelWorker, query: &[f32], results: &mut [SearchResult]) {
    let mut sentences: Vec<(usize, Range<usize>)> = Vec::new();
    let found = results.iter().enumerate().take(N_ROWS);
    for (row, result) in found.filter(|(_, result)| result.ranks.meaning.is_some()) {
        let mut spans = chunk::sentences(&result.text);
        spans.retain(|span| {
            let sentence = result.text.get(span.clone()).unwrap_or_default();
            sentence.chars().count() >= MIN_CHARS
        });
        // A passage of one sentence is that sentence.
        if spans.len() > 1 {
            sentences.extend(spans.into_iter().take(N_SENTENCES).map(|span| (row, span)));
        }
    }
    let texts = sentences
        .iter()
        .filter_map(|(row, span)| Some(results.get(*row)?.text.get(span.clone())?.to_owned()));
    let embedding = model.embed(Role::Passage, texts.collect());
    let Ok(Ok(embedded)) = tokio::time::timeout(PATIENCE, embedding).await else {
        return;
    };
    let mut best: Vec<Option<(f32, Range<usize>)>> = vec![None; results.len()];
    for ((row, span), vector) in sentences.into_iter().zip(embedded) {
        let similarity: f32 = vector.iter().zip(query).map(|(a, b)| a * b).sum();
        let best = &mut best[row];
        if best.as_ref().is_none_or(|(before, _)| similarity > *before) {
            *best = Some((similarity, span));
        }
    }
    for (result, best) in results.iter_mut().zip(best) {
        result.sentence =
            best.and_then(|(_, span)| in_characters(&result.text, &[(span.start, span.end)]).pop());
    }
}
