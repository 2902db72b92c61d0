//! Executable scripts that stand in for a worker.

use std::{io, path::Path, process::Command};

/// Writes an executable script with these permissions, such as `755`.
///
/// Another process writes it: a file that this one held open for writing would for a moment be open
/// in every child that another test is starting, and cannot be executed then.
pub(crate) fn write(path: &Path, text: &str, permissions: &str) -> io::Result<()> {
    let source = path.with_extension("txt");
    std::fs::write(&source, format!("#!/bin/sh\n{text}\n"))?;
    let mut install = Command::new("install");
    let installed = install.args(["-m", permissions]).arg(source).arg(path);
    let is_done = installed.status()?.success();
    is_done.then_some(()).ok_or(io::ErrorKind::Other.into())
}
