//! The two windows: the main one, and the launcher, a box with a few rows that a key brings up anywhere.
//!
//! Owns which is shown, and what closing means. The launcher is made when it is wanted first and only
//! hidden after that, since making it takes a third of a second. Invariant: the program never goes on
//! without a window or an icon by which it can be reached.

use std::path::Path;

use tauri::{
    AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    WindowEvent,
};

use crate::{desktop::Desktop, live, portable, tray};

/// The window's name in tauri and in `capabilities/`.
pub(crate) const MAIN: &str = "main";
/// The launcher's.
pub(crate) const LAUNCHER: &str = "launcher";
/// A box and eight rows.
const LAUNCHER_SIZE: (f64, f64) = (680.0, 494.0);

/// Makes the main window, which keeps its data in a folder of its own.
pub(crate) fn make_main(app: &AppHandle, data: &Path) -> tauri::Result<()> {
    let windows = app.config().app.windows.clone();
    for config in windows.iter().filter(|config| config.label == MAIN) {
        let builder = WebviewWindowBuilder::from_config(app, config)?;
        builder.data_directory(data.join("web")).build()?;
    }
    Ok(())
}

/// Brings the main window to the front.
pub(crate) fn show_main(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
}

/// Without an icon a hidden window could not be reached: it is shown, though not opened.
pub(crate) fn stay_reachable(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN)
        && !window.is_visible().unwrap_or(true)
    {
        let _ = window.show();
        let _ = window.minimize();
    }
}

/// Searches for a query in the main window.
pub(crate) fn search_in_main(app: &AppHandle, query: String) {
    app.state::<Desktop>().ask(query);
    let _ = app.emit_to(MAIN, live::ASKED, ());
    show_main(app);
}

/// Shows the launcher, or hides it where it is in front.
pub(crate) fn toggle_launcher(app: &AppHandle) {
    let shown = app.get_webview_window(LAUNCHER);
    match shown {
        Some(window) if window.is_visible().unwrap_or(false) && is_in_front(&window) => {
            let _ = window.hide();
        }
        Some(window) => bring_up(&window),
        None => match make_launcher(app) {
            Ok(window) => bring_up(&window),
            Err(error) => tracing::warn!(%error, "the launcher could not be made"),
        },
    }
}

/// Puts the launcher away.
pub(crate) fn hide_launcher(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LAUNCHER) {
        let _ = window.hide();
    }
}

/// Without a window manager nothing ever has the focus.
fn is_in_front(window: &WebviewWindow) -> bool {
    let others = window.get_webview_window(MAIN);
    let main_is = others.is_some_and(|main| main.is_focused().unwrap_or(false));
    window.is_focused().unwrap_or(true) || !main_is
}

fn bring_up(window: &WebviewWindow) {
    let _ = window.center();
    let _ = window.show();
    let _ = window.set_focus();
}

fn make_launcher(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    let (width, height) = LAUNCHER_SIZE;
    let builder = WebviewWindowBuilder::new(app, LAUNCHER, WebviewUrl::default());
    let builder = match app.state::<Desktop>().portable() {
        Some(folder) => builder.data_directory(portable::desktop_folder(folder).join("web")),
        None => builder,
    };
    builder
        .title("Nuthatch")
        .inner_size(width, height)
        .decorations(false)
        .resizable(false)
        .always_on_top(true)
        .skip_taskbar(true)
        .visible(false)
        .build()
}

/// What a window's own events mean.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    match (window.label(), event) {
        (MAIN, WindowEvent::CloseRequested { api, .. }) => {
            let app = window.app_handle();
            if app.state::<Desktop>().closes_to_tray() && tray::is_there(app) {
                api.prevent_close();
                let _ = window.hide();
            } else if let Some(launcher) = app.get_webview_window(LAUNCHER) {
                // Hidden or not, it would keep the program running.
                let _ = launcher.destroy();
            }
        }
        (LAUNCHER, WindowEvent::CloseRequested { api, .. }) => {
            api.prevent_close();
            let _ = window.hide();
        }
        // Whoever turns to another window is done with it.
        (LAUNCHER, WindowEvent::Focused(false)) => {
            let _ = window.hide();
        }
        _ => {}
    }
}

/// What to bind to a key in the desktop's settings.
pub(crate) fn toggle_command() -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| "nuthatch-desktop".into());
    format!("{} --toggle", program.display())
}
