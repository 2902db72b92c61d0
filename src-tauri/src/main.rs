//! `nuthatch-desktop`: the window. It does not open yet; this says so instead of doing nothing.

use std::{
    io::{self, Write},
    process::ExitCode,
};

fn main() -> ExitCode {
    let _ = writeln!(
        io::stderr(),
        "The window is not built yet. Use the command line: nuthatch add FOLDER, nuthatch search QUERY"
    );
    ExitCode::FAILURE
}
