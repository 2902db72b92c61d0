//! What the window may ask: each command decodes, calls the engine, encodes.
//!
//! A command is also listed in `build.rs`, in `capabilities/default.json` and in
//! `ui/src/host/tauri.ts`. Files are opened by their id only: a path from the page is never opened.
//! Here are those of searching and of files that were found; the others are in `commands/`.

pub(crate) mod answers;
pub(crate) mod desktop;
pub(crate) mod library;
pub(crate) mod models;
pub(crate) mod searches;
pub(crate) mod settings;

use std::{path::Path, sync::Arc, time::Instant};

use nuthatch::document::{FileId, PassageId};
use tauri::{
    State, WebviewWindow,
    ipc::{Channel, Response},
};

use crate::{
    desktop::Desktop,
    encode, live,
    opening::Library,
    portable, viewer,
    wire::{
        ErrorCode, FoundPassage, IpcError, LibraryStatus, Preview, Progress, SearchRequest,
        SearchUpdate,
    },
};

type Outcome<T> = Result<T, IpcError>;

/// Sends what each stage of a search makes; a newer search ends this one.
#[tauri::command]
pub(crate) async fn search(
    window: WebviewWindow,
    desktop: State<'_, Desktop>,
    request: SearchRequest,
    number: u64,
    on_update: Channel<SearchUpdate>,
) -> Outcome<()> {
    let library = desktop.library().await?;
    let search = run_search(library, request, on_update);
    desktop.run_search(window.label(), number, search).await
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
    let mut told = encode::status(&status, &library.notices, desktop.dirs());
    told.notices
        .extend(desktop.newer().as_ref().map(encode::newer));
    Ok(told)
}

#[tauri::command]
pub(crate) async fn subscribe_progress(
    desktop: State<'_, Desktop>,
    on_progress: Channel<Progress>,
) -> Outcome<()> {
    desktop.listen(live::send_progress(desktop.progress(), on_progress));
    Ok(())
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

/// The passages of a file that answer a query, best first.
#[tauri::command]
pub(crate) async fn passages_in(
    desktop: State<'_, Desktop>,
    file_id: u32,
    query: String,
) -> Outcome<Vec<FoundPassage>> {
    let library = desktop.library().await?;
    let found = library.engine.passages_in(file(file_id), &query).await?;
    Ok(found.into_iter().map(encode::passage).collect())
}

/// A query that was asked from outside the page, by a start of the program; told once.
#[tauri::command]
pub(crate) async fn asked(desktop: State<'_, Desktop>) -> Outcome<Option<String>> {
    Ok(desktop.take_asked())
}

/// A page as it looks: the length of a head in JSON, the head, and the grey pixels; nothing for a file
/// whose pages cannot be drawn.
#[tauri::command]
pub(crate) async fn page_view(
    desktop: State<'_, Desktop>,
    file_id: u32,
    page: u32,
    passage_id: Option<u32>,
) -> Outcome<Response> {
    let passage = passage_id.map(|id| PassageId(id.into()));
    let library = desktop.library().await?;
    let view = library.engine.page_view(file(file_id), page, passage);
    Ok(Response::new(encode::page_view(view.await?.as_ref())))
}

/// Opens a file of the library with the program that the system has for it, at a page where that can be
/// told one; says whether it was.
#[tauri::command]
pub(crate) async fn open_file(
    desktop: State<'_, Desktop>,
    file_id: u32,
    page: Option<u32>,
) -> Outcome<bool> {
    on_file(&desktop, file_id, move |path| {
        // Every program begins with the first page.
        let page = page.filter(|&page| page > 1);
        if page.is_some_and(|page| viewer::open_at(path, page)) {
            return Ok(true);
        }
        if !portable::open(path)? {
            tauri_plugin_opener::open_path(path, None::<&str>)?;
        }
        Ok(page.is_none())
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

/// Where a file of the library lies, as another program is told it when the file is dragged there. Nothing
/// where the web view drags only links: on Windows and macOS.
#[tauri::command]
pub(crate) async fn file_address(
    desktop: State<'_, Desktop>,
    file_id: u32,
) -> Outcome<Option<String>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    on_file(&desktop, file_id, |path| {
        Ok(tauri::Url::from_file_path(path).ok().map(String::from))
    })
    .await
}

/// Hands a file that is in the library and on the disk to the system.
async fn on_file<T: Send + 'static>(
    desktop: &Desktop,
    file_id: u32,
    act: impl FnOnce(&Path) -> Result<T, tauri_plugin_opener::Error> + Send + 'static,
) -> Outcome<T> {
    let library = desktop.library().await?;
    let path = library.engine.file_path(file(file_id)).await?;
    if !path.exists() {
        return Err(encode::gone(&path));
    }
    let shown = path.display().to_string();
    // The system may take its time to answer.
    let acted = tauri::async_runtime::spawn_blocking(move || act(&path)).await;
    match acted {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(IpcError {
            code: ErrorCode::Unreadable,
            message: format!("The system would not open {shown}: {error}"),
            hint: Some("Open it from your file manager instead".into()),
        }),
        Err(_) => Err(IpcError::bug("a file could not be handed to the system")),
    }
}

fn file(id: u32) -> FileId {
    FileId(id.into())
}

/// Runs what blocks where nobody waits for it but the page.
async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let done = tauri::async_runtime::spawn_blocking(run).await;
    done.unwrap_or_else(|_| Err(IpcError::bug("a task ended unexpectedly")))
}
