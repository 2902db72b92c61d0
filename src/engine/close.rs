//! Closing a library in order, so that another engine may open it at once.

use std::sync::{Arc, PoisonError};

use super::{Engine, Writing};

impl Engine {
    /// Stops all work where it is, as dropping does, and waits until nothing holds the library
    /// any more: the word index is committed, the write-ahead log folded, the lock released.
    pub async fn close(self) {
        let Self {
            store,
            lexical,
            writing,
            ..
        } = self;
        let Some(writing) = writing else {
            return store.close().await;
        };
        let Writing {
            indexing,
            watching,
            _lock,
        } = writing;
        let watching = watching
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((watch, task)) = watching {
            drop(watch);
            task.abort();
            let _ = task.await;
        }
        if let Some(mut indexing) = Arc::into_inner(indexing) {
            indexing.stop().await;
        }
        if let Some(lexical) = lexical {
            lexical.close();
        }
        store.close().await;
    }
}
