//! The settings that the window shows, and writing one of them.

use std::{path::PathBuf, time::SystemTime};

use nuthatch::engine::{self, report};
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use super::{Outcome, blocking};
use crate::{
    belonging,
    desktop::Desktop,
    encode, tray,
    wire::{self, ErrorCode, IpcError, Setting},
};

/// What a report is called unless the user says otherwise.
const REPORT: &str = "nuthatch-report.txt";

#[tauri::command]
pub(crate) async fn settings(
    app: AppHandle,
    desktop: State<'_, Desktop>,
) -> Outcome<wire::Settings> {
    let dirs = desktop.dirs();
    let settings = engine::settings(dirs)?;
    let lacks_tray = desktop.wants_tray() && !tray::is_there(&app);
    Ok(encode::settings(
        &settings,
        &engine::policy(dirs),
        &dirs.settings(),
        lacks_tray,
    ))
}

/// Writes one setting into the user's file, and makes it count as far as that can be without a new start.
#[tauri::command]
pub(crate) async fn write_setting(
    app: AppHandle,
    desktop: State<'_, Desktop>,
    key: String,
    value: Setting,
) -> Outcome<()> {
    let dirs = desktop.dirs();
    let is_of_desktop = belonging::is_one(&key);
    if is_of_desktop {
        // What is refused must not be carried out.
        engine::policy(dirs).refuse(&key)?;
        belonging::try_out(&app, &key, &value).await?;
    }
    match value {
        Setting::Flag(value) => engine::write_setting(dirs, &key, value),
        Setting::Number(value) => engine::write_setting(dirs, &key, i64::from(value)),
        Setting::Name(value) => engine::write_setting(dirs, &key, value),
    }?;
    if is_of_desktop {
        belonging::follow(&app, &engine::settings(dirs)?);
        return Ok(());
    }
    follow_settings(&desktop).await
}

/// Makes settings, and models that came or went, count in the open library. One that cannot be opened has
/// nothing to follow.
pub(super) async fn follow_settings(desktop: &Desktop) -> Outcome<()> {
    let Ok(library) = desktop.library().await else {
        return Ok(());
    };
    blocking(move || Ok(library.engine.follow_settings()?)).await
}

/// Writes a report for support where the user says; tells where, or nothing when he chose no place. Works
/// whether or not the library could be opened.
#[tauri::command]
pub(crate) async fn save_report(
    window: WebviewWindow,
    desktop: State<'_, Desktop>,
) -> Outcome<Option<String>> {
    let Some(file) = chosen_file(&window).await else {
        return Ok(None);
    };
    let report = report::text(desktop.dirs(), SystemTime::now()).await;
    let shown = file.display().to_string();
    report::write(&file, &report).map_err(|error| IpcError {
        code: ErrorCode::Disk,
        message: format!("The report could not be written to {shown}: {error}"),
        hint: Some("Choose another place".into()),
    })?;
    Ok(Some(shown))
}

async fn chosen_file(window: &WebviewWindow) -> Option<PathBuf> {
    let (reply, chosen) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(window)
        .set_file_name(REPORT)
        .save_file(move |file| _ = reply.send(file));
    let file = chosen.await.ok().flatten();
    file.and_then(|file| file.into_path().ok())
}
