//! Compiles the kernels for NVIDIA's cards, in a build with the feature `cuda`; else does nothing.
//!
//! `cargo xtask cuda` brings the compiler and names it in `CUDA_HOME`. The result is PTX, which the
//! driver compiles for the card at hand when a kernel is first used.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script everything through the environment"
)]

use std::{env, path::PathBuf, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return;
    }
    println!("cargo::rerun-if-changed=src/causal/kernels");
    println!("cargo::rerun-if-env-changed=CUDA_HOME");
    println!("cargo::rerun-if-env-changed=CUDA_COMPUTE_CAP");
    let home = env::var_os("CUDA_HOME").map(PathBuf::from);
    let nvcc = home.map_or_else(|| "nvcc".into(), |home| home.join("bin").join("nvcc"));
    let capability = env::var("CUDA_COMPUTE_CAP").unwrap_or_else(|_| "80".to_owned());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for kernels in ["rows", "attention"] {
        let mut compile = Command::new(&nvcc);
        // Another generation's code may be asked for by this variable, for candle's kernels.
        compile.env_remove("NVCC_APPEND_FLAGS");
        compile
            .arg("-ptx")
            .arg(format!("-arch=compute_{capability}"));
        compile.args(["-std=c++17", "-O3"]);
        compile.arg("-o").arg(out.join(format!("{kernels}.ptx")));
        compile.arg(format!("src/causal/kernels/{kernels}.cu"));
        match compile.status() {
            Ok(status) if status.success() => {}
            Ok(status) => println!("cargo::error=nvcc could not compile {kernels}.cu: {status}"),
            Err(error) => println!(
                "cargo::error=could not start {}: {error}; `cargo xtask cuda` fetches it",
                nvcc.display()
            ),
        }
    }
}
