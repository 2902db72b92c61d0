//! Models: which there are, fetching and removing them, what runs here, and every connection.
//!
//! What blocks runs on a thread of its own. One model is fetched at a time as far as the window goes.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use nuthatch::engine::{self, fetching, models};
use nuthatch_models::{ModelSpec, install};
use tauri::{AppHandle, Emitter, State, WebviewWindow, ipc::Channel};

use super::{Outcome, blocking, library::picked_folder, settings::follow_settings};
use crate::{
    desktop::Desktop,
    encode, live,
    wire::{Connection, Fetching, IpcError, Machine, Models},
};

/// Faster than this nobody reads.
const BETWEEN_REPORTS: Duration = Duration::from_millis(100);

#[tauri::command]
pub(crate) async fn models(desktop: State<'_, Desktop>) -> Outcome<Models> {
    let dirs = desktop.dirs().clone();
    blocking(move || {
        let settings = engine::settings(&dirs)?;
        Ok(encode::models(&dirs, &settings))
    })
    .await
}

/// Downloads a model, from where an earlier try stopped. Tells whether it is there now.
#[tauri::command]
pub(crate) async fn get_model(
    app: AppHandle,
    desktop: State<'_, Desktop>,
    id: String,
    accepts_licence: bool,
    on_progress: Channel<Fetching>,
) -> Outcome<bool> {
    let dirs = desktop.dirs().clone();
    let source = desktop.source().clone();
    let stop = desktop.begin_fetching();
    let installed = blocking(move || {
        let spec = accepted(&desktop_models(&dirs), &id, accepts_licence)?;
        let settings = engine::settings(&dirs)?;
        let mut told = told(on_progress, stop);
        Ok(fetching::fetch(&dirs, &settings, &spec, source, &mut told)?)
    });
    let outcome = installed.await?;
    follow_settings(&desktop).await?;
    let _ = app.emit(live::LIBRARY_CHANGED, ());
    Ok(outcome != install::Outcome::Stopped)
}

/// Breaks off what is being fetched; it goes on from there the next time.
#[tauri::command]
pub(crate) async fn stop_fetching(desktop: State<'_, Desktop>) -> Outcome<()> {
    desktop.stop_fetching();
    Ok(())
}

/// Installs a model out of a folder that the user chooses. Tells whether it is there now.
#[tauri::command]
pub(crate) async fn import_model(
    window: WebviewWindow,
    desktop: State<'_, Desktop>,
    id: String,
    accepts_licence: bool,
    on_progress: Channel<Fetching>,
) -> Outcome<bool> {
    let dirs = desktop.dirs().clone();
    let spec = accepted(&desktop_models(&dirs), &id, accepts_licence)?;
    let Some(folder) = picked_folder(&window).await else {
        return Ok(false);
    };
    let stop = desktop.begin_fetching();
    let outcome = blocking(move || {
        let [own, ..]: [PathBuf; 4] = dirs.models();
        let mut told = told(on_progress, stop);
        Ok(install::import(&spec, &own, &folder, &mut told)?)
    });
    let outcome = outcome.await?;
    follow_settings(&desktop).await?;
    Ok(outcome != install::Outcome::Stopped)
}

/// Compares a model's files with their hashes.
#[tauri::command]
pub(crate) async fn check_model(desktop: State<'_, Desktop>, id: String) -> Outcome<()> {
    let dirs = desktop.dirs().clone();
    blocking(move || {
        let spec = find(&desktop_models(&dirs), &id)?;
        let there = dirs.models().into_iter().find(|at| spec.is_present(at));
        let at = there.ok_or(install::Error::NotInstalled { id })?;
        Ok(spec
            .verify(&spec.directory(&at))
            .map_err(install::Error::from)?)
    })
    .await
}

/// Removes a model that the user fetched or imported. Returns the bytes that are free again.
#[tauri::command]
pub(crate) async fn remove_model(desktop: State<'_, Desktop>, id: String) -> Outcome<f64> {
    let dirs = desktop.dirs().clone();
    let freed = blocking(move || {
        let [own, ..] = dirs.models();
        Ok(install::remove(&id, &own)? as f64)
    });
    let freed = freed.await?;
    follow_settings(&desktop).await?;
    Ok(freed)
}

/// Tries every installed reranker; takes its time.
#[tauri::command]
pub(crate) async fn diagnose(desktop: State<'_, Desktop>) -> Outcome<Machine> {
    let dirs = desktop.dirs().clone();
    blocking(move || {
        let settings = engine::settings(&dirs)?;
        Ok(encode::machine(&models::diagnose(&dirs, &settings)))
    })
    .await
}

/// Every request to the network that was ever made, the newest first.
#[tauri::command]
pub(crate) async fn connections(desktop: State<'_, Desktop>) -> Outcome<Vec<Connection>> {
    let dirs = desktop.dirs().clone();
    blocking(move || {
        let found = fetching::connections(&dirs).map_err(|error| IpcError {
            code: crate::wire::ErrorCode::Unreadable,
            message: format!("The record of connections cannot be read: {error}"),
            hint: Some(format!("Look at {}", dirs.connections().display())),
        })?;
        Ok(found.into_iter().map(encode::connection).collect())
    })
    .await
}

fn desktop_models(dirs: &nuthatch::dirs::Dirs) -> Vec<ModelSpec> {
    models::catalogue(dirs).0
}

fn find(models: &[ModelSpec], id: &str) -> Outcome<ModelSpec> {
    let found = models.iter().find(|spec| spec.id == id).cloned();
    found.ok_or_else(|| IpcError::bug("the window asked for a model that is not in the catalogue"))
}

/// The model, if its licence needs no acceptance or has it: before a byte is fetched.
fn accepted(models: &[ModelSpec], id: &str, accepts_licence: bool) -> Outcome<ModelSpec> {
    let spec = find(models, id)?;
    if spec.needs_acceptance() && !accepts_licence {
        return Err(encode::not_accepted(&spec));
    }
    Ok(spec)
}

/// Tells the page how far it is, and breaks off when the page wants that.
fn told(
    page: Channel<Fetching>,
    stop: Arc<AtomicBool>,
) -> impl FnMut(install::Progress<'_>) -> ControlFlow<()> {
    let mut last: Option<Instant> = None;
    move |progress| {
        if last.is_none_or(|last| last.elapsed() >= BETWEEN_REPORTS) {
            last = Some(Instant::now());
            // The page may be gone; what is fetched is worth having all the same.
            let _ = page.send(encode::fetching(&progress));
        }
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
