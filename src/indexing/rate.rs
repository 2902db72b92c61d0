//! How fast something goes, measured over the last seconds, and how long what waits will take.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::estimate::{Estimate, Waiting};
use crate::{
    document::Kind,
    store::{self, Store},
};

/// Rates are measured over so long.
const RATE_WINDOW: Duration = Duration::from_secs(20);

/// How fast it goes, over the last seconds.
#[derive(Debug, Default)]
pub(super) struct Rate(VecDeque<(Instant, u32)>);

impl Rate {
    pub(super) fn count(&mut self, n: u32) {
        self.0.push_back((Instant::now(), n));
        while self
            .0
            .front()
            .is_some_and(|(at, _)| at.elapsed() > RATE_WINDOW)
        {
            self.0.pop_front();
        }
    }

    pub(super) fn per_second(&self) -> f64 {
        let Some((first, n_first)) = self.0.front() else {
            return 0.0;
        };
        let n: u32 = self.0.iter().map(|(_, n)| n).sum();
        let seconds = first.elapsed().as_secs_f64();
        if seconds < 0.5 {
            0.0
        } else {
            f64::from(n - n_first) / seconds
        }
    }
}

/// What waits is counted again after so long; in between it is reckoned from what was done.
const COUNTED_EVERY: Duration = Duration::from_secs(20);

/// How long reading will take.
#[derive(Debug, Default)]
pub(super) struct TimeLeft {
    estimate: Estimate,
    waiting: Vec<Waiting>,
    counted: Option<Instant>,
}

impl TimeLeft {
    /// So much time passed, in which these files were done: kind, size, and how long a reader took.
    pub(super) fn note(&mut self, passed: Duration, files: Vec<(Kind, u64, Duration)>) {
        self.estimate.note_passed(passed);
        for (kind, n_bytes, took) in files {
            self.estimate.note(kind, n_bytes, took);
            if let Some(waiting) = self.waiting.iter_mut().find(|one| one.kind == kind) {
                waiting.n_files = waiting.n_files.saturating_sub(1);
                waiting.n_bytes = waiting.n_bytes.saturating_sub(n_bytes);
            }
        }
    }

    /// Others wait than before.
    pub(super) fn forget_waiting(&mut self) {
        self.counted = None;
    }

    pub(super) async fn seconds(&mut self, store: &Store) -> Result<Option<f64>, store::Error> {
        if self.counted.is_none_or(|at| at.elapsed() > COUNTED_EVERY) {
            let waiting = store.waiting_by_kind().await?.into_iter();
            let of = |(kind, n_files, n_bytes)| Waiting {
                kind,
                n_files,
                n_bytes,
            };
            self.waiting = waiting.map(of).collect();
            self.counted = Some(Instant::now());
        }
        Ok(self.estimate.seconds_left(&self.waiting))
    }
}
