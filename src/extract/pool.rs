//! The parent's side: a pool of worker processes, each with one document at a time.
//!
//! A worker that dies, or takes too long and is killed, costs its document one reason; the next
//! document gets a fresh one. Workers are recycled, since parsers leak.

use std::{path::PathBuf, process::Stdio, sync::Mutex, time::Duration};

use nuthatch_models::frame;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::Semaphore,
};

use super::{Failure, Format, worker};
use crate::document::{PathKey, Text};

/// Documents after which a worker is replaced.
const RECYCLED_AFTER: u32 = 500;
/// A text of the largest size with its marks fits in this.
const MAX_ANSWER_BYTES: usize = 512 << 20;

/// What a document may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Time.
    pub timeout: Duration,
    /// Memory of its worker.
    pub memory_mib: u64,
    /// Bytes of a file that are read.
    pub max_file_bytes: u64,
    /// Bytes of text that are kept.
    pub max_text_bytes: usize,
}

impl Limits {
    /// Bytes of a file of this format that are read.
    pub fn file_bytes(&self, format: &Format) -> u64 {
        if format.name == "plain" {
            (self.max_text_bytes as u64).min(self.max_file_bytes)
        } else {
            self.max_file_bytes
        }
    }
}

/// Worker processes that wait for documents.
#[derive(Debug)]
pub struct Pool {
    executable: PathBuf,
    limits: Limits,
    places: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

#[derive(Debug)]
struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    n_read: u32,
}

impl Pool {
    /// At most `n_workers` processes of `nuthatch`, started on need.
    pub fn new(executable: PathBuf, limits: Limits, n_workers: usize) -> Self {
        Self {
            executable,
            limits,
            places: Semaphore::new(n_workers),
            idle: Mutex::default(),
        }
    }

    /// What a document may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads one document; waits for a free worker. Dropping the future kills the worker.
    pub async fn read(&self, path: &PathKey, format: &Format) -> Result<Text, Failure> {
        let Ok(_place) = self.places.acquire().await else {
            return Err(Failure::Failed("the program is closing".into()));
        };
        let mut worker = match self.rested() {
            Some(worker) => worker,
            None => Worker::start(&self.executable, self.limits.memory_mib)?,
        };
        let request = worker::Request {
            path: path.0.clone(),
            format: format.name.to_owned(),
            max_file_bytes: self.limits.file_bytes(format),
            max_text_bytes: self.limits.max_text_bytes,
        };
        match tokio::time::timeout(self.limits.timeout, worker.call(&request)).await {
            Ok(Ok(answer)) => {
                self.rest(worker);
                answer
            }
            Ok(Err(_)) => Err(Failure::Failed(
                worker.obituary(self.limits.memory_mib).await,
            )),
            Err(_) => {
                let _ = worker.child.kill().await;
                let seconds = self.limits.timeout.as_secs();
                Err(Failure::Failed(format!(
                    "reading it took longer than {seconds} s"
                )))
            }
        }
    }

    /// Ends the idle workers; the next document starts a new one.
    pub fn dismiss(&self) {
        self.lock().clear();
    }

    fn rested(&self) -> Option<Worker> {
        self.lock().pop()
    }

    fn rest(&self, mut worker: Worker) {
        worker.n_read += 1;
        if worker.n_read < RECYCLED_AFTER {
            self.lock().push(worker);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.idle
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Worker {
    fn start(executable: &std::path::Path, memory_mib: u64) -> Result<Self, Failure> {
        let failed =
            |reason: String| Failure::Failed(format!("its reader could not be started: {reason}"));
        let mut child = Command::new(executable)
            .arg("extract-worker")
            .arg("--memory-mib")
            .arg(memory_mib.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Ok(Self {
                child,
                stdin,
                stdout,
                n_read: 0,
            }),
            _ => Err(failed("it has no pipes".into())),
        }
    }

    async fn call(&mut self, request: &worker::Request) -> std::io::Result<worker::Response> {
        self.stdin.write_all(&frame::encode(request)?).await?;
        self.stdin.flush().await?;
        let mut prefix = [0; 4];
        self.stdout.read_exact(&mut prefix).await?;
        let mut body = vec![0; frame::body_len(prefix, MAX_ANSWER_BYTES)?];
        self.stdout.read_exact(&mut body).await?;
        frame::decode(&body)
    }

    /// Why the process is gone, as far as its end tells.
    async fn obituary(mut self, memory_mib: u64) -> String {
        let _ = self.child.start_kill();
        match self.child.wait().await {
            Ok(status) => {
                format!("its reader crashed on it, or needed more than {memory_mib} MB ({status})")
            }
            Err(error) => format!("its reader crashed on it ({error})"),
        }
    }
}
