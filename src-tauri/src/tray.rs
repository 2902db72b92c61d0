//! The icon in the system's tray: open, pause, quit.
//!
//! Owns which acts there are and what each does. Its words come from the page, which knows the user's
//! language; until they have come there is no icon. Where the desktop has no tray, there is none
//! either, and nothing else changes; `host` follows whether it has. Start reading at [`put`].

pub(crate) mod host;

use std::time::SystemTime;

use nuthatch::governor::Pause;
use tauri::{
    AppHandle, Manager,
    image::Image,
    menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu},
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

use crate::{desktop::Desktop, windows, wire::DesktopWords};

const ID: &str = "nuthatch";
const ICON: &[u8] = include_bytes!("../../icons/32x32.png");

/// What can be chosen from the icon's menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Open,
    Launch,
    PauseHour,
    PauseTomorrow,
    PauseUntilResumed,
    Resume,
    Quit,
}

impl Act {
    const ALL: [Self; 7] = [
        Self::Open,
        Self::Launch,
        Self::PauseHour,
        Self::PauseTomorrow,
        Self::PauseUntilResumed,
        Self::Resume,
        Self::Quit,
    ];

    const fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Launch => "launch",
            Self::PauseHour => "pause-hour",
            Self::PauseTomorrow => "pause-tomorrow",
            Self::PauseUntilResumed => "pause-until-resumed",
            Self::Resume => "resume",
            Self::Quit => "quit",
        }
    }

    fn words(self, words: &DesktopWords) -> &str {
        match self {
            Self::Open => &words.open,
            Self::Launch => &words.launch,
            Self::PauseHour => &words.pause_hour,
            Self::PauseTomorrow => &words.pause_tomorrow,
            Self::PauseUntilResumed => &words.pause_until_resumed,
            Self::Resume => &words.resume,
            Self::Quit => &words.quit,
        }
    }

    /// What it makes of the pause: nothing, for acts of another kind.
    fn change(self, now: SystemTime) -> Option<Change> {
        let pause = match self {
            Self::PauseHour => Pause::for_an_hour(now),
            // No day has no morning after it, but a calendar ends.
            Self::PauseTomorrow => Pause::until_tomorrow(now).unwrap_or(Pause::for_an_hour(now)),
            Self::PauseUntilResumed => Pause::UntilResumed,
            Self::Resume => return Some(Change::Resume),
            Self::Open | Self::Launch | Self::Quit => return None,
        };
        Some(Change::Pause(pause))
    }
}

/// What becomes of the pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Pause(Pause),
    Resume,
}

/// Whether there is an icon.
pub(crate) fn is_there(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some()
}

/// Puts the icon there, or makes it speak these words; on the thread of the windows.
pub(crate) fn put(app: &AppHandle, words: &DesktopWords) {
    if let Err(error) = try_put(app, words) {
        tracing::info!(%error, "there is no icon in the tray: the desktop has none");
    }
}

/// Takes the icon away.
pub(crate) fn take_away(app: &AppHandle) {
    drop(app.remove_tray_by_id(ID));
}

fn try_put(app: &AppHandle, words: &DesktopWords) -> tauri::Result<()> {
    let menu = menu(app, words)?;
    if let Some(icon) = app.tray_by_id(ID) {
        return icon.set_menu(Some(menu));
    }
    TrayIconBuilder::with_id(ID)
        .icon(Image::from_bytes(ICON)?)
        .title("Nuthatch")
        .tooltip("Nuthatch")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| on_menu(app, &event))
        .on_tray_icon_event(|icon, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                windows::show_main(icon.app_handle());
            }
        })
        .build(app)?;
    Ok(())
}

fn menu(app: &AppHandle, words: &DesktopWords) -> tauri::Result<Menu<tauri::Wry>> {
    let item = |act: Act| MenuItem::with_id(app, act.id(), act.words(words), true, None::<&str>);
    let pauses = Submenu::with_items(
        app,
        &words.pause,
        true,
        &[
            &item(Act::PauseHour)?,
            &item(Act::PauseTomorrow)?,
            &item(Act::PauseUntilResumed)?,
        ],
    )?;
    Menu::with_items(
        app,
        &[
            &item(Act::Open)?,
            &item(Act::Launch)?,
            &PredefinedMenuItem::separator(app)?,
            &pauses,
            &item(Act::Resume)?,
            &PredefinedMenuItem::separator(app)?,
            &item(Act::Quit)?,
        ],
    )
}

fn on_menu(app: &AppHandle, event: &MenuEvent) {
    let chosen = Act::ALL.into_iter().find(|act| event.id() == act.id());
    let Some(act) = chosen else { return };
    if let Some(change) = act.change(SystemTime::now()) {
        let pause = match change {
            Change::Pause(pause) => Some(pause),
            Change::Resume => None,
        };
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let Ok(library) = app.state::<Desktop>().library().await else {
                return;
            };
            if let Err(error) = library.engine.pause(pause) {
                tracing::warn!(%error, "a pause from the tray could not be kept");
            }
        });
        return;
    }
    match act {
        Act::Launch => windows::toggle_launcher(app),
        Act::Quit => app.exit(0),
        _ => windows::show_main(app),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn every_act_of_the_menu_has_its_own_name() {
        let mut ids: Vec<&str> = Act::ALL.iter().map(|act| act.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Act::ALL.len());
    }

    #[test]
    fn pausing_from_the_tray_lasts_as_long_as_it_says() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let pause = |act: Act| act.change(now);
        let hour = Change::Pause(Pause::Until(1_700_003_600));
        assert_eq!(pause(Act::PauseHour), Some(hour));
        let until_resumed = Change::Pause(Pause::UntilResumed);
        assert_eq!(pause(Act::PauseUntilResumed), Some(until_resumed));
        assert_eq!(pause(Act::Resume), Some(Change::Resume));
        assert_eq!(pause(Act::Quit), None);
        let Some(Change::Pause(Pause::Until(morning))) = pause(Act::PauseTomorrow) else {
            panic!("tomorrow is a time");
        };
        let hours = (morning - 1_700_000_000) / 3_600;
        assert!((6..=30).contains(&hours), "{hours}");
    }
}
