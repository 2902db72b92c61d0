//! Other systems: everything runs like any program.

use super::Priority;

pub(super) fn lower_process(_to: Priority) {}

pub(super) fn lower_thread(_to: Priority) {}
