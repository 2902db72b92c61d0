//! Text from a server, beside a small one in the test itself that does what good and bad ones do.
//!
//! Start reading at [`Server`].

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    sync::mpsc::{Receiver, sync_channel},
    thread::JoinHandle,
};

use nuthatch_models::{
    End, Piece, Speaker, Turn, client,
    install::connections,
    server::{ChatServer, Error},
};

/// Answers one request with these bytes and closes; keeps what was asked.
struct Server {
    address: String,
    asked: Receiver<(String, serde_json::Value)>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (asking, asked) = sync_channel(1);
        let answer = answer.into();
        #[expect(clippy::disallowed_methods, reason = "joined on drop")]
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(&stream);
            let (mut first, mut n_bytes) = (String::new(), 0);
            reader.read_line(&mut first).unwrap();
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
            let mut body = vec![0; n_bytes];
            reader.read_exact(&mut body).unwrap();
            asking
                .send((first, serde_json::from_slice(&body).unwrap()))
                .unwrap();
            // A client that goes away is none of our business.
            let _ = (&stream).write_all(&answer);
        });
        Self {
            address,
            asked,
            thread: Some(thread),
        }
    }

    fn chat(&self) -> ChatServer {
        ChatServer::new(&self.address, "small")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn stream(events: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{events}"
    )
}

fn refusal(status: &str, body: &str) -> String {
    let n = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {n}\r\nConnection: close\r\n\r\n{body}")
}

fn event(text: &str) -> String {
    let event = serde_json::json!({ "choices": [{ "index": 0, "delta": { "content": text } }] });
    format!("data: {event}\n\n")
}

fn end(reason: &str) -> String {
    let event = serde_json::json!({ "choices": [{ "delta": {}, "finish_reason": reason }] });
    format!("data: {event}\n\ndata: [DONE]\n\n")
}

fn turns() -> Vec<Turn> {
    let said = |role, text: &str| Turn {
        role,
        text: text.into(),
    };
    vec![
        said(Speaker::System, "Answer."),
        said(Speaker::User, "One\n\"two\""),
        said(Speaker::Assistant, "Three"),
        said(Speaker::User, "Four"),
    ]
}

async fn all(server: &ChatServer) -> (String, Result<Option<End>, Error>) {
    let mut writing = server.write(turns(), 50);
    let (mut text, mut end) = (String::new(), None);
    while let Some(piece) = writing.recv().await {
        match piece {
            Ok(Piece {
                text: more,
                end: last,
            }) => {
                text += &more;
                end = last;
            }
            Err(client::Error::Server(error)) => return (text, Err(error)),
            Err(error) => panic!("{error}"),
        }
    }
    (text, Ok(end))
}

#[tokio::test]
async fn text_comes_as_it_is_written_and_the_turns_are_sent_as_they_are() {
    let role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\r\n\r\n";
    let events = format!(
        ": hello\n\nevent: x\n{role}{}{}{}",
        event("Grün"),
        event(" tea"),
        end("stop")
    );
    let server = Server::start(stream(&events));
    let (text, end) = all(&server.chat()).await;
    assert_eq!((text.as_str(), end), ("Grün tea", Ok(Some(End::Done))));
    let (first, body) = server.asked.recv().unwrap();
    assert!(
        first.starts_with("POST /v1/chat/completions HTTP/1.1"),
        "{first}"
    );
    assert_eq!(body["model"], "small");
    assert_eq!(
        (&body["stream"], &body["max_tokens"]),
        (&true.into(), &50.into())
    );
    let roles: Vec<_> = body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["role"])
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(body["messages"][1]["content"], "One\n\"two\"");
}

#[tokio::test]
async fn an_answer_that_was_too_long_and_one_in_a_loop_say_so() {
    let server = Server::start(stream(&(event("a") + &end("length"))));
    assert_eq!(
        all(&server.chat()).await,
        ("a".into(), Ok(Some(End::Length)))
    );
    let server = Server::start(stream(&event("again and ").repeat(500)));
    let (text, end) = all(&server.chat()).await;
    assert_eq!(end, Ok(Some(End::Loop)));
    assert!(text.len() < 1000, "{}", text.len());
}

