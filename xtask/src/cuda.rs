//! `cargo xtask cuda`: the worker that computes on NVIDIA's cards, as an executable of its own.
//!
//! Owns the order of steps and the environment of that one build; `cuda/toolkit.rs` knows where the
//! compiler comes from, `cuda/workspace.rs` what must be otherwise in the sources.
//! Invariant: nothing of it reaches the normal build. It has its own target folder and its own lock
//! file; only the finished executable is put beside the others.

mod toolkit;
mod workspace;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::command;
use crate::purpose::Purpose;
use crate::run;
use crate::setup;

/// The oldest cards that are served: Ampere, the first with bf16. The driver compiles the kernels
/// for newer ones when they are first used, and keeps the result. From 90 on, candle compiles for one
/// generation only.
const COMPUTE_CAPABILITY: &str = "80";

/// The worker, optimised, as `<target>/release/nuthatch-models-cuda`.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    let mut cargo = prepare(checkout)?;
    println!("Compiling; the kernels take most of it, a quarter of an hour on one core");
    cargo.args(["build", "--release", "--locked", "-p", "nuthatch-models"]);
    cargo.args(["--features", "cuda", "--bin", "nuthatch-models"]);
    command::succeed(&mut cargo)?;
    let built = folder(checkout).join("release").join("nuthatch-models");
    let placed = checkout.target.join("release").join("nuthatch-models-cuda");
    place(&built, &placed)?;
    check(&placed, &checkout.root)?;
    println!("Built: {}", placed.display());
    Ok(())
}

/// `cargo bench --bench rerank`, computed on a card if the arguments say so.
pub(crate) fn bench(checkout: &Checkout, arguments: &[String]) -> Result<ExitCode> {
    let mut cargo = prepare(checkout)?;
    cargo.args(["bench", "--locked", "-p", "nuthatch-models"]);
    cargo.args(["--features", "cuda", "--bench", "rerank", "--"]);
    let status = command::status(cargo.args(arguments))?;
    Ok(run::code_of(status))
}

/// Everything that the build needs, and a cargo that finds it.
fn prepare(checkout: &Checkout) -> Result<Command> {
    setup::ensure(checkout, Purpose::Compiling)?;
    let toolkit = toolkit::ensure(&checkout.root)?;
    let workspace = workspace::ensure(&checkout.root, &folder(checkout))?;
    cargo(&workspace, &toolkit, &folder(checkout))
}

/// What the build makes and needs, apart from the normal one.
fn folder(checkout: &Checkout) -> PathBuf {
    checkout.target.join("cuda")
}

fn cargo(workspace: &Path, toolkit: &Path, target: &Path) -> Result<Command> {
    let mut cargo = command::cargo(workspace);
    cargo
        .env("CUDA_HOME", toolkit)
        .env("PATH", in_front(&toolkit.join("bin"), "PATH")?)
        // Holds nothing but the static CUDA runtime, so that no user needs the shared one.
        .env(
            "LIBRARY_PATH",
            in_front(&toolkit::static_libraries(toolkit), "LIBRARY_PATH")?,
        )
        // Without this, candle's precompiled kernels fit cards of exactly this generation only.
        .env("NVCC_APPEND_FLAGS", also_for_newer_cards(COMPUTE_CAPABILITY))
        .env("CUDA_COMPUTE_CAP", COMPUTE_CAPABILITY)
        .env("CARGO_TARGET_DIR", target);
    Ok(cargo)
}

/// Adds code that the driver can compile for newer cards.
fn also_for_newer_cards(capability: &str) -> String {
    format!("-gencode=arch=compute_{capability},code=compute_{capability}")
}

/// A list of folders from the environment, with one more in front.
fn in_front(folder: &Path, list: &str) -> Result<OsString> {
    let others = env::var_os(list).unwrap_or_default();
    let others = env::split_paths(&others).filter(|other| !other.as_os_str().is_empty());
    env::join_paths(std::iter::once(folder.to_path_buf()).chain(others))
        .with_context(|| format!("{} cannot stand in {list}", folder.display()))
}

/// Copies under another name first: the name is never half a file, nor one that is running.
fn place(built: &Path, placed: &Path) -> Result<()> {
    let failed = || format!("could not put {} to {}", built.display(), placed.display());
    if let Some(folder) = placed.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let part = placed.with_extension("part");
    fs::copy(built, &part).with_context(failed)?;
    fs::rename(&part, placed).with_context(failed)
}

/// Starts it once: a library that is bound at start would show here, card or not.
fn check(executable: &Path, root: &Path) -> Result<()> {
    let mut worker = command::program(executable, root);
    let status = command::status(worker.stdin(Stdio::null()).stdout(Stdio::null()))?;
    if !status.success() {
        bail!("{} was built and does not start", executable.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_comes_before_those_already_listed() {
        let list = in_front(Path::new("/first"), "NO_SUCH_LIST").expect("a list");
        assert_eq!(list, "/first");
        let list = in_front(Path::new("/first"), "PATH").expect("a list");
        assert!(env::split_paths(&list).count() > 1);
        assert_eq!(
            env::split_paths(&list).next(),
            Some(PathBuf::from("/first"))
        );
    }

    #[test]
    fn newer_cards_get_code_that_their_driver_compiles() {
        let flag = also_for_newer_cards(COMPUTE_CAPABILITY);
        assert_eq!(flag, "-gencode=arch=compute_80,code=compute_80");
    }
}
