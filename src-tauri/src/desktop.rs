//! What lives as long as the windows: the library, the newest search of each, the listener to progress,
//! what the user wishes of the desktop.
//!
//! Owns the rule that a newer search supersedes an older one. Knows neither commands nor tauri; how
//! the library is opened is `opening`. Invariant: a command waits for the library instead of failing
//! because it is not open yet.

use std::{
    collections::HashMap,
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use nuthatch::{dirs::Dirs, indexing::Progress, settings::Settings};
use nuthatch_models::install::Source;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinError},
};

use crate::{
    opening::{Library, Opened},
    wire::{DesktopWords, ErrorCode, IpcError, NewerVersion},
};

/// The state of the window.
#[derive(Debug)]
pub(crate) struct Desktop {
    dirs: Dirs,
    source: Source,
    library: watch::Receiver<Opened>,
    progress: watch::Receiver<Progress>,
    /// The newest search of each window, and the newest question.
    newest: Mutex<HashMap<String, Newest>>,
    listener: Mutex<Option<AbortHandle>>,
    /// Breaks off what is being fetched.
    fetching: Mutex<Arc<AtomicBool>>,
    /// A query that was asked from outside, until the page takes it.
    asked: Mutex<Option<String>>,
    wishes: Mutex<Wishes>,
    /// What the tray says, once a page has told it.
    words: Mutex<Option<DesktopWords>>,
    /// The library's folder, where it is not the usual one.
    own_library: Option<PathBuf>,
    /// A newer version that was found.
    newer: Mutex<Option<NewerVersion>>,
    /// The folder in which a portable window keeps everything.
    portable: Option<PathBuf>,
}

/// What the user wishes of the desktop.
#[derive(Debug, Clone, Copy, Default)]
struct Wishes {
    tray: bool,
    close_to_tray: bool,
    notify_when_read: bool,
}

/// The search, or the question, that is answered; older ones are not.
#[derive(Debug, Default)]
struct Newest {
    number: u64,
    task: Option<AbortHandle>,
}

impl Desktop {
    /// A window over a library that is about to be opened.
    pub(crate) fn new(
        dirs: Dirs,
        source: Source,
        library: watch::Receiver<Opened>,
        progress: watch::Receiver<Progress>,
    ) -> Self {
        Self {
            dirs,
            source,
            library,
            progress,
            newest: Mutex::default(),
            listener: Mutex::default(),
            fetching: Mutex::default(),
            asked: Mutex::default(),
            wishes: Mutex::default(),
            words: Mutex::default(),
            own_library: None,
            newer: Mutex::default(),
            portable: None,
        }
    }

    /// The same over a library that is not the usual one.
    pub(crate) fn on_own_library(self, is_usual: bool, portable: Option<PathBuf>) -> Self {
        let own_library = (!is_usual).then(|| self.dirs.library().to_owned());
        Self {
            own_library,
            portable,
            ..self
        }
    }

    /// The folder in which a portable window keeps everything.
    pub(crate) fn portable(&self) -> Option<&Path> {
        self.portable.as_deref()
    }

    /// The library's folder, where it is not the usual one.
    pub(crate) fn own_library(&self) -> Option<PathBuf> {
        self.own_library.clone()
    }

    /// Notes what the user wishes.
    pub(crate) fn set_wishes(&self, settings: &Settings) {
        *lock(&self.wishes) = Wishes {
            tray: settings.tray,
            close_to_tray: settings.close_to_tray,
            notify_when_read: settings.notify_when_read,
        };
    }

    /// There is to be an icon in the tray.
    pub(crate) fn wants_tray(&self) -> bool {
        lock(&self.wishes).tray
    }

    /// Closing the window is no end of the program.
    pub(crate) fn closes_to_tray(&self) -> bool {
        lock(&self.wishes).close_to_tray
    }

    /// The end of a large reading is to be told.
    pub(crate) fn notifies(&self) -> bool {
        lock(&self.wishes).notify_when_read
    }

    /// Keeps what the tray says.
    pub(crate) fn set_words(&self, words: DesktopWords) {
        *lock(&self.words) = Some(words);
    }

    /// What the tray says, once a page has told it.
    pub(crate) fn words(&self) -> Option<DesktopWords> {
        lock(&self.words).clone()
    }

    /// Keeps what was found when newer versions were looked for.
    pub(crate) fn set_newer(&self, newer: Option<NewerVersion>) {
        *lock(&self.newer) = newer;
    }

    /// A newer version that was found since the start.
    pub(crate) fn newer(&self) -> Option<NewerVersion> {
        lock(&self.newer).clone()
    }

