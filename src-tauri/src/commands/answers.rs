//! Questions.

use std::{sync::Arc, time::Instant};

use tauri::{State, ipc::Channel};

use super::Outcome;
use crate::{
    desktop::Desktop,
    encode,
    opening::Library,
    wire::{AnswerUpdate, Question},
};

/// Sends an answer as it grows; a newer question, or [`stop_answer`], ends this one.
#[tauri::command]
pub(crate) async fn ask(
    desktop: State<'_, Desktop>,
    question: Question,
    number: u64,
    on_update: Channel<AnswerUpdate>,
) -> Outcome<()> {
    let library = desktop.library().await?;
    desktop
        .run_answer(number, answer(library, question, on_update))
        .await
}

async fn answer(
    library: Arc<Library>,
    question: Question,
    updates: Channel<AnswerUpdate>,
) -> Outcome<()> {
    let began = Instant::now();
    let on_update = |answer: &nuthatch::answer::Answer| {
        // The page may be gone; the answer then interests nobody.
        let _ = updates.send(encode::answer_update(answer, began.elapsed(), false));
    };
    let answer = library.engine.ask(&question.into(), on_update).await?;
    let _ = updates.send(encode::answer_update(&answer, began.elapsed(), true));
    Ok(())
}

/// Ends the answer under way.
#[tauri::command]
pub(crate) async fn stop_answer(desktop: State<'_, Desktop>, number: u64) -> Outcome<()> {
    desktop.run_answer(number, async { Ok(()) }).await
}
