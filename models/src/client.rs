//! Owns one worker process: starts it on need, talks to it, stops it when idle.
//!
//! One thread owns the child (the process that dies, hangs or cannot start) and serves two lanes,
//! queries ahead of indexing; a long indexing job yields to a query between micro-batches.
//! Knows no document and no search. Invariant: every call is answered, if only with an error;
//! a caller that has gone away costs nothing more.
//! Start reading at [`ModelWorker::embed`], [`ModelWorker::rerank`] and [`ModelWorker::write`], then
//! at `Owner::run`.

mod job;
mod pace;
pub(crate) mod process;

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use self::{
    job::{Job, Progress},
    pace::Pace,
    process::Process,
};
use crate::{
    catalogue::{ModelSpec, Precision},
    picture::{Lines, Picture},
    priority::Priority,
    protocol::{Answer, Device, Request, Response, Role, Turn},
};

pub use self::job::Piece;

/// After a failed start the next attempt waits this long, so that a broken installation
/// does not start processes in a loop.
const RETRY_AFTER: Duration = Duration::from_secs(20);

/// A worker names its build as the first thing it does, so this only has to cover a busy disk.
const GREETING_TIMEOUT: Duration = Duration::from_secs(30);
/// A worker that does not answer for this long is taken for hung and killed.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
/// The same for loading, which reads, checks and perhaps quantises gigabytes.
const LOAD_TIMEOUT: Duration = Duration::from_mins(10);

/// What a worker may grow by before it is replaced, unless its owner says otherwise: well above
/// what one micro-batch needs for working space, well below what would be missed.
pub const MEMORY_GROWTH_LIMIT_BYTES: u64 = 1 << 30;

/// More pieces than any model's context has tokens.
const MAX_PIECES: usize = 1 << 20;

/// What the worker needs to start.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// The `nuthatch-models` executable.
    pub executable: PathBuf,
    /// The ONNX Runtime shared library.
    pub runtime: PathBuf,
    /// The model.
    pub spec: ModelSpec,
    /// The folder with the model's files.
    pub directory: PathBuf,
    /// Threads for one inference.
    pub n_threads: usize,
    /// How much right of way it has; for good, so what a search waits for is no background process.
    pub priority: Priority,
    /// What the model is computed on.
    pub device: Device,
    /// What its weights are held as; `None` is as they are stored.
    pub precision: Option<Precision>,
    /// The process is stopped after so long without a request.
    pub idle_timeout: Duration,
    /// The process is replaced once it holds so much more memory than after loading: inference
    /// libraries keep what they once took. [`MEMORY_GROWTH_LIMIT_BYTES`] is the usual limit.
    pub memory_growth_limit_bytes: u64,
}

/// Why a call to the worker failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The process could not be started.
    #[error("could not start the model worker {executable}: {reason}")]
    Start {
        /// The executable.
        executable: PathBuf,
        /// The cause.
        reason: String,
    },
    /// The model could not be loaded.
    #[error("could not load the model {model}: {reason}")]
    Load {
        /// The model's id.
        model: String,
        /// The worker's words.
        reason: String,
    },
    /// The process ended or fell silent during a call; the next call starts a new one.
    #[error("the model worker stopped: {reason}")]
    Stopped {
        /// What was seen.
        reason: String,
    },
    /// The model refused the request.
    #[error("the model could not process the request: {reason}")]
    Refused {
        /// The worker's words.
        reason: String,
    },
    /// The client is shutting down.
    #[error("the model worker is shutting down")]
    Closed,
}

impl WorkerConfig {
    /// Starts the process and loads the model.
    pub(crate) fn start(&self) -> Result<Loaded, Error> {
        let open = Request::Open {
            spec: Box::new(self.spec.clone()),
            directory: self.directory.clone(),
            runtime: self.runtime.clone(),
            n_threads: self.n_threads,
            priority: self.priority,
            device: self.device,
            precision: self.precision,
        };
        let started = Process::start(&self.executable, self.n_threads, &open, GREETING_TIMEOUT);
        let mut process = started.map_err(|reason| {
            let executable = self.executable.clone();
            Error::Start { executable, reason }
        })?;
        let failed = |reason: String| Error::Load {
            model: self.spec.id.clone(),
            reason,
        };
        let answer = process.answer(LOAD_TIMEOUT).map_err(failed)?;
        match answer.response {
            Response::Ready => Ok(Loaded {
                process,
                max_resident_bytes: answer
                    .resident_bytes
                    .map(|bytes| bytes.saturating_add(self.memory_growth_limit_bytes)),
            }),
            Response::Failed(reason) => Err(failed(reason)),
            _ => Err(failed("it answered out of turn".into())),
        }
    }
}

/// A process with its model.
pub(crate) struct Loaded {
    pub(crate) process: Process,
    /// With more memory than this it is replaced; `None` where memory cannot be told.
    max_resident_bytes: Option<u64>,
}

