//! The child process: reads one document after another for its parent, over stdin and stdout.
//!
//! The only place where bytes of a user's file are parsed. Shuts itself in first, then reads what it
//! is handed; a panic becomes a reason, everything worse ends the process, which the parent turns
//! into a reason.

use std::{
    fs::File,
    io::{self, BufWriter, Read},
    path::Path,
};

use nuthatch_models::frame;
use serde::{Deserialize, Serialize};

use super::{
    Content, Failure, Input, formats,
    handover::Inlet,
    nest::{self, Child, Nest, Resume, Unpacking},
    pdf,
    pictures::{PagePicture, Wanted},
    sandbox,
};
use crate::document::Text;

/// Largest request: a name and a few numbers.
const MAX_REQUEST_BYTES: usize = 1 << 20;

/// A document to read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) name: String,
    pub(super) format: String,
    /// Seconds of the processor that reading it may take.
    pub(super) max_seconds: u64,
    pub(super) max_file_bytes: u64,
    pub(super) max_text_bytes: usize,
    pub(super) with_layout: bool,
    pub(super) resume: Resume,
    /// Pictures of these pages are wanted instead of its text.
    pub(super) wanted: Option<Wanted>,
}

/// What the parent is told; [`Message::Done`] is the last of each document.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Message {
    /// A file inside the document is being read.
    Begun {
        /// Its number.
        number: u32,
        /// Its path in the document.
        path: String,
    },
    /// It was read.
    Child(Box<Child>),
    /// A page of the document itself is being read; what was read since the page before.
    Page {
        /// Its number.
        number: u32,
        /// A piece of the document's text, with the offsets that it has there.
        read: Box<Text>,
    },
    /// A page that was wanted as a picture.
    Picture(Box<PagePicture>),
    /// The document itself was read.
    Done(Box<Result<Text, Failure>>),
}

/// Serves until the parent closes the pipe. `pdfium` is where the library lies, if it is there.
pub fn serve(memory_mib: u64, pdfium: Option<&Path>) -> io::Result<()> {
    // Libraries can only be loaded from outside.
    if let Some(pdfium) = pdfium {
        pdf::load(pdfium);
    }
    sandbox::enter(memory_mib);
    // The parent gets the reason as an answer; the default report would only clutter its stderr.
    std::panic::set_hook(Box::new(|_| {}));
    let mut to = BufWriter::new(io::stdout().lock());
    while let Some(file) = Inlet::receive()? {
        let Some(request) = frame::read::<Request>(&mut Inlet, MAX_REQUEST_BYTES)? else {
            break;
        };
        sandbox::allow_seconds(request.max_seconds);
        let answer = read(&file, &request, &mut |message| {
            frame::write(&mut to, &message)
        });
        frame::write(&mut to, &Message::Done(Box::new(answer)))?;
    }
    Ok(())
}

fn read(
    file: &File,
    request: &Request,
    tell: &mut dyn FnMut(Message) -> io::Result<()>,
) -> Result<Text, Failure> {
    let failed = |error: io::Error| Failure::Failed(reason(&error));
    let format = formats()
        .find(|format| format.name == request.format)
        .ok_or_else(|| Failure::Failed("its format is unknown to this worker".into()))?;
    let file_bytes = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    let content = if format.is_streamed {
        Content::File(file)
    } else {
        file.take(request.max_file_bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        let n_kept = bytes.len().min(request.max_file_bytes as usize);
        Content::Bytes(bytes.get(..n_kept).unwrap_or_default())
    };
    let input = Input {
        name: &request.name,
        content,
        cut: bytes.len() as u64 > request.max_file_bytes,
        max_text_bytes: request.max_text_bytes,
        with_layout: request.with_layout,
    };
    let mut unpacking = Unpacking::new(file_bytes, request, tell);
    nest::parse(format, &input, &mut Nest::new(&mut unpacking))
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
