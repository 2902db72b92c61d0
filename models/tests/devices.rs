//! What worker programs say of this machine, and what becomes of those that say nothing.
//!
//! Start reading at [`the_processor_is_reported_with_its_memory`].

#[cfg(unix)]
#[path = "worker/script.rs"]
mod script;

use std::{path::PathBuf, time::Duration};

use nuthatch_models::{
    devices::{self, WorkerReport},
    protocol::{DeviceKind, DeviceReport},
};

fn probe(executable: PathBuf, timeout: Duration) -> Result<Vec<DeviceReport>, String> {
    let mut reports: Vec<WorkerReport> = devices::probe(&[executable], timeout);
    reports.remove(0).devices
}

#[test]
fn the_processor_is_reported_with_its_memory() {
    let executable = PathBuf::from(env!("CARGO_BIN_EXE_nuthatch-models"));
    let found = probe(executable, Duration::from_secs(30)).unwrap();
    assert_eq!(found[0].kind, DeviceKind::Cpu);
    assert!(found[0].name.contains("cores"), "{}", found[0].name);
    assert_eq!(found[0].problem, None);
    if cfg!(target_os = "linux") {
        let (all, free) = (found[0].memory_bytes.unwrap(), found[0].free_bytes.unwrap());
        assert!(all > 256 << 20 && free <= all, "{free} of {all}");
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_cannot_start_dies_or_hangs_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nuthatch-models-cuda");
    for (text, permissions, wanted) in [
        (
            "echo 'libcuda.so.1: cannot open shared object file' >&2; exit 127",
            "755",
            "cannot open shared object file",
        ),
        ("kill -9 $$", "755", "signal: 9"),
        ("exec sleep 60", "755", "no answer for 0.5 s"),
        ("", "644", "ermission denied"),
    ] {
        script::write(&path, text, permissions).unwrap();
        let is_silent = text.contains("sleep");
        let timeout = Duration::from_millis(if is_silent { 500 } else { 30_000 });
        let error = probe(path.clone(), timeout).unwrap_err();
        assert!(
            error.starts_with("the program nuthatch-models-cuda"),
            "{error}"
        );
        assert!(error.contains(wanted), "{error}");
    }
}
