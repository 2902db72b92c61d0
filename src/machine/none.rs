//! Other systems tell nothing.

use std::path::Path;

use super::{Ticks, Turn};

pub(super) fn is_on_battery(_root: &Path) -> Option<bool> {
    None
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
