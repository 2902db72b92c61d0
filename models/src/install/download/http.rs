//! Asking one server for one file, or for what is missing of it.
//!
//! Alone in naming the HTTP client. Owns encryption, proxies, redirects and where the access token
//! goes; knows no retries and no disk.
//! Invariants: the token goes to the origin it was given for and to no other, and never unencrypted
//! but to this machine itself; an encrypted address leads to encrypted ones only.
//! Start reading at [`Client::ask`].

use std::{
    fs,
    io::{self, Read},
    net::Ipv6Addr,
    path::PathBuf,
    time::Duration,
};

use ureq::{
    Agent, Body, Proxy,
    http::Response,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};
use url::{Host, Url};

use super::{Fault, passing};
use crate::install::{Error, Source, connections};

/// A server that takes longer to connect, or to answer, is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// Nothing for so long in the middle of a file means that the connection is dead.
const SILENCE_TIMEOUT: Duration = Duration::from_mins(1);
/// As many as browsers follow at least; more are a circle.
const MAX_REDIRECTS: usize = 10;

/// Asks one source.
pub(in crate::install) struct Client {
    agent: Agent,
    base: Url,
    authorisation: Option<String>,
    /// Where each request is written down.
    record: Option<PathBuf>,
    /// How long to wait after a first failure.
    pub(super) first_wait: Duration,
}

/// What a server says, before the file itself.
pub(super) struct Answer {
    response: Response<Body>,
    /// SHA-256 of the whole file, as the Hub tells it of large ones.
    pub(super) sha256: Option<String>,
    /// Length of the whole file, likewise.
    pub(super) n_bytes: Option<u64>,
}

impl Client {
    pub(in crate::install) fn new(source: &Source) -> Result<Self, Error> {
        let address = &source.base_url;
        let base = Url::parse(address).map_err(|_| option("the address", address))?;
        let is_plain = base.scheme() == "http";
        if !is_plain && base.scheme() != "https" {
            return Err(option("the address", address));
        }
        let config = Agent::config_builder()
            .https_only(!is_plain)
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("nuthatch/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_recv_response(Some(ANSWER_TIMEOUT))
            .timeout_per_read(Some(SILENCE_TIMEOUT))
            .tls_config(tls(source)?)
            .proxy(proxy(source)?);
        Ok(Self {
            agent: config.build().new_agent(),
            base,
            authorisation: source.token.as_ref().map(|token| format!("Bearer {token}")),
            record: source.record.clone(),
            first_wait: source.first_wait,
        })
    }

    /// Asks for what follows the first `start` bytes, if it still is the version of this mark, and
    /// goes where it is sent for it.
    pub(super) fn ask(&self, url: &str, start: u64, mark: Option<&str>) -> Result<Answer, Fault> {
        let mut next = Url::parse(url).map_err(|_| option("the address", url))?;
        let (mut sha256, mut n_bytes) = (None, None);
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&next, start, mark, url)?;
            sha256 = sha256.or_else(|| linked_sha256(&response));
            n_bytes = n_bytes.or_else(|| number(&response, "x-linked-size"));
            let Some(location) = redirect(&response) else {
                return Ok(Answer {
                    response,
                    sha256,
                    n_bytes,
                });
            };
            next = next
                .join(location)
                .map_err(|_| broken(url, "it leads nowhere"))?;
            if next.scheme() != "https" && next.scheme() != self.base.scheme() {
                return Err(broken(url, "it leads to an address without encryption"));
            }
        }
        Err(broken(url, "it leads from one address to the next"))
    }

    fn send(
        &self,
        url: &Url,
        start: u64,
        mark: Option<&str>,
        asked_for: &str,
    ) -> Result<Response<Body>, Fault> {
        // An address that a server gave out may be signed.
        let is_ours = url.origin() == self.base.origin();
        let to = if is_ours {
            url.as_str()
        } else {
            url.host_str().unwrap_or("?")
        };
        let asked = connections::ask(self.record.as_deref(), to).map_err(|error| {
            broken(asked_for, &format!("it could not be written down: {error}"))
        })?;
        let mut request = self.agent.get(url.as_str());
        if let Some(authorisation) = self.authorisation.as_ref().filter(|_| self.may_know(url)) {
            request = request.header("authorization", authorisation);
        }
        if start > 0 {
            request = request.header("range", format!("bytes={start}-"));
            if let Some(mark) = mark {
                request = request.header("if-range", mark);
            }
        }
        let response = request.call();
        match &response {
            Ok(response) => asked.answered(response.status().as_str()),
            Err(_) => asked.answered("failed"),
        }
        response.map_err(|error| fault(&error, asked_for))
    }

    /// Whether the token may be sent there.
    fn may_know(&self, url: &Url) -> bool {
        let is_private = url.scheme() == "https"
            || match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
                None => false,
            };
        is_private && url.origin() == self.base.origin()
    }
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        text(&self.response, name)
    }

    /// Length of what follows, where the server says it.
    pub(super) fn length(&self) -> Option<u64> {
        number(&self.response, "content-length").filter(|_| !self.is_chunked())
    }

    /// Whether what follows ends with a mark, so that an early end is seen.
    pub(super) fn is_chunked(&self) -> bool {
        let coding = self.header("transfer-encoding").unwrap_or_default();
        coding.to_ascii_lowercase().contains("chunked")
    }

    pub(super) fn into_reader(self) -> impl Read {
        self.response.into_body().into_reader()
    }
}

/// Where an answer sends whoever asked.
fn redirect(response: &Response<Body>) -> Option<&str> {
    let is_one = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    text(response, "location").filter(|_| is_one)
}

/// The Hub names the version of a large file by its hash; that of a small one is another number.
fn linked_sha256(response: &Response<Body>) -> Option<String> {
    let mark = text(response, "x-linked-etag")?.trim_matches('"');
    let is_hash = mark.len() == 64 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| mark.to_ascii_lowercase())
}

fn fault(error: &ureq::Error, url: &str) -> Fault {
    match error {
        ureq::Error::Http(_) | ureq::Error::BadUri(_) => option("the address", url).into(),
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => broken(url, error),
        // How a certificate that nobody trusts comes up from below.
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => broken(url, error),
        error => passing(error),
    }
}

fn broken(url: &str, reason: &(impl ToString + ?Sized)) -> Fault {
    Fault::Final(Error::Network {
        url: url.to_owned(),
        reason: reason.to_string(),
    })
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

fn text<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

fn number(response: &Response<Body>, name: &str) -> Option<u64> {
    text(response, name).and_then(|text| text.trim().parse().ok())
}
