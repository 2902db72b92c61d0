//! One file over HTTP, in as many pieces as the network makes of it.
//!
//! Owns retries, resuming, and the meaning of a server's answers; knows no model, and the HTTP client
//! is `http.rs`'s. Invariants: a piece is only ever continued with bytes of the same version of the
//! file, as the server's own mark (`ETag`) or the catalogue's hash of the whole shows; a file whose
//! early end nobody would notice is refused.
//! Start reading at [`Download::run`].

mod http;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use self::http::Answer;
pub(super) use self::http::Client;
use super::{Error, folders::at, import::is_pointer};
use crate::catalogue::ModelFile;

/// So many failures in a row without getting further than ever before end a download.
const MAX_FAILURES: u32 = 5;
/// A server that wants to be left alone for longer is asked another day.
const MAX_WAIT: Duration = Duration::from_mins(2);
/// How often a waiting download asks whether it should stop.
const LOOK_UP: Duration = Duration::from_millis(200);
/// So much is written, and told of, at a time.
const PIECE_BYTES: usize = 256 << 10;

/// What is told how much there is, and of how much.
pub(super) type Step<'a> = dyn FnMut(u64, Option<u64>) -> ControlFlow<()> + 'a;

/// One file on its way.
pub(super) struct Download<'a> {
    client: &'a Client,
    url: &'a str,
    file: &'a ModelFile,
    part: &'a Part,
    n_bytes_total: Option<u64>,
}

/// A file that is not complete, and the mark of the version that it is a piece of.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    mark: PathBuf,
}

/// The hash of a file that has arrived, where its source told it.
pub(super) type Told = Option<String>;

