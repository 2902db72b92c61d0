//! Whether background work may go on now, and if not, why.
//!
//! Owns the user's pause (`pause`), the rule (`decide`) and when the machine is looked at. Its only
//! users are the loops that take up work, which ask before each piece. Knows no files, no documents
//! and no models. Invariant: nothing here runs while nobody asks.
//!
//! Whoever is waited for (`nuthatch add`) heeds the user's pause alone; what goes on in the
//! background (the window, `nuthatch watch`) heeds the machine as well. Start reading at
//! [`Governor::hold`].

mod decide;
mod pause;

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use decide::Rules;
pub use pause::{Error, Pause};

use crate::machine::Machine;
use decide::{Cause, Memory, Sensed};

/// A pause from another process takes effect within this.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// The machine is not looked at more often; on macOS that starts a program.
const LOOK_EVERY: Duration = Duration::from_secs(if cfg!(target_os = "macos") { 10 } else { 1 });
/// What was seen longer ago than this says nothing of now.
const STALE_AFTER: Duration = Duration::from_secs(15);

/// Why background work waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Hold {
    /// The user said so.
    Paused {
        /// Seconds since 1970; `None` is until it is resumed.
        until: Option<i64>,
    },
    /// The machine runs on its battery.
    Battery,
    /// Other programs keep the processor busy.
    Load,
    /// The user is typing a query.
    Typing,
}

/// How the library is used, and what tells the time.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What time it is.
    pub now: fn() -> SystemTime,
    /// Somebody waits for the work: it heeds nothing but a pause, and takes all cores.
    pub is_waited_for: bool,
    /// Where the machine's own files lie, usually `/`.
    pub machine: PathBuf,
}

/// Says when to wait. One per open library.
#[derive(Debug)]
pub struct Governor {
    terms: Terms,
    pause: PathBuf,
    state: Mutex<State>,
    /// The user paused or resumed.
    told: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    rules: Rules,
    machine: Machine,
    began: Instant,
    looked: Option<Instant>,
    typed: Option<Instant>,
    memory: Memory,
    seen: Option<Cause>,
}

impl Governor {
    /// By these rules; the user's pause is kept in the file `pause`.
    pub fn new(terms: Terms, rules: Rules, pause: PathBuf) -> Self {
        let state = State {
            rules,
            machine: Machine::new(&terms.machine),
            began: Instant::now(),
            looked: None,
            typed: None,
            memory: Memory::default(),
            seen: None,
        };
        Self {
            terms,
            pause,
            state: Mutex::new(state),
            told: watch::Sender::default(),
        }
    }

    /// Why work is to wait now; `None` if it may go on.
    pub fn hold(&self) -> Option<Hold> {
        if let Some(hold) = self.paused() {
            return Some(hold);
        }
        if self.terms.is_waited_for {
            return None;
        }
        self.state().look().map(|cause| match cause {
            Cause::Battery => Hold::Battery,
            Cause::Load => Hold::Load,
            Cause::Typing => Hold::Typing,
        })
    }

    /// The user's pause, if one is in force.
    pub fn paused(&self) -> Option<Hold> {
        let pause = pause::read(&self.pause)?;
        pause.hold(seconds(self.now()))
    }

    /// What time it is.
    pub fn now(&self) -> SystemTime {
        (self.terms.now)()
    }

    /// Pauses, or with `None` resumes, this and every process that has the library open, and keeps
    /// that until it is over.
    pub fn pause(&self, pause: Option<Pause>) -> Result<(), Error> {
        pause::write(&self.pause, pause)?;
        self.told.send_replace(());
        Ok(())
    }

    /// Goes by other rules from now on.
    pub fn obey(&self, rules: Rules) {
        let mut state = self.state();
        state.rules = rules;
        state.looked = None;
        drop(state);
        self.told.send_replace(());
    }

    /// The user types: what works in the background steps aside for a moment.
    pub fn note_typing(&self) {
        let mut state = self.state();
        state.typed = Some(Instant::now());
        // What is known of the last second does not include it.
        state.looked = None;
    }

