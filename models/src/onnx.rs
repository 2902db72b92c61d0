//! What all models on ONNX Runtime need: the runtime library, and their files' content.
//!
//! Knows no model. Invariants: a missing library is an error, although ort would panic; the runtime
//! reports nothing to its makers (for Linux and macOS `client/process.rs` sees to that).

use std::path::Path;

use anyhow::Context;
use ort::environment::Environment;

/// Threads of the runtime wait for work asleep. Left to itself it lets them spin for milliseconds after each
/// call, on every core, which a search's next stage and the window want.
pub(crate) const ASLEEP: (&str, &str) = ("session.intra_op.allow_spinning", "0");

/// Loads the runtime library.
pub(crate) fn environment(runtime: &Path) -> anyhow::Result<Environment> {
    // ort panics on a missing library unless it is told of it beforehand.
    let library = ort::init_from(runtime)
        .with_context(|| format!("could not load ONNX Runtime from {}", runtime.display()))?;
    // What this would be on Windows: events that the system collects.
    Ok(library.with_telemetry(false).build()?)
}

/// One of a model's files.
pub(crate) fn read(directory: &Path, name: &str) -> anyhow::Result<Vec<u8>> {
    let path = directory.join(name);
    std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))
}
