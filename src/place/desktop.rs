//! What the window keeps for a user outside of the library: its web view's data, where it stood, and the
//! entry by which it starts with the desktop.
//!
//! Knows the places by the rules of each system that tauri follows, so that `nuthatch erase` can tell them
//! without a window. Invariant: each is named after the program, and holds nothing of anybody else's.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The window's name for the system; `tests/it/erase.rs` compares it with `src-tauri/tauri.conf.json`.
pub const IDENTIFIER: &str = "app.nuthatch.desktop";

/// The part of a portable folder that is not the library: all of the window's own.
pub const FOLDER: &str = "desktop";

/// Folders and files that are there for this user, or may be.
pub fn kept(home: &Path) -> Vec<PathBuf> {
    kept_by(home, |name| std::env::var_os(name))
}

fn kept_by(home: &Path, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let chosen = |name: &str, usual: &str| {
        let chosen = variable(name).map(PathBuf::from);
        let chosen = chosen.filter(|path| path.is_absolute());
        chosen.unwrap_or_else(|| home.join(usual))
    };
    if cfg!(target_os = "macos") {
        let library = home.join("Library");
        return ["Application Support", "Caches", "WebKit"]
            .map(|part| library.join(part).join(IDENTIFIER))
            .to_vec();
    }
    if cfg!(windows) {
        return ["AppData/Roaming", "AppData/Local"]
            .map(|part| home.join(part).join(IDENTIFIER))
            .to_vec();
    }
    let config = chosen("XDG_CONFIG_HOME", ".config");
    vec![
        config.join("autostart/nuthatch.desktop"),
        config.join(IDENTIFIER),
        chosen("XDG_DATA_HOME", ".local/share").join(IDENTIFIER),
        chosen("XDG_CACHE_HOME", ".cache").join(IDENTIFIER),
    ]
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_users_own_places_are_followed_if_they_are_full_paths() {
        let variable = |name: &str| match name {
            "XDG_CONFIG_HOME" => Some("/conf".into()),
            "XDG_CACHE_HOME" => Some("relative".into()),
            _ => None,
        };
        let expected = [
            "/conf/autostart/nuthatch.desktop",
            "/conf/app.nuthatch.desktop",
            "/home/robin/.local/share/app.nuthatch.desktop",
            "/home/robin/.cache/app.nuthatch.desktop",
        ];
        let found = kept_by(Path::new("/home/robin"), variable);
        assert_eq!(found, expected.map(PathBuf::from));
    }
}