    /// Returns a moment later, or at once when the user pauses or resumes.
    pub async fn wait(&self) {
        let _ = tokio::time::timeout(ASK_EVERY, self.told().changed()).await;
    }

    /// Changes whenever the user pauses or resumes in this process.
    pub fn told(&self) -> watch::Receiver<()> {
        self.told.subscribe()
    }

    /// Returns as soon as the user's pause is in force: whatever takes long is to be dropped then.
    pub async fn until_paused(&self) {
        while self.paused().is_none() {
            self.wait().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn look(&mut self) -> Option<Cause> {
        let rules = &self.rules;
        let now = Instant::now();
        match self.looked.map(|looked| now - looked) {
            Some(ago) if ago < LOOK_EVERY => return self.seen,
            Some(ago) if ago > STALE_AFTER => self.machine.forget(),
            _ => {}
        }
        self.looked = Some(now);
        let sensed = Sensed {
            at: now - self.began,
            is_on_battery: rules.on_battery && self.machine.is_on_battery(),
            load_of_others: self.machine.load_of_others(),
            since_typing: self.typed.map(|typed| now - typed),
        };
        self.seen = decide::decide(rules, &sensed, &mut self.memory);
        self.seen
    }
}

/// Pauses or resumes a library that another process may have open; that one notices.
pub fn set_pause(file: &std::path::Path, pause: Option<Pause>) -> Result<(), Error> {
    pause::write(file, pause)
}

/// The pause of a library that is in force at this time.
pub fn paused_at(file: &std::path::Path, now: SystemTime) -> Option<Hold> {
    pause::read(file)?.hold(seconds(now))
}

fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn governor(folder: &std::path::Path, is_waited_for: bool) -> Governor {
        let terms = Terms {
            now: || UNIX_EPOCH + Duration::from_secs(1_000),
            is_waited_for,
            machine: folder.to_owned(),
        };
        Governor::new(terms, Rules::default(), folder.join("paused"))
    }

    #[tokio::test]
    async fn a_pause_holds_at_once_until_it_is_over_and_in_the_next_process_too() {
        let folder = tempfile::tempdir().unwrap();
        let first = governor(folder.path(), true);
        assert_eq!(first.hold(), None);
        first.pause(Some(Pause::Until(1_001))).unwrap();
        first.until_paused().await;
        let next = governor(folder.path(), false);
        let until = Some(1_001);
        assert_eq!(next.hold(), Some(Hold::Paused { until }));
        first.pause(Some(Pause::Until(1_000))).unwrap();
        assert_eq!(next.hold(), None, "that time has come");
        first.pause(Some(Pause::UntilResumed)).unwrap();
        assert_eq!(next.hold(), Some(Hold::Paused { until: None }));
        next.pause(None).unwrap();
        assert_eq!((first.hold(), next.hold()), (None, None));
    }

    #[test]
    fn typing_holds_what_is_in_the_background_and_nothing_that_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        for (is_waited_for, expected) in [(true, None), (false, Some(Hold::Typing))] {
            let governor = governor(folder.path(), is_waited_for);
            assert_eq!(governor.hold(), None);
            governor.note_typing();
            assert_eq!(governor.hold(), expected);
        }
    }

    #[test]
    fn other_rules_are_obeyed_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let governor = governor(folder.path(), false);
        governor.note_typing();
        assert_eq!(governor.hold(), Some(Hold::Typing));
        governor.obey(Rules {
            after_typing: Duration::ZERO,
            ..Rules::default()
        });
        assert_eq!(governor.hold(), None);
    }

    #[test]
    fn a_battery_holds_what_is_in_the_background() {
        let folder = tempfile::tempdir().unwrap();
        let supply = folder.path().join("sys/class/power_supply/BAT0");
        std::fs::create_dir_all(&supply).unwrap();
        std::fs::write(supply.join("type"), "Battery\n").unwrap();
        std::fs::write(supply.join("status"), "Discharging\n").unwrap();
        let held = governor(folder.path(), false).hold();
        let expected = cfg!(target_os = "linux").then_some(Hold::Battery);
        assert_eq!(held, expected);
        assert_eq!(governor(folder.path(), true).hold(), None);
    }
}
