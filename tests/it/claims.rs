//! Sentences that a model might write, of which it is known whether the documents bear them: how many of
//! those that are called quoted or supported are.
//!
//! Both tables were written by hand, before any sentence was looked up: what the documents say in other
//! words, and what they do not say in nearly their own. `facts/claims.tsv` is of the made documents;
//! `guide_claims.tsv`, of the users' guide, is by somebody who did not know the rules. A server in the test
//! itself writes them, so that they go the way of every written answer.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use crate::{
    answers::home_with_facts,
    support::{self, Home},
};

/// A sentence that might be written.
struct Claim {
    text: String,
    is_borne: bool,
}

/// By the question that is asked for them.
fn claims(table: &str) -> BTreeMap<String, Vec<Claim>> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join(table);
    let list = std::fs::read_to_string(list).unwrap();
    let mut claims: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    for row in list.lines().skip(1) {
        let [question, text, borne] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let claim = Claim {
            text: text.into(),
            is_borne: borne == "yes",
        };
        claims.entry(question.into()).or_default().push(claim);
    }
    claims
}

/// Answers one request with a text, as a chat server does.
fn write(stream: &TcpStream, text: &str) {
    let mut reader = BufReader::new(stream);
    let mut n_bytes = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(length) = line.to_lowercase().strip_prefix("content-length:") {
            n_bytes = length.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; n_bytes]).unwrap();
    let event = json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "stop" }] });
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    let mut stream = stream;
    write!(stream, "{head}data: {event}\n\ndata: [DONE]\n\n").unwrap();
}

/// Writes to whoever asks what stands in `text` then.
fn serve(text: Arc<Mutex<String>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    #[expect(clippy::disallowed_methods, reason = "it ends with the test's process")]
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            write(&stream.unwrap(), &text.lock().unwrap());
        }
    });
    address
}

/// What came of a table of claims.
#[derive(Default)]
struct Tally {
    /// Called quoted or supported, and so they are.
    borne: Vec<String>,
    /// Called so, and are not.
    invented: Vec<String>,
    /// Are so, and were not called so.
    missed: Vec<String>,
    /// Questions that were not answered, though the documents do.
    n_unanswered: usize,
}

impl Tally {
    fn take(&mut self, claim: Claim, answer: &Value) {
        // Where nothing of it stands, the files' own sentences are shown in its place.
        let is_shown = answer["by"] == "hand";
        let shown = answer["sentences"].as_array().unwrap().iter();
        let shown = shown
            .filter(|_| is_shown)
            .find(|one| one["text"] == claim.text.as_str());
        assert!(
            shown.is_some() || !is_shown,
            "{} is not in {answer}",
            claim.text
        );
        match (
            shown.filter(|one| one["standing"] != "not found"),
            claim.is_borne,
        ) {
            (Some(_), true) => self.borne.push(claim.text),
            (Some(sentence), false) => self.invented.push(told(sentence)),
            (None, true) => self.missed.push(claim.text),
            (None, false) => {}
        }
    }

    /// The aim for what is called quoted or supported, and how much of what is borne is found.
    fn assert(&self, n_borne: usize) {
        assert!(self.n_unanswered <= 5, "{}", self.n_unanswered);
        let n_standing = self.borne.len() + self.invented.len();
        assert!(
            self.invented.len() * 50 <= n_standing,
            "{}",
            self.invented.join("\n")
        );
        assert!(self.borne.len() >= n_borne, "{}", self.missed.join("\n"));
    }
}

/// Asks for every claim of a table.
fn tally(home: &Home, table: &str) -> Tally {
    let said = Arc::new(Mutex::new(String::new()));
    let settings = format!(
        "generator = \"server\"\nchat_server = \"{}\"\nchat_server_model = \"hand\"\n",
        serve(Arc::clone(&said))
    );
    std::fs::write(home.library().join("settings.toml"), settings).unwrap();
    let mut tally = Tally::default();
    for (question, claims) in claims(table) {
        let lines: Vec<&str> = claims.iter().map(|claim| claim.text.as_str()).collect();
        *said.lock().unwrap() = lines.join("\n");
        let answer = support::json(&home.library(), &["ask", &question]);
        tally.n_unanswered += usize::from(answer["verdict"] != "answered");
        for claim in claims {
            tally.take(claim, &answer);
        }
    }
    tally
}

#[test]
fn what_is_called_supported_is_borne_by_the_documents() {
    tally(&home_with_facts(), "tests/corpus/facts/claims.tsv").assert(44);
}

#[test]
fn what_is_called_supported_is_borne_by_the_users_guide() {
    let home = Home::new();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide");
    for page in std::fs::read_dir(pages).unwrap() {
        let page = page.unwrap().path();
        if page.extension().is_some_and(|ending| ending == "md") {
            home.write(
                page.file_name().unwrap().to_str().unwrap(),
                std::fs::read(&page).unwrap(),
            );
        }
    }
    home.add();
    tally(&home, "tests/corpus/guide_claims.tsv").assert(11);
}

fn told(sentence: &Value) -> String {
    format!(
        "{}: {}",
        sentence["text"], sentence["citations"][0]["quote"]
    )
}
