//! macOS: the background class, which also slows down input and output.
//!
//! Untried: written without a Mac. Threads keep their priority: what a search waits for must not run
//! on slow cores alone.

use super::Priority;

#[expect(unsafe_code, reason = "a system call with plain numbers")]
pub(super) fn lower_process(to: Priority) {
    unsafe {
        match to {
            Priority::Normal => {}
            Priority::Low => drop(libc::setpriority(libc::PRIO_PROCESS, 0, 10)),
            Priority::Idle => {
                drop(libc::setpriority(
                    libc::PRIO_DARWIN_PROCESS,
                    0,
                    libc::PRIO_DARWIN_BG,
                ));
            }
        }
    }
}

pub(super) fn lower_thread(_to: Priority) {}
