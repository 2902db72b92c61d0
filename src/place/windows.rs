//! Where an administrator's policy lies on Windows. Untried: written without a Windows machine.
//!
//! The system is asked for the folder of all users' data: the variable `%ProgramData%` says the same, and
//! anybody can start the program with another value in it.

use std::{ffi::OsString, os::windows::ffi::OsStringExt, path::PathBuf, ptr};

use windows_sys::Win32::{
    System::Com::CoTaskMemFree,
    UI::Shell::{FOLDERID_ProgramData, SHGetKnownFolderPath},
};

/// Its path; it need not be there.
#[expect(
    unsafe_code,
    reason = "the system gives a text that ends with a zero, and takes it back"
)]
pub(super) fn policy() -> Option<PathBuf> {
    let mut text = ptr::null_mut();
    let found = unsafe {
        let told = SHGetKnownFolderPath(&FOLDERID_ProgramData, 0, ptr::null_mut(), &raw mut text);
        let found = (told == 0 && !text.is_null()).then(|| {
            let n = (0..).take_while(|&at| *text.add(at) != 0).count();
            OsString::from_wide(std::slice::from_raw_parts(text, n))
        });
        CoTaskMemFree(text.cast());
        found
    };
    found.map(|folder| PathBuf::from(folder).join("Nuthatch").join("policy.toml"))
}
