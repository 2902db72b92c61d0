//! `cargo xtask test`: every check, in order, with a table at the end.
//!
//! Owns the list of checks. Every cargo call has the same form (no `-p`, no features), since
//! another form would resolve other features and compile the tree again.
//! Invariant: a failed check hinders no other, except that nothing is tested that was not built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::checkout::Checkout;
use crate::command;
use crate::licences;
use crate::purpose::Purpose;
use crate::setup;

/// So many lines of a failed check stand once more at the end, where a log is read first.
const LINES_OF_A_FAILURE: usize = 120;

pub(crate) fn test(checkout: &Checkout, quick: bool) -> ExitCode {
    let mut report = Report::default();
    // Without the window test, its system packages are nobody's business.
    let purpose = if quick {
        Purpose::Testing
    } else {
        Purpose::Everything
    };
    report.step("set-up", || setup::ensure(checkout, purpose));
    for (name, mut check) in before_the_build(checkout, quick) {
        report.run(name, &mut check);
    }
    if quick {
        report.skip("licences", "--quick leaves it out");
    } else {
        report.step("licences", || licences::check(checkout, false));
    }
    let built = report.run("build", command::cargo(&checkout.root).arg("build"));
    if built {
        report.run("tests", command::cargo(&checkout.root).arg("test"));
        match window_test(checkout, quick) {
            Ok(mut check) => _ = report.run("window test", &mut check),
            Err(why) => report.skip("window test", why),
        }
    } else {
        report.skip("tests", "the build failed");
        report.skip("window test", "the build failed");
    }
    print!("\n{}\n{}", report.failures(), report.table());
    if report.all_passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The checks that need no executable.
fn before_the_build(checkout: &Checkout, quick: bool) -> Vec<(&'static str, Command)> {
    let cargo = |args: &[&str]| {
        let mut command = command::cargo(&checkout.root);
        command.args(args);
        command
    };
    let npm = |args: &[&str]| {
        let mut command = command::npm(&checkout.root);
        command.args(["--prefix", "ui"]).args(args);
        command
    };
    let on_itself = |verb: &[&str], after: &[&str]| {
        let mut command = cargo(verb);
        command.args(["--manifest-path", "xtask/Cargo.toml", "--target-dir"]);
        command.arg(&checkout.own_target).args(after);
        command
    };
    let own_format = ["fmt", "--manifest-path", "xtask/Cargo.toml", "--check"];
    let mut checks = vec![
        ("format", cargo(&["fmt", "--all", "--check"])),
        ("format of xtask", cargo(&own_format)),
        ("types of the front end", npm(&["run", "check"])),
        ("tests of the front end", npm(&["test"])),
        // A workflow is tried only after it is merged, and a release's only on the day of the release:
        // the linter and the tests of its scripts are all that shows a mistake before.
        ("workflows", npm(&["run", "--silent", "workflows"])),
        (
            "tests of xtask",
            on_itself(&["test", "--quiet", "--release", "--locked"], &[]),
        ),
    ];
    if let Some(browser) = browser_test(checkout, quick) {
        checks.push(("browser test", browser));
    }
    if !quick {
        let deny = ["--", "-D", "warnings"];
        checks.push((
            "clippy on xtask",
            on_itself(&["clippy", "--all-targets", "--locked"], &deny),
        ));
        checks.push((
            "clippy",
            cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]),
        ));
    }
    checks
}

/// The test of the built page in a browser; it needs no executable of ours. `None` where it is left out.
fn browser_test(checkout: &Checkout, quick: bool) -> Option<Command> {
    if quick || !cfg!(target_os = "linux") {
        return None;
    }
    let mut command = command::npm(&checkout.root);
    command.args(["--prefix", "ui", "run", "--silent", "browser"]);
    Some(command)
}

