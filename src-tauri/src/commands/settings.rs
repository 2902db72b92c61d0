//! The settings that the window shows, and writing one of them.

use nuthatch::settings::{self, Settings};
use tauri::{AppHandle, State};

use super::Outcome;
use crate::{
    belonging,
    desktop::Desktop,
    encode,
    wire::{self, Setting},
};

#[tauri::command]
pub(crate) async fn settings(desktop: State<'_, Desktop>) -> Outcome<wire::Settings> {
    let file = desktop.dirs().settings();
    Ok(encode::settings(&Settings::load(&file)?, &file))
}

/// Writes one setting into the user's file. Those of the desktop count at once, the others from the next
/// start on.
#[tauri::command]
pub(crate) async fn write_setting(
    app: AppHandle,
    desktop: State<'_, Desktop>,
    key: String,
    value: Setting,
) -> Outcome<()> {
    let file = desktop.dirs().settings();
    let is_of_desktop = belonging::is_one(&key);
    if is_of_desktop {
        belonging::try_out(&app, &key, &value).await?;
    }
    let written: Result<(), settings::Error> = match value {
        Setting::Flag(value) => Settings::write(&file, &key, value),
        Setting::Number(value) => Settings::write(&file, &key, i64::from(value)),
        Setting::Name(value) => Settings::write(&file, &key, value),
    };
    written?;
    if is_of_desktop {
        belonging::follow(&app, &Settings::load(&file)?);
    }
    Ok(())
}
