//! Where the loops wait: for the governor, and for what comes before them.
//!
//! Invariant: whoever waits has said why in the progress first.

use std::sync::Arc;

use super::{
    Error, Parts, Progress, Rate, Reading,
    read::{self, TakeUp},
};
use crate::governor::Hold;

impl Parts {
    /// Why work is to wait now, which is told to whoever looks.
    pub(super) fn hold(&self) -> Option<Hold> {
        let hold = self.governor.hold();
        self.progress.send_if_modified(|progress| {
            let is_news = progress.hold != hold;
            if is_news && hold.is_some() {
                progress.seconds_left = None;
            }
            progress.hold = hold;
            is_news
        });
        hold
    }

    /// Returns when work may go on; whether it had to wait.
    pub(super) async fn may_go_on(&self) -> bool {
        let mut had_to_wait = false;
        while self.hold().is_some() {
            had_to_wait = true;
            self.governor.wait().await;
        }
        had_to_wait
    }

    /// Returns when files are not read any more, or so few that a core is left for something else.
    pub(super) async fn when_words_are_done(&self) {
        let n_readers = self.n_readers as u64;
        let mut progress = self.progress.subscribe();
        let is_done = |now: &Progress| !now.walking && now.n_waiting < n_readers;
        let _ = progress.wait_for(is_done).await;
    }
}

impl Reading {
    /// Comes to rest: at once where the user paused, else with what is in hand. What was read is
    /// written, and can be found.
    pub(super) async fn rest(&mut self, hold: Option<Hold>) -> Result<bool, Error> {
        if matches!(hold, Some(Hold::Paused { .. })) {
            self.files.let_go().await;
        }
        let n_written = self.files.step(TakeUp::Nothing, read::BATCH_AGE).await?;
        self.note_written(n_written.unwrap_or(0)).await?;
        self.rate = Rate::default();
        Ok(n_written.is_some_and(|n| n > 0))
    }

    pub(super) async fn note_written(&mut self, n_written: u32) -> Result<(), Error> {
        if n_written == 0 {
            return Ok(());
        }
        self.rate.count(n_written);
        let rate = self.rate.per_second();
        let n_waiting = self.parts.store.count_waiting().await?;
        // More is still being found while folders are walked: nobody knows how long that takes.
        let seconds_left = if self.looks.is_empty() {
            self.left.seconds(&self.parts.store).await?
        } else {
            None
        };
        self.parts.progress.send_modify(|progress| {
            progress.n_done += u64::from(n_written);
            progress.n_waiting = n_waiting;
            progress.files_per_second = rate;
            progress.seconds_left = seconds_left.filter(|_| progress.hold.is_none());
        });
        Ok(())
    }
}

/// Tells of the user's pause, and of its end, also while nothing is to be done.
pub(super) async fn tell_of_pauses(parts: Arc<Parts>) {
    let mut told = parts.governor.told();
    loop {
        let paused = parts.governor.paused();
        parts.progress.send_if_modified(|progress| {
            let is_shown = matches!(progress.hold, Some(Hold::Paused { .. }));
            let is_news = progress.hold != paused && (is_shown || paused.is_some());
            if is_news {
                progress.hold = paused;
            }
            is_news
        });
        // A pause may end by itself; one that begins is told, or met by whoever takes up work.
        let is_over = if paused.is_some() {
            tokio::select! {
                told = told.changed() => told.is_err(),
                () = parts.governor.wait() => false,
            }
        } else {
            told.changed().await.is_err()
        };
        if is_over {
            return;
        }
    }
}
