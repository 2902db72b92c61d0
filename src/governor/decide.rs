//! From facts to a decision: a pure function, with a memory so that it does not flap.
//!
//! Holding begins when a cause has lasted for a moment, and ends when it has been away for longer:
//! whoever hovers around a threshold is not switched on and off. Knows no machine and no clock.

use std::time::Duration;

/// Others must be busy for so long before work waits, and calm for so long before it goes on.
const BUSY_FOR: Duration = Duration::from_secs(4);
const CALM_FOR: Duration = Duration::from_secs(10);
/// Work goes on when the load of others has fallen so far below the limit.
const LOAD_GAP: f64 = 0.2;
/// A plug that sits loosely: work waits at once, and goes on after so long.
const PLUGGED_FOR: Duration = Duration::from_secs(5);

/// What the user wants to be heeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Wait while the machine runs on its battery.
    pub on_battery: bool,
    /// Wait while other programs use more than this share of all cores; `None` never.
    pub load: Option<f64>,
    /// Wait for so long after a key was pressed in the search box.
    pub after_typing: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            on_battery: true,
            load: Some(0.8),
            after_typing: Duration::from_secs(3),
        }
    }
}

/// What is known at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sensed {
    /// The moment; only differences count.
    pub(super) at: Duration,
    pub(super) is_on_battery: bool,
    /// Share of all cores, where it is known.
    pub(super) load_of_others: Option<f64>,
    pub(super) since_typing: Option<Duration>,
}

/// What of the machine is a reason to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Battery,
    Load,
    Typing,
}

/// What is remembered from one decision to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Memory {
    battery: Latch,
    load: Latch,
}

/// On and off, each only after a while.
#[derive(Debug, Clone, Copy, Default)]
struct Latch {
    is_on: bool,
    /// Since when the opposite is wanted.
    since: Option<Duration>,
}

impl Latch {
    /// `wanted` is `None` between the two thresholds, where everything stays as it is.
    fn settle(
        &mut self,
        wanted: Option<bool>,
        at: Duration,
        on_after: Duration,
        off_after: Duration,
    ) -> bool {
        match wanted {
            Some(wanted) if wanted != self.is_on => {
                let since = *self.since.get_or_insert(at);
                let after = if wanted { on_after } else { off_after };
                if at.saturating_sub(since) >= after {
                    *self = Self {
                        is_on: wanted,
                        since: None,
                    };
                }
            }
            _ => self.since = None,
        }
        self.is_on
    }
}

pub(super) fn decide(rules: &Rules, sensed: &Sensed, memory: &mut Memory) -> Option<Cause> {
    let at = sensed.at;
    let on_battery = rules.on_battery && sensed.is_on_battery;
    let battery = memory
        .battery
        .settle(Some(on_battery), at, Duration::ZERO, PLUGGED_FOR);
    let wanted = match (rules.load, sensed.load_of_others) {
        (Some(limit), Some(load)) if load >= limit => Some(true),
        (Some(limit), Some(load)) if load > limit - LOAD_GAP => None,
        // What is not known holds nobody up.
        _ => Some(false),
    };
    let load = memory.load.settle(wanted, at, BUSY_FOR, CALM_FOR);
    let typing = sensed
        .since_typing
        .is_some_and(|since| since < rules.after_typing);
    [
        (battery, Cause::Battery),
        (load, Cause::Load),
        (typing, Cause::Typing),
    ]
    .into_iter()
    .find_map(|(holds, cause)| holds.then_some(cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One decision per second about facts that change.
    fn story(rules: &Rules, facts: impl IntoIterator<Item = Sensed>) -> Vec<Option<Cause>> {
        let mut memory = Memory::default();
        let seconds = (0..).map(Duration::from_secs);
        facts
            .into_iter()
            .zip(seconds)
            .map(|(sensed, at)| decide(rules, &Sensed { at, ..sensed }, &mut memory))
            .collect()
    }

    fn load(load: f64) -> Sensed {
        Sensed {
            load_of_others: Some(load),
            ..Sensed::default()
        }
    }

    #[test]
    fn a_short_burst_of_others_holds_nothing_and_a_long_one_does() {
        let rules = Rules::default();
        let busy = |n| std::iter::repeat_n(load(0.95), n);
        let calm = |n| std::iter::repeat_n(load(0.05), n);
        let burst = story(&rules, busy(3).chain(calm(10)));
        assert!(burst.iter().all(Option::is_none), "{burst:?}");
        let long = story(&rules, busy(20).chain(calm(20)));
        assert_eq!(long[3], None);
        assert_eq!(long[5], Some(Cause::Load));
        assert_eq!(long[28], Some(Cause::Load), "not calm for long enough");
        assert_eq!(long[31], None);
    }

    #[test]
    fn a_load_that_hovers_around_the_limit_does_not_switch_work_on_and_off() {
        let wobbling = (0..200).map(|i| load(if i % 3 == 0 { 0.85 } else { 0.72 }));
        let held = story(&Rules::default(), wobbling);
        let n_switches = held.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(n_switches <= 1, "{n_switches}");
        let at_the_lower = (0..200).map(|i| load(if i < 6 || i % 5 == 0 { 0.9 } else { 0.5 }));
        let held = story(&Rules::default(), at_the_lower);
        let n_switches = held.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(n_switches <= 1, "{n_switches}");
    }

    #[test]
    fn the_battery_holds_at_once_and_the_plug_must_stay_in() {
        let battery = |is_on_battery| Sensed {
            is_on_battery,
            ..Sensed::default()
        };
        let facts = [true, false, true, false, false, false, false, false, false];
        let held = story(&Rules::default(), facts.map(battery));
        assert!(held[..8].iter().all(|held| *held == Some(Cause::Battery)));
        assert_eq!(held[8], None);
        let never = Rules {
            on_battery: false,
            ..Rules::default()
        };
        assert_eq!(story(&never, facts.map(battery)), [None; 9]);
    }

    #[test]
    fn typing_holds_for_a_moment_and_what_is_not_known_never() {
        let typed = |seconds| Sensed {
            since_typing: Some(Duration::from_secs(seconds)),
            ..Sensed::default()
        };
        let held = story(&Rules::default(), [typed(0), typed(2), typed(3)]);
        assert_eq!(held, [Some(Cause::Typing), Some(Cause::Typing), None]);
        let nothing = std::iter::repeat_n(Sensed::default(), 30);
        assert!(
            story(&Rules::default(), nothing)
                .iter()
                .all(Option::is_none)
        );
        let unheeded = Rules {
            load: None,
            after_typing: Duration::ZERO,
            ..Rules::default()
        };
        let busy = std::iter::repeat_n(load(1.0), 30);
        assert!(story(&unheeded, busy).iter().all(Option::is_none));
    }
}
