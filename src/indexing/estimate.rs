//! How long reading will take, from how long its like took.
//!
//! A thousand notes take a second and a thousand scanned PDFs an hour, so that files per second say
//! nothing: each kind has a rate of its own, half by number and half by size. Pure; knows no clock.
//! Invariant: where too little was seen, nothing is said.

use std::time::Duration;

use crate::document::Kind;

/// What waits of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Waiting {
    pub(super) kind: Kind,
    pub(super) n_files: u64,
    pub(super) n_bytes: u64,
}

/// Files with the time that they took a reader.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    n_files: f64,
    n_bytes: f64,
    seconds: f64,
}

/// What is expected of a kind before one was seen, on a usual machine: the share that each has in the
/// whole matters, not the numbers, since they are scaled by what was seen of others.
fn expected(kind: Kind) -> Seen {
    let (n_bytes, seconds) = match kind {
        Kind::Text => (20e3, 0.004),
        Kind::Office => (100e3, 0.05),
        Kind::Pdf => (1e6, 0.25),
        Kind::Mail => (50e3, 0.02),
        Kind::Picture => (2e6, 0.05),
        Kind::Data => (200e3, 0.02),
        Kind::Archive => (5e6, 1.0),
    };
    Seen {
        n_files: 1.0,
        n_bytes,
        seconds,
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.n_files += other.n_files;
        self.n_bytes += other.n_bytes;
        self.seconds += other.seconds;
    }

    fn scaled(self, by: f64) -> Self {
        Self {
            n_files: self.n_files * by,
            n_bytes: self.n_bytes * by,
            seconds: self.seconds * by,
        }
    }

    /// Seconds that files like these would take.
    fn predict(&self, n_files: f64, n_bytes: f64) -> f64 {
        let by_number = n_files * self.seconds / self.n_files.max(1e-9);
        let by_size = n_bytes * self.seconds / self.n_bytes.max(1.0);
        by_number.midpoint(by_size)
    }
}

/// What older files say fades: after so many of a kind, to a third.
const MEMORY_FILES: f64 = 300.0;
/// Before so many files nothing is said.
const MIN_FILES: f64 = 8.0;
/// What is expected counts as much as so many files that were seen.
const WEIGHT_OF_EXPECTED: f64 = 3.0;

/// What was seen so far in this run.
#[derive(Debug, Default)]
pub(super) struct Estimate {
    kinds: [Seen; Kind::ALL.len()],
    /// Seconds of readers, and what would have been expected for the same files.
    took: f64,
    would_take: f64,
    /// Seconds that passed meanwhile, with reading going on.
    passed: f64,
    n_files: f64,
}

impl Estimate {
    /// A file was read in so much of one reader's time.
    pub(super) fn note(&mut self, kind: Kind, n_bytes: u64, took: Duration) {
        let fading = 1.0 - 1.0 / MEMORY_FILES;
        let seen = &mut self.kinds[usize::from(kind.number())];
        *seen = seen.scaled(fading);
        let file = Seen {
            n_files: 1.0,
            n_bytes: n_bytes as f64,
            seconds: took.as_secs_f64(),
        };
        seen.add(file);
        let expected = expected(kind).predict(1.0, file.n_bytes);
        self.took = self.took * fading + file.seconds;
        self.would_take = self.would_take * fading + expected;
        // What passed fades with what was done in it.
        self.passed *= fading;
        self.n_files += 1.0;
    }

    /// So much time passed while files were read; pauses do not count.
    pub(super) fn note_passed(&mut self, passed: Duration) {
        self.passed += passed.as_secs_f64();
    }

