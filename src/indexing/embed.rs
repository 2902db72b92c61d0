//! Passages without an embedding into vectors: stored first, then put into the matrix.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use nuthatch_models::{ModelWorker, Role};
use tokio::sync::{mpsc, oneshot};

use super::{Error, LaterRequest, Parts, Rate, derive, trouble};
use crate::{
    document::TextHash,
    vectors::{Vectors, quantize},
};

/// Passages embedded and stored at once: a few seconds of work on a small machine.
const BATCH_PASSAGES: u32 = 96;
/// After a failure, so long until the next attempt; the worker itself waits as long to start again.
const RETRY_AFTER: Duration = Duration::from_secs(20);

/// Embeds whenever it is woken, and for itself some time after a failure.
/// Wakes the loop that comes after it.
pub(super) async fn embedding_loop(
    parts: Arc<Parts>,
    mut inbox: mpsc::Receiver<LaterRequest>,
    next: mpsc::Sender<LaterRequest>,
) {
    let mut failed = false;
    loop {
        let wait = if failed { RETRY_AFTER } else { Duration::MAX };
        let request = match tokio::time::timeout(wait, inbox.recv()).await {
            Ok(Some(request)) => request,
            Ok(None) => return,
            Err(_) => LaterRequest::Wake,
        };
        let mut replies = Vec::new();
        replies.extend(settle_reply(request));
        failed = !embed_all(&parts, &mut inbox, &mut replies).await;
        for reply in replies {
            let _ = reply.send(!failed);
        }
        let _ = next.try_send(LaterRequest::Wake);
    }
}

fn settle_reply(request: LaterRequest) -> Option<oneshot::Sender<bool>> {
    match request {
        LaterRequest::Wake => None,
        LaterRequest::Settle(reply) => Some(reply),
    }
}

/// Embeds until nothing is left or the model fails; word search does not depend on it.
/// Returns whether nothing is left that can be embedded.
async fn embed_all(
    parts: &Parts,
    inbox: &mut mpsc::Receiver<LaterRequest>,
    replies: &mut Vec<oneshot::Sender<bool>>,
) -> bool {
    let mut rate = Rate::default();
    let is_done = loop {
        while let Ok(request) = inbox.try_recv() {
            replies.extend(settle_reply(request));
        }
        parts.when_words_are_done().await;
        if parts.model.is_ok() && parts.may_go_on().await {
            rate = Rate::default();
        }
        let n_to_embed = parts.store.count_to_embed().await.unwrap_or_default();
        let per_second = rate.per_second();
        parts.progress.send_modify(|progress| {
            progress.embedding = n_to_embed > 0 && parts.model.is_ok();
            progress.n_to_embed = n_to_embed;
            if progress.n_waiting == 0 && per_second > 0.0 {
                progress.seconds_left = Some(n_to_embed as f64 / per_second);
            }
        });
        let step = match step(parts).await {
            Ok(Some(0)) => take_over(parts).await.map(|()| Some(0)),
            step => step,
        };
        match step {
            Ok(Some(0)) => break true,
            // Paused in the middle; nothing of it is kept.
            Ok(None) => {}
            Ok(Some(n)) => {
                rate.count(n as u32);
                parts
                    .progress
                    .send_if_modified(|progress| progress.trouble.take().is_some());
            }
            Err(error) => {
                tracing::warn!(%error, "passages cannot be embedded now");
                let trouble = trouble::in_words(&error, &parts.library);
                parts
                    .progress
                    .send_modify(|progress| progress.trouble = Some(trouble));
                break false;
            }
        }
    };
    parts.progress.send_modify(|progress| {
        progress.embedding = false;
        if progress.n_waiting == 0 {
            progress.seconds_left = None;
        }
    });
    is_done
}

/// One batch. Returns how many passages it held; 0 when nothing is left to embed, and nothing when
/// the user paused before it was done.
async fn step(parts: &Parts) -> Result<Option<usize>, Error> {
    let Ok(model) = &parts.model else {
        return Ok(Some(0));
    };
    let waiting = parts.store.to_embed(BATCH_PASSAGES).await?;
    let mut texts: BTreeMap<TextHash, String> = waiting
        .iter()
        .map(|passage| (passage.text_hash, passage.input.clone()))
        .collect();
    if texts.is_empty() {
        return Ok(Some(0));
    }
    // The same text may stand elsewhere.
    let hashes: Vec<TextHash> = texts.keys().copied().collect();
    let known = parts.store.known_vectors(&parts.model_key, &hashes);
    let mut stored = known.await?;
    for (hash, _) in &stored {
        texts.remove(hash);
    }
    let (hashes, inputs): (Vec<TextHash>, Vec<String>) = texts.into_iter().unzip();
    let n_inputs = inputs.len() as u64;
    // The worker ends what it has at hand, a third of a second's work, and no more.
    let vectors = tokio::select! {
        vectors = embed(model, inputs) => vectors?,
        () = parts.governor.until_paused() => return Ok(None),
    };
    parts
        .progress
        .send_modify(|progress| progress.n_embedded += n_inputs);
    let vectors = vectors.iter().map(|vector| quantize(vector));
    stored.extend(hashes.into_iter().zip(vectors));
    let _in_step = parts.vectors_in_step.lock().await;
    let rows = parts
        .store
        .put_embeddings(&parts.model_key, &waiting, &stored)
        .await?;
    if parts.serving() == parts.model_key {
        parts.put_vectors(&rows);
    }
    Ok(Some(waiting.len()))
}

async fn embed(
    model: &ModelWorker,
    inputs: Vec<String>,
) -> Result<Vec<Vec<f32>>, nuthatch_models::Error> {
    if inputs.is_empty() {
        return Ok(Vec::new());
    }
    model.embed(Role::Passage, inputs).await
}

/// Lets the vectors of a new model answer in place of the former one's, once they are complete.
async fn take_over(parts: &Parts) -> Result<(), Error> {
    if parts.model.is_err() || parts.serving() == parts.model_key {
        return Ok(());
    }
    let _in_step = parts.vectors_in_step.lock().await;
    if parts.store.count_to_embed().await? > 0 {
        return Ok(());
    }
    let complete = RwLock::new(Vectors::of(&parts.model_key, parts.n_dimensions));
    derive::load_vectors(&parts.store, &complete).await?;
    parts.store.serve_model(&parts.model_key).await?;
    let complete = complete
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    parts.write_vectors(|vectors| *vectors = complete);
    tracing::info!("another model answers searches by meaning from now on");
    Ok(())
}
