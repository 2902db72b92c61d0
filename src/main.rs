//! The command line: decode arguments, call the engine, print.
//!
//! Holds no logic of its own. `--json` prints one document on stdout; errors go to stderr.
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 the library is in use, 5 the
//! disk is full or failing.

#![expect(clippy::print_stderr, reason = "this is the command line")]

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nuthatch: {error:#}");
            cli::exit_code(&error)
        }
    }
}
