//! Opens the library behind the window, and keeps it open.
//!
//! Owns what happens when another process writes the library: it is searched only, with a notice,
//! and opened for writing as soon as the other process ends. Knows nothing of tauri.
//! Invariant: once the library could be opened there always is one. Start reading at
//! [`Opener::keep_open`].

use std::{sync::Arc, time::Duration};

use nuthatch::{
    engine::{Engine, Error},
    indexing::Progress,
    search::Notice,
};
use tokio::{sync::watch, time::sleep};

use crate::{Start, wire::IpcError};

/// So often is looked whether the other process has ended, and what it has changed.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// An open library, with what the user should know about how it was opened.
#[derive(Debug)]
pub(crate) struct Library {
    /// The engine.
    pub(crate) engine: Engine,
    /// Shown as long as this library is open.
    pub(crate) notices: Vec<Notice>,
}

/// Nothing until opening has come to an end.
pub(crate) type Opened = Option<Result<Arc<Library>, IpcError>>;

/// Tells what it has opened, and what indexing does there.
#[derive(Debug)]
pub(crate) struct Opener {
    library: watch::Sender<Opened>,
    progress: watch::Sender<Progress>,
}

impl Opener {
    /// Tells it to these two.
    pub(crate) fn new(library: watch::Sender<Opened>, progress: watch::Sender<Progress>) -> Self {
        Self { library, progress }
    }

    /// Opens the library and follows it as long as the window lives.
    pub(crate) async fn keep_open(self, start: Start) {
        let library = loop {
            let error = match open_to_write(&start).await {
                Ok(library) => break library,
                Err(error) => error,
            };
            let is_unwritable = matches!(error, Error::Unwritable { .. });
            if (is_unwritable || matches!(error, Error::Locked { .. }))
                && let Some(library) = self.search_only(&start, &error).await
            {
                break library;
            }
            // A library that is only just being made can be in use, but not read yet.
            self.tell(Err(error.into()));
            if !is_unwritable {
                return;
            }
            sleep(LOOK_AGAIN).await;
        };
        tracing::info!("the library is open");
        let mut progress = library.engine.progress();
        self.tell(Ok(Arc::new(library)));
        while progress.changed().await.is_ok() {
            self.progress
                .send_replace(progress.borrow_and_update().clone());
        }
    }

    /// Searches beside the process that writes, or on a disk that takes nothing, until that ends; then
    /// the library is ours.
    async fn search_only(&self, start: &Start, why: &Error) -> Option<Library> {
        let engine = Engine::open_read_only(start.dirs.clone()).await.ok()?;
        let notices = vec![search_only_notice(why)];
        self.tell(Ok(Arc::new(Library { engine, notices })));
        loop {
            sleep(LOOK_AGAIN).await;
            if let Ok(library) = open_to_write(start).await {
                return Some(library);
            }
            // Nobody tells what the other process does; it may have changed something.
            self.progress.send_modify(|_| {});
        }
    }

    fn tell(&self, opened: Result<Arc<Library>, IpcError>) {
        if let Err(error) = &opened {
            tracing::error!(code = ?error.code, "the library cannot be opened");
        }
        self.library.send_replace(Some(opened));
        self.progress.send_modify(|_| {});
    }
}

async fn open_to_write(start: &Start) -> Result<Library, Error> {
    let engine = Engine::open_in_background(start.dirs.clone()).await?;
    engine.follow().await?;
    let mut notices = Vec::new();
    for folder in &start.folders {
        if let Err(error) = engine.add_folder(folder).await {
            let IpcError {
                message: reason,
                hint,
                ..
            } = IpcError::from(error);
            notices.push(Notice {
                message: format!("The folder was not added: {reason}"),
                hint,
            });
        }
    }
    Ok(Library { engine, notices })
}

fn search_only_notice(why: &Error) -> Notice {
    match why {
        Error::Unwritable { reason, .. } => Notice {
            message: format!(
                "The library's folder cannot be written ({reason}): it can be searched, not changed"
            ),
            hint: Some("It is tried again every few seconds".into()),
        },
        _ => Notice {
            message: "Another Nuthatch is using this library: it can be searched, not changed"
                .into(),
            hint: Some("Close the other one to change folders here".into()),
        },
    }
}
