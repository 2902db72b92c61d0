//! A small web server for tests, which can do what a bad one does: cut connections, ignore ranges,
//! lie about versions; also a proxy, as far as that it answers in the target's place.
//!
//! Shared by the tests of `nuthatch-models` and of the command line.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

/// What somebody asked for; header names in lower case.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// How a client can see where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    dead_code,
    reason = "only one of the tests that share this uses all of it"
)]
pub(crate) enum Framing {
    Length,
    Chunks,
    /// By the end of the connection.
    Nothing,
}

/// What is answered; `n_sent` bytes of the body, all the same announced as a whole.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) framing: Framing,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) n_sent: usize,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            framing: Framing::Length,
            status,
            headers: Vec::new(),
            n_sent: body.len(),
            body,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[allow(dead_code, reason = "likewise")]
    pub(crate) fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    pub(crate) fn cut_after(mut self, n_sent: usize) -> Self {
        self.n_sent = n_sent.min(self.body.len());
        self
    }
}

/// What a good server makes of a request for a file: the rest of it, if the version is the same.
pub(crate) fn file(request: &Request, content: &[u8], etag: &str) -> Reply {
    let start = request.header("range").and_then(|range| {
        range
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse()
            .ok()
    });
    let is_same = request.header("if-range").is_none_or(|mark| mark == etag);
    let reply = match start {
        Some(start) if start >= content.len() => {
            Reply::new(416, "").with("Content-Range", format!("bytes */{}", content.len()))
        }
        Some(start) if is_same => {
            let range = format!("bytes {start}-{}/{}", content.len() - 1, content.len());
            Reply::new(206, &content[start..]).with("Content-Range", range)
        }
        _ => Reply::new(200, content),
    };
    reply.with("ETag", etag)
}

/// Answers one request after the other until dropped.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(mut answer: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let closing = Arc::new(AtomicBool::new(false));
        let (seen, closed) = (Arc::clone(&requests), Arc::clone(&closing));
        #[expect(clippy::disallowed_methods, reason = "joined on drop")]
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                // A client that goes away is none of our business.
                let _ = serve(&stream.unwrap(), &seen, &mut answer);
            }
        });
        Self {
            address,
            requests,
            closing,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    mut stream: &TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &mut impl FnMut(&Request) -> Reply,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let Some(request) = read(&mut reader)? else {
            return Ok(());
        };
        seen.lock().unwrap().push(request.clone());
        if request.method == "CONNECT" {
            stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
            continue;
        }
        let reply = answer(&request);
        let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", reply.status);
        match reply.framing {
            Framing::Length => head.push_str(&format!("Content-Length: {}\r\n", reply.body.len())),
            Framing::Chunks => head.push_str("Transfer-Encoding: chunked\r\n"),
            Framing::Nothing => {}
        }
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        let sent = &reply.body[..reply.n_sent];
        if reply.framing == Framing::Chunks {
            for piece in sent.chunks(50_000) {
                stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
                stream.write_all(piece)?;
                stream.write_all(b"\r\n")?;
            }
            if reply.n_sent == reply.body.len() {
                stream.write_all(b"0\r\n\r\n")?;
            }
        } else {
            stream.write_all(sent)?;
        }
        return Ok(());
    }
}

fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    Ok(Some(Request {
        method,
        path,
        headers,
    }))
}
