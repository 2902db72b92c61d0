//! Follows the chosen folders: which are watched, which are looked at from time to time, which are
//! away, and when all is looked at whatever happened.
//!
//! Owns the OS watches and a round that is made every few seconds: drives come and go without an
//! event, and shares have none. Knows nothing of documents. Invariant: a change in a folder that
//! can be reached is seen sooner or later, whatever the system did not tell.

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, interval},
};

use super::Result;
use crate::{
    cpu,
    indexing::{self, Indexing, Presence, presence},
    store::{FolderRow, NETWORK, Store},
    watch::{self, Change, Watch},
};

/// A drive that comes or goes is noticed after so long; what a round costs is a look at each chosen
/// folder itself.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(10);
/// All is looked at so often, in case events were lost that nobody told of.
const BETWEEN_LOOKS: Duration = Duration::from_hours(24);

/// How changes in a folder are noticed; the words are those of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Followed {
    /// The system tells.
    Watched,
    /// It lies on a network, whose changes the system does not tell.
    Network,
    /// The system watches no more folders.
    Limit,
    /// The system refused.
    Refused,
}

impl Followed {
    pub(super) const ALL: [Self; 4] = [Self::Watched, Self::Network, Self::Limit, Self::Refused];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Network => NETWORK,
            Self::Limit => "limit",
            Self::Refused => "refused",
        }
    }
}

/// The rounds; dropping it ends them.
#[derive(Debug)]
pub(super) struct Following {
    rounds: Arc<tokio::sync::Mutex<Rounds>>,
    tasks: [JoinHandle<()>; 2],
}

#[derive(Debug)]
struct Rounds {
    store: Store,
    indexing: Arc<Indexing>,
    watch: Option<Arc<Mutex<Watch>>>,
    known: HashMap<PathBuf, Known>,
    /// Folders that are not watched are looked at so often.
    between_polls: Duration,
    looked: Instant,
}

/// A folder as the last round left it.
#[derive(Debug)]
struct Known {
    presence: Presence,
    followed: Followed,
    looked: Instant,
}

impl Following {
    /// Watches every folder, and goes on making rounds.
    pub(super) async fn start(
        store: Store,
        indexing: Arc<Indexing>,
        between_polls: Duration,
    ) -> Result<Self> {
        let (watch, changes) = match Watch::start() {
            Ok((watch, changes)) => (Some(Arc::new(Mutex::new(watch))), Some(changes)),
            Err(error) => {
                tracing::warn!(cause = %error.source, "no folder is watched");
                (None, None)
            }
        };
        let rounds = Arc::new(tokio::sync::Mutex::new(Rounds {
            store,
            indexing: Arc::clone(&indexing),
            watch,
            known: HashMap::new(),
            between_polls,
            looked: Instant::now(),
        }));
        rounds.lock().await.make().await?;
        let events = async move {
            let Some(mut changes) = changes else { return };
            while let Some(change) = changes.recv().await {
                if indexing.look_at(change).await.is_err() {
                    return;
                }
            }
        };
        let period = BETWEEN_ROUNDS.min(between_polls);
        Ok(Self {
            tasks: [
                tokio::spawn(events),
                tokio::spawn(make_rounds(Arc::clone(&rounds), period)),
            ],
            rounds,
        })
    }

    /// Takes notice of folders that were added or removed.
    pub(super) async fn refresh(&self) -> Result<()> {
        self.rounds.lock().await.make().await
    }

    pub(super) async fn stop(mut self) {
        for task in &mut self.tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

async fn make_rounds(rounds: Arc<tokio::sync::Mutex<Rounds>>, period: Duration) {
    let mut ticks = interval(period);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if let Err(error) = rounds.lock().await.make().await {
            tracing::warn!(%error, "the chosen folders could not be looked after; trying again");
        }
    }
}

impl Rounds {
    /// One round. What it finds out is looked at in the background.
    async fn make(&mut self) -> Result<()> {
        let folders = self.store.folders().await?;
        let chosen: Vec<PathBuf> = folders.iter().map(|folder| folder.path.to_path()).collect();
        let dropped: Vec<PathBuf> = self.known.keys().cloned().collect();
        for path in dropped.into_iter().filter(|path| !chosen.contains(path)) {
            self.known.remove(&path);
            self.with_watch(move |watch| watch.remove(&path)).await?;
        }
        for folder in &folders {
            self.visit(folder).await?;
        }
        // A reader was in the way; whatever is done next erases it as well.
        if self.store.is_to_erase().await? {
            let nothing = Change::Paths(BTreeSet::new());
            self.indexing.look_at(nothing).await?;
        }
        if self.looked.elapsed() >= BETWEEN_LOOKS {
            self.looked = Instant::now();
            self.indexing.look().await?;
        }
        Ok(())
    }

    async fn visit(&mut self, folder: &FolderRow) -> Result<()> {
        let root = folder.path.to_path();
        let (path, identity) = (root.clone(), folder.identity.clone());
        let found = cpu::run(move || presence(&path, identity.as_deref()))
            .await
            .map_err(indexing::Error::from)?;
        let known = self.known.get(&root);
        let is_same = known.is_some_and(|known| known.presence == found);
        let is_first = known.is_none();
        let followed = match known {
            Some(known) if is_same => known.followed,
            _ => self.watch(root.clone()).await?,
        };
        let followed = if followed == Followed::Watched && self.is_full() {
            Followed::Limit
        } else {
            followed
        };
        if folder.followed.as_deref() != Some(followed.name()) {
            self.store.note_followed(folder.id, followed.name()).await?;
        }
        let known = self.known.entry(root.clone()).or_insert(Known {
            presence: found.clone(),
            followed,
            looked: Instant::now(),
        });
        known.presence = found;
        known.followed = followed;
        let is_due = followed != Followed::Watched && known.looked.elapsed() >= self.between_polls;
        // A folder's first look is up to whoever adds it.
        if is_due || !(is_same || is_first) {
            known.looked = Instant::now();
            let change = Change::Paths(BTreeSet::from([root]));
            self.indexing.look_at(change).await?;
        }
        Ok(())
    }

    /// Watches a folder, unless that is of no use or not possible.
    async fn watch(&self, root: PathBuf) -> Result<Followed> {
        if watch::network(&root).is_some() {
            return Ok(Followed::Network);
        }
        let added = self
            .with_watch(move |watch| {
                // What was there before may be another folder.
                watch.remove(&root);
                watch.add(&root)
            })
            .await?;
        Ok(match added {
            Some(Ok(())) => Followed::Watched,
            Some(Err(error)) => {
                tracing::warn!(cause = %error.source, "a folder is not watched");
                if error.is_limit() {
                    Followed::Limit
                } else {
                    Followed::Refused
                }
            }
            None => Followed::Refused,
        })
    }

    fn is_full(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| {
            let watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            watch.is_full()
        })
    }

    async fn with_watch<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Watch) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(watch) = self.watch.clone() else {
            return Ok(None);
        };
        let work = move || work(&mut watch.lock().unwrap_or_else(PoisonError::into_inner));
        let done = cpu::run(work).await.map_err(indexing::Error::from)?;
        Ok(Some(done))
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
