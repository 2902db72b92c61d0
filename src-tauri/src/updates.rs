//! Newer versions: looked for when the user says so, and installed when the user says so.
//!
//! Owns where they are looked for, which whoever makes the packages sets while compiling; a copy without that
//! is updated the way it was installed, and asks nothing. The plugin compares versions, verifies the
//! signature and runs the installer. Invariant: each look and each download is written down among the
//! connections before it is made, and none is made against `never_connect`.

use std::time::Duration;

use nuthatch::engine::{self, fetching};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_updater::{Update, UpdaterExt};
use tokio::time::sleep;

use crate::{
    desktop::Desktop,
    live,
    wire::{ErrorCode, IpcError, NewerVersion},
};

/// The signed manifest of the newest version, as tauri's bundler describes it.
const MANIFEST: Option<&str> = option_env!("NUTHATCH_UPDATES_URL");
/// The public half of the key that signs the packages.
const KEY: Option<&str> = option_env!("NUTHATCH_UPDATES_KEY");
/// The start is not the time for it.
const AFTER_THE_START: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_hours(24);

/// This copy knows where newer versions are.
pub(crate) fn are_known() -> bool {
    MANIFEST.is_some() && KEY.is_some()
}

/// Looks once a day, as long as the settings say so.
pub(crate) async fn follow(app: AppHandle) {
    if !are_known() {
        return;
    }
    sleep(AFTER_THE_START).await;
    loop {
        let settings = engine::settings(app.state::<Desktop>().dirs());
        if settings.is_ok_and(|settings| settings.look_for_updates) {
            // What fails is said where the user looks himself.
            let _ = look(&app).await;
        }
        sleep(BETWEEN_LOOKS).await;
    }
}

/// Looks now. What is found is kept, and shown until the program ends.
pub(crate) async fn look(app: &AppHandle) -> Result<Option<NewerVersion>, IpcError> {
    let found = found(app).await?.map(|update| NewerVersion {
        version: update.version,
        notes: update.body.unwrap_or_default(),
    });
    app.state::<Desktop>().set_newer(found.clone());
    let _ = app.emit(live::LIBRARY_CHANGED, ());
    Ok(found)
}

/// Fetches the newest version, verifies it, installs it, and starts it.
pub(crate) async fn install(app: &AppHandle) -> Result<(), IpcError> {
    let Some(update) = found(app).await? else {
        return Err(failed("There is no newer version any more"));
    };
    let from = &update.download_url;
    let host = format!(
        "{}://{}",
        from.scheme(),
        from.host_str().unwrap_or_default()
    );
    let asked = asking(app, &host)?;
    let installed = update.download_and_install(|_, _| {}, || {}).await;
    asked.answered(if installed.is_ok() {
        "fetched"
    } else {
        "failed"
    });
    installed.map_err(|error| failed(&format!("The newer version was not installed: {error}")))?;
    app.restart()
}

async fn found(app: &AppHandle) -> Result<Option<Update>, IpcError> {
    let (Some(manifest), Some(key)) = (MANIFEST, KEY) else {
        return Err(failed("This copy is updated the way it was installed"));
    };
    let asked = asking(app, manifest)?;
    let address = tauri::Url::parse(manifest)
        .map_err(|error| failed(&format!("The address of updates is wrong: {error}")))?;
    let builder = app.updater_builder().pubkey(key).endpoints(vec![address]);
    let updater = builder
        .and_then(tauri_plugin_updater::UpdaterBuilder::build)
        .map_err(|error| failed(&error.to_string()))?;
    let found = updater.check().await;
    asked.answered(match &found {
        Ok(Some(_)) => "there is a newer version",
        Ok(None) => "this is the newest version",
        Err(_) => "failed",
    });
    found.map_err(|error| failed(&format!("Newer versions could not be looked for: {error}")))
}

fn asking(app: &AppHandle, to: &str) -> Result<fetching::Asked, IpcError> {
    let desktop = app.state::<Desktop>();
    let settings = engine::settings(desktop.dirs())?;
    Ok(fetching::ask(desktop.dirs(), &settings, to)?)
}

fn failed(message: &str) -> IpcError {
    IpcError {
        code: ErrorCode::Refused,
        message: message.into(),
        hint: Some("Newer packages are where this one came from".into()),
    }
}
