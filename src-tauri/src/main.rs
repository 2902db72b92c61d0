//! `nuthatch-desktop`: decodes the arguments and starts the window.
//!
//! Knows nothing of tauri. Errors go to stderr; the log goes there too and holds no query, path
//! or text at `info` and above. `NUTHATCH_LOG` sets what is logged.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Parser;
use nuthatch::dirs::{self, Dirs};
use nuthatch_desktop::Start;
use tracing_subscriber::EnvFilter;

/// Nuthatch's window: finds passages in your own files, by word and by meaning.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// Where the library lies
    #[arg(long, env = "NUTHATCH_HOME", value_name = "DIR")]
    library: Option<PathBuf>,
    /// Add a folder and index it; may be repeated
    #[arg(long = "add", value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("NUTHATCH_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,nuthatch=info,nuthatch_desktop=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "nuthatch-desktop: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("could not tell where the program lies")?;
    let programs = program.parent().unwrap_or(Path::new("."));
    let library = match arguments.library {
        Some(library) => std::path::absolute(library)?,
        None => dirs::default_library(
            &std::env::home_dir().context("could not tell your home folder; use --library")?,
        ),
    };
    let dirs = Dirs::new(library, programs);
    let folders = arguments.folders;
    nuthatch_desktop::run(Start { dirs, folders }).context("could not open the window")
}
