//! The child process: reads one document after another for its parent, over stdin and stdout.
//!
//! The only place where bytes of a user's file are parsed. Takes its own limits first; a panic
//! becomes a reason, everything worse ends the process, which the parent turns into a reason.

use std::{
    io::{self, BufReader, BufWriter, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use nuthatch_models::frame;
use serde::{Deserialize, Serialize};

use super::{Failure, Input, formats, sandbox};
use crate::document::{PathKey, Text};

/// Largest request: a path.
const MAX_REQUEST_BYTES: usize = 1 << 20;

/// A document to read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) path: Vec<u8>,
    pub(super) format: String,
    pub(super) max_file_bytes: u64,
    pub(super) max_text_bytes: usize,
}

/// What it gave.
pub(super) type Response = Result<Text, Failure>;

/// Serves until the parent closes the pipe. `pdfium` is where the library lies, if it is there.
pub fn serve(memory_mib: u64, pdfium: Option<&Path>) -> io::Result<()> {
    sandbox::enter(memory_mib);
    // The parent gets the reason as an answer; the default report would only clutter its stderr.
    std::panic::set_hook(Box::new(|_| {}));
    let mut from = BufReader::new(io::stdin().lock());
    let mut to = BufWriter::new(io::stdout().lock());
    while let Some(request) = frame::read::<Request>(&mut from, MAX_REQUEST_BYTES)? {
        let response: Response = catch_unwind(AssertUnwindSafe(|| read(&request, pdfium)))
            .unwrap_or_else(|_| {
                Err(Failure::Failed(
                    "its reader failed on it (a fault of the program)".into(),
                ))
            });
        frame::write(&mut to, &response)?;
    }
    Ok(())
}

fn read(request: &Request, pdfium: Option<&Path>) -> Response {
    let path = PathKey(request.path.clone()).to_path();
    let failed = |error: io::Error| Failure::Failed(reason(&error));
    let file = std::fs::File::open(&path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(request.max_file_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let cut = bytes.len() as u64 > request.max_file_bytes;
    bytes.truncate(request.max_file_bytes as usize);
    let format = formats()
        .into_iter()
        .find(|format| format.name == request.format)
        .ok_or_else(|| Failure::Failed("its format is unknown to this worker".into()))?;
    (format.parse)(&Input {
        bytes: &bytes,
        cut,
        max_text_bytes: request.max_text_bytes,
        pdfium: pdfium.map(Path::to_owned),
    })
}

/// An input or output error in words for a file's reason.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there any more".into(),
        io::ErrorKind::PermissionDenied => "permission to read it is missing".into(),
        io::ErrorKind::OutOfMemory => "it is too large for the memory that reading may take".into(),
        _ => format!("it could not be read: {error}"),
    }
}
