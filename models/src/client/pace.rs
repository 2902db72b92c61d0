//! How much a reranker is given at once, from how fast it has been.
//!
//! Machines differ by a factor of a thousand: what keeps a graphics card busy for a moment takes a
//! processor half a minute, in which nobody sees a score and nobody else gets a turn.
//! Invariant: nothing is known at first, so the first micro-batch is one passage.

use std::time::Duration;

/// What a micro-batch should take: short enough to be stopped in time, and long enough that a card
/// has something to do.
const TARGET: Duration = Duration::from_millis(100);
/// Above this no card gains anything: some 4,000 tokens, half a gigabyte of working space for the
/// largest model of the catalogue.
pub(super) const MAX_CHARS: usize = 16_000;

/// What was seen of one reranker's speed.
#[derive(Debug, Default)]
pub(super) struct Pace {
    chars_per_second: Option<f64>,
}

impl Pace {
    /// How many characters of passages come next.
    pub(super) fn n_chars(&self) -> usize {
        let rate = self.chars_per_second.unwrap_or(0.0);
        ((rate * TARGET.as_secs_f64()) as usize).clamp(1, MAX_CHARS)
    }

    /// Takes note of a micro-batch that is done. The last one counts for half, so that one that had
    /// to wait for something else does not decide alone.
    pub(super) fn note(&mut self, n_chars: usize, took: Duration) {
        let rate = n_chars.max(1) as f64 / took.as_secs_f64().max(1e-6);
        let before = self.chars_per_second.unwrap_or(rate);
        self.chars_per_second = Some(before.midpoint(rate));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(n_chars: usize, seconds: f64) -> usize {
        let mut pace = Pace::default();
        for _ in 0..8 {
            pace.note(n_chars, Duration::from_secs_f64(seconds));
        }
        pace.n_chars()
    }

    #[test]
    fn nothing_is_known_at_first() {
        assert_eq!(Pace::default().n_chars(), 1);
    }

    #[test]
    fn a_fast_device_gets_much_and_a_slow_one_little() {
        assert_eq!(after(800, 0.01), 8000);
        assert_eq!(after(800, 8.0), 10);
        assert_eq!(after(16_000, 0.001), MAX_CHARS);
        assert_eq!(after(0, 0.0), MAX_CHARS);
    }

    #[test]
    fn one_slow_answer_among_many_is_soon_forgotten() {
        let mut pace = Pace::default();
        for seconds in [0.01, 0.01, 10.0, 0.01, 0.01, 0.01] {
            pace.note(800, Duration::from_secs_f64(seconds));
        }
        assert!((6000..=8000).contains(&pace.n_chars()), "{pace:?}");
    }
}
