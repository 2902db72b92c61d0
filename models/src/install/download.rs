//! One file over HTTP, in as many pieces as the network makes of it.
//!
//! Alone in naming the HTTP client. Owns retries, resuming, and the meaning of a server's answers;
//! knows no model. Invariant: a piece is only ever continued with bytes of the same version of the
//! file, as the server's own mark (`ETag`) or the catalogue's hash of the whole shows.
//! Start reading at [`Client::fetch`].

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use ureq::{
    Agent, Body, Proxy,
    config::RedirectAuthHeaders,
    http::{HeaderMap, Response},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{Error, Source, folders::at, import::is_pointer};
use crate::catalogue::{FileError, ModelFile};

/// So many failures in a row without a byte in between end a download.
const MAX_FAILURES: u32 = 5;
/// A server that takes longer to connect, or to answer, is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// Nothing for so long in the middle of a file means that the connection is dead.
const SILENCE_TIMEOUT: Duration = Duration::from_mins(1);
/// So much is written, and told of, at a time.
const PIECE_BYTES: usize = 256 << 10;

/// What is told how much there is, and of how much.
pub(super) type Step<'a> = dyn FnMut(u64, Option<u64>) -> ControlFlow<()> + 'a;

/// Downloads from one source.
pub(super) struct Client {
    agent: Agent,
    authorisation: Option<String>,
    first_wait: Duration,
}

/// A file that is not complete, and the mark of the version that it is a piece of.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    mark: PathBuf,
}

