//! Closing a library in order, so that another engine may open it at once.

use std::sync::Arc;

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
            following,
            mut checking,
            lock,
            ..
        } = writing;
        checking.shutdown().await;
        if let Some(following) = following.into_inner() {
            following.stop().await;
        }
        if let Some(mut indexing) = Arc::into_inner(indexing) {
            indexing.stop().await;
        }
        if let Some(lexical) = lexical {
            lexical.close();
        }
        store.close().await;
        lock.release();
    }
}
