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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use notify::{
        Event,
        event::{AccessKind, CreateKind, Flag, ModifyKind, RemoveKind, RenameMode},
    };
    use notify_debouncer_full::DebouncedEvent;

    use super::*;

    fn event(kind: EventKind, paths: &[&str]) -> DebouncedEvent {
        let paths = paths.iter().map(PathBuf::from).collect();
        let event = Event {
            paths,
            ..Event::new(kind)
        };
        DebouncedEvent::new(event, Instant::now())
    }

    #[test]
    fn a_batch_names_every_path_once_and_both_ends_of_a_rename() {
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::Both));
        let batch = vec![
            event(EventKind::Create(CreateKind::File), &["/d/a"]),
            event(EventKind::Modify(ModifyKind::Any), &["/d/a"]),
            event(renamed, &["/d/b", "/d/c"]),
            event(EventKind::Remove(RemoveKind::File), &["/d/e"]),
        ];
        let paths = ["/d/a", "/d/b", "/d/c", "/d/e"].map(PathBuf::from);
        assert_eq!(change(Ok(batch)), Some(Change::Paths(paths.into())));
    }

    #[test]
    fn reading_a_file_is_no_change() {
        let read = event(EventKind::Access(AccessKind::Read), &["/d/a"]);
        assert_eq!(change(Ok(vec![read])), None);
        assert_eq!(change(Ok(Vec::new())), None);
    }

    #[test]
    fn lost_events_and_errors_mean_looking_at_everything() {
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        let batch = vec![
            event(EventKind::Create(CreateKind::File), &["/d/a"]),
            DebouncedEvent::new(lost, Instant::now()),
        ];
        assert_eq!(change(Ok(batch)), Some(Change::Rescan));
        let error = notify::Error::generic("the queue is full");
        assert_eq!(change(Err(vec![error])), Some(Change::Rescan));
    }
}