/// Why an attempt ended.
enum Fault {
    /// Trying again may help.
    Passing(String),
    Final(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl Client {
    pub(super) fn new(source: &Source) -> Result<Self, Error> {
        let base = &source.base_url;
        let is_plain = base.starts_with("http://");
        if !is_plain && !base.starts_with("https://") {
            return Err(option("the address", base));
        }
        let config = Agent::config_builder()
            .https_only(!is_plain)
            .http_status_as_error(false)
            .redirect_auth_headers(RedirectAuthHeaders::SameHost)
            .user_agent(concat!("nuthatch/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_recv_response(Some(ANSWER_TIMEOUT))
            .timeout_per_read(Some(SILENCE_TIMEOUT))
            .tls_config(tls(source)?)
            .proxy(proxy(source)?);
        Ok(Self {
            agent: config.build().new_agent(),
            authorisation: source.token.as_ref().map(|token| format!("Bearer {token}")),
            first_wait: source.first_wait,
        })
    }

    /// Completes `part`, trying again as long as that gets it further. Breaks if `step` does.
    pub(super) fn fetch(
        &self,
        url: &str,
        file: &ModelFile,
        part: &Part,
        step: &mut Step<'_>,
    ) -> Result<ControlFlow<()>, Error> {
        let mut n_failures = 0;
        loop {
            let before = part.n_bytes();
            let reason = match self.attempt(url, file, part, step) {
                Ok(flow) => return Ok(flow),
                Err(Fault::Final(error)) => return Err(error),
                Err(Fault::Passing(reason)) => reason,
            };
            n_failures = if part.n_bytes() > before {
                1
            } else {
                n_failures + 1
            };
            if n_failures == MAX_FAILURES {
                let url = url.to_owned();
                return Err(Error::Network { url, reason });
            }
            tracing::debug!(reason, n_failures, "download interrupted");
            std::thread::sleep(self.first_wait * (1 << (n_failures - 1)));
        }
    }

    fn attempt(
        &self,
        url: &str,
        file: &ModelFile,
        part: &Part,
        step: &mut Step<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let mark = part.mark();
        let may_resume = mark.is_some() || file.sha256.is_some();
        let start = if may_resume { part.n_bytes() } else { 0 };
        let response = self.ask(url, start, mark.as_deref())?;
        let headers = response.headers();
        let start = match response.status().as_u16() {
            200 => 0,
            206 if continues(headers, start, mark.as_deref()) => start,
            // Nothing follows: all of it had arrived before.
            416 if text(headers, "content-range") == Some(&format!("bytes */{start}")) => {
                return Ok(ControlFlow::Continue(()));
            }
            // The piece is longer than the file, or of another version of it.
            206 | 416 => {
                part.discard();
                return Err(passing("the file changed in the middle"));
            }
            status @ (408 | 429 | 500..) => {
                return Err(passing(&format!("the server answered {status}")));
            }
            status => {
                let url = url.to_owned();
                return Err(Error::Status { url, status }.into());
            }
        };
        refuse_pages(url, headers)?;
        let length = number(headers, "content-length").map(|length| start + length);
        expect_length(url, file, length)?;
        part.remember(text(headers, "etag"))?;
        let mut body = response.into_body().into_reader();
        let piece = part.open(start)?;
        let flow = pour(&mut body, piece, part, &mut |n| step(start + n, length))?;
        match length {
            Some(length) if flow.is_continue() && part.n_bytes() != length => {
                Err(passing("the connection ended too early"))
            }
            _ => Ok(flow),
        }
    }

    /// Asks for what follows the first `start` bytes, if it still is the version of this mark.
    fn ask(&self, url: &str, start: u64, mark: Option<&str>) -> Result<Response<Body>, Fault> {
        let mut request = self.agent.get(url);
        if let Some(authorisation) = &self.authorisation {
            request = request.header("authorization", authorisation);
        }
        if start > 0 {
            request = request.header("range", format!("bytes={start}-"));
            if let Some(mark) = mark {
                request = request.header("if-range", mark);
            }
        }
        request.call().map_err(|error| match error {
            ureq::Error::Http(_) | ureq::Error::BadUri(_) => {
                Fault::Final(option("the address", url))
            }
            ureq::Error::RequireHttpsOnly(_) => Fault::Final(Error::Network {
                url: url.to_owned(),
                reason: "it leads to an address without encryption".into(),
            }),
            // How a certificate that nobody trusts comes up from below.
            ureq::Error::Io(ref cause) if cause.kind() == io::ErrorKind::InvalidData => {
                Fault::Final(Error::Network {
                    url: url.to_owned(),
                    reason: error.to_string(),
                })
            }
            ureq::Error::TooManyRedirects | ureq::Error::Rustls(_) | ureq::Error::Tls(_) => {
                Fault::Final(Error::Network {
                    url: url.to_owned(),
                    reason: error.to_string(),
                })
            }
            error => passing(&error),
        })
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

    fn open(&self, start: u64) -> Result<File, Error> {
        at(&self.path, |path| {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            file.set_len(start)?;
            Ok(file)
        })
    }

    fn discard(&self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.mark);
    }

    /// Makes the piece the file, if it is the right one; otherwise throws it away.
    pub(super) fn accept(&self, file: &ModelFile, path: &Path) -> Result<(), Error> {
        let checked = self.check(file, path);
        if checked.is_ok() {
            at(path, |path| fs::rename(&self.path, path))?;
        }
        self.discard();
        checked
    }

    /// Errors name the file as it would have been called.
    fn check(&self, file: &ModelFile, path: &Path) -> Result<(), Error> {
        if is_pointer(&self.path) {
            return Err(Error::Pointer { path: path.into() });
        }
        file.verify_known(&self.path).map_err(|error| match error {
            FileError::Damaged { .. } => FileError::Damaged { path: path.into() }.into(),
            error => error.into(),
        })
    }
}

/// Whether an answer in part goes on where the piece ends, in the same version.
fn continues(headers: &HeaderMap, start: u64, mark: Option<&str>) -> bool {
    let range = text(headers, "content-range").unwrap_or_default();
    let is_same = match (mark, text(headers, "etag")) {
        (Some(mark), Some(found)) => mark == found,
        _ => true,
    };
    is_same && range.starts_with(&format!("bytes {start}-"))
}

/// Where a network wants a log-in first, any address gives a page.
fn refuse_pages(url: &str, headers: &HeaderMap) -> Result<(), Error> {
    let kind = text(headers, "content-type").unwrap_or_default();
    if kind.starts_with("text/html") {
        Err(Error::WebPage { url: url.into() })
    } else {
        Ok(())
    }
}

fn expect_length(url: &str, file: &ModelFile, found: Option<u64>) -> Result<(), Error> {
    match (file.size_bytes, found) {
        (Some(expected), Some(found)) if expected != found => Err(Error::Length {
            url: url.into(),
            expected,
            found,
        }),
        _ => Ok(()),
    }
}

/// Writes what comes, telling how much it was so far; ends on the disk.
fn pour(
    body: &mut impl Read,
    mut file: File,
    part: &Part,
    step: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Fault> {
    let mut buffer = vec![0; PIECE_BYTES];
    let mut n_bytes = 0;
    let mut flow = step(n_bytes);
    while flow.is_continue() {
        let n = match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(passing(&error)),
        };
        let piece = buffer.get(..n).unwrap_or_default();
        at(&part.path, |_| file.write_all(piece))?;
        n_bytes += n as u64;
        flow = step(n_bytes);
    }
    at(&part.path, |_| file.sync_all())?;
    Ok(flow)
}

fn tls(source: &Source) -> Result<TlsConfig, Error> {
    let mut config = TlsConfig::builder();
    if let Some(path) = &source.ca_file {
        let refused = |reason: String| Error::Option {
            option: "the certificates",
            reason: format!("{}: {reason}", path.display()),
        };
        let pem = fs::read(path).map_err(|error| refused(error.to_string()))?;
        let certificates = certificates(&pem).map_err(|error| refused(error.to_string()))?;
        if certificates.is_empty() {
            return Err(refused("it holds none in PEM".into()));
        }
        config = config.root_certs(RootCerts::new_with_certs(&certificates));
    }
    Ok(config.build())
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, ureq::Error> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item? {
            found.push(certificate);
        }
    }
    Ok(found)
}

fn proxy(source: &Source) -> Result<Option<Proxy>, Error> {
    let Some(address) = &source.proxy else {
        return Ok(None);
    };
    // The address may hold a password, so the message does not repeat it.
    let refused = |_| option("the proxy", "its address is not one");
    let named = Proxy::new(address).map_err(refused)?;
    let mut proxy = Proxy::builder(named.protocol())
        .host(named.host())
        .port(named.port());
    if let Some(username) = named.username() {
        proxy = proxy.username(username);
    }
    if let Some(password) = named.password() {
        proxy = proxy.password(password);
    }
    for host in source.no_proxy.iter().flat_map(|hosts| hosts.split(',')) {
        proxy = proxy.no_proxy(host.trim());
    }
    proxy.build().map(Some).map_err(refused)
}

fn option(option: &'static str, reason: impl Into<String>) -> Error {
    Error::Option {
        option,
        reason: reason.into(),
    }
}

fn passing(reason: &(impl ToString + ?Sized)) -> Fault {
    Fault::Passing(reason.to_string())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name).and_then(|text| text.trim().parse().ok())
}
