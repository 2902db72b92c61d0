//! The parent's side: a pool of worker processes, each with one document at a time.
//!
//! A worker that dies, or takes too long and is killed, costs its document one reason; the next
//! document gets a fresh one. Of a document that holds files it costs the one that was being read,
//! and the next worker goes on behind that; of one whose pages are told it costs the page, or, where
//! there is no time left, those behind it as well. Workers are recycled, since parsers leak.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Mutex,
    time::{Duration, Instant},
};

use nuthatch_models::{Priority, frame};
use tokio::{
    io::AsyncReadExt,
    process::{Child, ChildStdout, Command},
    sync::{Semaphore, mpsc},
};

use super::{
    Child as Inner, Failure, Format,
    deadline::{CONTAINER_TIMEOUTS, Deadline},
    handover::Outlet,
    nest::Resume,
    pictures::{PagePicture, Wanted},
    worker::{self, Message},
};
use crate::{
    cpu,
    document::{Hash, PathKey, Text},
};

/// A worker that has nothing to do ends within this long when it is told to.
const END_TIMEOUT: Duration = Duration::from_secs(2);
/// Documents after which a worker is replaced.
const RECYCLED_AFTER: u32 = 500;
/// Files inside one document that may end their worker, before the rest of them is given up; and
/// pages.
const MAX_FATAL: usize = 3;
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
    /// Where lines stand on their pages, and how the text is set, is wanted, too.
    pub with_layout: bool,
    /// How much right of way its worker has.
    pub priority: Priority,
}

impl Limits {
    /// Bytes of a file of this format that are read.
    pub fn file_bytes(&self, format: &Format) -> u64 {
        if format.is_streamed {
            u64::MAX - 1
        } else if format.name == "plain" {
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
    stdin: Outlet,
    stdout: ChildStdout,
    n_read: u32,
}

/// A document on its way to a worker.
#[derive(Debug)]
struct Document<'a> {
    path: &'a Path,
    file: &'a File,
    request: &'a worker::Request,
}

/// How far a worker has come with a document that holds files.
#[derive(Debug, Default)]
struct Reading {
    n_begun: u32,
    /// Files that were begun and are not done, outer ones first.
    open: Vec<(u32, String)>,
    /// The page of the document itself that was begun last, and what was read before it.
    page: Option<u32>,
    so_far: Text,
    /// Pages that it gave as pictures.
    pictures: Vec<PagePicture>,
}

impl Reading {
    fn turn_to(&mut self, page: u32, read: Text) {
        let mut so_far = std::mem::take(&mut self.so_far);
        so_far.text.push_str(&read.text);
        so_far.marks.extend(read.marks);
        so_far.boxes.extend(read.boxes);
        so_far.styles.extend(read.styles);
        so_far.scans.extend(read.scans);
        self.so_far = Text {
            text: so_far.text,
            marks: so_far.marks,
            boxes: so_far.boxes,
            styles: so_far.styles,
            scans: so_far.scans,
            ..read
        };
        self.page = Some(page);
    }
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

    /// Reads one document; waits for a free worker. Files inside it go to `inner` as they are read,
    /// one that ended its worker as well. Dropping the future kills the worker.
    pub async fn read(
        &self,
        path: &PathKey,
        format: &Format,
        inner: &mpsc::Sender<Inner>,
    ) -> Result<Text, Failure> {
        let Ok(_place) = self.places.acquire().await else {
            return Err(Failure::Failed("the program is closing".into()));
        };
        let mut request = self.request(path, format);
        let path = path.to_path();
        let began = Instant::now();
        // Of pages that cannot be read, the first one and why.
        let mut lost_page = None;
        loop {
            let file = open(&path).await?;
            let document = Document {
                path: &path,
                file: &file,
                request: &request,
            };
            let mut reading = Reading::default();
            let failure = match self.attempt(&document, inner, &mut reading).await {
                Ok(answer) => return without_page(answer, lost_page),
                Err(failure) => failure,
            };
            let Some((number, path)) = reading.open.pop() else {
                let fatal_pages = &mut request.resume.fatal_pages;
                let is_early = began.elapsed() * 2 < self.limits.timeout;
                match reading.page {
                    Some(page) if is_early && fatal_pages.len() < MAX_FATAL => {
                        fatal_pages.push(page);
                        lost_page.get_or_insert((page, failure));
                        request.resume.n_done = request.resume.n_done.max(reading.n_begun);
                        continue;
                    }
                    _ => return kept(reading.so_far, failure),
                }
            };
            let _ = inner.send(lost(path, failure)).await;
            request.resume.fatal.push(number);
            request.resume.n_done = request.resume.n_done.max(reading.n_begun);
            if request.resume.fatal.len() > MAX_FATAL {
                return Ok(given_up("too many files in it could not be read"));
            }
            if began.elapsed() > self.limits.timeout * CONTAINER_TIMEOUTS {
                return Ok(given_up("reading all of it would take too long"));
            }
        }
    }

