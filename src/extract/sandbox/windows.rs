//! Windows: job objects for memory, processes and processor time, and a token of low integrity.
//!
//! Through `windows-sys`, since the crates that wrap job objects leave these limits out. A process of
//! low integrity writes to no file that belongs to a person; it still reads what that person may
//! read, and may still connect: an app container would forbid both, but has to be set up from
//! outside, with rights to the program's own files. Invariant: what a system refuses is left out, and
//! documents are read all the same.

use std::{mem, ptr, sync::OnceLock};

use windows_sys::Win32::{
    Foundation::{CloseHandle, FILETIME, HANDLE},
    Security::{
        CreateWellKnownSid, SECURITY_MAX_SID_SIZE, SID_AND_ATTRIBUTES, SetTokenInformation,
        TOKEN_ADJUST_DEFAULT, TOKEN_MANDATORY_LABEL, TokenIntegrityLevel, WinLowLabelSid,
    },
    System::{
        JobObjects::{
            AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
            JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_PRIORITY_CLASS,
            JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOB_OBJECT_LIMIT_PROCESS_TIME,
            JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
            SetInformationJobObject,
        },
        SystemServices::SE_GROUP_INTEGRITY,
        Threading::{
            BELOW_NORMAL_PRIORITY_CLASS, GetCurrentProcess, GetProcessTimes, OpenProcessToken,
        },
    },
};

/// Windows counts time in tenths of a microsecond.
const TICKS_PER_SECOND: i64 = 10_000_000;
/// The job whose limit of time is raised before each document.
static CLOCK: OnceLock<Job> = OnceLock::new();

/// A job object: the process stays in it, closed or not.
#[derive(Debug)]
struct Job(isize);

pub(in crate::extract) fn enter(memory_mib: u64) {
    if let Some(job) = Job::around_this_process() {
        job.limit(|limits| {
            limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY
                | JOB_OBJECT_LIMIT_ACTIVE_PROCESS
                | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
                | JOB_OBJECT_LIMIT_PRIORITY_CLASS;
            limits.BasicLimitInformation.ActiveProcessLimit = 1;
            limits.BasicLimitInformation.PriorityClass = BELOW_NORMAL_PRIORITY_CLASS;
            limits.ProcessMemoryLimit = usize::try_from(memory_mib << 20).unwrap_or(usize::MAX);
        });
        // Whoever has no handle cannot raise it again.
        job.close();
    }
    if let Some(clock) = Job::around_this_process() {
        let _ = CLOCK.set(clock);
    }
    lower_integrity();
}

pub(in crate::extract) fn allow_seconds(seconds: u64) {
    let (Some(clock), Some(used)) = (CLOCK.get(), used_ticks()) else {
        return;
    };
    let more = i64::try_from(seconds).unwrap_or(i64::MAX);
    clock.limit(|limits| {
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_TIME;
        limits.BasicLimitInformation.PerProcessUserTimeLimit =
            used.saturating_add(more.saturating_mul(TICKS_PER_SECOND));
    });
}

impl Job {
    /// Jobs nest, each inside the one before.
    #[expect(
        unsafe_code,
        reason = "a job without a name, given to this process alone"
    )]
    fn around_this_process() -> Option<Self> {
        let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        if job.is_null() {
            return None;
        }
        let job = Self(job as isize);
        if unsafe { AssignProcessToJobObject(job.handle(), GetCurrentProcess()) } == 0 {
            job.close();
            return None;
        }
        Some(job)
    }

    fn handle(&self) -> HANDLE {
        self.0 as HANDLE
    }

    #[expect(
        unsafe_code,
        reason = "the structure is the one that this class of information wants"
    )]
    fn limit(&self, set: impl FnOnce(&mut JOBOBJECT_EXTENDED_LIMIT_INFORMATION)) {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        set(&mut limits);
        let _refused = unsafe {
            SetInformationJobObject(
                self.handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_of_val(&limits) as u32,
            )
        } == 0;
    }

    #[expect(unsafe_code, reason = "nobody else has the handle")]
    fn close(self) {
        unsafe { CloseHandle(self.handle()) };
    }
}

/// Time that this process has spent outside the kernel.
#[expect(unsafe_code, reason = "four structures to be filled in")]
fn used_ticks() -> Option<i64> {
    let mut times = [FILETIME::default(); 4];
    let [created, ended, in_kernel, outside] = &mut times;
    let is_known =
        unsafe { GetProcessTimes(GetCurrentProcess(), created, ended, in_kernel, outside) } != 0;
    let ticks = (u64::from(outside.dwHighDateTime) << 32) | u64::from(outside.dwLowDateTime);
    is_known.then(|| i64::try_from(ticks).ok()).flatten()
}

/// Files of a person are of middle integrity, and lower ones may not write to them.
#[expect(
    unsafe_code,
    reason = "sizes are those of the structures that are handed over"
)]
fn lower_integrity() {
    // Aligned as an identifier has to be.
    let mut low = [0_u32; (SECURITY_MAX_SID_SIZE as usize).div_ceil(4)];
    let mut n_bytes = size_of_val(&low) as u32;
    let mut token = ptr::null_mut();
    let sid = low.as_mut_ptr().cast();
    unsafe {
        if CreateWellKnownSid(WinLowLabelSid, ptr::null_mut(), sid, &raw mut n_bytes) == 0
            || OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_DEFAULT, &raw mut token) == 0
        {
            return;
        }
        let label = TOKEN_MANDATORY_LABEL {
            Label: SID_AND_ATTRIBUTES {
                Sid: sid,
                Attributes: SE_GROUP_INTEGRITY as u32,
            },
        };
        SetTokenInformation(
            token,
            TokenIntegrityLevel,
            (&raw const label).cast(),
            mem::size_of::<TOKEN_MANDATORY_LABEL>() as u32 + n_bytes,
        );
        CloseHandle(token);
    }
}
