//! Whether an open library is sound: after a power cut, for tests, and for finding out what went wrong.

use std::time::SystemTime;

use super::{Engine, Result};
use crate::{
    cpu, indexing,
    lexical::SharedLexical,
    store::{Checked, Store},
};

impl Engine {
    /// Compares everything derived with the store; a sentence for each discrepancy. A library
    /// that is being written meanwhile shows some that are none.
    pub async fn check(&self) -> Result<Vec<String>> {
        self.load_vectors().await?;
        let lexical = self.lexical.clone();
        Ok(indexing::check(&self.store, lexical, &self.vectors).await?)
    }
}

/// Looks at every page of the database and of the word index, in the background, after the machine went
/// down with the library open. A process that was only killed leaves nothing to look for.
pub(super) async fn after_power_cut(store: Store, words: SharedLexical, now: fn() -> SystemTime) {
    let found = store.first_damage().await;
    if let Ok(found) = &found {
        let at = now().duration_since(SystemTime::UNIX_EPOCH);
        let checked = Checked {
            at: at.map_or(0, |at| at.as_secs() as i64),
            is_sound: found.is_none(),
        };
        if let Err(error) = store.note_checked(checked).await {
            tracing::debug!(%error, "it is not noted that the database was checked");
        }
    }
    match found {
        Ok(None) => {}
        Ok(Some(problem)) => {
            tracing::error!(problem, "the database is damaged");
            store.suspect();
        }
        Err(error) => tracing::warn!(%error, "the database could not be checked"),
    }
    match cpu::run(move || words.verify()).await {
        Ok(Ok(())) => tracing::info!("the library was checked after a power cut"),
        Ok(Err(error)) => tracing::warn!(%error, "the word index could not be checked"),
        Err(error) => tracing::warn!(%error, "the word index could not be checked"),
    }
}