    /// Where the library and the programs lie.
    pub(crate) fn dirs(&self) -> &Dirs {
        &self.dirs
    }

    /// Where models are fetched from.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Keeps a query from outside for the page.
    pub(crate) fn ask(&self, query: String) {
        *lock(&self.asked) = Some(query);
    }

    /// What was asked from outside since the page last took it.
    pub(crate) fn take_asked(&self) -> Option<String> {
        lock(&self.asked).take()
    }

    /// What breaks off the fetching that begins now.
    pub(crate) fn begin_fetching(&self) -> Arc<AtomicBool> {
        let stop = Arc::default();
        *lock(&self.fetching) = Arc::clone(&stop);
        stop
    }

    /// Breaks off what is being fetched.
    pub(crate) fn stop_fetching(&self) {
        lock(&self.fetching).store(true, Ordering::Relaxed);
    }

    /// What indexing does, as it changes.
    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// The library, as soon as it is open; or why it cannot be opened.
    pub(crate) async fn library(&self) -> Result<Arc<Library>, IpcError> {
        let mut library = self.library.clone();
        let opened = library.wait_for(Option::is_some).await;
        let opened = opened.ok().and_then(|opened| opened.clone());
        opened.unwrap_or_else(|| Err(IpcError::bug("the library was never opened")))
    }

    /// Runs a window's search unless a newer one of it has come, and stops the older one. Superseded searches
    /// end without an error. Numbers grow, for requests may overtake one another on their way.
    pub(crate) async fn run_search(
        &self,
        window: &str,
        number: u64,
        search: impl Future<Output = Result<(), IpcError>> + Send + 'static,
    ) -> Result<(), IpcError> {
        self.run_newest(window, number, search).await
    }

    /// The same for questions, of which only the main window has any.
    pub(crate) async fn run_answer(
        &self,
        number: u64,
        answer: impl Future<Output = Result<(), IpcError>> + Send + 'static,
    ) -> Result<(), IpcError> {
        self.run_newest("answer", number, answer).await
    }

    async fn run_newest(
        &self,
        of: &str,
        number: u64,
        work: impl Future<Output = Result<(), IpcError>> + Send + 'static,
    ) -> Result<(), IpcError> {
        let task = {
            let mut all = lock(&self.newest);
            let newest = all.entry(of.to_owned()).or_default();
            if number < newest.number {
                return Ok(());
            }
            if let Some(older) = newest.task.take() {
                older.abort();
            }
            let task = tokio::spawn(work);
            *newest = Newest {
                number,
                task: Some(task.abort_handle()),
            };
            task
        };
        task.await.unwrap_or_else(|error: JoinError| {
            if error.is_cancelled() {
                Ok(())
            } else {
                Err(IpcError::bug("it ended unexpectedly"))
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

    fn desktop() -> Desktop {
        Desktop::new(
            Dirs::new("/library", "/programs"),
            Source::new("https://models.example"),
            watch::channel(None).1,
            watch::channel(Progress::default()).1,
        )
    }

    #[tokio::test]
    async fn a_newer_search_ends_the_older_one_without_an_error() {
        let desktop = desktop();
        let older = desktop.run_search("main", 1, std::future::pending());
        let newer = async {
            tokio::task::yield_now().await;
            desktop.run_search("main", 2, async { Ok(()) }).await
        };
        let (older, newer) = tokio::join!(older, newer);
        assert!(older.is_ok() && newer.is_ok());
    }

    #[tokio::test]
    async fn an_older_search_that_comes_late_does_not_run() {
        static RAN: AtomicBool = AtomicBool::new(false);
        let desktop = desktop();
        let newer = desktop.run_search("main", 2, async { Ok(()) });
        assert!(newer.await.is_ok());
        let late = async {
            RAN.store(true, Ordering::Relaxed);
            Ok(())
        };
        assert!(desktop.run_search("main", 1, late).await.is_ok());
        assert!(!RAN.load(Ordering::Relaxed));
        let other = async {
            RAN.store(true, Ordering::Relaxed);
            Ok(())
        };
        assert!(desktop.run_search("launcher", 1, other).await.is_ok());
        assert!(RAN.load(Ordering::Relaxed), "each window counts for itself");
    }

    #[tokio::test]
    async fn a_search_that_fails_says_so() {
        let desktop = desktop();
        let failing = async { Err(IpcError::bug("it failed")) };
        let outcome = desktop.run_search("main", 1, failing).await;
        assert_eq!(outcome.map_err(|error| error.code), Err(ErrorCode::Bug));
    }
}
