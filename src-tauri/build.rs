//! Prepares the build of the window.
//!
//! Owns two things: the list of commands the window may be allowed to call (each one then needs its
//! own `allow-…` line in `capabilities/default.json`; a command that is not listed there cannot be
//! called), and a stand-in page for a checkout whose front end has not been built, so that a plain
//! `cargo build` works and never ends in a blank window.
//! Knows nothing of what the commands do. A new command is added in three places: here, in the
//! capability, and in `ui/src/host/tauri.ts`.

use std::error::Error;
use std::fs;
use std::path::Path;

/// The page that the window loads; Vite writes it.
const FRONT_END_PAGE: &str = "../ui/dist/index.html";

/// Every command of the window, as tauri knows it.
const COMMANDS: &[&str] = &[
    "search",
    "status",
    "subscribe_progress",
    "preview",
    "preview_page",
    "page_view",
    "passages_in",
    "asked",
    "speak",
    "hide_launcher",
    "search_in_window",
    "open_file",
    "reveal_file",
    "file_address",
    "ask",
    "stop_answer",
    "suggested_folders",
    "pick_folder",
    "add_folder",
    "remove_folder",
    "answer_folder",
    "pause",
    "resume",
    "files",
    "forget_file",
    "admit",
    "try_rule",
    "add_rule",
    "why",
    "note_search",
    "searches",
    "forget_searches",
    "saved_searches",
    "save_search",
    "drop_saved_search",
    "add_answer",
    "settings",
    "write_setting",
    "save_report",
    "models",
    "get_model",
    "stop_fetching",
    "import_model",
    "check_model",
    "remove_model",
    "diagnose",
    "connections",
    "about",
    "look_for_update",
    "install_update",
];

/// Shown when the front end was not built; carries no script and no style, so every policy allows it.
const STAND_IN_PAGE: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Nuthatch</title>
  </head>
  <body>
    <h1>The front end was not built</h1>
    <p>This copy of Nuthatch was compiled before its window was.</p>
    <p>Run <code>cargo xtask run</code> in the repository: it builds both and starts the program.</p>
  </body>
</html>
"#;

fn main() -> Result<(), Box<dyn Error>> {
    write_stand_in_page(Path::new(FRONT_END_PAGE))?;
    // Without this line a deleted front end would not bring the stand-in page back.
    println!("cargo:rerun-if-changed={FRONT_END_PAGE}");

    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes)?;
    Ok(())
}

/// Writes the stand-in page where no page is; a built front end is never overwritten.
fn write_stand_in_page(page: &Path) -> std::io::Result<()> {
    if page.exists() {
        return Ok(());
    }
    if let Some(folder) = page.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(page, STAND_IN_PAGE)
}
