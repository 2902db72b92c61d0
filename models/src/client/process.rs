//! One child process with its pipes.
//!
//! Owns starting it, the check that it was built together with its parent, and exchanging messages
//! with a limit in time; knows nothing of what the messages are for.
//! Invariant: dropping it kills the child and joins its readers, and whatever goes wrong comes back
//! as a sentence that says how the process ended and, in its own last words, why.

use std::{
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    frame,
    protocol::{Answer, MAX_FRAME_BYTES, MAX_GREETING_BYTES, Request, build},
};

/// A process whose output has ended is gone within this long, or is made to go.
const END_TIMEOUT: Duration = Duration::from_secs(1);
/// What is kept of its error output.
const MAX_LAST_WORDS: usize = 4 << 10;
/// Lines of that which an error quotes: the last one says why, those before it where.
const N_QUOTED_LINES: usize = 3;

/// A running child with its pipes. Dropping it kills the child and joins its readers.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stdin: Option<BufWriter<ChildStdin>>,
    messages: Receiver<Message>,
    last_words: Receiver<String>,
    readers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
enum Message {
    /// The build of the other side.
    Greeting(String),
    Answer(Box<Answer>),
    /// Nothing will follow.
    Ended(String),
}

impl Process {
    /// Starts the executable and sends it a first request, to be answered by [`Self::answer`].
    ///
    /// The request goes out before the greeting comes in: a worker that is too old to greet would
    /// otherwise wait for its parent, and its parent for it.
    pub(crate) fn start(
        executable: &Path,
        n_threads: usize,
        first: &Request,
        greeting_timeout: Duration,
    ) -> Result<Self, String> {
        let mut child = Command::new(executable)
            // candle's and the tokenizers' threads; ONNX Runtime is told in `Open`.
            .env("RAYON_NUM_THREADS", n_threads.to_string())
            // Since 1.29 ONNX Runtime, as its makers publish it for Linux and macOS, gives the machine an id
            // and sends them a report of every start and model. It looks for this before anything else.
            .env("ORT_DISABLE_TELEMETRY", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err("it has no pipes".into());
        };
        // Two: the answer of a call, and the news that the process ended.
        let (to_owner, messages) = sync_channel(2);
        let (words, last_words) = sync_channel(1);
        let mut process = Self {
            child,
            stdin: Some(BufWriter::new(stdin)),
            messages,
            last_words,
            readers: Vec::new(),
        };
        process.read("model-answers", move || read_messages(stdout, &to_owner))?;
        process.read("model-last-words", move || {
            drop(words.send(read_last_words(stderr)));
        })?;
        // A process that is gone already shows itself where its greeting is missing.
        let _ = process.send(first);
        process.check_greeting(greeting_timeout)?;
        Ok(process)
    }

    fn read(&mut self, name: &str, of: impl FnOnce() + Send + 'static) -> Result<(), String> {
        #[expect(clippy::disallowed_methods, reason = "a pipe's reader, joined on drop")]
        let reader = thread::Builder::new().name(name.into()).spawn(of);
        self.readers
            .push(reader.map_err(|error| error.to_string())?);
        Ok(())
    }

    fn check_greeting(&mut self, timeout: Duration) -> Result<(), String> {
        let theirs = match self.receive(timeout)? {
            Message::Greeting(theirs) => theirs,
            Message::Answer(_) | Message::Ended(_) => String::new(),
        };
        if theirs == build() {
            return Ok(());
        }
        let theirs = if theirs.is_empty() {
            "unknown"
        } else {
            &theirs
        };
        Err(format!(
            "it is of another build (its own: {theirs}, wanted: {}); \
             install or build all of Nuthatch's programs together",
            build()
        ))
    }

    /// One answer to one request; the error says how the process ended or fell silent.
    pub(crate) fn call(&mut self, request: &Request, timeout: Duration) -> Result<Answer, String> {
        if let Err(error) = self.send(request) {
            return Err(self.obituary(&error.to_string()));
        }
        self.answer(timeout)
    }