    /// Seconds until all of this is read, at the pace so far.
    pub(super) fn seconds_left(&self, waiting: &[Waiting]) -> Option<f64> {
        if self.n_files < MIN_FILES || self.took <= 0.0 || self.would_take <= 0.0 {
            return None;
        }
        let speed = self.took / self.would_take;
        let of_readers: f64 = waiting
            .iter()
            .map(|waiting| {
                let mut like = expected(waiting.kind).scaled(WEIGHT_OF_EXPECTED);
                like.seconds *= speed;
                if let Some(&seen) = self.kinds.get(usize::from(waiting.kind.number())) {
                    like.add(seen);
                }
                like.predict(waiting.n_files as f64, waiting.n_bytes as f64)
            })
            .sum();
        // Several read at once, and writing takes time as well.
        Some(of_readers * self.passed / self.took)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(kind: Kind, n_files: u64, n_bytes: u64) -> Waiting {
        Waiting {
            kind,
            n_files,
            n_bytes,
        }
    }

    /// Reads files of a kind that take `seconds` each, `n_at_once` at the same time.
    fn read(
        estimate: &mut Estimate,
        kind: Kind,
        n: u32,
        n_bytes: u64,
        seconds: f64,
        n_at_once: f64,
    ) {
        for _ in 0..n {
            estimate.note_passed(Duration::from_secs_f64(seconds / n_at_once));
            estimate.note(kind, n_bytes, Duration::from_secs_f64(seconds));
        }
    }

    fn assert_near(found: Option<f64>, expected: f64, factor: f64) {
        let found = found.unwrap();
        assert!(
            found > expected / factor && found < expected * factor,
            "{found} instead of {expected}"
        );
    }

    #[test]
    fn nothing_is_said_before_something_was_seen() {
        let mut estimate = Estimate::default();
        let rest = [waiting(Kind::Text, 1_000, 1_000_000)];
        assert_eq!(estimate.seconds_left(&rest), None);
        read(&mut estimate, Kind::Text, 3, 1_000, 0.001, 1.0);
        assert_eq!(estimate.seconds_left(&rest), None);
        read(&mut estimate, Kind::Text, 300, 1_000, 0.001, 1.0);
        assert!(estimate.seconds_left(&rest).is_some());
        assert_near(estimate.seconds_left(&[]).map(|left| left + 1.0), 1.0, 1.01);
    }

    #[test]
    fn a_thousand_notes_say_little_about_the_pdfs_behind_them() {
        let mut estimate = Estimate::default();
        read(&mut estimate, Kind::Text, 1_000, 10_000, 0.005, 2.0);
        read(&mut estimate, Kind::Pdf, 20, 2_000_000, 4.0, 2.0);
        let rest = [
            waiting(Kind::Text, 1_000, 10_000_000),
            waiting(Kind::Pdf, 500, 1_000_000_000),
        ];
        // 1,000 notes in 2.5 s, 500 PDFs in 1,000 s; files per second would say 36 s.
        assert_near(estimate.seconds_left(&rest), 1_002.5, 1.2);
    }

    #[test]
    fn a_kind_that_was_not_seen_is_scaled_by_those_that_were() {
        let expected_of_pdfs = expected(Kind::Pdf).predict(100.0, 100e6);
        for slowness in [0.5, 8.0] {
            let mut estimate = Estimate::default();
            let usual = expected(Kind::Text);
            let seconds = usual.seconds * slowness;
            read(
                &mut estimate,
                Kind::Text,
                500,
                usual.n_bytes as u64,
                seconds,
                1.0,
            );
            let rest = [waiting(Kind::Pdf, 100, 100_000_000)];
            let left = estimate.seconds_left(&rest);
            assert_near(left, expected_of_pdfs * slowness, 1.1);
        }
    }

    #[test]
    fn larger_files_of_a_kind_take_longer() {
        let mut estimate = Estimate::default();
        read(&mut estimate, Kind::Pdf, 100, 1_000_000, 1.0, 1.0);
        let small = estimate.seconds_left(&[waiting(Kind::Pdf, 10, 10_000_000)]);
        let large = estimate.seconds_left(&[waiting(Kind::Pdf, 10, 100_000_000)]);
        assert_near(small, 10.0, 1.1);
        assert_near(large, 55.0, 1.1);
    }

    #[test]
    fn a_machine_that_slows_down_is_believed() {
        let mut estimate = Estimate::default();
        read(&mut estimate, Kind::Text, 2_000, 10_000, 0.001, 1.0);
        read(&mut estimate, Kind::Text, 1_200, 10_000, 0.01, 1.0);
        let left = estimate.seconds_left(&[waiting(Kind::Text, 1_000, 10_000_000)]);
        assert_near(left, 10.0, 1.25);
    }
}
