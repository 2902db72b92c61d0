//! What the window is told without asking: progress, and that the library has changed.
//!
//! Owns how often. Invariant: after the last change both are told once more.

use std::time::Duration;

use nuthatch::indexing::Progress;
use tauri::{AppHandle, Emitter, ipc::Channel};
use tokio::{sync::watch, time::sleep};

use crate::{encode, wire};

/// The event's name in the page.
pub(crate) const LIBRARY_CHANGED: &str = "library-changed";
/// The name of the event that something is asked of the page from outside.
pub(crate) const ASKED: &str = "asked";
/// Changes come in bursts; so long a burst is waited for, that it is told as one.
const GATHER: Duration = Duration::from_millis(250);
/// The results on screen are searched for again after each telling: not more often than this.
const BETWEEN_CHANGES: Duration = Duration::from_millis(750);
/// Faster than this nobody reads.
const BETWEEN_REPORTS: Duration = Duration::from_millis(150);

/// Tells the page that the library may have changed, as long as somebody reports progress.
pub(crate) async fn announce_changes(app: AppHandle, mut progress: watch::Receiver<Progress>) {
    while progress.changed().await.is_ok() {
        sleep(GATHER).await;
        progress.mark_unchanged();
        let _ = app.emit(LIBRARY_CHANGED, ());
        sleep(BETWEEN_CHANGES).await;
    }
}

/// Sends what indexing does, now and whenever it changes.
pub(crate) async fn send_progress(
    mut progress: watch::Receiver<Progress>,
    page: Channel<wire::Progress>,
) {
    loop {
        let now = encode::progress(&progress.borrow_and_update());
        if page.send(now).is_err() || progress.changed().await.is_err() {
            return;
        }
        sleep(BETWEEN_REPORTS).await;
    }
}
