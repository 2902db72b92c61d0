//! Why a model could not be installed, and what a person can do about it.
//!
//! Knows no wording of the window's. Invariant: no message holds a token or an address that was
//! given out by a server, which may be signed.

use std::{io, path::PathBuf};

use crate::catalogue::FileError;

/// Why a model could not be installed or removed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The catalogue names no place to fetch it from.
    #[error("{id} ships with the program and cannot be fetched")]
    ShipsOnly {
        /// The model.
        id: String,
    },
    /// The user wants no connection.
    #[error("{id} was not fetched: the settings say never to connect (never_connect)")]
    Forbidden {
        /// The model.
        id: String,
    },
    /// Another process installs the same model.
    #[error("{id} is being installed by another process")]
    Busy {
        /// The model.
        id: String,
    },
    /// There is nothing to remove.
    #[error("{id} is not installed")]
    NotInstalled {
        /// The model.
        id: String,
    },
    /// A file is wrong, or cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file system refused.
    #[error("could not write {path}")]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// An option for the download makes no sense.
    #[error("could not use {option}: {reason}")]
    Option {
        /// Which.
        option: &'static str,
        /// Why.
        reason: String,
    },
    /// The server refused.
    #[error("{url}: the server answered {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The status code.
        status: u16,
    },
    /// A page for people came instead of the file.
    #[error("{url}: the server sent a web page instead of the file")]
    WebPage {
        /// What was asked for.
        url: String,
    },
    /// The file's length is not the one of the catalogue.
    #[error("{url} has {found} bytes, and not {expected}")]
    Length {
        /// What was asked for.
        url: String,
        /// The catalogue's.
        expected: u64,
        /// The server's.
        found: u64,
    },
    /// The network or the server failed again and again.
    #[error("could not download {url}: {reason}")]
    Network {
        /// What was asked for.
        url: String,
        /// What was seen last.
        reason: String,
    },
    /// A folder lacks files of the model.
    #[error("{folder} lacks {}", names.join(", "))]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The files.
        names: Vec<String>,
    },
    /// A file only says where its content would be.
    #[error("{path} is a pointer of Git LFS, without the file's content")]
    Pointer {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// What to do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Forbidden { .. } => {
                "allow connections in the settings, or import the model from a folder"
            }
            Self::Busy { .. } => "wait until the other one has finished",
            Self::File(FileError::Damaged { .. }) => {
                "nothing was installed from it; get it again, or from another source"
            }
            Self::Option { option, .. } if *option == "the address" => {
                "give the address of the Hub or of a mirror, beginning with https://"
            }
            Self::Status { status: 401, .. } => {
                "make an access token on the server's site and pass it on (HF_TOKEN)"
            }
            Self::Status { status: 403, .. } => {
                "accept the model's terms on its page with your account, and pass on a token of that \
                 account (HF_TOKEN)"
            }
            Self::Status { status: 404, .. } => {
                "the catalogue may be out of date, or the mirror incomplete; a folder with the files \
                 can be imported instead"
            }
            Self::Status { status: 407, .. } => "the proxy wants a user and a password",
            Self::WebPage { .. } => {
                "you may have to log in to this network in a browser first, or to pass on an access \
                 token (HF_TOKEN)"
            }
            Self::Length { .. } => "the catalogue may be out of date, or the mirror wrong",
            Self::Network { .. } => {
                "what has arrived is kept: the same call goes on from there. Behind a proxy, name it \
                 (HTTPS_PROXY) and its certificates (NUTHATCH_CA_FILE)"
            }
            Self::Missing { .. } => {
                "the folder has to hold the files themselves, or a snapshot as the Hub's own tools \
                 keep it"
            }
            Self::Pointer { .. } => "run `git lfs pull` where the folder comes from",
            Self::Unwritable { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "free some space: the same call goes on from where it stopped"
            }
            _ => return None,
        })
    }
}
