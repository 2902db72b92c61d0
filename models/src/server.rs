//! Text from a server that speaks `OpenAI`'s protocol: Ollama, LM Studio, llama.cpp, on this machine.
//!
//! Owns which addresses may be asked, what is sent, and what a server's events mean; the HTTP client
//! is `http.rs`'s. Blocking reads have a thread of their own, which ends with the answer.
//! Invariants: nothing but this machine itself is asked unless the caller allowed it, and even then
//! not where the user wants no connection; every request is written down before it is made; an answer
//! that breaks off is an error and never passes for a whole one.
//! Start reading at [`ChatServer::write`].

mod events;
mod http;

use std::{io::BufReader, net::Ipv6Addr, path::PathBuf, thread};

use tokio::sync::mpsc;
use url::{Host, Url};

use self::events::Events;
use crate::{
    client::{self, Piece, Writing},
    decoder::repeats,
    install::connections,
    protocol::{End, Speaker, Turn},
};

/// Pieces that wait for whoever reads them; a server that is faster waits itself.
const N_WAITING: usize = 256;
/// Pieces for each token that was allowed: more mean that the server does not hold to it.
const N_PIECES_A_TOKEN: usize = 8;

/// A server, and the model that is asked for there.
#[derive(Debug, Clone)]
pub struct ChatServer {
    /// Its address, with or without `/v1`: `http://127.0.0.1:11434`.
    pub address: String,
    /// The model's name there.
    pub model: String,
    /// Whether it may be another machine.
    pub allow_remote: bool,
    /// The user wants no connection: none but to this machine is made.
    pub is_forbidden: bool,
    /// Every request is written down here before it is made; without a place none is.
    pub record: Option<PathBuf>,
}

/// Why a server gave no answer, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address is none.
    #[error("{address} is no server's address; one looks like http://127.0.0.1:11434")]
    Address {
        /// What was given.
        address: String,
    },
    /// Another machine, without leave.
    #[error(
        "{host} is not this machine; questions and passages are sent there only if you allow it"
    )]
    Remote {
        /// Its name.
        host: String,
    },
    /// Another machine, against the user's wish.
    #[error("{host} was not asked: the settings say never to connect (never_connect)")]
    Forbidden {
        /// Its name.
        host: String,
    },
    /// The request could not be written down, so it was not made.
    #[error("{address} was not asked: that could not be written down: {reason}")]
    Unrecorded {
        /// What would have been asked.
        address: String,
        /// The cause.
        reason: String,
    },
    /// Nothing answers.
    #[error("nothing answers at {address} ({reason}); is the server running?")]
    Unreachable {
        /// Where.
        address: String,
        /// The cause.
        reason: String,
    },
    /// It has no such model.
    #[error("the server at {address} has no model {model}: {said}")]
    UnknownModel {
        /// Where.
        address: String,
        /// What was asked for.
        model: String,
        /// Its words.
        said: String,
    },
    /// It refused for another reason.
    #[error("the server at {address} answered {status}: {said}")]
    Status {
        /// Where.
        address: String,
        /// HTTP's number.
        status: u16,
        /// Its words.
        said: String,
    },
    /// It reported an error in the middle of its answer.
    #[error("the server at {address} failed: {said}")]
    Failed {
        /// Where.
        address: String,
        /// Its words.
        said: String,
    },
    /// What it says is no answer in this protocol.
    #[error("the server at {address} does not answer as expected: {reason}")]
    Malformed {
        /// Where.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It went away in the middle.
    #[error("the server at {address} broke off in the middle of its answer ({reason})")]
    BrokenOff {
        /// Where.
        address: String,
        /// The cause.
        reason: String,
    },
}

