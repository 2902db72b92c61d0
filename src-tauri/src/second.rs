//! A second start: it shows the window that is there, hands over what it asks, and ends.
//!
//! Owns the reading of a second start's arguments. Only windows on the usual library meet: one on a
//! library of its own is another program's affair. Invariant: a second start never opens the library.

use std::path::{Path, PathBuf};

use tauri::{AppHandle, Emitter, Manager};

use crate::{desktop::Desktop, link, live, windows};

/// What a start asks of the window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// A query to search for.
    pub(crate) search: Option<String>,
    /// Show or hide the launcher: for a key of the desktop's own.
    pub(crate) toggles: bool,
    /// Show nothing.
    pub(crate) is_hidden: bool,
    /// Folders to add.
    pub(crate) folders: Vec<PathBuf>,
}

impl Wish {
    /// Reads a start's arguments; what is unknown was refused before it could start.
    pub(crate) fn of(arguments: &[String], started_in: &Path) -> Self {
        let mut wish = Self::default();
        let mut rest = arguments.iter().skip(1);
        while let Some(argument) = rest.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            match name {
                "--toggle" => wish.toggles = true,
                "--hidden" => wish.is_hidden = true,
                "--search" => wish.search = inline.or_else(|| rest.next().cloned()),
                "--add" => {
                    let folder = inline.or_else(|| rest.next().cloned());
                    wish.folders
                        .extend(folder.map(|folder| started_in.join(folder)));
                }
                link if !link.starts_with('-') => wish.search = wish.search.or(link::query(link)),
                _ => {}
            }
        }
        wish
    }
}

/// Does what a second start asks.
pub(crate) fn hand_over(app: &AppHandle, arguments: &[String], started_in: &str) {
    let wish = Wish::of(arguments, Path::new(started_in));
    if wish.toggles {
        windows::toggle_launcher(app);
    } else if !wish.is_hidden {
        windows::show_main(app);
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let desktop = app.state::<Desktop>();
        if let Some(query) = wish.search {
            desktop.ask(query);
            let _ = app.emit_to(windows::MAIN, live::ASKED, ());
        }
        let Ok(library) = desktop.library().await else {
            return;
        };
        for folder in wish.folders {
            if let Err(error) = library.engine.add_folder(&folder).await {
                tracing::warn!(%error, "a folder of a second start was not added");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(arguments: &[&str]) -> Wish {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.into()).collect();
        Wish::of(&arguments, Path::new("/home/robin"))
    }

    #[test]
    fn a_second_start_is_read_as_the_first_one_would_be() {
        assert_eq!(wish(&["nuthatch-desktop"]), Wish::default());
        let expected = Wish {
            search: Some("a=b".into()),
            toggles: true,
            is_hidden: false,
            folders: vec!["/home/robin/Letters".into(), "/srv/files".into()],
        };
        let found = wish(&[
            "nuthatch-desktop",
            "--add",
            "Letters",
            "--search=a=b",
            "--toggle",
            "--add=/srv/files",
        ]);
        assert_eq!(found, expected);
        assert_eq!(wish(&["nuthatch-desktop", "--search"]).search, None);
        let link = wish(&["nuthatch-desktop", "nuthatch://search?q=a=b"]);
        assert_eq!(link.search.as_deref(), Some("a=b"));
        assert!(wish(&["nuthatch-desktop", "--hidden"]).is_hidden);
    }
}
