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

pub use nuthatch_models::install::connections::Asked;

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

/// Why a request was not made.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The user wants no connection.
    #[error("No connection was made: the settings forbid every one (never_connect)")]
    Forbidden,
    /// What cannot be written down is not asked for.
    #[error("No connection was made, for it could not be written down: {0}")]
    Unrecorded(#[source] io::Error),
}

/// Writes down a request that another program part is about to make, unless the settings forbid it.
pub fn ask(dirs: &Dirs, settings: &Settings, to: &str) -> Result<Asked, Refused> {
    if settings.never_connect {
        return Err(Refused::Forbidden);
    }
    connections::ask(Some(&dirs.connections()), to).map_err(Refused::Unrecorded)
}

/// Every request that was ever made, the newest first.
pub fn connections(dirs: &Dirs) -> io::Result<Vec<Connection>> {
    connections::all(&dirs.connections())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_down_with_its_answer_and_none_is_made_that_is_forbidden() {
        let library = tempfile::tempdir().expect("a folder");
        let dirs = Dirs::new(library.path(), "/programs");
        let forbidding = Settings {
            never_connect: true,
            ..Settings::default()
        };
        let refused = ask(&dirs, &forbidding, "https://example.org");
        assert!(matches!(refused, Err(Refused::Forbidden)));
        assert_eq!(connections(&dirs).expect("a record"), []);

        let asked = ask(&dirs, &Settings::default(), "https://example.org").expect("allowed");
        assert_eq!(connections(&dirs).expect("a record")[0].answer, None);
        asked.answered("this is the newest version");
        let made = connections(&dirs).expect("a record");
        assert_eq!(made[0].to, "https://example.org");
        assert_eq!(
            made[0].answer.as_deref(),
            Some("this is the newest version")
        );
    }
}
