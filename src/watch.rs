//! Turns file-system events into batches of folders to look at again.
//!
//! Knows folders and files as paths; nothing of ignore rules, documents or indexes. A batch may
//! name a folder in which nothing changed, but never misses one: on overflow it names the whole
//! root. Owns the OS watches of the chosen folders. Sleeps while nothing happens.
//! Start reading at [`Watch::start`].

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{
    DebounceEventHandler, DebounceEventResult, Debouncer, RecommendedCache, new_debouncer,
};
use tokio::sync::mpsc;

/// Events are collected for so long: editors that write and rename make one change of it.
const DEBOUNCE: Duration = Duration::from_millis(400);
/// Batches that may wait.
const N_WAITING: usize = 64;

/// Why a folder is not watched.
#[derive(Debug, thiserror::Error)]
#[error("could not watch {path}; changes in it are seen at the next start")]
pub struct Error {
    /// The folder.
    pub path: PathBuf,
    /// The cause.
    pub source: notify::Error,
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
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
}

impl Watch {
    /// Starts without folders. Batches come out of the receiver.
    pub fn start() -> Result<(Self, mpsc::Receiver<Change>), Error> {
        let (changes, receiver) = mpsc::channel(N_WAITING);
        let debouncer = new_debouncer(DEBOUNCE, None, Outlet(changes)).map_err(|source| Error {
            path: PathBuf::new(),
            source,
        })?;
        Ok((Self { debouncer }, receiver))
    }

    /// Watches a folder and everything below it.
    pub fn add(&mut self, folder: &Path) -> Result<(), Error> {
        self.debouncer
            .watch(folder, RecursiveMode::Recursive)
            .map_err(|source| Error {
                path: folder.to_owned(),
                source,
            })
    }

    /// Stops watching a folder; one that is not watched is no error.
    pub fn remove(&mut self, folder: &Path) {
        let _ = self.debouncer.unwatch(folder);
    }
}

/// Hands batches over. While the reader is busy this waits, on the debouncer's own thread; should
/// the operating system's queue overflow meanwhile, it says so, and that becomes a rescan.
struct Outlet(mpsc::Sender<Change>);

impl DebounceEventHandler for Outlet {
    fn handle_event(&mut self, result: DebounceEventResult) {
        if let Some(change) = change(result) {
            let _ = self.0.blocking_send(change);
        }
    }
}

fn change(result: DebounceEventResult) -> Option<Change> {
    let Ok(events) = result else {
        return Some(Change::Rescan);
    };
    let mut paths = BTreeSet::new();
    for event in events {
        if event.need_rescan() {
            return Some(Change::Rescan);
        }
        if !matches!(event.kind, EventKind::Access(_)) {
            paths.extend(event.paths.iter().cloned());
        }
    }
    (!paths.is_empty()).then_some(Change::Paths(paths))
}
