//! What the pages ask of the desktop around them: the tray's words, and the launcher's few wishes.

use std::{fs, path::PathBuf};

use nuthatch::engine;
use tauri::{AppHandle, State};

use super::{Outcome, blocking};
use crate::{
    belonging,
    desktop::Desktop,
    updates, windows,
    wire::{About, DesktopWords, ErrorCode, IpcError, NewerVersion},
};

/// Tells in which words the tray and a notification speak: those of the language of the page.
#[tauri::command]
pub(crate) async fn speak(
    app: AppHandle,
    desktop: State<'_, Desktop>,
    words: DesktopWords,
) -> Outcome<()> {
    desktop.set_words(words);
    belonging::show_tray(&app);
    Ok(())
}

/// Puts the launcher away.
#[tauri::command]
pub(crate) async fn hide_launcher(app: AppHandle) -> Outcome<()> {
    windows::hide_launcher(&app);
    Ok(())
}

/// Goes on in the main window.
#[tauri::command]
pub(crate) async fn search_in_window(app: AppHandle, query: String) -> Outcome<()> {
    windows::hide_launcher(&app);
    windows::search_in_main(&app, query);
    Ok(())
}

/// What program this is, and the notices of everything it is made with.
#[tauri::command]
pub(crate) async fn about(desktop: State<'_, Desktop>) -> Outcome<About> {
    let (dirs, newer) = (desktop.dirs().clone(), desktop.newer());
    blocking(move || {
        let read = |path: PathBuf| {
            fs::read_to_string(&path).map_err(|error| IpcError {
                code: ErrorCode::Unreadable,
                message: format!("{} cannot be read: {error}", path.display()),
                hint: Some("Install Nuthatch again".into()),
            })
        };
        Ok(About {
            version: env!("CARGO_PKG_VERSION").into(),
            notices: dirs.third_party().map(read).transpose()?,
            knows_updates: updates::are_known(),
            looks_for_updates: engine::settings(&dirs)?.look_for_updates,
            newer,
        })
    })
    .await
}

/// Looks for a newer version, now.
#[tauri::command]
pub(crate) async fn look_for_update(app: AppHandle) -> Outcome<Option<NewerVersion>> {
    updates::look(&app).await
}

/// Installs it, and starts it in place of this one.
#[tauri::command]
pub(crate) async fn install_update(app: AppHandle) -> Outcome<()> {
    updates::install(&app).await
}
