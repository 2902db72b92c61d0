//! Turns file-system events into batches of folders to look at again.
//!
//! Knows folders and files as paths; nothing of ignore rules, documents or indexes. A batch may
//! name a folder in which nothing changed, but never misses one: on overflow it names the whole
//! root. Owns the OS watches of the chosen folders. Sleeps while nothing happens.
//! Start reading at [`Watch::start`].

mod mounts;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

pub use mounts::network;

/// A batch ends when nothing has changed for so long: editors that write and rename make one
/// change of it.
const QUIET: Duration = Duration::from_millis(400);
/// A batch ends so long after its first event even if changes go on.
const LONGEST: Duration = Duration::from_secs(2);
/// Events that may wait to be collected; beyond, the operating system's own queue fills up and
/// reports the overflow.
const N_WAITING: usize = 1024;
/// A batch with more paths than this becomes [`Change::Rescan`], which costs no memory.
const N_PATHS: usize = 10_000;

/// Why a folder is not watched.
#[derive(Debug, thiserror::Error)]
#[error("could not watch {path}; it is looked at from time to time")]
pub struct Error {
    /// The folder.
    pub path: PathBuf,
    /// The cause.
    pub source: notify::Error,
}

impl Error {
    /// The system watches no more folders than it watches now.
    pub fn is_limit(&self) -> bool {
        is_limit(&self.source)
    }
}

fn is_limit(error: &notify::Error) -> bool {
    matches!(error.kind, notify::ErrorKind::MaxFilesWatch)
}

/// What to look at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Something changed at these paths (files or folders, there or gone).
    Paths(BTreeSet<PathBuf>),
    /// Events were lost: look at everything.
    Rescan,
}

/// The OS watches; dropping it ends them.
#[derive(Debug)]
pub struct Watch {
    watcher: RecommendedWatcher,
    /// A new folder could not be watched, since the system watches no more.
    is_full: Arc<AtomicBool>,
}

impl Watch {
    /// Starts without folders. Batches come out of the receiver. Needs a tokio runtime.
    pub fn start() -> Result<(Self, mpsc::Receiver<Change>), Error> {
        let (sender, events) = mpsc::channel(N_WAITING);
        let is_full = Arc::new(AtomicBool::new(false));
        let full = Arc::clone(&is_full);
        let handler = move |event: notify::Result<Event>| {
            if event.as_ref().is_err_and(is_limit) {
                full.store(true, Ordering::Relaxed);
            }
            if is_change(&event) {
                let _ = sender.blocking_send(event);
            }
        };
        // A link's target is found where it lies, as the walk does it.
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(handler, config).map_err(|source| Error {
            path: PathBuf::new(),
            source,
        })?;
        let (changes, receiver) = mpsc::channel(1);
        tokio::spawn(collect(events, changes));
        Ok((Self { watcher, is_full }, receiver))
    }

    /// Watches a folder and everything below it, or nothing of it. Blocking: it goes through all of
    /// it.
    pub fn add(&mut self, folder: &Path) -> Result<(), Error> {
        let added = self.watcher.watch(folder, RecursiveMode::Recursive);
        added.map_err(|source| {
            self.remove(folder);
            Error {
                path: folder.to_owned(),
                source,
            }
        })
    }

    /// Whether folders that came to be since were left unwatched, since the system watches no more.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Stops watching a folder; one that is not watched is no error.
    pub fn remove(&mut self, folder: &Path) {
        let _ = self.watcher.unwatch(folder);
    }
}

type Events = mpsc::Receiver<notify::Result<Event>>;

/// Makes batches of events until there are no more watches or no more reader. While the reader is
/// busy the next batch grows.
async fn collect(mut events: Events, changes: mpsc::Sender<Change>) {
    while let Some(event) = events.recv().await {
        let mut batch = Change::Paths(BTreeSet::new());
        batch.merge(event);
        let end = Instant::now() + LONGEST;
        while let Ok(Some(event)) = timeout_at(end.min(Instant::now() + QUIET), events.recv()).await
        {
            batch.merge(event);
        }
        let reader = loop {
            tokio::select! {
                reader = changes.reserve() => break reader,
                Some(event) = events.recv() => batch.merge(event),
            }
        };
        match reader {
            Ok(reader) => reader.send(batch),
            Err(_) => return,
        }
    }
}

