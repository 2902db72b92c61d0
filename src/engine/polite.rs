//! How much of the machine a library takes, and when it rests.
//!
//! Turns settings and terms into a share, and hands pauses on. What a pause or a battery means is
//! `governor`'s.

use std::time::{Duration, SystemTime};

use nuthatch_models::Priority;

use super::{Engine, Result};
use crate::{
    dirs::Dirs,
    governor::{self, Hold, Pause, Rules, Terms},
    settings::Settings,
};

/// What indexing may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) n_cores: usize,
    /// Of its processes.
    pub(super) priority: Priority,
}

impl Share {
    pub(super) fn of(settings: &Settings, terms: &Terms) -> Self {
        Self {
            n_cores: settings.n_index_cores(terms.is_waited_for),
            priority: if terms.is_waited_for {
                Priority::Normal
            } else {
                settings.background_priority
            },
        }
    }
}

/// On this machine, at the time it is.
pub(super) fn terms(is_waited_for: bool) -> Terms {
    Terms {
        now: SystemTime::now,
        is_waited_for,
        machine: "/".into(),
    }
}

pub(super) fn rules(settings: &Settings) -> Rules {
    let percent = settings.pause_above_load_percent;
    Rules {
        on_battery: settings.pause_on_battery,
        load: (percent > 0).then(|| f64::from(percent) / 100.0),
        after_typing: Duration::from_secs(settings.pause_after_typing_seconds),
    }
}

/// Pauses a library, or with `None` resumes it, whether or not a process has it open: one that has
/// notices within a second.
pub fn pause(dirs: &Dirs, pause: Option<Pause>) -> Result<()> {
    Ok(governor::set_pause(&dirs.pause(), pause)?)
}

/// The user's pause that is in force at a time.
pub fn paused(dirs: &Dirs, now: SystemTime) -> Option<Hold> {
    governor::paused_at(&dirs.pause(), now)
}

impl Engine {
    /// The same in the background: it takes little, and steps aside for everything else.
    pub async fn open_in_background(dirs: Dirs) -> Result<Self> {
        Self::open_on(dirs, terms(false)).await
    }

    /// Pauses indexing, or with `None` resumes it. What was read stays findable.
    pub fn pause(&self, until: Option<Pause>) -> Result<()> {
        match &self.writing {
            Some(writing) => Ok(writing.governor.pause(until)?),
            None => pause(&self.dirs, until),
        }
    }

    pub(super) fn note_typing(&self) {
        if let Some(writing) = &self.writing {
            writing.governor.note_typing();
        }
    }
}
