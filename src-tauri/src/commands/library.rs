//! What is in the library: folders, files and their reasons, and what indexing does.

use std::path::PathBuf;

use nuthatch::{document::FileState, store::Answer};
use tauri::{AppHandle, Emitter, Manager, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use super::{Outcome, file};
use crate::{
    desktop::Desktop,
    encode, live,
    wire::{FilePage, IpcError, RuleEffect, SuggestedFolder, Why},
};

/// Folders of a user's documents that are there; the first is where most people keep theirs.
#[tauri::command]
pub(crate) async fn suggested_folders(
    app: AppHandle,
    desktop: State<'_, Desktop>,
) -> Outcome<Vec<SuggestedFolder>> {
    let library = desktop.library().await?;
    let places = app.path();
    // Many a system has the folder, but no file that says which it is.
    let at_home = |name: &str| places.home_dir().map(|home| home.join(name));
    let known = [
        (
            places.document_dir().or_else(|_| at_home("Documents")),
            true,
        ),
        (places.desktop_dir().or_else(|_| at_home("Desktop")), false),
        (
            places.download_dir().or_else(|_| at_home("Downloads")),
            false,
        ),
    ];
    let there = known.into_iter().filter_map(|(path, is_ticked)| {
        let path = path.ok().filter(|path| path.is_dir())?;
        library.engine.may_add(&path).then(|| SuggestedFolder {
            path: path.display().to_string(),
            is_ticked,
        })
    });
    Ok(there.collect())
}

/// Lets the user choose a folder; nothing when none was chosen.
#[tauri::command]
pub(crate) async fn pick_folder(window: WebviewWindow) -> Outcome<Option<String>> {
    let folder = picked_folder(&window).await;
    Ok(folder.map(|path| path.display().to_string()))
}

/// The folder that the user chooses in the system's own dialog.
pub(super) async fn picked_folder(window: &WebviewWindow) -> Option<PathBuf> {
    let (reply, chosen) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(window)
        .pick_folder(move |folder| _ = reply.send(folder));
    let folder = chosen.await.ok().flatten();
    folder.and_then(|folder| folder.into_path().ok())
}

#[tauri::command]
pub(crate) async fn add_folder(desktop: State<'_, Desktop>, path: PathBuf) -> Outcome<()> {
    desktop.library().await?.engine.add_folder(&path).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn remove_folder(
    app: AppHandle,
    desktop: State<'_, Desktop>,
    path: PathBuf,
) -> Outcome<()> {
    desktop.library().await?.engine.remove_folder(&path).await?;
    let _ = app.emit(live::LIBRARY_CHANGED, ());
    Ok(())
}

/// Reads a folder that was left out, or leaves it out for good.
#[tauri::command]
pub(crate) async fn answer_folder(
    desktop: State<'_, Desktop>,
    path: PathBuf,
    read: bool,
) -> Outcome<()> {
    let answer = if read { Answer::Read } else { Answer::Leave };
    let library = desktop.library().await?;
    Ok(library.engine.answer_folder(&path, answer).await?)
}

/// Pauses indexing until a time, or without one until it is resumed.
#[tauri::command]
pub(crate) async fn pause(desktop: State<'_, Desktop>, until_ms: Option<f64>) -> Outcome<()> {
    let library = desktop.library().await?;
    Ok(library.engine.pause(Some(encode::pause(until_ms)))?)
}

#[tauri::command]
pub(crate) async fn resume(desktop: State<'_, Desktop>) -> Outcome<()> {
    Ok(desktop.library().await?.engine.pause(None)?)
}

/// Some of the files in a state that follow one of them.
#[tauri::command]
pub(crate) async fn files(
    desktop: State<'_, Desktop>,
    state: String,
    after: Option<u32>,
    limit: u32,
) -> Outcome<FilePage> {
    let state: FileState = state
        .parse()
        .map_err(|_| IpcError::bug("the window asked for a state that no file has"))?;
    let library = desktop.library().await?;
    let limit = limit.min(MAX_LISTED);
    // One more tells whether there is one.
    let found = library.engine.files(state, after.map(file), limit + 1);
    Ok(encode::file_page(found.await?, limit as usize))
}

/// A page asks for no more files at once.
const MAX_LISTED: u32 = 500;

/// Forgets a file and leaves it out from now on; the file itself stays.
#[tauri::command]
pub(crate) async fn forget_file(
    app: AppHandle,
    desktop: State<'_, Desktop>,
    file_id: u32,
) -> Outcome<()> {
    let library = desktop.library().await?;
    let path = library.engine.file_path(file(file_id)).await?;
    library.engine.forget(&path).await?;
    let _ = app.emit(live::LIBRARY_CHANGED, ());
    Ok(())
}

/// Lets a forgotten path into the library again.
#[tauri::command]
pub(crate) async fn admit(desktop: State<'_, Desktop>, path: PathBuf) -> Outcome<()> {
    desktop.library().await?.engine.admit(&path).await?;
    Ok(())
}

/// What a line in a chosen folder's ignore file would leave out; changes nothing.
#[tauri::command]
pub(crate) async fn try_rule(
    desktop: State<'_, Desktop>,
    folder: PathBuf,
    line: String,
) -> Outcome<RuleEffect> {
    let effect = desktop
        .library()
        .await?
        .engine
        .try_rule(&folder, &line)
        .await?;
    Ok(encode::rule_effect(&effect))
}

/// Writes a line into a chosen folder's ignore file.
#[tauri::command]
pub(crate) async fn add_rule(
    desktop: State<'_, Desktop>,
    folder: PathBuf,
    line: String,
) -> Outcome<()> {
    Ok(desktop
        .library()
        .await?
        .engine
        .add_rule(&folder, &line)
        .await?)
}

#[tauri::command]
pub(crate) async fn why(desktop: State<'_, Desktop>, path: PathBuf) -> Outcome<Why> {
    let why = desktop.library().await?.engine.why(&path).await?;
    Ok(encode::why(&path, why))
}
