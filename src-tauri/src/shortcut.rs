//! A key for the launcher that works everywhere, where programs may take keys for themselves.
//!
//! Owns the one key that is taken. Under Wayland a program cannot: there `nuthatch-desktop --toggle` is
//! bound to a key in the desktop's settings, and the page says so. Invariant: nothing runs for it as long
//! as no key is chosen. All of it happens on the thread of the windows, as macOS wants it.

use std::cell::RefCell;

use global_hotkey::{GlobalHotKeyEvent, GlobalHotKeyManager, HotKeyState, hotkey::HotKey};
use tauri::AppHandle;

use crate::{
    windows,
    wire::{ErrorCode, IpcError},
};

thread_local! {
    static TAKEN: RefCell<Option<(GlobalHotKeyManager, HotKey)>> = const { RefCell::new(None) };
}

/// Whether a program may take a key at all: not under Wayland.
pub(crate) fn may_take_keys() -> bool {
    !cfg!(target_os = "linux")
        || (std::env::var_os("WAYLAND_DISPLAY").is_none() && std::env::var_os("DISPLAY").is_some())
}

/// Reads a key as people write it: `Ctrl+Alt+Space`. Nothing is no key.
pub(crate) fn read(written: &str) -> Result<Option<HotKey>, IpcError> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    let refused = |why: &str| IpcError {
        code: ErrorCode::Refused,
        message: format!("“{written}” is no key for the launcher: {why}"),
        hint: Some("Write it like Ctrl+Alt+Space".into()),
    };
    let key: HotKey = written
        .parse()
        .map_err(|_| refused("a part of it is unknown"))?;
    // Alone it could not be typed any more, in any program.
    if key.mods.is_empty() {
        return Err(refused("it needs Ctrl, Alt or Super as well"));
    }
    Ok(Some(key))
}

/// Takes a key in place of the one before; on the thread of the windows.
pub(crate) fn take(app: &AppHandle, key: Option<HotKey>) -> Result<(), IpcError> {
    let before = TAKEN.take();
    if let Some((manager, old)) = &before {
        let _ = manager.unregister(*old);
    }
    let Some(key) = key else {
        // With its manager its thread ends.
        return Ok(());
    };
    let manager = match before {
        Some((manager, _)) => manager,
        None => GlobalHotKeyManager::new().map_err(|error| not_taken(&error))?,
    };
    let app = app.clone();
    GlobalHotKeyEvent::set_event_handler(Some(move |event: GlobalHotKeyEvent| {
        if event.state == HotKeyState::Pressed {
            let toggled = app.clone();
            let _ = app.run_on_main_thread(move || windows::toggle_launcher(&toggled));
        }
    }));
    manager.register(key).map_err(|error| not_taken(&error))?;
    TAKEN.set(Some((manager, key)));
    Ok(())
}

fn not_taken(error: &global_hotkey::Error) -> IpcError {
    IpcError {
        code: ErrorCode::Refused,
        message: format!("The key could not be taken: {error}"),
        hint: Some("Another program may have it; choose another key".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_people_write_it() {
        for written in ["Ctrl+Alt+Space", "CTRL+SHIFT+K", " Alt+F2 "] {
            assert!(read(written).is_ok_and(|key| key.is_some()), "{written}");
        }
        assert!(read("  ").is_ok_and(|key| key.is_none()));
    }

    #[test]
    fn a_key_that_is_typed_or_unknown_is_refused_with_an_example() {
        for written in ["K", "Ctrl+Nothing", "Ctrl+"] {
            let refused = read(written).map(|_| ()).map_err(|error| error.hint);
            assert_eq!(
                refused,
                Err(Some("Write it like Ctrl+Alt+Space".into())),
                "{written}"
            );
        }
    }
}
