//! What the window may ask: each command decodes, calls the engine, encodes.
//!
//! A command is also listed in `build.rs`, in `capabilities/default.json` and in
//! `ui/src/host/tauri.ts`. Files are opened by their id only: a path from the page is never opened.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use nuthatch::{
    document::{FileId, PassageId},
    store::Answer,
};
use tauri::{AppHandle, Emitter, State, WebviewWindow, ipc::Channel};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use crate::{
    desktop::Desktop,
    encode, live,
    opening::Library,
    wire::{
        ErrorCode, IpcError, LibraryStatus, Preview, Progress, SearchRequest, SearchUpdate, Why,
    },
};

type Outcome<T> = Result<T, IpcError>;

/// Sends what each stage of a search makes; a newer search ends this one.
#[tauri::command]
pub(crate) async fn search(
    desktop: State<'_, Desktop>,
    request: SearchRequest,
    number: u64,
    on_update: Channel<SearchUpdate>,
) -> Outcome<()> {
    let library = desktop.library().await?;
    let search = run_search(library, request, on_update);
    desktop.run_search(number, search).await
}

async fn run_search(
    library: Arc<Library>,
    request: SearchRequest,
    updates: Channel<SearchUpdate>,
) -> Outcome<()> {
    let began = Instant::now();
    let on_update = |found| {
        // The page may be gone; the results then interest nobody.
        let _ = updates.send(encode::update(found, began.elapsed(), false));
    };
    let found = library.engine.search(&request.into(), on_update).await?;
    let _ = updates.send(encode::update(found, began.elapsed(), true));
    Ok(())
}

#[tauri::command]
pub(crate) async fn status(desktop: State<'_, Desktop>) -> Outcome<LibraryStatus> {
    let library = desktop.library().await?;
    let status = library.engine.status().await?;
    Ok(encode::status(&status, &library.notices))
}

#[tauri::command]
pub(crate) async fn subscribe_progress(
    desktop: State<'_, Desktop>,
    on_progress: Channel<Progress>,
) -> Outcome<()> {
    desktop.listen(live::send_progress(desktop.progress(), on_progress));
    Ok(())
}

/// Lets the user choose a folder; nothing when none was chosen.
#[tauri::command]
pub(crate) async fn pick_folder(window: WebviewWindow) -> Outcome<Option<String>> {
    let (reply, chosen) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(&window)
        .set_title("Choose a folder to search in")
        .pick_folder(move |folder| _ = reply.send(folder));
    let folder = chosen.await.ok().flatten();
    let path = folder.and_then(|folder| folder.into_path().ok());
    Ok(path.map(|path| path.display().to_string()))
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

#[tauri::command]
pub(crate) async fn preview(
    desktop: State<'_, Desktop>,
    file_id: u32,
    passage_id: Option<u32>,
    query: String,
) -> Outcome<Preview> {
    let passage = passage_id.map(|id| PassageId(id.into()));
    let library = desktop.library().await?;
    let preview = library.engine.preview(file(file_id), passage, &query);
    Ok(encode::preview(preview.await?))
}

#[tauri::command]
pub(crate) async fn preview_page(
    desktop: State<'_, Desktop>,
    file_id: u32,
    page: u32,
    query: String,
) -> Outcome<Preview> {
    let library = desktop.library().await?;
    let preview = library.engine.preview_page(file(file_id), page, &query);
    Ok(encode::preview(preview.await?))
}

/// Opens a file of the library with the program that the system has for it.
#[tauri::command]
pub(crate) async fn open_file(desktop: State<'_, Desktop>, file_id: u32) -> Outcome<()> {
    on_file(&desktop, file_id, |path| {
        tauri_plugin_opener::open_path(path, None::<&str>)
    })
    .await
}

/// Shows a file of the library in its folder.
#[tauri::command]
pub(crate) async fn reveal_file(desktop: State<'_, Desktop>, file_id: u32) -> Outcome<()> {
    on_file(&desktop, file_id, |path| {
        tauri_plugin_opener::reveal_item_in_dir(path)
    })
    .await
}

/// Hands a file that is in the library and on the disk to the system.
async fn on_file(
    desktop: &Desktop,
    file_id: u32,
    act: impl FnOnce(&Path) -> Result<(), tauri_plugin_opener::Error> + Send + 'static,
) -> Outcome<()> {
    let library = desktop.library().await?;
    let path = library.engine.file_path(file(file_id)).await?;
    if !path.exists() {
        return Err(encode::gone(&path));
    }
    let shown = path.display().to_string();
    // The system may take its time to answer.
    let acted = tauri::async_runtime::spawn_blocking(move || act(&path)).await;
    match acted {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(IpcError {
            code: ErrorCode::Unreadable,
            message: format!("The system would not open {shown}: {error}"),
            hint: Some("Open it from your file manager instead".into()),
        }),
        Err(_) => Err(IpcError::bug("a file could not be handed to the system")),
    }
}

#[tauri::command]
pub(crate) async fn why(desktop: State<'_, Desktop>, path: PathBuf) -> Outcome<Why> {
    let why = desktop.library().await?.engine.why(&path).await?;
    Ok(encode::why(&path, why))
}

fn file(id: u32) -> FileId {
    FileId(id.into())
}
