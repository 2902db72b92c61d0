//! What the pages ask of the desktop around them: the tray's words, and the launcher's few wishes.

use tauri::{AppHandle, State};

use super::Outcome;
use crate::{belonging, desktop::Desktop, windows, wire::DesktopWords};

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