/// Why an attempt ended.
enum Fault {
    /// Trying again may help, after a while that the server may name.
    Passing(String, Duration),
    Final(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl<'a> Download<'a> {
    pub(super) fn new(
        client: &'a Client,
        url: &'a str,
        file: &'a ModelFile,
        part: &'a Part,
    ) -> Self {
        Self {
            client,
            url,
            file,
            part,
            n_bytes_total: file.size_bytes,
        }
    }

    /// Completes the part, trying again as long as that gets it further. Breaks if `step` does.
    pub(super) fn run(mut self, step: &mut Step<'_>) -> Result<ControlFlow<(), Told>, Error> {
        let (mut n_failures, mut longest) = (0, self.part.n_bytes());
        loop {
            let (mut reason, asked) = match self.attempt(step) {
                Ok(flow) => return Ok(flow),
                Err(Fault::Final(error)) => return Err(error),
                Err(Fault::Passing(reason, asked)) => (reason, asked),
            };
            let n_bytes = self.part.n_bytes();
            if n_bytes > longest {
                (n_failures, longest) = (0, n_bytes);
            }
            n_failures += 1;
            if asked > MAX_WAIT {
                reason += &format!(", and wants to be asked in {} s", asked.as_secs());
            }
            if n_failures == MAX_FAILURES || asked > MAX_WAIT {
                let url = self.url.to_owned();
                return Err(Error::Network { url, reason });
            }
            tracing::debug!(reason, n_failures, "download interrupted");
            let wait = asked.max(self.client.first_wait * (1 << (n_failures - 1)));
            if self.wait(wait, step).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    fn wait(&self, mut left: Duration, step: &mut Step<'_>) -> ControlFlow<()> {
        while !left.is_zero() {
            let nap = left.min(LOOK_UP);
            thread::sleep(nap);
            left -= nap;
            step(self.part.n_bytes(), self.n_bytes_total)?;
        }
        ControlFlow::Continue(())
    }

    fn attempt(&mut self, step: &mut Step<'_>) -> Result<ControlFlow<(), Told>, Fault> {
        let (url, part) = (self.url, self.part);
        let mark = part.mark();
        let may_resume = mark.is_some() || self.file.sha256.is_some();
        let start = if may_resume { part.n_bytes() } else { 0 };
        let answer = self.client.ask(url, start, mark.as_deref())?;
        let told = answer.sha256.clone();
        let start = match answer.status() {
            200 => 0,
            206 if continues(&answer, start, mark.as_deref()) => start,
            // Nothing follows: all of it had arrived before.
            416 if answer.header("content-range") == Some(&format!("bytes */{start}")) => {
                return Ok(ControlFlow::Continue(told));
            }
            // The piece is longer than the file, or of another version of it.
            206 | 416 => {
                part.discard();
                return Err(passing("the file changed in the middle"));
            }
            status @ (408 | 429 | 500..) => {
                let reason = format!("the server answered {status}");
                return Err(Fault::Passing(reason, retry_after(&answer)));
            }
            status => {
                let url = url.to_owned();
                return Err(Error::Status { url, status }.into());
            }
        };
        refuse_pages(url, &answer)?;
        self.n_bytes_total = self.whole_length(&answer, start)?;
        let piece = part.open(start)?;
        if start == 0 {
            // After the old piece is gone: otherwise it could pass for one of the new version.
            part.remember(answer.header("etag"))?;
        }
        let mut body = answer.into_reader();
        let flow = self.pour(&mut body, piece, start, step)?;
        match self.n_bytes_total {
            Some(length) if flow.is_continue() && part.n_bytes() != length => {
                Err(passing("the connection ended too early"))
            }
            _ if flow.is_break() => Ok(ControlFlow::Break(())),
            _ => Ok(ControlFlow::Continue(told)),
        }
    }

    /// What the file will take, where anybody knows; all who know have to agree.
    fn whole_length(&self, answer: &Answer, start: u64) -> Result<Option<u64>, Error> {
        let expected = self.file.size_bytes.or(answer.n_bytes);
        let found = answer.length().map(|length| start + length);
        if let (Some(expected), Some(found)) = (expected, found)
            && expected != found
        {
            return Err(self.length(expected, found));
        }
        let length = expected.or(found);
        let is_hash_known = self.file.sha256.is_some() || answer.sha256.is_some();
        if length.is_none() && !is_hash_known && !answer.is_chunked() {
            return Err(Error::Network {
                url: self.url.to_owned(),
                reason: "the server does not say how long the file is".into(),
            });
        }
        Ok(length)
    }

    /// Writes what comes, telling how much it was so far; ends on the disk.
    fn pour(
        &self,
        body: &mut impl Read,
        mut file: File,
        start: u64,
        step: &mut Step<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let path = &self.part.path;
        let mut buffer = vec![0; PIECE_BYTES];
        let mut n_bytes = start;
        let mut flow = step(n_bytes, self.n_bytes_total);
        while flow.is_continue() {
            let n = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(passing(&error)),
            };
            n_bytes += n as u64;
            if let Some(expected) = self.n_bytes_total.filter(|&length| n_bytes > length) {
                self.part.discard();
                return Err(self.length(expected, n_bytes).into());
            }
            let piece = buffer.get(..n).unwrap_or_default();
            at(path, |_| file.write_all(piece))?;
            flow = step(n_bytes, self.n_bytes_total);
        }
        at(path, |_| file.sync_all())?;
        Ok(flow)
    }

    fn length(&self, expected: u64, found: u64) -> Error {
        Error::Length {
            url: self.url.to_owned(),
            expected,
            found,
        }
    }
}

impl Part {
    /// The piece of what will be `path`.
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.with_added_extension("part"),
            mark: path.with_added_extension("etag"),
        }
    }

    fn n_bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    fn mark(&self) -> Option<String> {
        fs::read_to_string(&self.mark).ok()
    }

    /// Weak marks (`W/…`) allow other bytes, so they are none.
    fn remember(&self, mark: Option<&str>) -> Result<(), Error> {
        if let Some(mark) = mark.filter(|mark| mark.starts_with('"')) {
            return at(&self.mark, |path| fs::write(path, mark));
        }
        let _ = fs::remove_file(&self.mark);
        Ok(())
    }

    /// Cut to `start` bytes, on the disk too.
    fn open(&self, start: u64) -> Result<File, Error> {
        at(&self.path, |path| {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            file.set_len(start)?;
            file.sync_all()?;
            Ok(file)
        })
    }

    fn discard(&self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.mark);
    }

    /// Makes the piece the file in its folder, if it is the right one; otherwise throws it away.
    pub(super) fn accept(&self, file: &ModelFile, folder: &Path, told: &Told) -> Result<(), Error> {
        let outcome = if is_pointer(&self.path) {
            let path = folder.join(&file.name);
            Err(Error::Pointer { path })
        } else {
            let admitted = file.admit(&self.path, folder, told.as_deref());
            admitted.map_err(Error::from)
        };
        self.discard();
        outcome
    }
}

/// Whether an answer in part goes on where the piece ends, in the same version.
fn continues(answer: &Answer, start: u64, mark: Option<&str>) -> bool {
    let range = answer.header("content-range").unwrap_or_default();
    let is_same = match (mark, answer.header("etag")) {
        (Some(mark), Some(found)) => mark == found,
        _ => true,
    };
    is_same && range.starts_with(&format!("bytes {start}-"))
}

/// Where a network wants a log-in first, any address gives a page.
fn refuse_pages(url: &str, answer: &Answer) -> Result<(), Error> {
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("text/html") {
        Err(Error::WebPage { url: url.into() })
    } else {
        Ok(())
    }
}

/// How long a busy server wants to be left alone; dates, which few send, count as nothing.
fn retry_after(answer: &Answer) -> Duration {
    let seconds = answer.header("retry-after").map(|text| text.trim().parse());
    Duration::from_secs(seconds.and_then(Result::ok).unwrap_or(0))
}

fn passing(reason: &(impl ToString + ?Sized)) -> Fault {
    Fault::Passing(reason.to_string(), Duration::ZERO)
}
