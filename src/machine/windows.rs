//! Windows: `GetSystemPowerStatus`. Untried: written without a Windows machine. The load is not told.

use std::path::Path;

use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};

use super::{Ticks, Turn};

#[expect(unsafe_code, reason = "the system fills in a structure of ours")]
pub(super) fn is_on_battery(_root: &Path) -> Option<bool> {
    let mut status = SYSTEM_POWER_STATUS::default();
    let is_told = unsafe { GetSystemPowerStatus(&raw mut status) } != 0;
    // 0 is offline, 1 online, 255 unknown.
    is_told.then_some(status.ACLineStatus == 0)
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
