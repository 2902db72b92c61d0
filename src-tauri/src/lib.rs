//! The window: a shell around the engine, and the only crate that names tauri.
//!
//! Owns starting: the window is shown at once, the library opens behind it and every command
//! waits for it. Holds no logic of searching or indexing. Start reading at [`run`], then at
//! `commands`; `wire` has the shapes that cross the boundary.

mod belonging;
mod commands;
mod desktop;
mod encode;
mod finished;
mod link;
mod live;
mod login;
mod opening;
pub mod portable;
pub mod renderer;
mod second;
mod shortcut;
mod tray;
mod updates;
mod viewer;
mod windows;
pub mod wire;

use std::path::PathBuf;

use nuthatch::{dirs::Dirs, engine, indexing::Progress};
use nuthatch_models::install::Source;
use tauri::{AppHandle, Manager};
use tauri_plugin_window_state::StateFlags;
use tokio::sync::watch;

use crate::{desktop::Desktop, opening::Opener};

/// What the window is started with.
#[derive(Debug)]
pub struct Start {
    /// Where the library and the programs lie.
    pub dirs: Dirs,
    /// Folders to add to the library.
    pub folders: Vec<PathBuf>,
    /// Where models are fetched from, once the user asks for one.
    pub source: Source,
    /// A query to search for at once.
    pub search: Option<String>,
    /// A link that leads here; it may say what to search for.
    pub link: Option<String>,
    /// The window is not shown, where there is another way to it.
    pub is_hidden: bool,
    /// It is the usual library: a second start shows the window that is there.
    pub is_usual: bool,
    /// The folder in which a portable window keeps everything.
    pub portable: Option<PathBuf>,
}

/// Shows the window and returns when it was closed.
pub fn run(start: Start) -> tauri::Result<()> {
    let mut builder = tauri::Builder::default();
    // Before all else, since a second start ends in it.
    if start.is_usual {
        builder = builder.plugin(tauri_plugin_single_instance::init(
            |app, arguments, place| {
                second::hand_over(app, &arguments, &place);
            },
        ));
    }
    let mut context = context();
    if start.portable.is_some() {
        // Made by hand, since only there they can be told where to keep their data.
        for window in &mut context.config_mut().app.windows {
            window.create = false;
        }
    }
    let placed = StateFlags::POSITION | StateFlags::SIZE | StateFlags::MAXIMIZED;
    let app = builder
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(placed)
                .with_denylist(&[windows::LAUNCHER])
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .invoke_handler(commands_of_pages())
        .on_window_event(windows::on_event)
        .setup(move |app| {
            set_up(app.handle(), start)?;
            Ok(())
        })
        .build(context)?;
    app.run(|_, _| {});
    Ok(())
}

/// What pages may call, as far as a window's capabilities allow it.
fn commands_of_pages() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        commands::search,
        commands::status,
        commands::subscribe_progress,
        commands::preview,
        commands::preview_page,
        commands::page_view,
        commands::passages_in,
        commands::asked,
        commands::open_file,
        commands::reveal_file,
        commands::file_address,
        commands::desktop::speak,
        commands::desktop::hide_launcher,
        commands::desktop::search_in_window,
        commands::answers::ask,
        commands::answers::stop_answer,
        commands::library::suggested_folders,
        commands::library::pick_folder,
        commands::library::add_folder,
        commands::library::remove_folder,
        commands::library::answer_folder,
        commands::library::pause,
        commands::library::resume,
        commands::library::files,
        commands::library::forget_file,
        commands::library::admit,
        commands::library::try_rule,
        commands::library::add_rule,
        commands::library::why,
        commands::searches::note_search,
        commands::searches::searches,
        commands::searches::forget_searches,
        commands::searches::saved_searches,
        commands::searches::save_search,
        commands::searches::drop_saved_search,
        commands::searches::add_answer,
        commands::settings::settings,
        commands::settings::write_setting,
        commands::settings::save_report,
        commands::models::models,
        commands::models::get_model,
        commands::models::stop_fetching,
        commands::models::import_model,
        commands::models::check_model,
        commands::models::remove_model,
        commands::models::diagnose,
        commands::models::connections,
        commands::desktop::about,
        commands::desktop::look_for_update,
        commands::desktop::install_update,
    ]
}

/// The window is shown at once, and the library opened behind it.
fn set_up(app: &AppHandle, start: Start) -> tauri::Result<()> {
    let (opened, library) = watch::channel(None);
    let (reported, progress) = watch::channel(Progress::default());
    let (dirs, source) = (start.dirs.clone(), start.source.clone());
    let settings = engine::settings_or_defaults(&start.dirs);
    let desktop = Desktop::new(dirs, source, library, progress.clone());
    let desktop = desktop.on_own_library(start.is_usual, start.portable.clone());
    let linked = start.link.as_deref().and_then(link::query);
    if let Some(query) = start.search.clone().or(linked) {
        desktop.ask(query);
    }
    app.manage(desktop);
    if let Some(folder) = &start.portable {
        windows::make_main(app, &portable::desktop_folder(folder))?;
    }
    if !start.is_hidden {
        windows::show_main(app);
    }
    belonging::begin(app, &settings);
    let opener = Opener::new(opened, reported);
    tauri::async_runtime::spawn(opener.keep_open(start));
    let telling = finished::tell(app.clone(), progress.clone());
    tauri::async_runtime::spawn(telling);
    tauri::async_runtime::spawn(updates::follow(app.clone()));
    tauri::async_runtime::spawn(tray::host::follow(app.clone(), belonging::follow_tray));
    let announcing = live::announce_changes(app.clone(), progress);
    tauri::async_runtime::spawn(announcing);
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
