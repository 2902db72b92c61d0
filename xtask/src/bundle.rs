//! `cargo xtask bundle`: the packages of the system it runs on, in `<target>/bundle`.
//!
//! Owns the order of steps and what lies in that folder at the end: the packages, `SHA256SUMS`, and the
//! list of everything inside (SBOM). tauri's bundler packs; `bundle/layout.rs` knows what goes where,
//! `bundle/linux.rs` what Debian wants to know beyond that. Invariant: nothing is packed that was not
//! built from the sources as they are.

mod layout;
mod linux;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::command;
use crate::licences;
use crate::platform::Platform;
use crate::run;
use crate::sha256;
use crate::tools;

/// How the files of each kind of package end.
const ENDS: [&str; 7] = ["deb", "rpm", "AppImage", "exe", "msi", "dmg", "tar.gz"];

/// Packs the wanted kinds, or those that need nothing but what `setup` installs.
pub(crate) fn bundle(checkout: &Checkout, kinds: &[String], version: Option<&str>) -> Result<()> {
    let platform = Platform::current()?;
    let key = updates_key()?;
    run::build(checkout)?;
    let notices = licences::write(checkout)?;
    let packed = checkout.target.join("release/bundle");
    if packed.exists() {
        fs::remove_dir_all(&packed)
            .with_context(|| format!("could not remove {}", packed.display()))?;
    }
    let config = checkout.target.join("bundle/config.json");
    let files = layout::files(checkout, platform, &notices);
    let needs = linux::dependencies(checkout, platform)?;
    let described = layout::config(platform, &files, &needs, version, key.as_deref());
    write(&config, &described)?;
    pack(checkout, &config, &wanted(platform, kinds))?;
    let folder = checkout.target.join("bundle");
    clear(&folder)?;
    collect(&packed, &folder)?;
    linux::with_cuda(checkout, platform, version, &folder)?;
    inventory(checkout, &folder)?;
    sums(&folder)
}

fn wanted(platform: Platform, kinds: &[String]) -> Vec<String> {
    if !kinds.is_empty() {
        return kinds.to_vec();
    }
    let usual: &[&str] = match platform {
        // An AppImage needs programs from a host that is no package registry: only on demand.
        Platform::LinuxX64 | Platform::LinuxArm64 => &["deb", "rpm"],
        Platform::WindowsX64 | Platform::WindowsArm64 => &["nsis", "msi"],
        Platform::MacX64 | Platform::MacArm64 => &["app", "dmg"],
    };
    usual.iter().map(ToString::to_string).collect()
}

/// tauri's bundler, as its own package brings it; only this verb fetches it.
fn pack(checkout: &Checkout, config: &Path, kinds: &[String]) -> Result<()> {
    let packaging = checkout.root.join("packaging");
    let mut install = command::npm(&packaging);
    install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    command::succeed(&mut install).context("could not install tauri's bundler")?;
    let name = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    let tauri = packaging.join("node_modules/.bin").join(name);
    let mut bundle = command::program(tauri, &checkout.root.join("src-tauri"));
    bundle.args(["bundle", "--ci", "--bundles", &kinds.join(",")]);
    bundle.arg("--config").arg(config);
    command::succeed(&mut bundle).context("could not make the packages")
}

/// Packages of an earlier call are not this call's.
fn clear(folder: &Path) -> Result<()> {
    for file in entries(folder)? {
        if is_package(&file) {
            fs::remove_file(&file)
                .with_context(|| format!("could not remove {}", file.display()))?;
        }
    }
    Ok(())
}

/// Copies the packages under the names that their systems expect, with their signatures.
fn collect(packed: &Path, folder: &Path) -> Result<()> {
    let mut n_packages = 0;
    for kind in entries(packed)? {
        for file in entries(&kind)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let is_signature = name.ends_with(".sig");
            if !(is_package(&file) || is_signature) || file.is_dir() {
                continue;
            }
            let to = folder.join(name.replace("Nuthatch", "nuthatch"));
            fs::copy(&file, &to).with_context(|| format!("could not copy {}", file.display()))?;
            if !is_signature {
                n_packages += 1;
                let bytes = fs::metadata(&to).map_or(0, |about| about.len());
                println!("Packed: {} ({:.1} MB)", to.display(), bytes as f64 / 1e6);
            }
        }
    }
    if n_packages == 0 {
        bail!("the bundler made no package in {}", packed.display());
    }
    Ok(())
}

/// Everything that is inside, for whoever has to know (`CycloneDX`).
fn inventory(checkout: &Checkout, folder: &Path) -> Result<()> {
    let cyclonedx = tools::ensure(&checkout.root, &tools::CYCLONEDX)?;
    let mut describe = command::program(cyclonedx, &checkout.root.join("src-tauri"));
    describe.args(["cyclonedx", "--format", "json", "--quiet"]);
    describe.args(["--override-filename", "nuthatch.cdx"]);
    command::succeed(&mut describe).context("could not list what is inside")?;
    // It writes beside each crate's manifest; the window's holds all the others.
    for krate in ["", "models", "src-tauri"] {
        let made = checkout.root.join(krate).join("nuthatch.cdx.json");
        if krate == "src-tauri" {
            let to = folder.join("nuthatch.cdx.json");
            fs::copy(&made, &to).with_context(|| format!("could not read {}", made.display()))?;
        }
        if made.exists() {
            fs::remove_file(&made)
                .with_context(|| format!("could not remove {}", made.display()))?;
        }
    }
    Ok(())
}

/// The sums of everything that is handed out, as `sha256sum --check` reads them.
fn sums(folder: &Path) -> Result<()> {
    let mut text = String::new();
    for file in entries(folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if is_package(&file) || name.ends_with(".cdx.json") {
            let _ = writeln!(text, "{}  {name}", sha256::of_file(&file)?);
        }
    }
    write(&folder.join("SHA256SUMS"), &text)
}

fn is_package(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    ENDS.iter().any(|end| name.ends_with(&format!(".{end}")))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read =
        fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut paths = read
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}

/// The public half of the key that signs packages for updates, if there is such a key, as the bundler reads it.
fn updates_key() -> Result<Option<String>> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    match (
        set("TAURI_SIGNING_PRIVATE_KEY"),
        set("NUTHATCH_UPDATES_KEY"),
    ) {
        (None, _) => Ok(None),
        (Some(_), Some(public)) => Ok(Some(public)),
        (Some(_), None) => bail!(
            "TAURI_SIGNING_PRIVATE_KEY is set, but not its public half, NUTHATCH_UPDATES_KEY: no copy would accept \
             what it signs"
        ),
    }
}
