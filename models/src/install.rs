//! Puts models where they are found, and takes them away: from the Hub or a mirror of it, or from a
//! folder.
//!
//! Owns the way from nothing to a complete, checked model; knows only files, no worker and no
//! library. Blocking; whoever calls it decides on which thread. Environment, addresses and tokens are
//! passed in as a [`Source`].
//! Invariant: a model's folder appears by one rename, after every file in it was checked. Until then
//! everything lies below `.partial`, from where a later call goes on.
//! Start reading at [`get`].

pub mod connections;
mod download;
mod error;
mod folders;
mod import;

use std::{
    fmt,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

pub use error::Error;
pub use folders::{Installed, installed, n_partial_bytes, remove, size_bytes};
pub use import::import;

use self::{
    download::{Client, Download, Part},
    folders::Staging,
};
use crate::catalogue::ModelSpec;

/// Where models come from, unless the user says otherwise.
pub const HUB: &str = "https://huggingface.co";

/// Where to download from, and how to get there.
#[derive(Clone)]
pub struct Source {
    /// What stands before the repository's name. Only an address that is itself `http://` is allowed
    /// to lead to one.
    pub base_url: String,
    /// Access token; sent to the host and port of `base_url` and to no other, and never unencrypted
    /// but to this machine itself.
    pub token: Option<String>,
    /// A proxy's address, with user and password where it wants them.
    pub proxy: Option<String>,
    /// Hosts that are reached without it, separated by commas.
    pub no_proxy: Option<String>,
    /// Certificates in PEM that are trusted instead of Mozilla's.
    pub ca_file: Option<PathBuf>,
    /// How long to wait after a first failure; twice as long after each further one.
    pub first_wait: Duration,
    /// Every request is written down here, before it is made; without a place none is.
    pub record: Option<PathBuf>,
    /// The user wants no connection: none is made.
    pub is_forbidden: bool,
}

impl Source {
    /// The Hub or a mirror, without anything special.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            token: None,
            proxy: None,
            no_proxy: None,
            ca_file: None,
            first_wait: Duration::from_secs(1),
            record: None,
            is_forbidden: false,
        }
    }
}

/// Without the token, and without the proxy, which may hold a password: this goes to logs.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("base_url", &self.base_url)
            .field("ca_file", &self.ca_file)
            .finish_non_exhaustive()
    }
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file under way.
    pub file: &'a str,
    /// Its number, from 0.
    pub i_file: usize,
    /// Of so many.
    pub n_files: usize,
    /// What of it is there.
    pub n_bytes: u64,
    /// Of so many, where that is known.
    pub n_bytes_total: Option<u64>,
}

/// Told of each step; breaks off to stop, and what is there by then is kept for the next time.
pub type OnProgress<'a> = dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a;

/// What became of a call that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The model lies in this folder now.
    Installed(PathBuf),
    /// It lay there before, undamaged.
    AlreadyThere(PathBuf),
    /// Whoever was told of the progress broke off.
    Stopped,
}

/// Downloads the files of a model that are missing or damaged below `models`.
pub fn get(
    spec: &ModelSpec,
    models: &Path,
    source: &Source,
    on_progress: &mut OnProgress<'_>,
) -> Result<Outcome, Error> {
    spec.check_names()?;
    let Some(repository) = &spec.repository else {
        return Err(Error::ShipsOnly {
            id: spec.id.clone(),
        });
    };
    if is_sound(spec, models) {
        return Ok(Outcome::AlreadyThere(spec.directory(models)));
    }
    if source.is_forbidden {
        return Err(Error::Forbidden {
            id: spec.id.clone(),
        });
    }
    let client = Client::new(source)?;
    let staging = Staging::open(spec, models)?;
    staging.adopt()?;
    for (i_file, file) in spec.files.iter().enumerate() {
        if staging.has(file) {
            continue;
        }
        let path = staging.folder().join(&file.name);
        let base = source.base_url.trim_end_matches('/');
        let (revision, remote) = (&spec.revision, file.remote());
        let url = format!("{base}/{repository}/resolve/{revision}/{remote}");
        let mut step = |n_bytes, n_bytes_total| {
            on_progress(Progress {
                file: &file.name,
                i_file,
                n_files: spec.files.len(),
                n_bytes,
                n_bytes_total,
            })
        };
        let part = Part::of(&path);
        match Download::new(&client, &url, file, &part).run(&mut step)? {
            ControlFlow::Continue(told) => part.accept(file, staging.folder(), &told)?,
            ControlFlow::Break(()) => return Ok(Outcome::Stopped),
        }
    }
    staging.finish().map(Outcome::Installed)
}

/// Whether every file is there and is what it should be.
fn is_sound(spec: &ModelSpec, models: &Path) -> bool {
    spec.is_present(models) && spec.verify(&spec.directory(models)).is_ok()
}
