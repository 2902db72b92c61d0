//! NVIDIA's compiler, out of pinned Python packages.
//!
//! Owns which packages make a toolkit and how their files come together as one `CUDA_HOME`; knows
//! nothing of what is compiled. Invariant: each package is verified by SHA-256 before anything of
//! it is unpacked, and a toolkit that has its final name is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout;
use crate::command;
use crate::fetch::Cache;
use crate::packages::Wheel;
use crate::platform::Platform;
use crate::setup;

/// Names the toolkit's folder; CUDA 13.0 wants a driver of the series 580 or newer.
const VERSION: &str = "13.0.88";

/// The folder of `CUDA_HOME`, fetched and assembled where it is missing.
pub(crate) fn ensure(root: &Path) -> Result<PathBuf> {
    let platform = Platform::current()?;
    if platform != Platform::LinuxX64 {
        bail!("the CUDA worker is built on Linux with an x86-64 processor only");
    }
    let cache = checkout::cache()?;
    let name = format!("cuda-toolkit-{VERSION}_{}", platform.name());
    let (toolkit, part) = (cache.join(&name), cache.join(name + ".part"));
    if toolkit.is_dir() {
        return Ok(toolkit);
    }
    setup::announce(&WHEELS.iter().collect::<Vec<_>>());
    let python = setup::ensure_python(root)?;
    if part.exists() {
        fs::remove_dir_all(&part)
            .with_context(|| format!("could not remove {}", part.display()))?;
    }
    let cache = Cache::new(cache, platform);
    for wheel in &WHEELS {
        cache.unpack_whole(python, wheel, &part)?;
        println!("  fetched {} {}", wheel.name, wheel.version);
    }
    let assembled = part.join("nvidia").join("cu13");
    assemble(&assembled)?;
    fs::rename(&assembled, &toolkit)
        .with_context(|| format!("could not name {}", toolkit.display()))?;
    fs::remove_dir_all(&part).with_context(|| format!("could not remove {}", part.display()))?;
    Ok(toolkit)
}

/// Where the linker finds the CUDA runtime, and only the static one.
pub(crate) fn static_libraries(toolkit: &Path) -> PathBuf {
    toolkit.join("lib").join("static")
}

/// What unpacking leaves to do: programs that may be started, and the static runtime under the
/// name that candle's kernels ask for.
fn assemble(toolkit: &Path) -> Result<()> {
    for programs in [toolkit.join("bin"), toolkit.join("nvvm").join("bin")] {
        let mut chmod = Command::new("chmod");
        chmod.current_dir(programs).args(["-R", "u+x", "."]);
        command::succeed(&mut chmod)?;
    }
    let folder = static_libraries(toolkit);
    let failed = || format!("could not write into {}", folder.display());
    fs::create_dir_all(&folder).with_context(failed)?;
    let library = "libcudart_static.a";
    fs::copy(toolkit.join("lib").join(library), folder.join(library)).with_context(failed)?;
    // A linker script: whoever asks for `-lcudart` gets the static library.
    let script = format!("INPUT({library})");
    fs::write(folder.join("libcudart.so"), script).with_context(failed)
}

/// Pip's names of the platform: each package has one of them.
const NEWER: &str = "manylinux_2_17_x86_64";
const OLDER: &str = "manylinux_2_12_x86_64";

const fn wheel(
    (name, version, tag): (&'static str, &'static str, &'static str),
    size_bytes: u64,
    sha256: &'static str,
    purpose: &'static str,
) -> Wheel {
    Wheel {
        name,
        version,
        tag: Some(tag),
        size_bytes,
        sha256,
        licence: "NVIDIA's CUDA licence",
        purpose,
        kept: &[],
    }
}

static WHEELS: [Wheel; 5] = [
    wheel(
        ("nvidia-cuda-nvcc", "13.0.88", NEWER),
        37_384_532,
        "56fe502eb77625a12f25172caa3cdddb4e4c8ba2c8c17dba44b164761b380f03",
        "the compiler, for building only",
    ),
    wheel(
        ("nvidia-nvvm", "13.0.88", OLDER),
        61_601_415,
        "c5f41ffeb6466944a026dfa5317d7d85355c119bbec279205d22f1869d1054e0",
        "its optimiser",
    ),
    wheel(
        ("nvidia-cuda-crt", "13.0.88", NEWER),
        134_086,
        "2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4",
        "its headers",
    ),
    wheel(
        ("nvidia-cuda-runtime", "13.0.96", NEWER),
        2_243_632,
        "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
        "the runtime, which becomes part of the worker",
    ),
    wheel(
        ("nvidia-cuda-cccl", "13.0.85", NEWER),
        3_120_526,
        "e0da7ad981f3a8aff08241b5bfc1af868742a63e2762f53a5171c492ef242649",
        "headers that candle's kernels include",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_of_the_toolkit_is_pinned() {
        for wheel in &WHEELS {
            assert_eq!(wheel.sha256.len(), 64, "{}", wheel.name);
            assert!(wheel.size_bytes > 100_000, "{}", wheel.name);
        }
        assert_eq!(WHEELS[0].version, VERSION);
    }
}
