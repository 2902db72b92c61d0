//! Programs from the crates registry that check or describe the dependencies.
//!
//! Owns their names and versions, and compiles each once into the cache; knows nothing of what they are
//! asked. Invariant: a version that is not the pinned one is never used, so that two machines say the
//! same.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout;
use crate::command;

/// One of cargo's subcommands.
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    /// What of it is left out by default though it is needed.
    features: &'static str,
    minutes: u32,
}

/// Holds the dependencies to `deny.toml`.
pub(crate) const DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    features: "",
    minutes: 6,
};

/// Collects the licences' texts.
pub(crate) const ABOUT: Tool = Tool {
    name: "cargo-about",
    version: "0.9.3",
    features: "cli",
    minutes: 5,
};

/// Writes the list of everything that is inside (SBOM).
pub(crate) const CYCLONEDX: Tool = Tool {
    name: "cargo-cyclonedx",
    version: "0.5.9",
    features: "",
    minutes: 2,
};

/// The program's path; compiled first where this version is not there.
pub(crate) fn ensure(root: &Path, tool: &Tool) -> Result<PathBuf> {
    if is_wanted(root, Path::new(tool.name), tool) {
        return Ok(tool.name.into());
    }
    let folder = checkout::cache()?.join(format!("{}-{}", tool.name, tool.version));
    let file = format!("{}{}", tool.name, std::env::consts::EXE_SUFFIX);
    let program = folder.join("bin").join(file);
    if is_wanted(root, &program, tool) {
        return Ok(program);
    }
    println!(
        "Compiling {} {}, once: about {} minutes on two cores",
        tool.name, tool.version, tool.minutes
    );
    let work = folder.join("work");
    let mut install = command::cargo(root);
    install.args(["install", "--quiet", "--locked", "--version", tool.version]);
    install.args(["--features", tool.features]);
    install.arg("--root").arg(&folder);
    install.arg("--target-dir").arg(&work).arg(tool.name);
    command::succeed(&mut install)
        .with_context(|| format!("could not install {} {}", tool.name, tool.version))?;
    fs::remove_dir_all(&work).with_context(|| format!("could not remove {}", work.display()))?;
    Ok(program)
}

fn is_wanted(root: &Path, program: &Path, tool: &Tool) -> bool {
    let subcommand = tool.name.trim_start_matches("cargo-");
    let mut ask = command::program(program, root);
    let said = command::answer(ask.args([subcommand, "--version"]));
    said.is_some_and(|said| said.split_whitespace().any(|word| word == tool.version))
}
