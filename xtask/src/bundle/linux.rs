//! What Debian wants to know beyond what tauri's bundler tells: the exact needs of our programs and
//! libraries, and the second package for NVIDIA's cards.
//!
//! Knows the tools `dpkg-shlibdeps` and `dpkg-deb`; nothing of what is packed. Where they are missing, as
//! on other systems, the first package states the bundler's own needs, and there is no second.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::command;
use crate::frontend;
use crate::platform::Platform;

const CUDA_WORKER: &str = "nuthatch-models-cuda";

/// The packages, with versions, that hold the libraries which our executables are linked to.
pub(super) fn dependencies(checkout: &Checkout, platform: Platform) -> Result<Vec<String>> {
    let release = checkout.target.join("release");
    let runtime = checkout.target.join("runtime");
    let linked = [
        release.join("nuthatch-desktop"),
        release.join("nuthatch"),
        release.join("nuthatch-models"),
        runtime.join("libonnxruntime.so"),
        runtime.join("libpdfium.so"),
    ];
    if !is_debians(platform) {
        return Ok(Vec::new());
    }
    needs_of(checkout, &linked)
}

/// `nuthatch-cuda`, if `cargo xtask cuda` has built its worker from the sources as they are.
pub(super) fn with_cuda(
    checkout: &Checkout,
    platform: Platform,
    version: Option<&str>,
    folder: &Path,
) -> Result<()> {
    let worker = checkout.target.join("release").join(CUDA_WORKER);
    if !is_debians(platform) || !worker.is_file() {
        return Ok(());
    }
    let sources = frontend::newest_below(&checkout.root.join("models/src"));
    if frontend::is_stale(frontend::changed(&worker), sources) {
        println!("Left out: nuthatch-cuda, since its worker is older than its sources");
        return Ok(());
    }
    let architecture = architecture(platform);
    let version = version.map_or_else(|| own_version(checkout), |version| Ok(version.into()))?;
    let root = checkout.target.join("bundle/cuda");
    let lib = root.join("usr/lib/nuthatch");
    fs::create_dir_all(&lib).with_context(|| format!("could not make {}", lib.display()))?;
    fs::create_dir_all(root.join("DEBIAN")).context("could not make DEBIAN")?;
    fs::copy(&worker, lib.join(CUDA_WORKER))
        .with_context(|| format!("could not copy {}", worker.display()))?;
    let needs = needs_of(checkout, std::slice::from_ref(&worker))?.join(", ");
    let control = format!(
        "Package: nuthatch-cuda\nVersion: {version}\nArchitecture: {architecture}\n\
         Maintainer: Nuthatch\nPriority: optional\nDepends: nuthatch (= {version}), {needs}\n\
         Suggests: libcuda1, libcublas12, libcurand10\n\
         Description: Nuthatch's models on NVIDIA's graphics cards\n \
         The worker that reranks and writes on a card of NVIDIA's (Ampere or newer). It loads\n \
         libcuda (of the driver), libcublas, libcublasLt and libcurand when it starts to compute, and\n \
         says which is missing; without it everything is computed on the processor.\n"
    );
    fs::write(root.join("DEBIAN/control"), control).context("could not write DEBIAN/control")?;
    let package = folder.join(format!("nuthatch-cuda_{version}_{architecture}.deb"));
    let mut build = command::program("dpkg-deb", &checkout.root);
    build.args(["--build", "--root-owner-group", "-Zxz"]);
    command::succeed(build.arg(&root).arg(package))?;
    fs::remove_dir_all(&root).with_context(|| format!("could not remove {}", root.display()))
}

fn is_debians(platform: Platform) -> bool {
    matches!(platform, Platform::LinuxX64 | Platform::LinuxArm64)
        && command::on_path("dpkg-shlibdeps")
}

fn architecture(platform: Platform) -> &'static str {
    if platform == Platform::LinuxArm64 {
        "arm64"
    } else {
        "amd64"
    }
}

fn needs_of(checkout: &Checkout, linked: &[PathBuf]) -> Result<Vec<String>> {
    // It reads a source package's control file, of which it needs only that it is there.
    let place = checkout.target.join("bundle/needs");
    let debian = place.join("debian");
    fs::create_dir_all(&debian).with_context(|| format!("could not make {}", debian.display()))?;
    fs::write(
        debian.join("control"),
        "Source: nuthatch\n\nPackage: nuthatch\nArchitecture: any\n",
    )
    .context("could not write debian/control")?;
    let mut ask = command::program("dpkg-shlibdeps", &place);
    ask.args(["-O", "--ignore-missing-info"]);
    let said = command::answer(ask.args(linked)).context(
        "dpkg-shlibdeps could not tell which packages the programs need; run it by hand to see why",
    )?;
    fs::remove_dir_all(&place).with_context(|| format!("could not remove {}", place.display()))?;
    Ok(listed(&said))
}

/// From `shlibs:Depends=libc6 (>= 2.36), libgcc-s1 (>= 4.2)`.
fn listed(said: &str) -> Vec<String> {
    let list = said
        .trim()
        .strip_prefix("shlibs:Depends=")
        .unwrap_or_default();
    let needs = list.split(", ").filter(|need| !need.is_empty());
    needs.map(ToOwned::to_owned).collect()
}

fn own_version(checkout: &Checkout) -> Result<String> {
    let mut ask = command::cargo(&checkout.root);
    let said = command::answer(ask.args(["pkgid", "--package", "nuthatch"]))
        .context("cargo could not tell the version")?;
    let version = said.rsplit(['#', '@']).next().unwrap_or_default();
    Ok(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_read_from_what_dpkg_says() {
        assert_eq!(
            listed("shlibs:Depends=libc6 (>= 2.36), libgcc-s1 (>= 4.2)\n"),
            ["libc6 (>= 2.36)", "libgcc-s1 (>= 4.2)"]
        );
        assert_eq!(listed("shlibs:Depends=\n"), Vec::<String>::new());
    }
}
