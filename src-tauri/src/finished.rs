//! Tells once that the first large reading has come to an end, if nobody sees the window.
//!
//! Owns what "large" and "first" mean, and the one notification. Off unless the user turned it on.
//! Linux alone: the others are told nothing yet. Invariant: no name, path or word of a document is in it.

use nuthatch::indexing::Progress;
use tauri::{AppHandle, Manager};
use tokio::sync::watch;

use crate::{desktop::Desktop, windows};

/// What takes less is over before anybody has turned away.
const LARGE: u64 = 500;

/// What has been seen of a reading.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    is_large: bool,
    is_told: bool,
}

impl Reading {
    /// Whether a large reading has just ended, for the first time.
    fn ends(&mut self, now: &Progress) -> bool {
        if self.is_told {
            return false;
        }
        self.is_large |= now.n_waiting > 0 && now.n_done + now.n_waiting >= LARGE;
        let is_over = now.n_waiting == 0 && !now.walking;
        self.is_told = self.is_large && is_over;
        self.is_told
    }
}

/// Follows what indexing does until it has told the end, or will never have to.
pub(crate) async fn tell(app: AppHandle, mut progress: watch::Receiver<Progress>) {
    let mut reading = Reading::default();
    while progress.changed().await.is_ok() {
        let ends = reading.ends(&progress.borrow_and_update());
        if !ends {
            continue;
        }
        let desktop = app.state::<Desktop>();
        let words = desktop
            .words()
            .filter(|_| desktop.notifies() && !is_seen(&app));
        if let Some(words) = words
            && let Err(error) = notify(&words.read_title, &words.read_text).await
        {
            tracing::info!(%error, "no notification could be shown");
        }
        return;
    }
}

fn is_seen(app: &AppHandle) -> bool {
    let window = app.get_webview_window(windows::MAIN);
    window.is_some_and(|window| {
        window.is_visible().unwrap_or(true) && !window.is_minimized().unwrap_or(false)
    })
}

#[cfg(target_os = "linux")]
async fn notify(title: &str, text: &str) -> zbus::Result<()> {
    use std::collections::HashMap;

    let bus = zbus::Connection::session().await?;
    let actions: &[&str] = &[];
    let hints: HashMap<&str, zbus::zvariant::Value<'_>> = HashMap::new();
    // Application, what it replaces, icon, words, and how long: as the desktop likes.
    let body = (
        "Nuthatch",
        0_u32,
        "nuthatch-desktop",
        title,
        text,
        actions,
        hints,
        -1_i32,
    );
    let service = "org.freedesktop.Notifications";
    let place = "/org/freedesktop/Notifications";
    bus.call_method(Some(service), place, Some(service), "Notify", &body)
        .await?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
async fn notify(_: &str, _: &str) -> Result<(), std::io::Error> {
    Err(std::io::Error::other("there are none for this system yet"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(n_done: u64, n_waiting: u64, walking: bool) -> Progress {
        Progress {
            n_done,
            n_waiting,
            walking,
            ..Progress::default()
        }
    }

    #[test]
    fn the_end_of_a_large_reading_is_told_once() {
        let mut reading = Reading::default();
        for (now, ends) in [
            (at(0, 0, true), false),
            (at(20, 480, true), false),
            (at(500, 0, true), false),
            (at(500, 0, false), true),
            (at(0, 900, false), false),
            (at(900, 0, false), false),
        ] {
            assert_eq!(reading.ends(&now), ends, "{now:?}");
        }
    }

    #[test]
    fn a_few_files_are_nothing_to_tell_of() {
        let mut reading = Reading::default();
        assert!(!reading.ends(&at(3, 90, false)));
        assert!(!reading.ends(&at(93, 0, false)));
    }
}
