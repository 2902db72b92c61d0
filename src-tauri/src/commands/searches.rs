//! What was searched for: history, saved searches, and what turned out to be the answer.

use tauri::State;

use super::{Outcome, file};
use crate::{desktop::Desktop, wire::SavedSearch};

/// Notes a search that led somewhere; does nothing where the user wants no history.
#[tauri::command]
pub(crate) async fn note_search(desktop: State<'_, Desktop>, query: String) -> Outcome<()> {
    Ok(desktop.library().await?.engine.note_search(&query).await?)
}

/// The newest searches in which something stands.
#[tauri::command]
pub(crate) async fn searches(
    desktop: State<'_, Desktop>,
    part: String,
    limit: u32,
) -> Outcome<Vec<String>> {
    Ok(desktop
        .library()
        .await?
        .engine
        .searches(&part, limit)
        .await?)
}

/// Forgets one search, or all of them.
#[tauri::command]
pub(crate) async fn forget_searches(
    desktop: State<'_, Desktop>,
    query: Option<String>,
) -> Outcome<()> {
    let library = desktop.library().await?;
    Ok(library.engine.forget_searches(query.as_deref()).await?)
}

#[tauri::command]
pub(crate) async fn saved_searches(desktop: State<'_, Desktop>) -> Outcome<Vec<SavedSearch>> {
    let saved = desktop.library().await?.engine.saved_searches().await?;
    let saved = saved.into_iter().map(|saved| SavedSearch {
        name: saved.name,
        query: saved.query,
    });
    Ok(saved.collect())
}

/// Saves a search; without a name under its own words.
#[tauri::command]
pub(crate) async fn save_search(
    desktop: State<'_, Desktop>,
    name: String,
    query: String,
) -> Outcome<()> {
    let library = desktop.library().await?;
    Ok(library.engine.save_search(&name, &query).await?)
}

#[tauri::command]
pub(crate) async fn drop_saved_search(desktop: State<'_, Desktop>, name: String) -> Outcome<()> {
    desktop
        .library()
        .await?
        .engine
        .drop_saved_search(&name)
        .await?;
    Ok(())
}

/// "This was it": a file was the answer to a query.
#[tauri::command]
pub(crate) async fn add_answer(
    desktop: State<'_, Desktop>,
    query: String,
    file_id: u32,
) -> Outcome<()> {
    let library = desktop.library().await?;
    Ok(library.engine.add_answer(&query, file(file_id)).await?)
}