impl Loaded {
    fn has_outgrown(&self, answer: &Answer) -> bool {
        match (self.max_resident_bytes, answer.resident_bytes) {
            (Some(max), Some(found)) => found > max,
            _ => false,
        }
    }
}

/// Batches of scores as they are computed; ends early without an error if the client shuts down.
pub type Scores = mpsc::Receiver<Result<Vec<Option<f32>>, Error>>;

/// Text as it is written. The last piece says why it is the last; ends early without an error if the
/// client shuts down.
pub type Writing = mpsc::Receiver<Result<Piece, Error>>;

/// A handle on one worker process. Dropping it ends the process and joins the owner thread.
#[derive(Debug)]
pub struct ModelWorker {
    spec: ModelSpec,
    lanes: Arc<Lanes>,
    owner: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Lanes {
    jobs: Mutex<Jobs>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Jobs {
    queries: VecDeque<Job>,
    indexing: VecDeque<Job>,
    closed: bool,
}

impl ModelWorker {
    /// Makes a handle; the process starts with the first call.
    pub fn new(config: WorkerConfig) -> io::Result<Self> {
        let lanes = Arc::new(Lanes::default());
        let spec = config.spec.clone();
        let owner = Owner {
            config,
            lanes: Arc::clone(&lanes),
            worker: None,
            has_outgrown: false,
            failed: None,
            pace: Pace::default(),
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the owner thread, joined on drop"
        )]
        let owner = thread::Builder::new()
            .name("model-worker".into())
            .spawn(|| owner.run())?;
        Ok(Self {
            spec,
            lanes,
            owner: Some(owner),
        })
    }

    /// The model it runs.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// One unit-length vector per text, in order. Dropping the future abandons the work at the
    /// next micro-batch. `Role::Query` goes ahead of `Role::Passage`.
    pub async fn embed(&self, role: Role, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Error> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let (reply, answer) = oneshot::channel();
        self.queue(Job::embed(role, texts, reply));
        answer.await.map_err(|_| Error::Closed)?
    }

    /// One score per passage, in order: how well it answers the query, before
    /// [`ModelSpec::probability`]; `None` for an empty passage. They come in batches as they are
    /// computed, so the passages that matter most belong in front; an error is the last to come.
    /// Dropping the receiver abandons the work at the next micro-batch.
    pub fn rerank_streamed(&self, query: String, passages: Vec<String>) -> Scores {
        // Room for every passage alone and an error: the worker never waits for the caller.
        let (scores, batches) = mpsc::channel(passages.len() + 1);
        if !passages.is_empty() {
            self.queue(Job::rerank(query, passages, scores));
        }
        batches
    }

    /// The same, all scores at once.
    pub async fn rerank(
        &self,
        query: String,
        passages: Vec<String>,
    ) -> Result<Vec<Option<f32>>, Error> {
        let n_passages = passages.len();
        let mut batches = self.rerank_streamed(query, passages);
        let mut scores = Vec::with_capacity(n_passages);
        while let Some(batch) = batches.recv().await {
            scores.extend(batch?);
        }
        if scores.len() == n_passages {
            Ok(scores)
        } else {
            Err(Error::Closed)
        }
    }

    /// The lines of text in a picture. Gives way to queries.
    pub async fn read(&self, picture: Picture) -> Result<Lines, Error> {
        let (reply, answer) = oneshot::channel();
        self.queue(Job::read(picture, reply));
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Writes the turn that follows these, in at most `max_tokens` tokens. What they have in common
    /// with the last call's, and with what was written then, is not read again. Dropping the
    /// receiver abandons the work at the next slice; a conversation that is longer than the model
    /// reads is refused with both numbers. Gives way to all other calls.
    pub fn write(&self, turns: Vec<Turn>, max_tokens: usize) -> Writing {
        // Room for every token alone, its end and an error: the worker never waits for the caller.
        let (pieces, writing) = mpsc::channel(max_tokens.saturating_add(2).min(MAX_PIECES));
        self.queue(Job::write(turns, max_tokens, pieces));
        writing
    }

    /// Tokens that the prompt of these turns has; with those of the answer they may be as many as
    /// [`ModelSpec::max_tokens`]. Takes about a millisecond for 2,000 words once the model is loaded.
    pub async fn n_tokens(&self, turns: Vec<Turn>) -> Result<usize, Error> {
        let (reply, answer) = oneshot::channel();
        self.queue(Job::count(turns, reply));
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Returns when the model is loaded, so that the next call need not wait for it.
    pub async fn ready(&self) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.queue(Job::Ready(reply));
        answer.await.map_err(|_| Error::Closed)?
    }

    fn queue(&self, job: Job) {
        self.lanes.lock().lane(job.role()).push_back(job);
        self.lanes.wake.notify_one();
    }
}

impl Drop for ModelWorker {
    fn drop(&mut self) {
        self.lanes.lock().closed = true;
        self.lanes.wake.notify_one();
        if let Some(owner) = self.owner.take() {
            let _ = owner.join();
        }
    }
}

impl Jobs {
    /// The next job: a query's, and only without one indexing's.
    fn pop(&mut self) -> Option<Job> {
        let query = self.queries.pop_front();
        query.or_else(|| self.indexing.pop_front())
    }

    fn lane(&mut self, role: Role) -> &mut VecDeque<Job> {
        match role {
            Role::Query => &mut self.queries,
            Role::Passage => &mut self.indexing,
        }
    }
}

impl Lanes {
    fn lock(&self) -> MutexGuard<'_, Jobs> {
        // The queues stay sound whatever panicked while holding them.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the owner thread should do next.
enum Next {
    Work(Job),
    StopProcess,
    Close,
}

struct Owner {
    config: WorkerConfig,
    lanes: Arc<Lanes>,
    worker: Option<Loaded>,
    /// The process holds too much memory and goes once the job at hand is done.
    has_outgrown: bool,
    failed: Option<(Instant, Error)>,
    pace: Pace,
}

impl Owner {
    fn run(mut self) {
        loop {
            match self.next() {
                Next::Work(job) => self.work(job),
                Next::StopProcess => self.worker = None,
                Next::Close => return,
            }
        }
    }

    /// Waits without polling; a running process is stopped after the idle timeout.
    fn next(&self) -> Next {
        let mut jobs = self.lanes.lock();
        loop {
            if jobs.closed {
                return Next::Close;
            }
            if let Some(job) = jobs.pop() {
                return Next::Work(job);
            }
            if self.worker.is_none() {
                jobs = self
                    .lanes
                    .wake
                    .wait(jobs)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (guard, timeout) = self
                .lanes
                .wake
                .wait_timeout(jobs, self.config.idle_timeout)
                .unwrap_or_else(PoisonError::into_inner);
            jobs = guard;
            if timeout.timed_out() && jobs.queries.is_empty() && jobs.indexing.is_empty() {
                return Next::StopProcess;
            }
        }
    }

    /// One micro-batch of `job`; an unfinished job goes back to the head of its lane.
    fn work(&mut self, mut job: Job) {
        if job.is_abandoned() {
            return;
        }
        let Some(request) = job.request(self.pace.n_chars()) else {
            return match self.running() {
                Ok(_) => job.report_ready(),
                Err(error) => job.fail(error),
            };
        };
        match self.call(&request, job.n_chars_asked()) {
            Ok(response) => match job.accept(response) {
                Progress::Finished => self.recycle(),
                Progress::Unfinished(job) => {
                    self.lanes.lock().lane(job.role()).push_front(job);
                }
                Progress::Mismatch(job) => {
                    self.worker = None;
                    let reason = "it answered out of turn".into();
                    job.fail(Error::Stopped { reason });
                }
            },
            Err(error) => job.fail(error),
        }
    }

    /// Sends a request, in which a reranker is to read so many characters.
    fn call(&mut self, request: &Request, n_chars: Option<usize>) -> Result<Response, Error> {
        let worker = self.running()?;
        let began = Instant::now();
        match worker.process.call(request, ANSWER_TIMEOUT) {
            Ok(answer) => {
                self.has_outgrown = worker.has_outgrown(&answer);
                if let Some(n_chars) = n_chars {
                    self.pace.note(n_chars, began.elapsed());
                }
                match answer.response {
                    Response::Failed(reason) => Err(Error::Refused { reason }),
                    response => Ok(response),
                }
            }
            Err(reason) => {
                self.worker = None;
                Err(Error::Stopped { reason })
            }
        }
    }

    /// Replaces a process that holds too much memory, at once, so that the next caller does not
    /// wait for the model.
    fn recycle(&mut self) {
        // A later slice would find nothing to go on with; it will be seen again after that.
        let is_tied = self.lanes.lock().indexing.front().is_some_and(Job::is_tied);
        if std::mem::take(&mut self.has_outgrown) && !is_tied {
            tracing::info!(model = %self.config.spec.id, "restarting a worker that has grown");
            self.worker = None;
            if let Err(error) = self.running() {
                tracing::warn!(%error, "could not restart the worker");
            }
        }
    }

    fn running(&mut self) -> Result<&mut Loaded, Error> {
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => self.start()?,
        };
        Ok(self.worker.insert(worker))
    }

    /// Starts a process and loads the model, unless that failed just now.
    fn start(&mut self) -> Result<Loaded, Error> {
        if let Some((at, error)) = &self.failed
            && at.elapsed() < RETRY_AFTER
        {
            return Err(error.clone());
        }
        let started = self.config.start();
        self.failed = started
            .as_ref()
            .err()
            .map(|error| (Instant::now(), error.clone()));
        started
    }
}
