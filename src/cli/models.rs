//! The verbs about models: which there are, getting and removing them, and which one is used.
//!
//! Decodes arguments, calls `nuthatch_models::install`, prints. Environment variables come in here as
//! arguments. Invariant: a licence against commercial use is accepted before a byte is fetched.

mod check;
mod doctor;

use std::{
    error::Error as _,
    fmt::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use nuthatch::{
    dirs::Dirs,
    engine::{self, fetching, models},
    origin::Origin,
};
use nuthatch_models::{
    ModelSpec,
    catalogue::Kind,
    install::{self, Outcome, Progress},
};
use serde_json::{Value, json};

use super::show;

#[derive(Debug, Subcommand)]
pub(super) enum ModelsVerb {
    /// Show the models that there are, and which are installed
    List,
    /// Download a model; goes on where an earlier call stopped
    Get {
        /// The model
        id: String,
        #[command(flatten)]
        licence: Licence,
        #[command(flatten)]
        from: Origin,
    },
    /// Install a model out of a folder, for machines without a network
    Import {
        /// The model
        id: String,
        /// Folder with its files, one of the files, or a cache of the Hub's own tools
        path: PathBuf,
        #[command(flatten)]
        licence: Licence,
    },
    /// Choose a model for what it does: reranking, embedding, or writing answers; or a reranker by `auto`
    /// for the best that this machine runs, or `none`
    Use {
        /// The model
        id: String,
    },
    /// Delete a model's files
    Remove {
        /// The model
        id: String,
    },
    /// Compare a model's files with their hashes, load it and have it answer known questions
    Check {
        /// The model
        id: String,
    },
    /// Show what this machine can compute on, and try every installed reranker
    Doctor,
}

#[derive(Debug, Args)]
pub(super) struct Licence {
    /// Accept a licence that forbids commercial use
    #[arg(long)]
    accept_licence: bool,
}

/// A model that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("there is no model {0}; `nuthatch models list` shows those there are")]
pub(super) struct Unknown(String);

/// Why an installation failed, with its causes and what to do, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{}", in_one_line(.0))]
struct Failed(install::Error);

fn in_one_line(error: &install::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(line, ": {cause}");
        source = cause.source();
    }
    if let Some(hint) = error.hint() {
        let _ = write!(line, "; {hint}");
    }
    line
}

/// Whether what was asked for is not there.
pub(super) fn is_not_found(error: &anyhow::Error) -> bool {
    error.is::<Unknown>()
        || matches!(
            error.downcast_ref(),
            Some(Failed(install::Error::NotInstalled { .. }))
        )
}

pub(super) async fn run(verb: ModelsVerb, dirs: &Dirs, json: bool) -> anyhow::Result<()> {
    match verb {
        ModelsVerb::List => list(dirs, json),
        ModelsVerb::Get { id, licence, from } => {
            let spec = find(dirs, &id)?;
            announce(&spec, &licence)?;
            let source = from.source();
            let settings = engine::settings(dirs)?;
            let outcome = with_progress(|on_progress| {
                fetching::fetch(dirs, &settings, &spec, source, on_progress)
            });
            installed(&spec, &outcome?, json)
        }
        ModelsVerb::Import { id, path, licence } => {
            let spec = find(dirs, &id)?;
            announce(&spec, &licence)?;
            let outcome =
                with_progress(|on_progress| install::import(&spec, &own(dirs), &path, on_progress));
            installed(&spec, &outcome?, json)
        }
        ModelsVerb::Use { id } => choose(dirs, &id, json),
        ModelsVerb::Remove { id } => remove(dirs, &id, json),
        ModelsVerb::Check { id } => check::check(dirs, &find(dirs, &id)?, json).await,
        ModelsVerb::Doctor => doctor::doctor(dirs, json),
    }
}

/// Every known model; what is wrong with the user's own catalogue is said.
fn known(dirs: &Dirs) -> Vec<ModelSpec> {
    let (models, notice) = models::catalogue(dirs);
    if let Some(notice) = notice {
        eprintln!("nuthatch: {}", notice.message);
    }
    models
}

fn find(dirs: &Dirs, id: &str) -> Result<ModelSpec, Unknown> {
    let known = known(dirs).into_iter().find(|model| model.id == id);
    known.ok_or_else(|| Unknown(id.to_owned()))
}

/// The folder of models with this one in it.
fn place(dirs: &Dirs, spec: &ModelSpec) -> Option<PathBuf> {
    dirs.models()
        .into_iter()
        .find(|models| spec.is_present(models))
}

/// The folder that the user's models go to.
fn own(dirs: &Dirs) -> PathBuf {
    let [own, ..] = dirs.models();
    own
}

fn list(dirs: &Dirs, json: bool) -> anyhow::Result<()> {
    let chosen = engine::settings(dirs)?.reranker;
    let rows: Vec<Value> = known(dirs)
        .iter()
        .map(|spec| row(dirs, spec, &chosen))
        .collect();
    if json {
        return show::print(&json!({ "models": rows, "reranker": chosen }));
    }
    for row in rows {
        let of = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let state = match row["installed"].as_bool() {
            Some(true) => "installed",
            _ if row["partial_bytes"].as_u64() > Some(0) => "partly there",
            _ => "",
        };
        show::print_line(format_args!(
            "{:30} {:9} {:12} {:>8}  {state:12}  {}",
            of("id"),
            of("kind"),
            of("licence"),
            shown_size(row["size_bytes"].as_u64()),
            of("good_for")
        ))?;
    }
    show::print_line(format_args!("reranker: {chosen}"))
}

