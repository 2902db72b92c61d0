//! One child process with its pipes.
//!
//! Owns starting it, loading its model and exchanging messages with a limit in time; knows nothing
//! of what the messages are for. Invariant: dropping it kills the child and joins its reader.

use std::{
    io::{BufReader, BufWriter, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{Error, WorkerConfig};
use crate::{
    frame,
    protocol::{MAX_FRAME_BYTES, Request, Response},
};

/// A worker that does not answer for this long is taken for hung and killed.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);

/// A running child with its pipes. Dropping it kills the child and joins its reader.
pub(super) struct Process {
    child: Child,
    stdin: Option<BufWriter<ChildStdin>>,
    answers: Receiver<Result<Response, String>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts the executable and loads the model.
    pub(super) fn start(config: &WorkerConfig) -> Result<Self, Error> {
        let failed = |reason: String| Error::Start {
            executable: config.executable.clone(),
            reason,
        };
        let mut child = Command::new(&config.executable)
            // candle's and the tokenizers' threads; ONNX Runtime is told in `Open`.
            .env("RAYON_NUM_THREADS", config.n_threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("it has no pipes".into()));
        };
        // Two: the answer of a call, and the news that the process ended.
        let (tx, answers) = sync_channel(2);
        #[expect(
            clippy::disallowed_methods,
            reason = "the pipe's reader, joined on drop"
        )]
        let reader = thread::Builder::new()
            .name("model-answers".into())
            .spawn(move || {
                let mut stdout = BufReader::new(stdout);
                loop {
                    let answer = match frame::read(&mut stdout, MAX_FRAME_BYTES) {
                        Ok(Some(response)) => Ok(response),
                        Ok(None) => Err("the process ended".to_owned()),
                        Err(error) => Err(error.to_string()),
                    };
                    let ended = answer.is_err();
                    if tx.send(answer).is_err() || ended {
                        return;
                    }
                }
            })
            .map_err(|error| failed(error.to_string()))?;
        let stdin = Some(BufWriter::new(stdin));
        let mut process = Self {
            child,
            stdin,
            answers,
            reader: Some(reader),
        };
        let open = Request::Open {
            spec: Box::new(config.spec.clone()),
            directory: config.directory.clone(),
            runtime: config.runtime.clone(),
            n_threads: config.n_threads,
        };
        match process.call(&open) {
            Ok(Response::Ready) => Ok(process),
            Ok(Response::Failed(reason)) | Err(reason) => Err(Error::Load {
                model: config.spec.id.clone(),
                reason,
            }),
            Ok(Response::Embedded(_) | Response::Scored(_)) => {
                Err(failed("it answered out of turn".into()))
            }
        }
    }

    /// One answer to one request; the error says how the process ended or fell silent.
    pub(super) fn call(&mut self, request: &Request) -> Result<Response, String> {
        let stdin = self.stdin.as_mut().ok_or("its input is closed")?;
        frame::write(stdin, request).map_err(|error| error.to_string())?;
        match self.answers.recv_timeout(ANSWER_TIMEOUT) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                Err(format!("no answer for {} s", ANSWER_TIMEOUT.as_secs()))
            }
            Err(RecvTimeoutError::Disconnected) => Err("the process ended".into()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.stdin.take() {
            let _ = stdin.flush();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            // The reader may be waiting to hand over an answer that nobody wants.
            while self.answers.try_recv().is_ok() {}
            let _ = reader.join();
        }
    }
}