/// Reading a file is an event, but no change.
fn is_change(event: &notify::Result<Event>) -> bool {
    !matches!(event, Ok(event) if matches!(event.kind, EventKind::Access(_)) && !event.need_rescan())
}

impl Change {
    fn merge(&mut self, event: notify::Result<Event>) {
        let Self::Paths(paths) = self else { return };
        match event {
            Ok(event) if !event.need_rescan() => paths.extend(event.paths),
            _ => return *self = Self::Rescan,
        }
        if paths.len() > N_PATHS {
            *self = Self::Rescan;
        }
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, Flag, ModifyKind, RemoveKind, RenameMode};

    use super::*;

    fn event(kind: EventKind, paths: &[&str]) -> Event {
        let paths = paths.iter().map(PathBuf::from).collect();
        Event {
            paths,
            ..Event::new(kind)
        }
    }

    /// The batches that come out of events which happen at once.
    async fn batches(events: Vec<notify::Result<Event>>) -> Vec<Change> {
        let (sender, receiver) = mpsc::channel(N_WAITING);
        let (changes, mut batches) = mpsc::channel(1);
        tokio::spawn(collect(receiver, changes));
        for event in events {
            sender.send(event).await.unwrap();
        }
        drop(sender);
        let mut all = Vec::new();
        while let Some(batch) = batches.recv().await {
            all.push(batch);
        }
        all
    }

    #[tokio::test]
    async fn a_batch_names_every_path_once_and_both_ends_of_a_rename() {
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::Both));
        let events = vec![
            Ok(event(EventKind::Create(CreateKind::File), &["/d/a"])),
            Ok(event(EventKind::Modify(ModifyKind::Any), &["/d/a"])),
            Ok(event(renamed, &["/d/b", "/d/c"])),
            Ok(event(EventKind::Remove(RemoveKind::File), &["/d/e"])),
        ];
        let paths = ["/d/a", "/d/b", "/d/c", "/d/e"].map(PathBuf::from);
        assert_eq!(batches(events).await, [Change::Paths(paths.into())]);
    }

    #[test]
    fn reading_a_file_is_no_change() {
        let read = EventKind::Access(AccessKind::Read);
        assert!(!is_change(&Ok(event(read, &["/d/a"]))));
        let written = EventKind::Modify(ModifyKind::Any);
        assert!(is_change(&Ok(event(written, &["/d/a"]))));
    }

    #[tokio::test]
    async fn lost_events_and_errors_mean_looking_at_everything() {
        let created = || Ok(event(EventKind::Create(CreateKind::File), &["/d/a"]));
        let lost = || Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan));
        assert!(is_change(&lost()));
        let events = vec![created(), lost(), created()];
        assert_eq!(batches(events).await, [Change::Rescan]);
        let full = Err(notify::Error::generic("the queue is full"));
        assert!(is_change(&full));
        assert_eq!(batches(vec![full]).await, [Change::Rescan]);
    }

    #[tokio::test]
    async fn changes_that_never_end_come_in_batches_all_the_same() {
        let (sender, receiver) = mpsc::channel(N_WAITING);
        let (changes, mut batches) = mpsc::channel(1);
        tokio::spawn(collect(receiver, changes));
        tokio::spawn(async move {
            let written = EventKind::Modify(ModifyKind::Any);
            while sender.send(Ok(event(written, &["/d/log"]))).await.is_ok() {
                tokio::time::sleep(QUIET / 2).await;
            }
        });
        let batch = timeout_at(Instant::now() + 30 * LONGEST, batches.recv()).await;
        assert!(matches!(batch, Ok(Some(Change::Paths(_)))));
    }

    #[tokio::test]
    async fn a_flood_of_paths_means_looking_at_everything() {
        let created = |number| {
            let path = format!("/d/{number}");
            Ok(event(EventKind::Create(CreateKind::File), &[&path]))
        };
        assert_eq!(
            batches((0..=N_PATHS).map(created).collect()).await,
            [Change::Rescan]
        );
    }
}
