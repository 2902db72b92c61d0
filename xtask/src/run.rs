//! `cargo xtask build` and `cargo xtask run`.
//!
//! Knows the names of the executables and which of them suits a machine; nothing of what they do.
//! Invariant: what is wrong with the arguments is said before anything is built.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::command;
use crate::purpose::Purpose;
use crate::setup;

/// Everything, optimised, side by side in `<target>/release`.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    setup::ensure(checkout, Purpose::Compiling)?;
    command::succeed(command::cargo(&checkout.root).args(["build", "--release"]))?;
    println!("Built: {}", checkout.target.join("release").display());
    Ok(())
}

/// `build`, then the window, or the terminal where no window can be.
pub(crate) fn run(checkout: &Checkout, folder: Option<&Path>) -> Result<ExitCode> {
    let folder = folder.map(existing).transpose()?;
    build(checkout)?;
    let face = Face::of_this_machine();
    println!("{}", face.reason());
    let mut program = face.program(checkout, folder.as_deref())?;
    let status = command::status(&mut program)?;
    Ok(code_of(status))
}

#[derive(Debug, PartialEq, Eq)]
enum Face {
    Window,
    Terminal,
}

impl Face {
    fn of_this_machine() -> Self {
        let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let has_display = cfg!(windows) || cfg!(target_os = "macos");
        Self::choose(has_display || set("DISPLAY") || set("WAYLAND_DISPLAY"))
    }

    fn choose(has_display: bool) -> Self {
        if has_display {
            Self::Window
        } else {
            Self::Terminal
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Window => "Starting Nuthatch's window.",
            Self::Terminal => {
                "Starting Nuthatch's prompt in this terminal: neither DISPLAY nor WAYLAND_DISPLAY \
                 is set, so there is nowhere to show a window."
            }
        }
    }

    fn program(&self, checkout: &Checkout, folder: Option<&Path>) -> Result<Command> {
        let here = env::current_dir().context("could not tell the current folder")?;
        let name = match self {
            Self::Window => "nuthatch-desktop",
            Self::Terminal => "nuthatch",
        };
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        let executable = checkout.target.join("release").join(file);
        let mut program = command::program(executable, &here);
        match (self, folder) {
            (Self::Window, Some(folder)) => program.arg("--add").arg(folder),
            (Self::Window, None) => &mut program,
            (Self::Terminal, folder) => program.arg("prompt").args(folder),
        };
        Ok(program)
    }
}

/// The whole path of a folder that exists.
fn existing(folder: &Path) -> Result<PathBuf> {
    if !folder.exists() {
        bail!(
            "there is no folder {}; name one that exists",
            folder.display()
        );
    }
    if !folder.is_dir() {
        bail!("{} is a file; name the folder it lies in", folder.display());
    }
    // Windows' canonical form (`\\?\C:\…`) reads badly and some programs refuse it.
    let whole = if cfg!(windows) {
        std::path::absolute(folder)
    } else {
        folder.canonicalize()
    };
    whole.with_context(|| format!("could not read {}", folder.display()))
}

/// Passes a child's end on; a signal in the way shells do.
pub(crate) fn code_of(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status
        .code()
        .or(signal.map(|signal| 128 + signal))
        .unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_needs_a_display_and_the_terminal_a_prompt() {
        let checkout = Checkout {
            root: "/r".into(),
            target: "/t".into(),
            own_target: "/t/xtask".into(),
        };
        let line = |has_display, folder: Option<&str>| {
            let face = Face::choose(has_display);
            let program = face
                .program(&checkout, folder.map(Path::new))
                .expect("a command");
            command::line(&program)
                .replace('\\', "/")
                .replace(".exe", "")
        };
        assert_eq!(line(true, None), "/t/release/nuthatch-desktop");
        assert_eq!(
            line(true, Some("/n")),
            "/t/release/nuthatch-desktop --add /n"
        );
        assert_eq!(line(false, None), "/t/release/nuthatch prompt");
        assert_eq!(line(false, Some("/n")), "/t/release/nuthatch prompt /n");
    }

    #[test]
    fn a_folder_must_exist_and_be_one() {
        let missing = existing(Path::new("no/such/folder")).expect_err("it does not exist");
        assert!(missing.to_string().contains("no/such/folder"));
        let here = env::current_exe().expect("this program");
        assert!(existing(&here).is_err(), "a file is no folder");
        assert!(existing(&env::temp_dir()).expect("it exists").is_absolute());
    }
}