    /// Pages as pictures, of a document or of one at a place inside it. One that is missing could not
    /// be found. No more at once than fit into memory.
    pub async fn pictures(
        &self,
        path: &PathKey,
        format: &Format,
        inner: Option<String>,
        pages: &[u32],
    ) -> Result<Vec<PagePicture>, Failure> {
        let Ok(_place) = self.places.acquire().await else {
            return Err(Failure::Failed("the program is closing".into()));
        };
        let wanted = Wanted {
            inner,
            pages: pages.iter().copied().collect(),
        };
        let request = worker::Request {
            wanted: Some(wanted),
            ..self.request(path, format)
        };
        let path = path.to_path();
        let file = open(&path).await?;
        let document = Document {
            path: &path,
            file: &file,
            request: &request,
        };
        let mut reading = Reading::default();
        let (nobody, _) = mpsc::channel(1);
        self.attempt(&document, &nobody, &mut reading).await??;
        Ok(reading.pictures)
    }

    fn request(&self, path: &PathKey, format: &Format) -> worker::Request {
        worker::Request {
            name: name(path),
            format: format.name.to_owned(),
            max_seconds: self.limits.timeout.as_secs() * u64::from(CONTAINER_TIMEOUTS),
            max_file_bytes: self.limits.file_bytes(format),
            max_text_bytes: self.limits.max_text_bytes,
            with_layout: self.limits.with_layout,
            resume: Resume::default(),
            wanted: None,
        }
    }

    /// With one worker. The error is why that is no more.
    async fn attempt(
        &self,
        document: &Document<'_>,
        inner: &mpsc::Sender<Inner>,
        reading: &mut Reading,
    ) -> Result<Result<Text, Failure>, Failure> {
        let mut worker = match self.rested() {
            Some(worker) => worker,
            None => Worker::start(&self.executable, &self.limits)?,
        };
        if worker.send(document).await.is_err() {
            return Err(self.buried(worker).await);
        }
        let mut deadline = Deadline::new(self.limits.timeout, worker.child.id());
        loop {
            match worker.receive_by(&mut deadline).await {
                Some(Ok(Message::Done(answer))) => {
                    self.rest(worker);
                    return Ok(*answer);
                }
                Some(Ok(Message::Begun { number, path })) => {
                    reading.n_begun = reading.n_begun.max(number + 1);
                    reading.open.push((number, path));
                    deadline.renew();
                }
                Some(Ok(Message::Page { number, read })) => reading.turn_to(number, *read),
                Some(Ok(Message::Picture(picture))) => {
                    reading.pictures.push(*picture);
                    deadline.renew();
                }
                Some(Ok(Message::Child(child))) => {
                    reading.open.pop();
                    let _ = inner.send(*child).await;
                    deadline.renew();
                }
                Some(Err(_)) => return Err(self.buried(worker).await),
                None => {
                    let _ = worker.child.kill().await;
                    let seconds = self.limits.timeout.as_secs();
                    return Err(Failure::Failed(format!(
                        "reading it took longer than {seconds} s"
                    )));
                }
            }
            if Instant::now() > deadline.latest {
                let _ = worker.child.kill().await;
                return Ok(Ok(given_up("reading all of it would take too long")));
            }
        }
    }