impl ChatServer {
    /// A server on this machine, of which nothing is written down.
    pub fn new(address: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            model: model.into(),
            allow_remote: false,
            is_forbidden: false,
            record: None,
        }
    }

    /// Whether its address is of this machine.
    pub fn is_here(&self) -> bool {
        Url::parse(&self.address).is_ok_and(|url| is_here(&url))
    }

    /// Has it write the turn that follows these, in at most `max_tokens` tokens. Dropping the
    /// receiver ends the connection at the server's next word, and with it the server's work. An
    /// error is the last to come, and [`client::Error::Server`].
    pub fn write(&self, turns: Vec<Turn>, max_tokens: usize) -> Writing {
        let (pieces, writing) = mpsc::channel(N_WAITING);
        let server = self.clone();
        let failed = pieces.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends with the answer; nobody may have to wait for a silent server"
        )]
        let spawned = thread::Builder::new()
            .name("chat-server".into())
            .spawn(move || {
                if let Err(error) = server.stream(&turns, max_tokens, &pieces) {
                    let _ = pieces.blocking_send(Err(client::Error::Server(error)));
                }
            });
        if let Err(error) = spawned {
            let (address, reason) = (self.address.clone(), error.to_string());
            let error = Error::Unreachable { address, reason };
            let _ = failed.try_send(Err(client::Error::Server(error)));
        }
        writing
    }

    /// Gives out what comes until it ends, or until nobody listens.
    fn stream(
        &self,
        turns: &[Turn],
        max_tokens: usize,
        pieces: &mpsc::Sender<Result<Piece, client::Error>>,
    ) -> Result<(), Error> {
        let url = self.url()?;
        let unrecorded = |error: std::io::Error| Error::Unrecorded {
            address: self.address.clone(),
            reason: error.to_string(),
        };
        let asked = connections::ask(self.record.as_deref(), url.as_str()).map_err(unrecorded)?;
        let body = self.body(turns, max_tokens).to_string();
        let answer = http::post(&url, &body);
        match &answer {
            Ok(answer) => asked.answered(&answer.status.to_string()),
            Err(_) => asked.answered("failed"),
        }
        let answer = answer.map_err(|reason| Error::Unreachable {
            address: self.address.clone(),
            reason,
        })?;
        if answer.status != 200 {
            return Err(self.refusal(answer));
        }
        let mut events = Events::new(&self.address, BufReader::new(answer.body));
        let mut said = Vec::new();
        loop {
            let mut piece = events.next_piece()?;
            said.push(mark(&piece.text));
            if piece.end.is_none() && repeats(&said) {
                piece.end = Some(End::Loop);
            } else if piece.end.is_none() && said.len() >= N_PIECES_A_TOKEN * max_tokens.max(1) {
                piece.end = Some(End::Length);
            }
            let is_last = piece.end.is_some();
            let nobody_listens = pieces.blocking_send(Ok(piece)).is_err();
            if is_last || nobody_listens {
                return Ok(());
            }
        }
    }

    /// Where to ask, if that is allowed.
    fn url(&self) -> Result<Url, Error> {
        let malformed = || Error::Address {
            address: self.address.clone(),
        };
        let mut url = Url::parse(&self.address).map_err(|_| malformed())?;
        let host = url.host_str().ok_or_else(malformed)?.to_owned();
        let is_plain = url.username().is_empty() && url.password().is_none();
        if !["http", "https"].contains(&url.scheme()) || !is_plain || url.query().is_some() {
            return Err(malformed());
        }
        if !is_here(&url) {
            if !self.allow_remote {
                return Err(Error::Remote { host });
            }
            if self.is_forbidden {
                return Err(Error::Forbidden { host });
            }
        }
        let path = url.path().trim_end_matches('/');
        let version = if path.is_empty() { "/v1" } else { path };
        let path = format!("{version}/chat/completions");
        url.set_path(&path);
        url.set_fragment(None);
        Ok(url)
    }

    fn body(&self, turns: &[Turn], max_tokens: usize) -> serde_json::Value {
        let message = |turn: &Turn| {
            let role = match turn.role {
                Speaker::System => "system",
                Speaker::User => "user",
                Speaker::Assistant => "assistant",
            };
            serde_json::json!({ "role": role, "content": turn.text })
        };
        let messages: Vec<serde_json::Value> = turns.iter().map(message).collect();
        serde_json::json!({
            "model": self.model, "messages": messages, "max_tokens": max_tokens,
            "temperature": 0, "stream": true,
        })
    }

    fn refusal(&self, answer: http::Answer) -> Error {
        let (address, status) = (self.address.clone(), answer.status);
        let said = events::error_text(&http::beginning(answer.body));
        let lower = said.to_lowercase();
        if lower.contains("model") && (status == 404 || lower.contains("not found")) {
            let model = self.model.clone();
            return Error::UnknownModel {
                address,
                model,
                said,
            };
        }
        Error::Status {
            address,
            status,
            said,
        }
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        None => false,
    }
}

/// A number for a piece of text, so that a loop is seen as in the tokens of a model.
fn mark(text: &str) -> u32 {
    let step = |mark: u32, byte: u8| (mark ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    text.bytes().fold(0x811c_9dc5, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(address: &str, allow_remote: bool, is_forbidden: bool) -> Result<String, Error> {
        let server = ChatServer {
            allow_remote,
            is_forbidden,
            ..ChatServer::new(address, "any")
        };
        server.url().map(String::from)
    }

    #[test]
    fn this_machine_is_asked_with_and_without_the_version() {
        for address in [
            "http://127.0.0.1:11434",
            "http://127.0.0.1:11434/",
            "http://127.0.0.1:11434/v1/",
        ] {
            let found = url(address, false, true).unwrap();
            assert_eq!(found, "http://127.0.0.1:11434/v1/chat/completions");
        }
        assert!(url("http://localhost:1234/api", false, true).is_ok());
        assert!(url("http://[::1]:1234", false, true).is_ok());
    }

    #[test]
    fn another_machine_is_asked_only_with_leave() {
        for address in [
            "https://models.example/v1",
            "http://192.168.1.7:11434",
            "http://localhost.example",
            "http://0.0.0.0:11434",
            "http://127.0.0.1.example",
        ] {
            assert!(matches!(
                url(address, false, false),
                Err(Error::Remote { .. })
            ));
            assert!(matches!(
                url(address, true, true),
                Err(Error::Forbidden { .. })
            ));
            assert!(url(address, true, false).is_ok(), "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_of() {
        for address in [
            "",
            "localhost:11434",
            "ftp://127.0.0.1",
            "http://me:secret@127.0.0.1",
            "http://127.0.0.1/?key=1",
        ] {
            let found = url(address, true, false);
            assert!(matches!(found, Err(Error::Address { .. })), "{address}");
        }
    }
}
