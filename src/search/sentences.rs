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
/// Sentences that the model is given at once. Whoever types on drops the rest, and waits for these, some
/// 20 ms on two cores.
const N_TOGETHER: usize = 4;
/// Shorter ones are headings and scraps.
const MIN_CHARS: usize = 16;
/// A slow or busy machine shows rows without.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Marks the sentence in each of the first rows that meaning has found.
pub(super) async fn mark(model: &ModelWorker, query: &[f32], results: &mut [SearchResult]) {
    let marking = async {
        let first = results.iter_mut().take(N_ROWS);
        for result in first.filter(|result| result.ranks.meaning.is_some()) {
            result.sentence = nearest(model, query, &result.text).await?;
        }
        Ok::<(), nuthatch_models::Error>(())
    };
    // What was marked in time stays.
    let _ = tokio::time::timeout(PATIENCE, marking).await;
}

/// The nearest sentence's range in characters; `None` where the text is but one.
async fn nearest(
    model: &ModelWorker,
    query: &[f32],
    text: &str,
) -> Result<Option<(usize, usize)>, nuthatch_models::Error> {
    let mut spans = chunk::sentences(text);
    let of = |span: &Range<usize>| text.get(span.clone()).unwrap_or_default();
    spans.retain(|span| of(span).chars().count() >= MIN_CHARS);
    spans.truncate(N_SENTENCES);
    if spans.len() < 2 {
        return Ok(None);
    }
    let mut embedded = Vec::with_capacity(spans.len());
    for batch in spans.chunks(N_TOGETHER) {
        let texts = batch.iter().map(|span| of(span).to_owned());
        embedded.extend(model.embed(Role::Passage, texts.collect()).await?);
    }
    let similarity = |vector: &[f32]| -> f32 { vector.iter().zip(query).map(|(a, b)| a * b).sum() };
    let best = spans
        .into_iter()
        .zip(&embedded)
        .max_by(|(_, a), (_, b)| similarity(a).total_cmp(&similarity(b)));
    Ok(best.and_then(|(span, _)| in_characters(text, &[(span.start, span.end)]).pop()))
}