fn row(dirs: &Dirs, spec: &ModelSpec, chosen: &str) -> Value {
    let place = place(dirs, spec);
    let on_disk = place
        .as_ref()
        .map(|models| install::size_bytes(&spec.directory(models)));
    let kind = match spec.kind {
        Kind::Embedding(_) => "embedding",
        Kind::CausalReranker(_) | Kind::EncoderReranker => "reranker",
        Kind::TextReader => "text_reader",
        Kind::Generator(_) => "generator",
    };
    json!({
        "id": spec.id, "revision": spec.revision, "kind": kind, "licence": spec.licence,
        "needs_acceptance": spec.needs_acceptance(), "good_for": spec.good_for,
        "size_bytes": on_disk.or(spec.size_bytes()),
        "installed": place.is_some(), "ships": spec.ships(),
        "partial_bytes": install::n_partial_bytes(&spec.id, &own(dirs)),
        "chosen": spec.id == chosen,
    })
}

/// Licence and size, before anything happens.
fn announce(spec: &ModelSpec, licence: &Licence) -> anyhow::Result<()> {
    let size = shown_size(spec.size_bytes());
    let under = &spec.licence;
    eprintln!("{}: {size}, licence {under}", spec.id);
    if spec.needs_acceptance() && !licence.accept_licence {
        bail!(
            "the licence {under} forbids commercial use; if you accept it, say so with --accept-licence"
        );
    }
    Ok(())
}

fn shown_size(n_bytes: Option<u64>) -> String {
    match n_bytes {
        Some(n) if n >= 1 << 30 => format!("{:.1} GB", n as f64 / 1e9),
        Some(n) => format!("{:.0} MB", n as f64 / 1e6),
        None => "size unknown".into(),
    }
}

/// Shows how far a call is, where somebody looks.
fn with_progress(
    call: impl FnOnce(&mut install::OnProgress<'_>) -> Result<Outcome, install::Error>,
) -> Result<Outcome, Failed> {
    let bar = indicatif::ProgressBar::new(0).with_style(style());
    let outcome = call(&mut |progress: Progress<'_>| {
        let Progress {
            file,
            i_file,
            n_files,
            ..
        } = progress;
        bar.set_message(format!("{}/{n_files} {file}", i_file + 1));
        bar.set_length(progress.n_bytes_total.unwrap_or(progress.n_bytes));
        bar.set_position(progress.n_bytes);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    outcome.map_err(Failed)
}

fn style() -> indicatif::ProgressStyle {
    indicatif::ProgressStyle::with_template(
        "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
    )
    .unwrap_or_else(|_| indicatif::ProgressStyle::default_bar())
}

fn installed(spec: &ModelSpec, outcome: &Outcome, json: bool) -> anyhow::Result<()> {
    let (state, folder) = match outcome {
        Outcome::Installed(folder) => ("installed", folder.as_path()),
        Outcome::AlreadyThere(folder) => ("already_there", folder.as_path()),
        Outcome::Stopped => ("stopped", Path::new("")),
    };
    let n_bytes = install::size_bytes(folder);
    let shown = folder.display();
    if json {
        return show::print(&json!({
            "id": spec.id, "state": state, "folder": shown.to_string(), "bytes": n_bytes,
        }));
    }
    let state = state.replace('_', " ");
    let size = shown_size(Some(n_bytes));
    show::print_line(format_args!("{}: {state}, {size} in {shown}", spec.id))
}

fn choose(dirs: &Dirs, id: &str, json: bool) -> anyhow::Result<()> {
    let mut purpose = "reranker";
    if !["auto", "none"].contains(&id) {
        let spec = find(dirs, id)?;
        match spec.kind {
            Kind::Embedding(_) => purpose = "embedding",
            Kind::TextReader => {
                bail!("{id} reads text in pictures; there is no other one to choose")
            }
            Kind::Generator(_) => purpose = "generator",
            Kind::CausalReranker(_) | Kind::EncoderReranker => {}
        }
        place(dirs, &spec)
            .with_context(|| format!("{id} is not installed; `nuthatch models get {id}` does"))?;
    }
    engine::write_setting(dirs, purpose, id)?;
    if json {
        return show::print(&json!({ purpose: id }));
    }
    show::print_line(format_args!("{purpose}: {id}, from the next start on"))
}

fn remove(dirs: &Dirs, id: &str, json: bool) -> anyhow::Result<()> {
    let freed = install::remove(id, &own(dirs)).map_err(Failed)?;
    if json {
        return show::print(&json!({ "id": id, "freed_bytes": freed }));
    }
    let size = shown_size(Some(freed));
    show::print_line(format_args!("{id}: removed, {size} free"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_against_commercial_use_stops_everything_until_it_is_accepted() {
        let announced = |licence: &str, accept_licence| {
            let spec = ModelSpec {
                licence: licence.into(),
                ..ModelSpec::default_embedding()
            };
            announce(&spec, &Licence { accept_licence })
        };
        announced("Apache-2.0", false).unwrap();
        announced("CC-BY-NC-4.0", true).unwrap();
        let error = announced("CC-BY-NC-4.0", false).unwrap_err().to_string();
        assert!(error.contains("--accept-licence"), "{error}");
    }
}
