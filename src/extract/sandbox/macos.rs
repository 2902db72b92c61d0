//! macOS: a Seatbelt profile that refuses everything but what a program needs to go on.
//!
//! Through `sandbox_init` of the system's own library: the call is marked as deprecated and has no
//! successor for programs that are not installed as apps; browsers shut their readers in by it.
//! Applied from inside, after pdfium was loaded, so that it need not allow starting and loading, as
//! one given to `sandbox-exec` would have to. Invariant: what is open stays usable; a profile that a
//! system refuses leaves the limits, and documents are read all the same.

use std::{
    ffi::{CStr, c_char, c_int},
    ptr,
};

/// Names and sizes may be asked for, since a document that was handed over is asked for its own, and
/// the system's libraries and fonts may be read; nothing else may be opened, connected or started.
const PROFILE: &CStr = c"(version 1)
(deny default)
(allow file-read-metadata)
(allow file-read* file-map-executable
  (subpath \"/System/Library\") (subpath \"/usr/lib\") (subpath \"/Library/Fonts\"))
(allow sysctl-read)
(allow signal (target self))
(allow process-info* (target self))
";
/// The profile is its text, not the name of one of Apple's.
const IS_TEXT: u64 = 0;

#[expect(unsafe_code, reason = "as `sandbox.h` declares it")]
unsafe extern "C" {
    fn sandbox_init(profile: *const c_char, flags: u64, error: *mut *mut c_char) -> c_int;
}

pub(super) fn enter() {
    let mut error = ptr::null_mut();
    #[expect(
        unsafe_code,
        reason = "the text ends with a zero and lives as long as the program; the reason that may \
                  come back is left alone, once in the life of a process"
    )]
    let _refused = unsafe { sandbox_init(PROFILE.as_ptr(), IS_TEXT, &raw mut error) } != 0;
}