#[tokio::test]
async fn a_server_that_breaks_off_gives_what_it_had_and_an_error() {
    for events in [event("Half an "), event("Half an ") + "data: {\"choi"] {
        let server = Server::start(stream(&events));
        let (text, end) = all(&server.chat()).await;
        assert_eq!(text, "Half an ");
        assert!(matches!(end, Err(Error::BrokenOff { .. })), "{end:?}");
    }
}

#[tokio::test]
async fn garbage_is_told_of() {
    for events in [
        "<html>Hello</html>\n",
        "data: nonsense\n\n",
        "{\"choices\":[]}\n",
        &format!("data: {}\n", "x".repeat(2 << 20)),
    ] {
        let server = Server::start(stream(events));
        let (text, end) = all(&server.chat()).await;
        assert_eq!(text, "");
        assert!(matches!(end, Err(Error::Malformed { .. })), "{end:?}");
        assert!(end.unwrap_err().to_string().len() < 600);
    }
    let server = Server::start(stream(
        "data: {\"error\":{\"message\":\"out of memory\"}}\n\n",
    ));
    let (_, end) = all(&server.chat()).await;
    let Err(Error::Failed { said, .. }) = end else {
        panic!("{end:?}");
    };
    assert_eq!(said, "out of memory");
}

#[tokio::test]
async fn a_model_that_is_not_there_and_another_refusal_are_told_apart() {
    let said = "{\"error\":{\"message\":\"model 'small' not found\",\"type\":\"api_error\"}}";
    let server = Server::start(refusal("404 Not Found", said));
    let (_, end) = all(&server.chat()).await;
    let error = end.unwrap_err();
    assert!(
        matches!(&error, Error::UnknownModel { model, .. } if model == "small"),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("model 'small' not found"),
        "{error}"
    );
    let server = Server::start(refusal("503 Busy", "{\"error\":\"loading\"}"));
    let (_, end) = all(&server.chat()).await;
    assert!(matches!(&end, Err(Error::Status { status: 503, said, .. }) if said == "loading"));
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_not_followed() {
    let away =
        "HTTP/1.1 307 Away\r\nLocation: http://models.example/v1\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(away);
    let (_, end) = all(&server.chat()).await;
    assert!(
        matches!(end, Err(Error::Status { status: 307, .. })),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_running_is_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (_, end) = all(&ChatServer::new(&address, "small")).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains(&address), "{error}");
}

fn recorded(record: &Path) -> Vec<(String, Option<String>)> {
    let all = connections::all(record).unwrap();
    all.into_iter().map(|one| (one.to, one.answer)).collect()
}

#[tokio::test]
async fn every_request_is_written_down_and_none_is_made_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("connections.log");
    let server = Server::start(stream(&end("stop")));
    let chat = ChatServer {
        record: Some(record.clone()),
        ..server.chat()
    };
    assert_eq!(all(&chat).await.1, Ok(Some(End::Done)));
    let to = format!("{}/v1/chat/completions", server.address);
    assert_eq!(recorded(&record), [(to, Some("200".into()))]);

    let blocked = ChatServer {
        record: Some(record.join("no folder")),
        ..chat.clone()
    };
    assert!(matches!(
        all(&blocked).await.1,
        Err(Error::Unrecorded { .. })
    ));
    let away = ChatServer {
        address: "http://models.example".into(),
        ..chat.clone()
    };
    assert!(matches!(all(&away).await.1, Err(Error::Remote { .. })));
    let forbidden = ChatServer {
        allow_remote: true,
        is_forbidden: true,
        ..away
    };
    assert!(matches!(
        all(&forbidden).await.1,
        Err(Error::Forbidden { .. })
    ));
    assert_eq!(recorded(&record).len(), 1);
}

#[tokio::test]
async fn who_stops_listening_ends_the_connection() {
    let server = Server::start(stream(
        &(0..200_000)
            .map(|i| event(&format!("{i} ")))
            .collect::<String>(),
    ));
    let mut writing = server.chat().write(turns(), 1_000_000);
    assert_eq!(writing.recv().await.unwrap().unwrap().text, "0 ");
    drop(writing);
    // Joins the server's thread, which has more to say than any buffer takes.
    drop(server);
}
