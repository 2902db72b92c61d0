//! `nuthatch-desktop`: decodes the arguments and starts the window.
//!
//! Knows nothing of tauri. Errors go to stderr; the log goes there and into the library's `logs/`
//! (`nuthatch::logging`).

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Command, CommandFactory, FromArgMatches, Id, Parser};
use nuthatch::{
    logging,
    origin::Origin,
    place::{Kind, Place},
};
use nuthatch_desktop::{Start, portable, renderer};

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
    /// Show the launcher, or put it away: for a key of your desktop's own
    #[arg(long)]
    toggle: bool,
    /// Start without showing the window, in the tray where there is one
    #[arg(long)]
    hidden: bool,
    /// A link that leads here: `nuthatch://search?q=…`
    #[arg(value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    origin: Origin,
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
    let arguments = arguments();
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "nuthatch-desktop: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Where models come from is told to no user of the window, who has a page for them.
fn arguments() -> Arguments {
    let command = Arguments::command();
    let of_models = Origin::augment_args(Command::new(""));
    let names: Vec<Id> = of_models
        .get_arguments()
        .map(|one| one.get_id().clone())
        .collect();
    let hidden = command.mut_args(|one| {
        let hides = names.contains(one.get_id());
        one.hide(hides)
    });
    match Arguments::from_arg_matches(&hidden.get_matches()) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    }
}

fn start(arguments: Arguments) -> anyhow::Result<()> {
    let Place { dirs, kind } = Place::find(arguments.library)?;
    let portable = match &kind {
        Kind::Portable(folder) => Some(folder.clone()),
        _ => None,
    };
    if let Some(folder) = &portable {
        portable::lead_into(folder);
    }
    logging::begin(&dirs, "nuthatch-desktop", true);
    let start = Start {
        dirs,
        folders: arguments.folders,
        source: arguments.origin.source(),
        search: arguments.search,
        link: arguments.link,
        is_hidden: arguments.hidden,
        is_usual: kind == Kind::Usual,
        portable,
    };
    nuthatch_desktop::run(start).context("could not open the window")?;
    tracing::info!("ended");
    Ok(())
}