    async fn buried(&self, worker: Worker) -> Failure {
        Failure::Failed(worker.obituary(self.limits.memory_mib).await)
    }

    /// Ends the idle workers; the next document starts a new one.
    pub fn dismiss(&self) {
        self.lock().clear();
    }

    /// The same, and waits until they are gone.
    pub async fn close(&self) {
        let workers = std::mem::take(&mut *self.lock());
        for Worker {
            mut child, stdin, ..
        } in workers
        {
            drop(stdin);
            let _ = tokio::time::timeout(END_TIMEOUT, child.wait()).await;
        }
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
    fn start(executable: &Path, limits: &Limits) -> Result<Self, Failure> {
        let failed =
            |reason: String| Failure::Failed(format!("its reader could not be started: {reason}"));
        let mut command = Command::new(executable);
        command
            .arg("extract-worker")
            .arg("--memory-mib")
            .arg(limits.memory_mib.to_string())
            .arg("--priority")
            .arg(limits.priority.name())
            // Our allocator reserves a gigabyte of addresses at its start, which is all that a reader
            // has: pdfium, which has an allocator of its own, would then get nothing.
            .env("MIMALLOC_ARENA_RESERVE", "64MiB")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let (mut child, stdin) =
            Outlet::spawn(&mut command).map_err(|error| failed(error.to_string()))?;
        match child.stdout.take() {
            Some(stdout) => Ok(Self {
                child,
                stdin,
                stdout,
                n_read: 0,
            }),
            None => Err(failed("it has no pipes".into())),
        }
    }

    async fn send(&mut self, document: &Document<'_>) -> std::io::Result<()> {
        let request = frame::encode(document.request)?;
        self.stdin
            .send(document.file, document.path, &request)
            .await
    }

    /// The next message, within a time that may be lengthened.
    async fn receive_by(&mut self, deadline: &mut Deadline) -> Option<std::io::Result<Message>> {
        let receiving = self.receive();
        tokio::pin!(receiving);
        loop {
            let message = tokio::time::timeout_at(deadline.until.into(), &mut receiving).await;
            match message {
                Ok(message) => return Some(message),
                Err(_) if deadline.is_unfair() => deadline.renew(),
                Err(_) => return None,
            }
        }
    }

    /// Not to be dropped in the middle of a message, unless the worker goes, too.
    async fn receive(&mut self) -> std::io::Result<Message> {
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

async fn open(path: &Path) -> Result<File, Failure> {
    let path = path.to_owned();
    let file = cpu::run_behind(move || File::open(path)).await;
    let file = file.map_err(|error| Failure::Failed(error.to_string()))?;
    file.map_err(|error| Failure::Failed(worker::reason(&error)))
}

/// The name that a reader goes by.
fn name(path: &PathKey) -> String {
    let path = path.to_path();
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What was read before a worker ended, or why nothing was.
fn kept(text: Text, failure: Failure) -> Result<Text, Failure> {
    if text.text.is_empty() && text.scans.is_empty() {
        return Err(failure);
    }
    Ok(Text {
        partial: Some(format!("{failure}; what was read before that is kept")),
        ..text
    })
}

/// What was read without a page.
fn without_page(
    answer: Result<Text, Failure>,
    lost: Option<(u32, Failure)>,
) -> Result<Text, Failure> {
    let Some((page, failure)) = lost else {
        return answer;
    };
    match answer {
        Ok(text) if !text.text.is_empty() || !text.scans.is_empty() => Ok(Text {
            partial: Some(format!("its page {page} could not be read: {failure}")),
            ..text
        }),
        _ => Err(failure),
    }
}

/// A file whose reading ended its worker.
fn lost(path: String, failure: Failure) -> Inner {
    Inner {
        path,
        size_bytes: 0,
        modified_ns: None,
        hash: Hash::default(),
        outcome: Err(failure),
    }
}

fn given_up(reason: &str) -> Text {
    Text {
        partial: Some(format!("{reason}; the rest of what is in it was not read")),
        ..Text::default()
    }
}
