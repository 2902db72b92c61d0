//! What happens to a changed file: walk, ledger, read, cut, store, derive, embed.
//!
//! Owns the loops of a library that is open for writing: one looks and reads, one embeds, one has text
//! in pictures recognised, in this order; each asks whether it may before it takes something up
//! (`wait.rs`). Everything can stop at any instruction and goes on from the store at the next start.
//! Knows the parts below; nothing of queries or windows.
//! Start reading at [`Indexing::start`].

mod check;
mod cloud;
mod derive;
mod embed;
mod estimate;
mod forget;
mod generated;
mod held;
mod memory;
mod presence;
mod progress;
mod rate;
mod read;
mod recognise;
mod reconcile;
mod recovery;
mod trouble;
mod wait;
mod walk;
mod write;

use std::{
    collections::{BTreeSet, VecDeque},
    path::PathBuf,
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use nuthatch_models::ModelWorker;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

pub(crate) use check::check;
pub(crate) use derive::load_vectors;
pub use forget::Forgotten;
use forget::{erase, forget};
pub(crate) use held::holder;
pub(crate) use presence::{Presence, presence};
pub use progress::{Doing, Progress};
use rate::{Rate, TimeLeft};
use read::TakeUp;
pub(crate) use read::language;
use reconcile::Look;
use recovery::Derived;
pub(crate) use trouble::{free_bytes, of_disk};
pub(crate) use walk::why_left_out;
pub(crate) use walk::{IGNORE_FILE, Rule};

use crate::{
    chunk, cpu, extract,
    governor::Governor,
    lexical::{self, SharedLexical},
    store::{self, Store},
    vectors::Vectors,
    watch::Change,
};

/// After a failure of the disk or the database, so long until the next attempt.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// While a walk is under way, so long is read after each page of it: what was seen first can be found
/// long before a large folder is seen whole, and the walk goes on.
const READING_BETWEEN_PAGES: Duration = Duration::from_millis(100);
/// Readers for small files while a huge one is read.
pub const N_SPARE_READERS: usize = 1;
/// Requests that may wait.
const N_WAITING: usize = 64;

/// Why indexing failed. What it is about stays as it was and is tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The word index failed.
    #[error(transparent)]
    Lexical(#[from] lexical::Error),
    /// A computation failed.
    #[error(transparent)]
    Cpu(#[from] cpu::Error),
    /// The model failed.
    #[error(transparent)]
    Model(#[from] nuthatch_models::Error),
    /// A file is not what it was when it was read; it will be read again.
    #[error("a file changed meanwhile")]
    Changed,
    /// The loops have ended.
    #[error("indexing has stopped")]
    Stopped,
}

/// What indexing works on.
#[derive(Debug)]
pub struct Parts {
    /// The truth.
    pub store: Store,
    /// The word index.
    pub lexical: SharedLexical,
    /// The embeddings in memory.
    pub vectors: Arc<RwLock<Vectors>>,
    /// Readers of documents.
    pub pool: extract::Pool,
    /// How many documents are read at once; [`N_SPARE_READERS`] more that only small files get.
    pub n_readers: usize,
    /// The model process; or why there is none.
    pub model: Result<Arc<ModelWorker>, String>,
    /// What embeddings are keyed by.
    pub model_key: String,
    /// How many dimensions they have.
    pub n_dimensions: usize,
    /// The library's own folder, never indexed.
    pub library: PathBuf,
    /// The process of the model that recognises text in pictures; or why there is none.
    pub text_reader: Result<Arc<ModelWorker>, String>,
    /// Held from reading or writing vectors in the store until the ones in memory are the same:
    /// both loops change them, and a document removed in between must not come back.
    pub vectors_in_step: tokio::sync::Mutex<()>,
    /// Folders that look generated are asked about from so many files on.
    pub ask_above_files: u64,
    /// Says when to wait.
    pub governor: Arc<Governor>,
    /// What is being done, for whoever looks.
    pub progress: watch::Sender<Progress>,
}

/// What the reading loop is asked.
#[derive(Debug)]
enum Request {
    /// Look at these paths, or at everything; answer when nothing waits to be read any more.
    Look(Option<BTreeSet<PathBuf>>, Option<oneshot::Sender<()>>),
    /// Forget something with every trace; answer when it is done.
    Forget(Forgotten, oneshot::Sender<Result<(), Error>>),
}

/// What the loops behind the reading one are asked: to embed, and to recognise.
#[derive(Debug)]
enum LaterRequest {
    /// There may be something to do.
    Wake,
    /// Answer when nothing is left to do, or nothing can be done; with whether something was.
    Settle(oneshot::Sender<bool>),
}

/// The loops. Dropping it stops them where they are.
#[derive(Debug)]
pub struct Indexing {
    requests: mpsc::Sender<Request>,
    embedding: mpsc::Sender<LaterRequest>,
    recognising: mpsc::Sender<LaterRequest>,
    tasks: [JoinHandle<()>; 4],
}

impl Indexing {
    /// Brings the derived indexes up to date, then starts both loops.
    pub async fn start(parts: Arc<Parts>) -> Result<Self, Error> {
        parts.store.use_model(&parts.model_key).await?;
        let readers: Vec<_> = extract::formats()
            .map(|format| (format.name, format.version))
            .collect();
        parts.store.use_readers(&readers, chunk::VERSION).await?;
        let text_reader = parts.text_reader.as_ref().ok();
        let text_reader = text_reader.map(|model| model.spec().key());
        parts.store.use_text_reader(text_reader.as_deref()).await?;
        // A gap that a crash leaves is closed here; a word index that is begun anew is built by the
        // reading loop, while searches go on.
        let mut reading = Reading::new(Arc::clone(&parts));
        reading.begin().await;
        let (requests, request_inbox) = mpsc::channel(N_WAITING);
        let (embedding, embed_inbox) = mpsc::channel(N_WAITING);
        let (recognising, recognise_inbox) = mpsc::channel(N_WAITING);
        let tasks = [
            tokio::spawn(reading_loop(reading, request_inbox, embedding.clone())),
            tokio::spawn(embed::embedding_loop(
                Arc::clone(&parts),
                embed_inbox,
                recognising.clone(),
            )),
            tokio::spawn(recognise::recognising_loop(
                Arc::clone(&parts),
                recognise_inbox,
                requests.clone(),
            )),
            tokio::spawn(wait::tell_of_pauses(parts)),
        ];
        let _ = embedding.try_send(LaterRequest::Wake);
        Ok(Self {
            requests,
            embedding,
            recognising,
            tasks,
        })
    }

    /// Looks at everything again, in the background.
    pub async fn look(&self) -> Result<(), Error> {
        self.look_at(Change::Rescan).await
    }

    /// Looks at what changed, in the background.
    pub async fn look_at(&self, change: Change) -> Result<(), Error> {
        let scopes = match change {
            Change::Paths(paths) => Some(paths),
            Change::Rescan => None,
        };
        self.requests
            .send(Request::Look(scopes, None))
            .await
            .map_err(|_| Error::Stopped)
    }

    /// Forgets something with every trace.
    pub async fn forget(&self, what: Forgotten) -> Result<(), Error> {
        let (reply, done) = oneshot::channel();
        self.requests
            .send(Request::Forget(what, reply))
            .await
            .map_err(|_| Error::Stopped)?;
        done.await.map_err(|_| Error::Stopped)?
    }

    /// Looks at everything, and returns when all is read and can be found by its words.
    pub async fn settle_words(&self) -> Result<(), Error> {
        self.settle_reading(None).await
    }

    async fn settle_reading(&self, scopes: Option<BTreeSet<PathBuf>>) -> Result<(), Error> {
        let (reply, done) = oneshot::channel();
        let look = Request::Look(scopes, Some(reply));
        self.requests.send(look).await.map_err(|_| Error::Stopped)?;
        done.await.map_err(|_| Error::Stopped)
    }

    /// Looks at everything, and returns when all is read, embedded and recognised, as far as can be.
    pub async fn settle(&self) -> Result<(), Error> {
        let mut scopes = None;
        loop {
            self.settle_reading(scopes).await?;
            settled(&self.embedding).await?;
            if !settled(&self.recognising).await? {
                return Ok(());
            }
            // What was recognised waits to be read.
            scopes = Some(BTreeSet::new());
        }
    }
}

/// Waits until a loop has nothing left to do. Returns whether it did something.
async fn settled(inbox: &mpsc::Sender<LaterRequest>) -> Result<bool, Error> {
    let (reply, done) = oneshot::channel();
    let settle = LaterRequest::Settle(reply);
    inbox.send(settle).await.map_err(|_| Error::Stopped)?;
    done.await.map_err(|_| Error::Stopped)
}

impl Indexing {
    /// Stops the loops, and waits until they have let go of everything.
    pub async fn stop(&mut self) {
        for task in &mut self.tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

impl Drop for Indexing {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn reading_loop(
    mut reading: Reading,
    mut inbox: mpsc::Receiver<Request>,
    embedding: mpsc::Sender<LaterRequest>,
) {
    let parts = Arc::clone(&reading.parts);
    loop {
        if parts.lexical.is_damaged() {
            reading.derived = Derived::Failed;
        }
        // Before what is derived has caught up nothing is written: the next batch would claim that it
        // had.
        let is_behind = reading.derived != Derived::UpToDate;
        let has_work = reading.busy || is_behind;
        let hold = if has_work { parts.hold() } else { None };
        let is_resting = hold.is_some() && !reading.files.is_in_hand();
        // Idle until asked; while reading, requests are taken between two steps.
        let request = if is_behind && !is_resting {
            None
        } else if has_work && !is_resting {
            inbox.try_recv().ok()
        } else {
            tokio::select! {
                request = inbox.recv(), if !is_behind => match request {
                    Some(request) => Some(request),
                    None => return,
                },
                () = parts.governor.wait(), if has_work => continue,
                () = parts.lexical.damaged(), if !is_behind => continue,
            }
        };
        let outcome = match request {
            Some(Request::Look(scopes, reply)) => {
                reading.replies.extend(reply);
                reading.look(scopes);
                Ok(false)
            }
            Some(Request::Forget(what, reply)) => reading.forget(what, reply).await,
            None if hold.is_some() && !is_behind => reading.rest(hold).await,
            None => reading.go_on().await,
        };
        match outcome {
            Ok(wrote) => {
                if wrote {
                    let _ = embedding.try_send(LaterRequest::Wake);
                    parts
                        .progress
                        .send_if_modified(|progress| progress.trouble.take().is_some());
                }
            }
            Err(error) => {
                reading.fail(&error);
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }
}

/// The state of the reading loop.
struct Reading {
    parts: Arc<Parts>,
    files: read::Reading,
    /// Looks that are asked for; the first is under way.
    looks: VecDeque<Look>,
    busy: bool,
    derived: Derived,
    /// Everything was looked at since the start.
    has_looked: bool,
    something_went: bool,
    replies: Vec<oneshot::Sender<()>>,
    rate: Rate,
    left: TimeLeft,
}

impl Reading {
    fn new(parts: Arc<Parts>) -> Self {
        let files = read::Reading::new(Arc::clone(&parts));
        Self {
            parts,
            files,
            looks: VecDeque::new(),
            busy: false,
            derived: Derived::UpToDate,
            has_looked: false,
            // The process before this one may have been killed before it cleared away.
            something_went: true,
            replies: Vec::new(),
            rate: Rate::default(),
            left: TimeLeft::default(),
        }
    }

    fn look(&mut self, scopes: Option<BTreeSet<PathBuf>>) {
        self.busy = true;
        let last = self.looks.back_mut();
        if !last.is_some_and(|look| look.take_on(scopes.as_ref())) {
            self.looks.push_back(Look::at(scopes));
        }
        self.parts
            .progress
            .send_modify(|progress| progress.walking = true);
    }

    /// Looks again at everything afterwards: another chosen folder may hold some of its files.
    async fn forget(
        &mut self,
        what: Forgotten,
        reply: oneshot::Sender<Result<(), Error>>,
    ) -> Result<bool, Error> {
        let outcome = forget(&self.parts, what).await;
        if outcome.is_err() {
            self.derived = Derived::Failed;
        }
        let _ = reply.send(outcome);
        self.begin_anew();
        Ok(false)
    }

    /// Looks at everything; what was fetched or begun before may be of folders that are gone.
    fn begin_anew(&mut self) {
        self.files = read::Reading::new(Arc::clone(&self.parts));
        self.looks.clear();
        self.look(None);
    }

    async fn step(&mut self) -> Result<bool, Error> {
        if self.looks.is_empty() {
            return match self.read(read::BATCH_AGE).await? {
                Some(n_written) => Ok(n_written > 0),
                None => self.finish().await.map(|()| true),
            };
        }
        self.walk_on().await?;
        let began = Instant::now();
        let mut wrote = false;
        while began.elapsed() < READING_BETWEEN_PAGES
            && let Some(n_written) = self.read(READING_BETWEEN_PAGES).await?
        {
            wrote |= n_written > 0;
        }
        Ok(wrote)
    }

    /// One page of the look that is under way.
    async fn walk_on(&mut self) -> Result<(), Error> {
        let Some(look) = self.looks.front_mut() else {
            return Ok(());
        };
        let more = look.step(&self.parts).await?;
        let n_waiting = self.parts.store.count_waiting().await?;
        if !more && let Some(look) = self.looks.pop_front() {
            self.something_went |= look.something_went;
            self.has_looked |= look.is_whole();
        }
        self.left.forget_waiting();
        let walking = !self.looks.is_empty();
        self.parts.progress.send_modify(|progress| {
            progress.walking = walking;
            progress.n_waiting = n_waiting;
        });
        Ok(())
    }

    /// Reads on. Returns how many files were written, or `None` if nothing waits.
    async fn read(&mut self, patience: Duration) -> Result<Option<u32>, Error> {
        let began = Instant::now();
        let n_written = self.files.step(TakeUp::More, patience).await?;
        self.left.note(began.elapsed(), self.files.take_timed());
        self.note_written(n_written.unwrap_or(0)).await?;
        Ok(n_written)
    }

    /// Nothing waits any more.
    async fn finish(&mut self) -> Result<(), Error> {
        let something_went = std::mem::take(&mut self.something_went);
        if self.files.take_something_went() || something_went {
            let mut batch = self.parts.store.begin().await?;
            batch.remove_orphans().await?;
            let changes = batch.commit().await?;
            derive::apply(&self.parts, &changes).await?;
            self.parts.store.age_leftovers(presence::now()).await?;
        }
        self.parts.lexical.commit().await?;
        let seen = self.parts.lexical.committed()?;
        self.parts.store.trim_deletions(seen).await?;
        if self.has_looked {
            self.parts.store.drop_strays().await?;
        }
        erase(&self.parts).await?;
        self.parts.pool.dismiss();
        self.rate = Rate::default();
        self.left = TimeLeft::default();
        self.parts.progress.send_modify(|progress| {
            progress.walking = false;
            progress.n_waiting = 0;
            progress.n_done = 0;
            progress.files_per_second = 0.0;
            progress.seconds_left = None;
            progress.current = None;
        });
        self.busy = false;
        for reply in self.replies.drain(..) {
            let _ = reply.send(());
        }
        Ok(())
    }
}
