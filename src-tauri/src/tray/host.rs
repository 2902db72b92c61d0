//! Follows whether the desktop has a tray: it may come after the program, and go before it.
//!
//! Owns the one name on the message bus by which a tray is known. What then happens to icon and
//! windows is decided in `belonging`. Linux alone: elsewhere the system always has one.

use tauri::AppHandle;

/// Calls back whenever a tray has come or gone, until the program ends.
#[cfg(target_os = "linux")]
pub(crate) async fn follow(app: AppHandle, on_change: fn(&AppHandle, bool)) {
    if let Err(error) = try_follow(&app, on_change).await {
        tracing::info!(%error, "nobody tells whether there is a tray");
    }
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "as on Linux")]
pub(crate) async fn follow(_: AppHandle, _: fn(&AppHandle, bool)) {}

#[cfg(target_os = "linux")]
async fn try_follow(app: &AppHandle, on_change: fn(&AppHandle, bool)) -> zbus::Result<()> {
    use zbus::export::ordered_stream::OrderedStreamExt;

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";

    let bus = zbus::Connection::session().await?;
    let names = zbus::fdo::DBusProxy::new(&bus).await?;
    let mut changes = names
        .receive_name_owner_changed_with_args(&[(0, WATCHER)])
        .await?;
    while let Some(change) = changes.next().await {
        on_change(app, change.args()?.new_owner().is_some());
    }
    Ok(())
}
