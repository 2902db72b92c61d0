//! What lives as long as the window: the library, the newest search, the listener to progress.
//!
//! Owns opening the library in the background, and the rule that a newer search supersedes an
//! older one. Knows commands and tauri not. Invariant: a command waits for the library instead of
//! failing because it is not open yet.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use nuthatch::{
    engine::{Engine, Error},
    indexing::Progress,
    search::Notice,
};
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinError},
};

use crate::{
    Start,
    wire::{ErrorCode, IpcError},
};

/// An open library, with what the user should know about how it was opened.
#[derive(Debug)]
pub(crate) struct Library {
    /// The engine.
    pub(crate) engine: Engine,
    /// Shown as long as the window is open.
    pub(crate) notices: Vec<Notice>,
}

type Opened = Option<Result<Arc<Library>, IpcError>>;

/// The state of the window.
#[derive(Debug)]
pub(crate) struct Desktop {
    library: watch::Receiver<Opened>,
    search: Mutex<NewestSearch>,
    listener: Mutex<Option<AbortHandle>>,
}

/// The search that is answered; older ones are not.
#[derive(Debug, Default)]
struct NewestSearch {
    number: u64,
    task: Option<AbortHandle>,
}

/// Opens the library, once.
#[derive(Debug)]
pub(crate) struct Opener(watch::Sender<Opened>);

impl Desktop {
    /// A window whose library is not open yet, and what opens it.
    pub(crate) fn closed() -> (Self, Opener) {
        let (sender, library) = watch::channel(None);
        let desktop = Self {
            library,
            search: Mutex::default(),
            listener: Mutex::default(),
        };
        (desktop, Opener(sender))
    }

    /// The library, as soon as it is open; or why it cannot be opened.
    pub(crate) async fn library(&self) -> Result<Arc<Library>, IpcError> {
        let mut library = self.library.clone();
        let opened = library.wait_for(Option::is_some).await;
        let opened = opened.ok().and_then(|opened| opened.clone());
        opened.unwrap_or_else(|| Err(IpcError::bug("the library was never opened")))
    }

    /// Runs a search unless a newer one has come, and stops the older one. Superseded searches
    /// end without an error. Numbers grow, for requests may overtake one another on their way.
    pub(crate) async fn run_search(
        &self,
        number: u64,
        search: impl Future<Output = Result<(), IpcError>> + Send + 'static,
    ) -> Result<(), IpcError> {
        let task = {
            let mut newest = lock(&self.search);
            if number < newest.number {
                return Ok(());
            }
            if let Some(older) = newest.task.take() {
                older.abort();
            }
            let task = tokio::spawn(search);
            *newest = NewestSearch {
                number,
                task: Some(task.abort_handle()),
            };
            task
        };
        task.await.unwrap_or_else(|error: JoinError| {
            if error.is_cancelled() {
                Ok(())
            } else {
                Err(IpcError::bug("the search ended unexpectedly"))
            }
        })
    }

    /// Runs the one listener to progress; a page that was loaded again replaces its own.
    pub(crate) fn listen(&self, listener: impl Future<Output = ()> + Send + 'static) {
        let task = tokio::spawn(listener).abort_handle();
        if let Some(older) = lock(&self.listener).replace(task) {
            older.abort();
        }
    }
}

impl Opener {
    /// Opens the library and lets the waiting commands go on. Returns what indexing does, if this
    /// process indexes.
    pub(crate) async fn open(self, start: Start) -> Option<watch::Receiver<Progress>> {
        let opened = open(start).await.map(Arc::new);
        if let Err(error) = &opened {
            tracing::error!(code = ?error.code, "the library cannot be opened");
        }
        let progress = opened.as_ref().ok().map(|open| open.engine.progress());
        let _ = self.0.send(Some(opened));
        progress
    }
}

async fn open(start: Start) -> Result<Library, IpcError> {
    let engine = match Engine::open(start.dirs.clone()).await {
        Ok(engine) => engine,
        Err(locked @ Error::Locked { .. }) => {
            // A library that does not exist yet can be in use, but not read.
            let Ok(engine) = Engine::open_read_only(start.dirs).await else {
                return Err(locked.into());
            };
            let notices = vec![in_use()];
            return Ok(Library { engine, notices });
        }
        Err(error) => return Err(error.into()),
    };
    engine.follow().await?;
    let mut notices = Vec::new();
    for folder in &start.folders {
        if let Err(error) = engine.add_folder(folder).await {
            let error = IpcError::from(error);
            notices.push(Notice {
                message: format!("The folder was not added: {}", error.message),
                hint: error.hint,
            });
        }
    }
    Ok(Library { engine, notices })
}

fn in_use() -> Notice {
    Notice {
        message: "Another Nuthatch is using this library: it can be searched, not changed".into(),
        hint: Some("Close the other one and start this one again to change folders".into()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl IpcError {
    /// A fault of the program.
    pub(crate) fn bug(message: &str) -> Self {
        Self {
            code: ErrorCode::Bug,
            message: message.into(),
            hint: Some("Start Nuthatch again; if it stays, please report this message".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_newer_search_ends_the_older_one_without_an_error() {
        let (desktop, _opener) = Desktop::closed();
        let older = desktop.run_search(1, std::future::pending());
        let newer = async {
            tokio::task::yield_now().await;
            desktop.run_search(2, async { Ok(()) }).await
        };
        let (older, newer) = tokio::join!(older, newer);
        assert!(older.is_ok() && newer.is_ok());
    }

    #[tokio::test]
    async fn an_older_search_that_comes_late_does_not_run() {
        static RAN: AtomicBool = AtomicBool::new(false);
        let (desktop, _opener) = Desktop::closed();
        assert!(desktop.run_search(2, async { Ok(()) }).await.is_ok());
        let late = async {
            RAN.store(true, Ordering::Relaxed);
            Ok(())
        };
        assert!(desktop.run_search(1, late).await.is_ok());
        assert!(!RAN.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_search_that_fails_says_so() {
        let (desktop, _opener) = Desktop::closed();
        let failing = async { Err(IpcError::bug("it failed")) };
        let outcome = desktop.run_search(1, failing).await;
        assert_eq!(outcome.map_err(|error| error.code), Err(ErrorCode::Bug));
    }
}
