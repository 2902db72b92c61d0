//! `nuthatch` under `shim.c`: killed at a chosen write, or with a disk that fails.

use std::{
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use crate::support::command;

/// The library that is loaded into the process; compiled once.
pub(super) fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/crash/shim.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(folder).unwrap();
        let shim = folder.join(format!("shim-{}.so", std::process::id()));
        let compiled = Command::new("cc")
            .args(["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o"])
            .arg(&shim)
            .arg(&source)
            .arg("-ldl")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&compiled.stderr);
        assert!(compiled.status.success(), "{said}");
        shim
    })
}

/// A call of `nuthatch` whose changes below its library are counted.
pub(super) fn watched(library: &Path, arguments: &[&str], report: &Path) -> Command {
    std::fs::create_dir_all(library).unwrap();
    let mut command = command(library, arguments);
    command
        .env("LD_PRELOAD", shim())
        .env("SHIM_FOLDER", library.canonicalize().unwrap())
        .env("SHIM_REPORT", report);
    command
}

/// How a call ended.
#[derive(Debug)]
pub(super) enum End {
    /// By the shim, at this call.
    Killed(String),
    /// By itself, after so many calls.
    Ended(u64, Output),
}

/// Runs a call to be killed at the `at`th change of a file, `torn` in the middle of it.
pub(super) fn run(mut command: Command, report: &Path, kill: Option<(u64, bool)>) -> End {
    let _ = std::fs::remove_file(report);
    if let Some((at, torn)) = kill {
        command.env("SHIM_KILL", at.to_string());
        if torn {
            command.env("SHIM_TORN", "1");
        }
    }
    let output = command.output().unwrap();
    let told = std::fs::read_to_string(report).unwrap_or_default();
    let mut words = told.split_whitespace();
    match (words.next(), output.status.signal()) {
        (Some("killed"), Some(9)) => End::Killed(told),
        (Some("ended"), None) => {
            End::Ended(words.next().and_then(|n| n.parse().ok()).unwrap(), output)
        }
        other => panic!(
            "neither killed nor ended by itself: {other:?}, {}, {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}
