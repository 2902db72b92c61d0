//! Where things lie: the checkout, the main tree's target folder, the cache of verified downloads.
//!
//! Knows paths and how to ask cargo for one; reads nothing else and writes nothing.
//! Invariant: every path it hands out is absolute, so that no child depends on its working folder.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command;

pub(crate) struct Checkout {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// The main tree's target folder, wherever `CARGO_TARGET_DIR` or a config file puts it.
    pub(crate) target: PathBuf,
    /// This program's own target folder, for checking itself.
    pub(crate) own_target: PathBuf,
}

impl Checkout {
    pub(crate) fn find() -> Result<Self> {
        let root = root()?;
        let metadata = command::cargo(&root)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("could not start cargo; is it on the PATH?")?;
        if !metadata.status.success() {
            bail!(
                "cargo could not read {}: {}",
                root.join("Cargo.toml").display(),
                String::from_utf8_lossy(&metadata.stderr).trim()
            );
        }
        let target = target_directory(&String::from_utf8_lossy(&metadata.stdout))
            .context("cargo metadata named no target_directory")?;
        Ok(Self {
            own_target: own_target(&root),
            root,
            target,
        })
    }

    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }
}

/// `cargo run` says where the manifest lies; a bare start of the executable searches upwards.
fn root() -> Result<PathBuf> {
    if let Some(manifest_folder) = env::var_os("CARGO_MANIFEST_DIR")
        && let Some(root) = Path::new(&manifest_folder).parent()
    {
        return Ok(root.to_path_buf());
    }
    let here = env::current_dir().context("could not tell the current folder")?;
    here.ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .with_context(|| format!("{} is not inside a checkout of Nuthatch", here.display()))
}

/// The executable lies in `<own target>/release/`.
fn own_target(root: &Path) -> PathBuf {
    env::current_exe()
        .ok()
        .and_then(|executable| executable.parent()?.parent().map(Path::to_path_buf))
        .unwrap_or_else(|| root.join("target/xtask"))
}

/// Where verified downloads are kept, for all checkouts of one user.
pub(crate) fn cache() -> Result<PathBuf> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = set("NUTHATCH_SETUP_CACHE") {
        return std::path::absolute(&folder)
            .with_context(|| format!("NUTHATCH_SETUP_CACHE is no path: {}", folder.display()));
    }
    let user_cache = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Caches"))
    } else {
        set("XDG_CACHE_HOME")
            .filter(|folder| folder.is_absolute())
            .or_else(|| set("HOME").map(|home| home.join(".cache")))
    };
    user_cache
        .map(|folder| folder.join("nuthatch").join("setup"))
        .context("found no cache folder for this user; name one in NUTHATCH_SETUP_CACHE")
}

/// Reads one string out of cargo's JSON; not worth a JSON parser.
fn target_directory(metadata: &str) -> Option<PathBuf> {
    let (_, rest) = metadata.split_once(r#""target_directory":""#)?;
    let mut path = String::new();
    let mut letters = rest.chars();
    loop {
        match letters.next()? {
            '"' => return Some(PathBuf::from(path)),
            '\\' => path.push(letters.next()?), // only \\, \" and \/ occur in a path
            letter => path.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_directory_is_read_from_cargos_json() {
        let json = r#"{"packages":[],"target_directory":"/home/a b/t","version":1}"#;
        assert_eq!(target_directory(json), Some(PathBuf::from("/home/a b/t")));
        let windows = r#"{"target_directory":"C:\\code\\target","version":1}"#;
        assert_eq!(
            target_directory(windows),
            Some(PathBuf::from(r"C:\code\target"))
        );
        assert_eq!(target_directory("{}"), None);
        assert_eq!(target_directory(r#"{"target_directory":"cut of"#), None);
    }
}
