//! How long a reader may take, on a machine where background work does not always get its turn.
//!
//! Invariant: a document that never ends is given up in the end, however busy the machine is.

use std::time::{Duration, Instant};

use crate::machine;

/// A document with files in it may take so many times as long as each of them.
pub(super) const CONTAINER_TIMEOUTS: u32 = 20;

/// Until when a worker may be silent. Time that it spent waiting for its turn on a busy machine does
/// not count: background work may get next to nothing for minutes, and is no bad document's fault.
#[derive(Debug)]
pub(super) struct Deadline {
    timeout: Duration,
    process: Option<u32>,
    pub(super) until: Instant,
    /// For the whole document.
    pub(super) latest: Instant,
    /// What the worker had had of the processor when this was set.
    before: Option<machine::Turn>,
}

impl Deadline {
    pub(super) fn new(timeout: Duration, process: Option<u32>) -> Self {
        let now = Instant::now();
        Self {
            timeout,
            process,
            until: now + timeout,
            latest: now + timeout * CONTAINER_TIMEOUTS,
            before: process.and_then(machine::turn),
        }
    }

    pub(super) fn renew(&mut self) {
        self.until = Instant::now() + self.timeout;
        self.before = self.process.and_then(machine::turn);
    }

    /// Whether the worker would run, and was hardly let.
    pub(super) fn is_unfair(&self) -> bool {
        let now = self.process.and_then(machine::turn);
        let is_starved = |(before, now): (machine::Turn, machine::Turn)| {
            now.wants && now.used.saturating_sub(before.used) < self.timeout / 2
        };
        Instant::now() < self.latest && self.before.zip(now).is_some_and(is_starved)
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    /// Killed however the test ends: it holds the test's output open.
    struct Started(std::process::Child);

    impl Drop for Started {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn who_sleeps_is_late_and_who_is_hardly_let_is_not() {
        let started = |script: &str| {
            let mut command = std::process::Command::new("sh");
            Started(command.args(["-c", script]).spawn().unwrap())
        };
        let processes = [started("while :; do :; done"), started("sleep 60")];
        let [busy, idle] = processes.each_ref().map(|process| process.0.id());
        let hour = Duration::from_hours(1);
        let began = Instant::now();
        // Of an hour, none of them has had half; a shell that is just being loaded sleeps now and then.
        while !Deadline::new(hour, Some(busy)).is_unfair() {
            assert!(began.elapsed() < Duration::from_mins(1));
        }
        std::thread::sleep(Duration::from_millis(200));
        assert!(!Deadline::new(hour, Some(idle)).is_unfair());
        // Of no time at all, everybody has had half.
        assert!(!Deadline::new(Duration::ZERO, Some(busy)).is_unfair());
        assert!(!Deadline::new(hour, None).is_unfair());
    }
}
