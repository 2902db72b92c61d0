//! The user's wishes about the desktop, carried out: tray, key, start with the desktop.
//!
//! Owns which setting is whose. What each does is in `tray`, `shortcut` and `login`. Unlike other
//! settings these count at once. Invariant: what cannot be carried out is refused before it is written.

use nuthatch::settings::Settings;
use tauri::{AppHandle, Manager};

use crate::{
    desktop::Desktop,
    login, shortcut, tray, windows,
    wire::{IpcError, Setting},
};

/// Carries out what the settings say, at the start of the program.
pub(crate) fn begin(app: &AppHandle, settings: &Settings) {
    app.state::<Desktop>().set_wishes(settings);
    let key = shortcut::read(&settings.shortcut);
    let taken = key.and_then(|key| match key {
        Some(key) if shortcut::may_take_keys() => shortcut::take(app, Some(key)),
        _ => Ok(()),
    });
    if let Err(error) = taken {
        tracing::warn!(message = error.message, "the launcher has no key");
    }
    if settings.start_at_login && app.state::<Desktop>().portable().is_none() {
        // The program may have moved since.
        let library = app.state::<Desktop>().own_library();
        if let Err(error) = login::set(true, library.as_deref()) {
            tracing::warn!(
                message = error.message,
                "the program will not start with the desktop"
            );
        }
    }
}

/// Whether a setting is one of these.
pub(crate) fn is_one(key: &str) -> bool {
    let ours = [
        "tray",
        "close_to_tray",
        "start_at_login",
        "shortcut",
        "notify_when_read",
    ];
    ours.contains(&key)
}

/// Carries out a setting that is about to be written, or refuses it.
pub(crate) async fn try_out(app: &AppHandle, key: &str, value: &Setting) -> Result<(), IpcError> {
    match (key, value) {
        ("start_at_login", Setting::Flag(true)) if app.state::<Desktop>().portable().is_some() => {
            Err(login::portable())
        }
        ("start_at_login", Setting::Flag(is_on)) => {
            login::set(*is_on, app.state::<Desktop>().own_library().as_deref())
        }
        ("shortcut", Setting::Name(written)) => {
            let key = shortcut::read(written)?;
            on_main_thread(app, move |app| shortcut::take(app, key)).await
        }
        _ => Ok(()),
    }
}

/// Follows what was written.
pub(crate) fn follow(app: &AppHandle, settings: &Settings) {
    app.state::<Desktop>().set_wishes(settings);
    show_tray(app);
}

/// Follows the desktop's tray: an icon that nobody shows any more is none.
pub(crate) fn follow_tray(app: &AppHandle, has_come: bool) {
    if !has_come {
        let shown = app.clone();
        let _ = app.run_on_main_thread(move || {
            tray::take_away(&shown);
            windows::stay_reachable(&shown);
        });
        return;
    }
    show_tray(app);
}

/// Puts the icon into the tray as soon as its words are known, or takes it away.
pub(crate) fn show_tray(app: &AppHandle) {
    let shown = app.clone();
    let _ = app.run_on_main_thread(move || {
        let desktop = shown.state::<Desktop>();
        match desktop.words() {
            Some(words) if desktop.wants_tray() => tray::put(&shown, &words),
            _ => tray::take_away(&shown),
        }
        if !tray::is_there(&shown) {
            windows::stay_reachable(&shown);
        }
    });
}

async fn on_main_thread<T: Send + 'static>(
    app: &AppHandle,
    act: impl FnOnce(&AppHandle) -> Result<T, IpcError> + Send + 'static,
) -> Result<T, IpcError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let of = app.clone();
    let asked = app.run_on_main_thread(move || {
        let _ = tell.send(act(&of));
    });
    let ended = || IpcError::bug("the window's thread has ended");
    asked.map_err(|_| ended())?;
    told.await.map_err(|_| ended())?
}
