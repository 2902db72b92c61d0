//! The workspace as the CUDA build sees it: the same sources, with one crate changed by one word.
//!
//! candle-core 0.11.1 asks cudarc to link the driver's libraries, so that an executable does not
//! start where there is no NVIDIA driver (huggingface/candle#3208). Here a copy of it asks for
//! loading them when they are first used. Cargo takes a changed crate only with a lock file that
//! says so, hence a workspace beside the real one, made of links to its folders.
//! When candle has the choice itself (pull request 3916): depend on that version, and delete this.
//! Invariant: the two lock files differ in that one crate's origin alone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command;

const LINKED: &str = "\"dynamic-linking\"";
const LOADED: &str = "\"fallback-dynamic-loading\"";
const PATCH: &str = "\n[patch.crates-io]\ncandle-core = { path = \"../candle-core\" }\n";

/// Brings `<folder>/workspace` up to date and gives its path.
pub(crate) fn ensure(root: &Path, folder: &Path) -> Result<PathBuf> {
    let workspace = folder.join("workspace");
    fs::create_dir_all(&workspace)
        .with_context(|| format!("could not create {}", workspace.display()))?;
    ensure_copy(&candle_core(root)?, &folder.join("candle-core"))?;
    let manifest = read(&root.join("Cargo.toml"))?;
    write(&workspace.join("Cargo.toml"), &(manifest + PATCH))?;
    let lock = read(&root.join("Cargo.lock"))?;
    write(&workspace.join("Cargo.lock"), &without_origin(&lock))?;
    link_all(root, &workspace)?;
    Ok(workspace)
}

/// The folder into which cargo unpacked the crate, as the lock file names it.
fn candle_core(root: &Path) -> Result<PathBuf> {
    let mut cargo = command::cargo(root);
    cargo.args(["metadata", "--locked", "--format-version", "1"]);
    cargo.args(["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let metadata = command::answer(&mut cargo)
        .context("`cargo metadata --locked` failed; does a plain `cargo build` work?")?;
    manifest_folder(&metadata, "candle-core-").context("candle-core is no dependency any more")
}

/// The folder of the package whose folder's name begins with `start`; paths on Linux need no
/// unescaping.
fn manifest_folder(metadata: &str, start: &str) -> Option<PathBuf> {
    let manifests = metadata.split("\"manifest_path\":\"").skip(1);
    let mut folders = manifests.filter_map(|rest| Path::new(rest.split('"').next()?).parent());
    let is_it = |folder: &&Path| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(start))
    };
    folders.find(is_it).map(Path::to_path_buf)
}

/// Copies the crate and changes the word; a copy that is right already keeps its times, which
/// cargo goes by.
fn ensure_copy(source: &Path, copy: &Path) -> Result<()> {
    let manifest = loading(&read(&source.join("Cargo.toml"))?)?;
    let place = copy.join("Cargo.toml");
    if read(&place).is_ok_and(|found| found == manifest) {
        return Ok(());
    }
    if copy.exists() {
        fs::remove_dir_all(copy).with_context(|| format!("could not remove {}", copy.display()))?;
    }
    copy_folder(source, copy)?;
    write(&place, &manifest)
}

fn loading(manifest: &str) -> Result<String> {
    if manifest.matches(LINKED).count() != 1 {
        bail!(
            "this version of candle-core does not ask for {LINKED} once; see whether it still needs \
             xtask/src/cuda/workspace.rs at all"
        );
    }
    Ok(manifest.replace(LINKED, LOADED))
}

/// A lock file in which candle-core comes from a folder.
fn without_origin(lock: &str) -> String {
    let mut is_it = false;
    let mut kept = String::new();
    for line in lock.lines() {
        if let Some(name) = line.strip_prefix("name = ") {
            is_it = name == "\"candle-core\"";
        }
        let is_origin = line.starts_with("source = ") || line.starts_with("checksum = ");
        if !(is_it && is_origin) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Links to what else lies in the checkout's root; cargo needs every member and target named in
/// the manifest.
fn link_all(root: &Path, workspace: &Path) -> Result<()> {
    let entries =
        fs::read_dir(root).with_context(|| format!("could not read {}", root.display()))?;
    for entry in entries {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        let is_ours = text.starts_with('.') || text.starts_with("Cargo.") || text == "target";
        if !is_ours {
            ensure_link(&root.join(&name), &workspace.join(&name))?;
        }
    }
    Ok(())
}

/// Also where there is one from the time before the checkout was moved.
fn ensure_link(to: &Path, place: &Path) -> Result<()> {
    if fs::read_link(place).is_ok_and(|found| found == to) {
        return Ok(());
    }
    if fs::symlink_metadata(place).is_ok() {
        fs::remove_file(place).with_context(|| format!("could not remove {}", place.display()))?;
    }
    link(to, place)
}

#[cfg(unix)]
fn link(to: &Path, place: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, place)
        .with_context(|| format!("could not link {}", place.display()))
}

#[cfg(not(unix))]
fn link(_to: &Path, place: &Path) -> Result<()> {
    bail!("{} cannot be linked on this system", place.display())
}

fn copy_folder(source: &Path, copy: &Path) -> Result<()> {
    let failed = || format!("could not copy {} to {}", source.display(), copy.display());
    fs::create_dir_all(copy).with_context(failed)?;
    for entry in fs::read_dir(source).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let place = copy.join(entry.file_name());
        if entry.file_type().with_context(failed)?.is_dir() {
            copy_folder(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), &place).with_context(failed)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

/// Leaves a file alone that is right already.
fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_candle_cores_origin_leaves_the_lock_file() {
        let lock = "[[package]]\nname = \"candle-core\"\nversion = \"1\"\nsource = \"r\"\n\
                    checksum = \"c\"\n\n[[package]]\nname = \"candle-nn\"\nsource = \"r\"\n";
        let changed = "[[package]]\nname = \"candle-core\"\nversion = \"1\"\n\n\
                       [[package]]\nname = \"candle-nn\"\nsource = \"r\"\n";
        assert_eq!(without_origin(lock), changed);
    }

    #[test]
    fn the_lock_file_of_this_checkout_has_the_crate() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
        let lock = read(Path::new(path)).expect("Cargo.lock");
        let lines = |text: &str| text.lines().count();
        assert_eq!(lines(&lock), lines(&without_origin(&lock)) + 2);
    }

    #[test]
    fn a_manifest_that_no_longer_links_is_refused() {
        assert_eq!(
            loading("[\"dynamic-linking\"]").expect("changed"),
            format!("[{LOADED}]")
        );
        assert!(loading("[]").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_from_before_a_move_is_replaced() {
        let folder = std::env::temp_dir().join(format!("nuthatch-links-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let place = folder.join("models");
        for to in ["/old/models", "/new/models", "/new/models"] {
            ensure_link(Path::new(to), &place).expect("a link");
            assert_eq!(fs::read_link(&place).expect("a link"), Path::new(to));
        }
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_package_is_found_by_its_folder() {
        let json = r#"[{"manifest_path":"/r/candle-nn-0.11/Cargo.toml"},{"manifest_path":"/r/candle-core-0.11.1/Cargo.toml"}]"#;
        assert_eq!(
            manifest_folder(json, "candle-core-"),
            Some(PathBuf::from("/r/candle-core-0.11.1"))
        );
        assert_eq!(manifest_folder("[]", "candle-core-"), None);
    }
}
