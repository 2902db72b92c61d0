//! Fetching a model, as the user's settings and the policy allow it, and the record of every connection.
//!
//! The only way to the network that the edges have. Invariant: whoever calls, the settings of that
//! moment are obeyed, and each request is written down in the user's folder.

use std::io;

use nuthatch_models::{
    ModelSpec,
    install::{
        self, OnProgress, Outcome, Source,
        connections::{self, Connection},
    },
};

use super::obeyed;
use crate::{dirs::Dirs, settings::Settings};

/// Downloads the files of a model that are missing or damaged. Blocks until it is there, has failed,
/// or was broken off.
pub fn fetch(
    dirs: &Dirs,
    settings: &Settings,
    spec: &ModelSpec,
    source: Source,
    on_progress: &mut OnProgress<'_>,
) -> Result<Outcome, install::Error> {
    let [own, ..] = dirs.models();
    let source = obeyed::source(dirs, settings, source);
    install::get(spec, &own, &source, on_progress)
}

/// Every request that was ever made, the newest first.
pub fn connections(dirs: &Dirs) -> io::Result<Vec<Connection>> {
    connections::all(&dirs.connections())
}
