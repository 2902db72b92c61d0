//! What the events of a streamed answer mean.
//!
//! Owns the lines of server-sent events and the JSON in them; knows no HTTP. Invariants: a line that is
//! too long, or no JSON, is an error before it is kept; an answer is whole only if the server said so.

use std::io::{BufRead, Read};

use serde::Deserialize;

use super::Error;
use crate::{client::Piece, protocol::End};

/// Longest line; an event holds a word or two.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// What is quoted of a server's words.
const MAX_QUOTED_CHARS: usize = 200;

/// The events of one answer.
pub(super) struct Events<R> {
    address: String,
    lines: R,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    choices: Vec<Choice>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Delta {
    content: Option<String>,
}

impl<R: BufRead> Events<R> {
    pub(super) fn new(address: &str, lines: R) -> Self {
        let address = address.to_owned();
        Self { address, lines }
    }

    /// What comes next: some text, an end, or both.
    pub(super) fn next_piece(&mut self) -> Result<Piece, Error> {
        loop {
            let line = self.line()?;
            // Other fields, comments, and the empty lines between events.
            let Some(data) = line.strip_prefix("data:") else {
                if line.starts_with(['{', '<']) {
                    return Err(self.malformed(format!("it sent {}", quoted(&line))));
                }
                continue;
            };
            let data = data.trim();
            if data == "[DONE]" {
                return Ok(Piece {
                    text: String::new(),
                    end: Some(End::Done),
                });
            }
            if let Some(piece) = self.piece(data)? {
                return Ok(piece);
            }
        }
    }

    fn piece(&self, data: &str) -> Result<Option<Piece>, Error> {
        let event: Event = serde_json::from_str(data)
            .map_err(|error| self.malformed(format!("{error} in {}", quoted(data))))?;
        if event.error.is_some() {
            return Err(Error::Failed {
                address: self.address.clone(),
                said: error_text(data),
            });
        }
        let choice = event.choices.into_iter().next();
        Ok(choice.and_then(|choice| {
            let text = choice.delta.content.unwrap_or_default();
            let end = choice.finish_reason.map(|reason| match reason.as_str() {
                "length" => End::Length,
                _ => End::Done,
            });
            (!text.is_empty() || end.is_some()).then_some(Piece { text, end })
        }))
    }

    /// A line without its end; the end of all of them is an error.
    fn line(&mut self) -> Result<String, Error> {
        let mut line = Vec::new();
        let read = self
            .lines
            .by_ref()
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut line);
        let broken_off = |reason: &str| Error::BrokenOff {
            address: self.address.clone(),
            reason: reason.to_owned(),
        };
        match read {
            Err(error) => return Err(broken_off(&error.to_string())),
            Ok(_) if line.ends_with(b"\n") => {}
            Ok(n) if n as u64 == MAX_LINE_BYTES => {
                return Err(self.malformed("a line without an end".into()));
            }
            Ok(_) => return Err(broken_off("the connection ended")),
        }
        let line = String::from_utf8(line);
        let line = line.map_err(|_| self.malformed("it sent no text".into()))?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn malformed(&self, reason: String) -> Error {
        let address = self.address.clone();
        Error::Malformed { address, reason }
    }
}

/// The words in an error that a server sends as JSON, in one of the forms that are about; else its
/// beginning.
pub(super) fn error_text(text: &str) -> String {
    let said = serde_json::from_str::<serde_json::Value>(text).ok();
    let said = said.as_ref().and_then(|json| {
        let error = json.get("error").unwrap_or(json);
        let message = error.get("message").unwrap_or(error);
        message.as_str()
    });
    quoted(said.unwrap_or(text))
}

fn quoted(text: &str) -> String {
    let text = text.trim();
    let mut quoted: String = text.chars().take(MAX_QUOTED_CHARS).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
