//! Child processes, with the environment that a user's own shell would give them.
//!
//! Knows how to start a program and how to describe its failure; not what any program is for.
//! Invariant: `cargo run` leaves no trace in the children. Its variables about *this* package and
//! its library path would make build scripts run again that watch them.

use std::collections::VecDeque;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long output is waited for that comes after the end of the process that printed it.
const AFTER_THE_END: Duration = Duration::from_secs(5);

/// A command that starts in `folder`.
pub(crate) fn program(name: impl Into<OsString>, folder: &Path) -> Command {
    let mut command = Command::new(name.into());
    command.current_dir(folder);
    for (name, _) in env::vars_os() {
        let about_xtask = name.to_str().is_some_and(|name| {
            name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if about_xtask {
            command.env_remove(name);
        }
    }
    let library_path = if cfg!(target_os = "macos") {
        "DYLD_FALLBACK_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    if let Some(value) = env::var_os(library_path) {
        let own_folder = env::current_exe()
            .ok()
            .and_then(|exe| exe.parent().map(PathBuf::from));
        let kept = without_cargos(env::split_paths(&value).collect(), own_folder.as_deref());
        match env::join_paths(kept) {
            Ok(kept) if !kept.is_empty() => command.env(library_path, kept),
            _ => command.env_remove(library_path),
        };
    }
    command
}

pub(crate) fn cargo(root: &Path) -> Command {
    program("cargo", root)
}

pub(crate) fn npm(ui: &Path) -> Command {
    program(if cfg!(windows) { "npm.cmd" } else { "npm" }, ui)
}

/// Runs a command to its end, its output going where ours goes.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    command
        .status()
        .with_context(|| format!("could not start `{}`", line(command)))
}

/// As [`status`], and anything but success is an error.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// As [`succeed`], and the failure ends with the last `n_kept` lines that the command printed.
///
/// Where only a log is read, and from its end, what failed early would otherwise not be seen.
pub(crate) fn succeed_keeping(command: &mut Command, n_kept: usize) -> Result<()> {
    let (printed, theirs) = io::pipe()?;
    command.stdout(theirs.try_clone()?).stderr(theirs);
    let started = command.spawn();
    // Our own ends of the pipe: while they are open, reading never ends.
    command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let mut child = started.with_context(|| format!("could not start `{}`", line(command)))?;
    let (done, is_done) = mpsc::channel();
    let kept = Arc::new(Mutex::new(VecDeque::new()));
    let reader = Arc::clone(&kept);
    thread::spawn(move || done.send(pass_on(printed, &reader, n_kept)));
    let status = child.wait()?;
    // A process that it left behind may hold the pipe open for ever.
    _ = is_done.recv_timeout(AFTER_THE_END);
    if !status.success() {
        let last: String = kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(String::as_str)
            .collect();
        bail!("`{}` failed ({status})\n{last}", line(command));
    }
    Ok(())
}

/// Prints what comes as it comes, and keeps the last lines of it.
fn pass_on(from: impl io::Read, kept: &Mutex<VecDeque<String>>, n_kept: usize) -> io::Result<()> {
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let mut out = io::stdout().lock();
        out.write_all(&line)?;
        out.flush()?;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == n_kept {
            kept.pop_front();
        }
        kept.push_back(String::from_utf8_lossy(&line).into_owned());
        line.clear();
    }
    Ok(())
}

/// What a command prints, or nothing if it is missing or fails: for asking, not for doing.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of this name lies on the PATH.
pub(crate) fn on_path(name: &str) -> bool {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

/// A command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.contains(' ') {
                format!("'{word}'")
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Drops what `cargo run` put on the library path: the executable's folders and the toolchain's.
fn without_cargos(entries: Vec<PathBuf>, own_folder: Option<&Path>) -> Vec<PathBuf> {
    let toolchain: Vec<PathBuf> = entries
        .iter()
        .flat_map(|entry| entry.ancestors())
        .filter(|folder| folder.ends_with("rustlib"))
        .filter_map(|folder| folder.parent().map(PathBuf::from))
        .collect();
    let is_cargos = |entry: &PathBuf| {
        own_folder.is_some_and(|own| entry.starts_with(own))
            || toolchain.contains(entry)
            || entry.ancestors().any(|folder| folder.ends_with("rustlib"))
    };
    entries
        .into_iter()
        .filter(|entry| !is_cargos(entry))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_path_keeps_only_the_users_entries() {
        let entries = [
            "/c/target/xtask/release/deps",
            "/rust/lib/rustlib/x/lib",
            "/rust/lib",
            "/opt/lib",
        ];
        let kept = without_cargos(
            entries.iter().map(PathBuf::from).collect(),
            Some(Path::new("/c/target/xtask/release")),
        );
        assert_eq!(kept, [PathBuf::from("/opt/lib")]);
    }

    #[test]
    #[cfg(unix)]
    fn a_failure_ends_with_what_was_printed_last() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; echo second >&2; echo third; exit 3"]);
        let failure = succeed_keeping(&mut command, 2).expect_err("it ended with 3");
        let told = failure.to_string();
        assert!(told.ends_with("second\nthird\n"), "{told}");
        assert!(!told.contains("first\n"), "{told}");
    }

    #[test]
    #[cfg(unix)]
    fn what_a_check_leaves_running_does_not_keep_the_others_waiting() {
        let begun = std::time::Instant::now();
        let mut command = Command::new("sh");
        succeed_keeping(command.args(["-c", "sleep 60 & exit 0"]), 2).expect("it ended well");
        assert!(begun.elapsed() < Duration::from_secs(50));
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("xvfb-run");
        command.args(["-s", "-screen 0 1280x900x24"]);
        assert_eq!(line(&command), "xvfb-run -s '-screen 0 1280x900x24'");
    }
}
