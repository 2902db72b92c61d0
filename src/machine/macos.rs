//! macOS: what `pmset` prints. Untried: written without a Mac. The load is not told.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::{Ticks, Turn};

pub(super) fn is_on_battery(_root: &Path) -> Option<bool> {
    let asked = Command::new("/usr/bin/pmset")
        .args(["-g", "ps"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&asked.stdout).contains("'Battery Power'"))
}

pub(super) fn ticks(_root: &Path) -> Option<Ticks> {
    None
}

pub(super) fn turn(_process: u32) -> Option<Turn> {
    None
}

pub(super) const fn name() -> Option<String> {
    None
}

pub(super) const fn memory() -> Option<(u64, u64)> {
    None
}
