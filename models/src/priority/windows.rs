//! Windows: the priority class of the process, the priority of the thread.
//!
//! Untried: written without a Windows machine. Not `PROCESS_MODE_BACKGROUND_BEGIN`: it also caps the
//! working set at 32 MiB, with which a model crawls (that is why Chromium and osquery avoid it).

use windows_sys::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, GetCurrentProcess, GetCurrentThread, IDLE_PRIORITY_CLASS,
    SetPriorityClass, SetThreadPriority, THREAD_PRIORITY_BELOW_NORMAL,
};

use super::Priority;

#[expect(unsafe_code, reason = "the handle is that of this process")]
pub(super) fn lower_process(to: Priority) {
    let class = match to {
        Priority::Normal => return,
        Priority::Low => BELOW_NORMAL_PRIORITY_CLASS,
        Priority::Idle => IDLE_PRIORITY_CLASS,
    };
    unsafe {
        SetPriorityClass(GetCurrentProcess(), class);
    }
}

#[expect(unsafe_code, reason = "the handle is that of this thread")]
pub(super) fn lower_thread(_to: Priority) {
    unsafe {
        SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL);
    }
}
