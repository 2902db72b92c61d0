//! Owns one worker process: starts it on need, talks to it, stops it when idle.
//!
//! One thread owns the child (the process that dies, hangs or cannot start) and serves two lanes,
//! queries ahead of indexing; a long indexing job yields to a query between micro-batches.
//! Knows no document and no search. Invariant: every call is answered, if only with an error;
//! a caller that has gone away costs nothing more.
//! Start reading at [`ModelWorker::embed`], then at `Owner::run`.

use std::{
    collections::VecDeque,
    io::{self, BufReader, BufWriter, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    catalogue::ModelSpec,
    frame,
    protocol::{MAX_FRAME_BYTES, Request, Response, Role},
};

/// Characters in one micro-batch, padding included: about a third of a second on one core with
/// the default model, so that a query never waits longer than that behind indexing.
const MICRO_BATCH_CHARS: usize = 8_000;
/// Texts in one micro-batch; larger ones gain nothing on a processor.
const MICRO_BATCH_TEXTS: usize = 32;
/// A worker that does not answer for this long is taken for hung and killed.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
/// After a failed start the next attempt waits this long, so that a broken installation
/// does not start processes in a loop.
const RETRY_AFTER: Duration = Duration::from_secs(20);

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
    /// The process is stopped after so long without a request.
    pub idle_timeout: Duration,
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

#[derive(Debug)]
struct Job {
    role: Role,
    texts: Vec<String>,
    /// Indexes of `texts`, longest first, so that a micro-batch pads little.
    order: Vec<usize>,
    /// How many of `order` are done.
    n_done: usize,
    vectors: Vec<Vec<f32>>,
    reply: oneshot::Sender<Result<Vec<Vec<f32>>, Error>>,
}

impl ModelWorker {
    /// Makes a handle; the process starts with the first call.
    pub fn new(config: WorkerConfig) -> io::Result<Self> {
        let lanes = Arc::new(Lanes::default());
        let spec = config.spec.clone();
        let owner = Owner {
            config,
            lanes: Arc::clone(&lanes),
            process: None,
            failed: None,
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
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(texts[i].len()));
        let vectors = vec![Vec::new(); texts.len()];
        let job = Job {
            role,
            texts,
            order,
            n_done: 0,
            vectors,
            reply,
        };
        {
            let mut jobs = self.lanes.lock();
            match role {
                Role::Query => jobs.queries.push_back(job),
                Role::Passage => jobs.indexing.push_back(job),
            }
        }
        self.lanes.wake.notify_one();
        answer.await.map_err(|_| Error::Closed)?
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
    process: Option<Process>,
    failed: Option<(Instant, Error)>,
}

impl Owner {
    fn run(mut self) {
        loop {
            match self.next() {
                Next::Work(job) => self.work(job),
                Next::StopProcess => self.process = None,
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
            if let Some(job) = jobs
                .queries
                .pop_front()
                .or_else(|| jobs.indexing.pop_front())
            {
                return Next::Work(job);
            }
            if self.process.is_none() {
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
        if job.reply.is_closed() {
            return;
        }
        let batch = job.next_batch();
        let texts = batch.iter().map(|&i| job.texts[i].clone()).collect();
        match self.call(job.role, texts) {
            Ok(vectors) if vectors.len() == batch.len() => {
                job.n_done += batch.len();
                for (i, vector) in batch.into_iter().zip(vectors) {
                    job.vectors[i] = vector;
                }
                if job.n_done == job.texts.len() {
                    let _ = job.reply.send(Ok(job.vectors));
                } else {
                    let mut jobs = self.lanes.lock();
                    match job.role {
                        Role::Query => jobs.queries.push_front(job),
                        Role::Passage => jobs.indexing.push_front(job),
                    }
                }
            }
            Ok(_) => {
                self.process = None;
                let reason = "it gave a wrong number of vectors".into();
                let _ = job.reply.send(Err(Error::Stopped { reason }));
            }
            Err(error) => {
                let _ = job.reply.send(Err(error));
            }
        }
    }

    fn call(&mut self, role: Role, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Error> {
        let process = self.running()?;
        match process.call(&Request::Embed { role, texts }) {
            Ok(Response::Embedded(vectors)) => Ok(vectors),
            Ok(Response::Failed(reason)) => Err(Error::Refused { reason }),
            Ok(Response::Ready) => {
                self.process = None;
                Err(Error::Stopped {
                    reason: "it answered out of turn".into(),
                })
            }
            Err(reason) => {
                self.process = None;
                Err(Error::Stopped { reason })
            }
        }
    }

    fn running(&mut self) -> Result<&mut Process, Error> {
        let process = match self.process.take() {
            Some(process) => process,
            None => self.start()?,
        };
        Ok(self.process.insert(process))
    }

    /// Starts a process and loads the model, unless that failed just now.
    fn start(&mut self) -> Result<Process, Error> {
        if let Some((at, error)) = &self.failed
            && at.elapsed() < RETRY_AFTER
        {
            return Err(error.clone());
        }
        let started = Process::start(&self.config);
        self.failed = started
            .as_ref()
            .err()
            .map(|error| (Instant::now(), error.clone()));
        started
    }
}

impl Job {
    /// Indexes of the next texts: about equally long, within the micro-batch's budget.
    fn next_batch(&self) -> Vec<usize> {
        let rest = &self.order[self.n_done..];
        let longest = rest.first().map_or(0, |&i| self.texts[i].len().min(2_000));
        let n = (MICRO_BATCH_CHARS / longest.max(1)).clamp(1, MICRO_BATCH_TEXTS);
        rest.iter().take(n).copied().collect()
    }
}

/// A running child with its pipes. Dropping it kills the child and joins its reader.
struct Process {
    child: Child,
    stdin: Option<BufWriter<ChildStdin>>,
    answers: Receiver<Result<Response, String>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    fn start(config: &WorkerConfig) -> Result<Self, Error> {
        let failed = |reason: String| Error::Start {
            executable: config.executable.clone(),
            reason,
        };
        let mut child = Command::new(&config.executable)
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
            Ok(Response::Embedded(_)) => Err(failed("it answered out of turn".into())),
        }
    }

    fn call(&mut self, request: &Request) -> Result<Response, String> {
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
