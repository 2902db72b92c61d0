//! How fast something goes, measured over the last seconds.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
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
