//! The settings that the window shows, and writing one of them.

use nuthatch::settings::{self, Settings};
use tauri::State;

use super::Outcome;
use crate::{
    desktop::Desktop,
    encode,
    wire::{self, Setting},
};

#[tauri::command]
pub(crate) async fn settings(desktop: State<'_, Desktop>) -> Outcome<wire::Settings> {
    let file = desktop.dirs().settings();
    Ok(encode::settings(&Settings::load(&file)?, &file))
}

/// Writes one setting into the user's file; it counts from the next start on.
#[tauri::command]
pub(crate) async fn write_setting(
    desktop: State<'_, Desktop>,
    key: String,
    value: Setting,
) -> Outcome<()> {
    let file = desktop.dirs().settings();
    let written: Result<(), settings::Error> = match value {
        Setting::Flag(value) => Settings::write(&file, &key, value),
        Setting::Number(value) => Settings::write(&file, &key, i64::from(value)),
        Setting::Name(value) => Settings::write(&file, &key, value),
    };
    Ok(written?)
}
