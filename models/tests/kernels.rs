//! The kernels for NVIDIA's cards, on the processor: their sources are compiled with a plain C++
//! compiler and run on an emulated card, beside plain loops in double.
//!
//! It proves what they compute, not that they run on a card: see `kernels/emulation.h`.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::{path::Path, process::Command};

#[test]
fn the_kernels_compute_what_they_should_on_an_emulated_card() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("kernels");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernels");
    let mut compile = Command::new("c++");
    compile.args(["-std=c++20", "-O2", "-Wno-unknown-pragmas"]);
    compile
        .arg("-I")
        .arg(&sources)
        .arg(sources.join("main.cpp"));
    compile.arg("-o").arg(&program);
    // Building needs a C++ compiler anyway, but not under this name everywhere, nor fibers.
    let compiled = match compile.status() {
        Ok(compiled) if cfg!(target_os = "linux") => compiled,
        _ => {
            println!("skipped: there is no `c++` here that can emulate a card");
            return;
        }
    };
    assert!(compiled.success(), "they do not compile");
    let output = Command::new(&program).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("right attention, last tokens"), "{said}");
}
