//! One request to a server of text.
//!
//! Alone in this room in naming the HTTP client. Owns its limits in time; follows no redirect and uses
//! no proxy, so that an address of this machine leads to this machine. Knows no protocol above HTTP.

use std::{
    io::{self, Read},
    time::Duration,
};

use ureq::Agent;
use url::Url;

/// Somebody on this machine answers at once or not at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Some say nothing before they have read the whole prompt, or loaded the model.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(5);
/// Between two words.
const SILENCE_TIMEOUT: Duration = Duration::from_mins(2);
/// What is read of a refusal.
const MAX_REFUSAL_BYTES: u64 = 4 << 10;

/// What a server says.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Box<dyn Read>,
}

/// Sends a JSON text; the error says why nothing answers.
pub(super) fn post(url: &Url, body: &str) -> Result<Answer, String> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent(concat!("nuthatch/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_per_read(Some(SILENCE_TIMEOUT));
    let request = config.build().new_agent().post(url.as_str());
    let request = request
        .header("content-type", "application/json")
        .header("accept", "text/event-stream");
    let response = request.send(body).map_err(|error| reason(&error))?;
    Ok(Answer {
        status: response.status().as_u16(),
        body: Box::new(response.into_body().into_reader()),
    })
}

/// The beginning of a refusal, as text.
pub(super) fn beginning(body: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = body.take(MAX_REFUSAL_BYTES).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            "connection refused".into()
        }
        other => other.to_string(),
    }
}
