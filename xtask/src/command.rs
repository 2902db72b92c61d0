//! Child processes, with the environment that a user's own shell would give them.
//!
//! Knows how to start a program and how to describe its failure; not what any program is for.
//! Invariant: `cargo run` leaves no trace in the children. Its variables about *this* package and
//! its library path would make build scripts run again that watch them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail};

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
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("xvfb-run");
        command.args(["-s", "-screen 0 1280x900x24"]);
        assert_eq!(line(&command), "xvfb-run -s '-screen 0 1280x900x24'");
    }
}
