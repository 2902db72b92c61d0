//! Passages without an embedding into vectors: stored first, then put into the matrix.

use super::{Error, Parts};
use crate::{document::Hash, store::passage_input, vectors::quantize};
use nuthatch_models::Role;

/// Passages embedded and stored at once: a few seconds of work on a small machine.
const BATCH_PASSAGES: u32 = 96;

/// One batch. Returns how many passages it held; 0 when nothing is left to embed.
pub(super) async fn step(parts: &Parts) -> Result<usize, Error> {
    let Ok(model) = &parts.model else {
        return Ok(0);
    };
    let waiting = parts.store.to_embed(BATCH_PASSAGES).await?;
    let mut hashes: Vec<Hash> = Vec::with_capacity(waiting.len());
    let mut inputs = Vec::with_capacity(waiting.len());
    for passage in &waiting {
        if hashes.contains(&passage.text_hash) {
            continue;
        }
        let text = parts
            .store
            .text(passage.document, passage.span.0, passage.span.1)
            .await?;
        hashes.push(passage.text_hash);
        inputs.push(passage_input(
            passage.title.as_deref(),
            &passage.context,
            &text,
        ));
    }
    if inputs.is_empty() {
        return Ok(0);
    }
    let vectors = model.embed(Role::Passage, inputs).await?;
    let stored: Vec<(Hash, Vec<u8>)> = hashes
        .into_iter()
        .zip(vectors.iter().map(|vector| quantize(vector)))
        .collect();
    let rows = parts
        .store
        .put_embeddings(&parts.model_key, &stored)
        .await?;
    parts.put_vectors(&rows);
    Ok(waiting.len())
}