/// The test that drives the real window, or why it is left out.
fn window_test(checkout: &Checkout, quick: bool) -> Result<Command, &'static str> {
    if quick {
        return Err("--quick leaves it out");
    }
    if !cfg!(target_os = "linux") {
        return Err("it needs Linux and xvfb");
    }
    // Each file is named: `node --test FOLDER` means something else in every Node since 21.
    let files = test_files(&checkout.root.join("tests/window"));
    if files.is_empty() {
        return Err("tests/window has no test file");
    }
    let mut command = command::program("xvfb-run", &checkout.root);
    command.args(["-a", "-s", "-screen 0 1280x900x24", "node", "--test"]);
    // Its last lines name what failed; those of the format for machines do not.
    command.arg("--test-reporter=spec");
    command
        .args(files)
        .env("NUTHATCH_BIN_DIR", checkout.target.join("debug"));
    Ok(command)
}

fn test_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| is_test_file(path))
        .collect();
    files.sort();
    files
}

/// Node's own rule for names.
fn is_test_file(path: &Path) -> bool {
    let part = |part: Option<&std::ffi::OsStr>| {
        part.map(|text| text.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let (stem, extension) = (part(path.file_stem()), part(path.extension()));
    let named = stem == "test"
        || stem.starts_with("test-")
        || [".test", "-test", "_test"]
            .iter()
            .any(|end| stem.ends_with(end));
    named && ["js", "mjs", "cjs"].contains(&extension.as_str())
}

#[derive(Default)]
struct Report {
    rows: Vec<(&'static str, Outcome)>,
}

enum Outcome {
    Passed(Duration),
    Failed(Duration, String),
    Skipped(&'static str),
}

impl Report {
    fn run(&mut self, name: &'static str, command: &mut Command) -> bool {
        println!("\n== {name}: {}", command::line(command));
        self.timed(name, || {
            command::succeed_keeping(command, LINES_OF_A_FAILURE)
        })
    }

    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) -> bool {
        println!("== {name}");
        self.timed(name, step)
    }

    fn timed(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) -> bool {
        let start = Instant::now();
        let result = step();
        let passed = result.is_ok();
        let outcome = match result {
            Ok(()) => Outcome::Passed(start.elapsed()),
            Err(error) => Outcome::Failed(start.elapsed(), format!("{error:#}")),
        };
        self.rows.push((name, outcome));
        passed
    }

    fn skip(&mut self, name: &'static str, why: &'static str) {
        println!("\n== {name}: skipped, {why}");
        self.rows.push((name, Outcome::Skipped(why)));
    }

    fn all_passed(&self) -> bool {
        !self
            .rows
            .iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Failed(..)))
    }

    /// What the failed checks printed last.
    fn failures(&self) -> String {
        let told = |(name, outcome): &(&str, Outcome)| match outcome {
            Outcome::Failed(_, why) => Some(format!("== {name} failed: {why}\n")),
            Outcome::Passed(_) | Outcome::Skipped(_) => None,
        };
        self.rows.iter().filter_map(told).collect()
    }

    fn table(&self) -> String {
        let row = |(name, outcome): &(&str, Outcome)| match outcome {
            Outcome::Passed(time) => format!("{name:<24} passed {:>8.1} s\n", time.as_secs_f32()),
            Outcome::Failed(time, why) => {
                let why = why.lines().next().unwrap_or_default();
                format!("{name:<24} FAILED {:>8.1} s  {why}\n", time.as_secs_f32())
            }
            Outcome::Skipped(why) => format!("{name:<24} skipped, {why}\n"),
        };
        self.rows.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_names_for_tests_are_known() {
        for name in [
            "search.test.mjs",
            "test.js",
            "test-window.js",
            "window_test.cjs",
        ] {
            assert!(is_test_file(Path::new(name)), "{name}");
        }
        for name in ["driver.mjs", "search.test.ts", "latest.js", "README.md"] {
            assert!(!is_test_file(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn one_failure_fails_the_whole_and_a_skip_does_not() {
        let mut report = Report::default();
        report.skip("window test", "no display");
        assert!(report.step("fine", || Ok(())));
        assert!(report.all_passed());
        assert!(!report.step("broken", || anyhow::bail!("it broke")));
        assert!(!report.all_passed());
        let table = report.table();
        assert!(
            table.contains("it broke") && table.contains("no display"),
            "{table}"
        );
    }
}
