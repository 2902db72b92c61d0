//! The window: a shell around the engine, and the only crate that names tauri.
//!
//! Owns starting: the window is shown at once, the library opens behind it and every command
//! waits for it. Holds no logic of searching or indexing. Start reading at [`run`], then at
//! `commands`; `wire` has the shapes that cross the boundary.

mod commands;
mod desktop;
mod encode;
mod live;
mod opening;
pub mod wire;

use std::path::PathBuf;

use nuthatch::{dirs::Dirs, indexing::Progress};
use tauri::Manager;
use tokio::sync::watch;

use crate::{desktop::Desktop, opening::Opener};

/// What the window is started with.
#[derive(Debug)]
pub struct Start {
    /// Where the library and the programs lie.
    pub dirs: Dirs,
    /// Folders to add to the library.
    pub folders: Vec<PathBuf>,
}

/// Shows the window and returns when it was closed.
pub fn run(start: Start) -> tauri::Result<()> {
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(tauri::generate_handler![
            commands::search,
            commands::status,
            commands::subscribe_progress,
            commands::pick_folder,
            commands::add_folder,
            commands::remove_folder,
            commands::answer_folder,
            commands::pause,
            commands::resume,
            commands::preview,
            commands::preview_page,
            commands::open_file,
            commands::reveal_file,
            commands::why,
        ])
        .setup(move |app| {
            let (opened, library) = watch::channel(None);
            let (reported, progress) = watch::channel(Progress::default());
            app.manage(Desktop::new(library, progress.clone()));
            let opener = Opener::new(opened, reported);
            tauri::async_runtime::spawn(opener.keep_open(start));
            let announcing = live::announce_changes(app.handle().clone(), progress);
            tauri::async_runtime::spawn(announcing);
            Ok(())
        })
        .build(context())?;
    app.run(|_, _| {});
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    clippy::exit,
    reason = "in the code that tauri's macro writes"
)]
fn context() -> tauri::Context {
    tauri::generate_context!()
}
