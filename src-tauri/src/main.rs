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
use clap::{Args, Parser};
use nuthatch::dirs::{self, Dirs};
use nuthatch_desktop::{Start, renderer};
use nuthatch_models::install::{self, Source};
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
    /// Search for this at once; in the window that is open already, where there is one
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    search: Option<String>,
    /// Show the window, or put it away where it is in front: for a key of your desktop's own
    #[arg(long)]
    toggle: bool,
    #[command(flatten)]
    origin: Origin,
}

/// Where models are downloaded from, once the user asks for one; as on the command line.
#[derive(Args)]
struct Origin {
    /// The Hub's address, or a mirror's
    #[arg(long = "models-url", env = "NUTHATCH_MODELS_URL", default_value = install::HUB, hide = true)]
    url: String,
    #[arg(
        long = "models-token",
        env = "HF_TOKEN",
        hide = true,
        hide_env_values = true
    )]
    token: Option<String>,
    #[arg(
        long = "models-proxy",
        env = "HTTPS_PROXY",
        hide = true,
        hide_env_values = true
    )]
    proxy: Option<String>,
    #[arg(long = "models-no-proxy", env = "NO_PROXY", hide = true)]
    no_proxy: Option<String>,
    #[arg(long = "models-ca-file", env = "NUTHATCH_CA_FILE", hide = true)]
    ca_file: Option<PathBuf>,
}

/// Without what is secret in it.
impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origin").finish_non_exhaustive()
    }
}

impl Origin {
    /// An empty variable counts as none.
    fn source(self) -> Source {
        let set = |value: Option<String>| value.filter(|value| !value.is_empty());
        Source {
            token: set(self.token),
            proxy: set(self.proxy),
            no_proxy: set(self.no_proxy),
            ca_file: self.ca_file.filter(|path| !path.as_os_str().is_empty()),
            ..Source::new(set(Some(self.url)).unwrap_or(install::HUB.into()))
        }
    }
}

fn main() -> ExitCode {
    if renderer::wants_plain_frames() {
        #[expect(
            unsafe_code,
            reason = "nothing else runs yet that could read the environment"
        )]
        unsafe {
            std::env::set_var(renderer::VARIABLE, "1");
        }
    }
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
    let is_usual = arguments.library.is_none();
    let library = match arguments.library {
        Some(library) => std::path::absolute(library)?,
        None => dirs::default_library(
            &std::env::home_dir().context("could not tell your home folder; use --library")?,
        ),
    };
    let dirs = Dirs::new(library, programs);
    let start = Start {
        dirs,
        folders: arguments.folders,
        source: arguments.origin.source(),
        search: arguments.search,
        is_usual,
    };
    nuthatch_desktop::run(start).context("could not open the window")
}
