//! What a shut-in reader is refused, found out by trying.
//!
//! For tests and for whoever asks whether this system shuts readers in. Invariant: nothing is touched
//! but the folder that it is given.

use std::{
    fs::File,
    net::{TcpListener, UdpSocket},
    path::Path,
    process::{Command, Stdio},
};

use serde::Serialize;

/// Something that a reader has no business doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// What was tried.
    pub what: &'static str,
    /// The system's words; `None` where it let it happen.
    pub refused: Option<String>,
}

/// Shuts this process in and tries, in a folder that may be thrown away afterwards; `program` is one
/// that anybody may start.
pub fn probe(memory_mib: u64, folder: &Path, program: &Path) -> std::io::Result<Vec<Attempt>> {
    let (known, new) = (folder.join("known"), folder.join("new"));
    std::fs::write(&known, "known")?;
    super::enter(memory_mib);
    let mut start = Command::new(program);
    start.arg("--version").stdout(Stdio::null());
    let attempts = [
        ("open a file", refusal(File::open(&known))),
        ("list a folder", refusal(std::fs::read_dir(folder))),
        ("write a file", refusal(std::fs::write(&new, "new"))),
        ("remove a file", refusal(std::fs::remove_file(&known))),
        ("listen", refusal(TcpListener::bind("127.0.0.1:0"))),
        ("send", refusal(UdpSocket::bind("127.0.0.1:0"))),
        ("start a program", refusal(start.spawn())),
    ];
    Ok(attempts
        .into_iter()
        .map(|(what, refused)| Attempt { what, refused })
        .collect())
}

fn refusal<T>(outcome: std::io::Result<T>) -> Option<String> {
    outcome.err().map(|error| error.to_string())
}
