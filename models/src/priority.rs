//! How much right of way a process or a thread of ours has on the machine.
//!
//! Each lowers itself: no system lets a program lower another one's threads without unsafe code
//! between `fork` and `exec`, and none gives the right of way back without privileges. So work for a
//! search runs in processes of its own, which never lowered themselves (`client.rs`).
//! Invariant: a system that refuses changes nothing but the speed of others.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

#[cfg(target_os = "linux")]
#[path = "priority/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "priority/macos.rs"]
mod system;
#[cfg(windows)]
#[path = "priority/windows.rs"]
mod system;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
#[path = "priority/none.rs"]
mod system;

/// Whose turn it is when there is not enough for everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Like any program.
    #[default]
    Normal,
    /// A tenth of what any program gets.
    Low,
    /// What nobody else wants: Linux' `SCHED_IDLE`, macOS' background, Windows' idle class.
    Idle,
}

impl Priority {
    /// Its name in settings and arguments.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Low => "low",
            Self::Idle => "idle",
        }
    }
}

impl FromStr for Priority {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        [Self::Normal, Self::Low, Self::Idle]
            .into_iter()
            .find(|priority| priority.name() == name)
            .ok_or_else(|| Unknown(name.to_owned()))
    }
}

/// A name that is no priority.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no priority")]
pub struct Unknown(String);

/// Lowers this process for good. To be called before it starts threads: Linux lowers only the one
/// that asks, and those that it starts.
pub fn lower_process(to: Priority) {
    if to != Priority::Normal {
        system::lower_process(to);
    }
}

/// Lowers this thread of a process that also serves searches, and on Linux the threads that it starts.
/// A search may wait for a lock that such a thread holds, so it must get its turn: on Linux the idle class
/// gets all that others leave, which is nothing only on a machine whose every core is taken, and then
/// indexing is on hold.
pub fn lower_thread(to: Priority) {
    if to != Priority::Normal {
        system::lower_thread(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_known_by_its_name() {
        for priority in [Priority::Normal, Priority::Low, Priority::Idle] {
            assert_eq!(priority.name().parse::<Priority>().unwrap(), priority);
        }
        assert!("urgent".parse::<Priority>().is_err());
    }
}
