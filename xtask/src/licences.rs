//! `cargo xtask licences`: what the dependencies may be, and the notices that ship with them.
//!
//! Owns `THIRD-PARTY.txt`: the crates' licences as cargo-about collects them, the page's as its own build
//! collects them, and those of the libraries and models from packages, which lie in
//! packaging/notices/. Invariant: a package of the pinned table without its notices is an error.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::command;
use crate::frontend::{self, Frontend};
use crate::packages;
use crate::platform::Platform;
use crate::purpose::Purpose;
use crate::tools;

/// The name under which the programs look for it.
const NAME: &str = "THIRD-PARTY.txt";
const HEAD: &str = "\
Nuthatch is under the Apache License 2.0. It is made with what others have made, which is listed here
with the notices that their licences ask for: first the crates, then what the window's page contains, then
the libraries and models that come with the program.
";

/// Checks all licences, and writes the notices.
pub(crate) fn licences(checkout: &Checkout, with_advisories: bool) -> Result<()> {
    check(checkout, with_advisories)?;
    let notices = write(checkout)?;
    println!("Written: {}", notices.display());
    Ok(())
}

/// Holds the crates to `deny.toml`. The page's packages are held to their list whenever it is built.
pub(crate) fn check(checkout: &Checkout, with_advisories: bool) -> Result<()> {
    let deny = tools::ensure(&checkout.root, &tools::DENY)?;
    let mut check = command::program(deny, &checkout.root);
    check.args([
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]);
    if with_advisories {
        // Their list is fetched anew, which needs the network.
        check.arg("advisories");
    }
    command::succeed(&mut check)
}

/// What the notices are made from. Reading the licences of all crates takes minutes.
const SOURCES: [&str; 5] = [
    "Cargo.lock",
    "ui/package-lock.json",
    "packaging/about.toml",
    "packaging/about.hbs",
    "packaging/notices",
];

/// Writes the notices, for what this platform's packages contain; not again while they are right.
pub(crate) fn write(checkout: &Checkout) -> Result<PathBuf> {
    let folder = checkout.target.join("bundle");
    let sources = SOURCES.map(|source| frontend::newest_below(&checkout.root.join(source)));
    let file = folder.join(NAME);
    if !frontend::is_stale(
        frontend::changed(&file),
        sources.into_iter().flatten().max(),
    ) {
        return Ok(file);
    }
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let mut text = String::from(HEAD);
    text.push_str(&crates(checkout, &folder)?);
    Frontend::look(checkout).update(&checkout.root)?;
    text.push_str(&read(&checkout.ui().join("dist/third-party.txt"))?);
    text.push_str(&libraries(&checkout.root, Platform::current()?)?);
    fs::write(&file, text).with_context(|| format!("could not write {}", file.display()))?;
    Ok(file)
}

fn crates(checkout: &Checkout, folder: &Path) -> Result<String> {
    let about = tools::ensure(&checkout.root, &tools::ABOUT)?;
    let made = folder.join("crates.txt");
    let mut generate = command::program(about, &checkout.root);
    generate.args(["generate", "--locked", "--offline", "--workspace", "--fail"]);
    generate.args(["--config", "packaging/about.toml", "--output-file"]);
    generate.arg(&made).arg("packaging/about.hbs");
    command::succeed(&mut generate).context("could not collect the crates' licences")?;
    let text = read(&made)?;
    fs::remove_file(&made).with_context(|| format!("could not remove {}", made.display()))?;
    Ok(text)
}

/// The notices of the libraries and models of the pinned table.
fn libraries(root: &Path, platform: Platform) -> Result<String> {
    let mut text = String::new();
    for wheel in packages::wheels(platform, Purpose::Compiling) {
        let notices = read(&notices(root, wheel.name, wheel.version))?;
        let _ = write!(
            text,
            "\n==== {} {}: {} ({}) ====\n\n{notices}",
            wheel.name, wheel.version, wheel.purpose, wheel.licence
        );
    }
    Ok(text)
}

fn notices(root: &Path, name: &str, version: &str) -> PathBuf {
    root.join("packaging/notices")
        .join(format!("{name}-{version}.txt"))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_of_the_table_has_its_notices() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for platform in crate::platform::ALL {
            let text = libraries(&root, platform).expect("notices of every package");
            assert!(text.contains("onnxruntime") || packages::missing(platform).is_some());
        }
    }
}