    /// The answer to the request that was sent last.
    pub(crate) fn answer(&mut self, timeout: Duration) -> Result<Answer, String> {
        match self.receive(timeout)? {
            Message::Answer(answer) => Ok(*answer),
            Message::Greeting(_) | Message::Ended(_) => Err("it answered out of turn".into()),
        }
    }

    fn send(&mut self, request: &Request) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        frame::write(stdin, request)
    }

    fn receive(&mut self, timeout: Duration) -> Result<Message, String> {
        match self.messages.recv_timeout(timeout) {
            Ok(Message::Ended(seen)) => Err(self.obituary(&seen)),
            Ok(message) => Ok(message),
            Err(RecvTimeoutError::Timeout) => {
                let _ = self.child.kill();
                let silent = format!("no answer for {} s", timeout.as_secs_f32());
                Err(self.obituary(&silent))
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.obituary("the process ended")),
        }
    }

    /// What was seen of its end, how it ended, and its last words.
    fn obituary(&mut self, seen: &str) -> String {
        let status = self
            .end()
            .map_or_else(String::new, |status| format!(" ({status})"));
        let words = self.last_words.recv_timeout(END_TIMEOUT);
        match words.as_deref().map(quoted) {
            Ok(words) if !words.is_empty() => format!("{seen}{status}: {words}"),
            _ => format!("{seen}{status}"),
        }
    }

    /// Waits for its end, which is near; kills it if it is not.
    fn end(&mut self) -> Option<ExitStatus> {
        let began = Instant::now();
        while began.elapsed() < END_TIMEOUT {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(5)),
                ended => return ended.ok().flatten(),
            }
        }
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.stdin.take() {
            let _ = stdin.flush();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A reader may be waiting to hand over a message that nobody wants.
        while self.messages.try_recv().is_ok() {}
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

/// Hands over the greeting, then answers, until the pipe closes.
fn read_messages(stdout: impl Read, to: &SyncSender<Message>) {
    let mut stdout = BufReader::new(stdout);
    let ended = |read: io::Result<Option<Message>>| match read {
        Ok(Some(message)) => message,
        Ok(None) => Message::Ended("the process ended".into()),
        Err(error) => Message::Ended(error.to_string()),
    };
    // Whatever an older worker says first is no greeting, and is reported as an unknown build.
    let greeting = frame::read_body(&mut stdout, MAX_GREETING_BYTES)
        .map(|body| body.map(|body| frame::decode(&body).unwrap_or_default()));
    let mut message = ended(greeting.map(|greeting| greeting.map(Message::Greeting)));
    loop {
        let is_last = matches!(message, Message::Ended(_));
        if to.send(message).is_err() || is_last {
            return;
        }
        let answer = frame::read(&mut stdout, MAX_FRAME_BYTES);
        message = ended(answer.map(|answer| answer.map(Message::Answer)));
    }
}

/// The end of what is read, which is never all of it where that is much.
fn read_last_words(mut stderr: impl Read) -> String {
    let (mut kept, mut piece) = (Vec::new(), [0; 1024]);
    while let Ok(n) = stderr.read(&mut piece)
        && n > 0
    {
        kept.extend_from_slice(piece.get(..n).unwrap_or_default());
        let excess = kept.len().saturating_sub(MAX_LAST_WORDS);
        kept.drain(..excess);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// The last lines in one.
fn quoted(words: &str) -> String {
    let lines: Vec<&str> = words.lines().map(str::trim).collect();
    let mut last: Vec<&str> = lines
        .into_iter()
        .rev()
        .filter(|line| !line.is_empty())
        .collect();
    last.truncate(N_QUOTED_LINES);
    last.reverse();
    last.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_much_error_output_the_last_lines_are_kept() {
        let much = "x\n".repeat(MAX_LAST_WORDS) + "one\n\n two \nthree\nfour\n";
        let words = read_last_words(much.as_bytes());
        assert_eq!(words.len(), MAX_LAST_WORDS);
        assert_eq!(quoted(&words), "two; three; four");
        assert_eq!(quoted(""), "");
    }
}
