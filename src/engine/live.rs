//! The settings that count while a library is open: which models judge and write, for how long they may
//! judge, whether searches are remembered, when background work waits.
//!
//! Owns what is made from them; what a setting means is said where it is used. The others count from the
//! next opening on. Invariant: a model that is at work is not started anew for a setting of something else.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::{Engine, Result, asking::ChosenWriter, models, obeyed, polite::rules};
use crate::{dirs::Dirs, search::Rerankers, settings::Settings};

/// What is made from the settings that count at once.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) settings: Settings,
    pub(super) rerankers: Rerankers,
    pub(super) writer: Arc<ChosenWriter>,
    /// The models that were there when these were chosen.
    installed: Vec<String>,
}

impl Live {
    pub(super) fn of(dirs: &Dirs, settings: &Settings) -> RwLock<Self> {
        RwLock::new(Self {
            settings: settings.clone(),
            rerankers: models::rerankers(dirs, settings),
            writer: Arc::new(ChosenWriter::of(settings)),
            installed: installed(dirs),
        })
    }

    fn follow(&mut self, dirs: &Dirs, settings: Settings) {
        let installed = installed(dirs);
        let has_others = installed != self.installed;
        if has_others || settings.reranker != self.settings.reranker {
            self.rerankers = models::rerankers(dirs, &settings);
        }
        if has_others || written_by(&settings) != written_by(&self.settings) {
            self.writer = Arc::new(ChosenWriter::of(&settings));
        }
        self.settings = settings;
        self.installed = installed;
    }
}

impl Engine {
    /// Takes up what was written into the settings, as far as it counts at once, and models that came or
    /// went. Blocks for as long as reading a few small files takes.
    pub fn follow_settings(&self) -> Result<()> {
        let settings = obeyed::settings(&self.dirs)?;
        if let Some(writing) = &self.writing {
            writing.governor.obey(rules(&settings));
        }
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        live.follow(&self.dirs, settings);
        Ok(())
    }

    pub(super) fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn installed(dirs: &Dirs) -> Vec<String> {
    let models = models::installed(dirs).into_iter();
    models.map(|spec| spec.id).collect()
}

/// All that decides what writes an answer, and whether it may be asked.
fn written_by(settings: &Settings) -> (&str, &str, &str, bool, bool) {
    (
        &settings.generator,
        &settings.chat_server,
        &settings.chat_server_model,
        settings.chat_server_may_be_remote,
        settings.never_connect,
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn only_what_a_setting_is_about_is_made_anew() {
        let place = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(place.path(), place.path());
        let before = Settings::default();
        let live = Live::of(&dirs, &before);
        let mut live = live.write().unwrap();
        let writer = Arc::clone(&live.writer);
        let other = Settings {
            keep_history: false,
            reranker: "none".into(),
            ..before.clone()
        };
        live.follow(&dirs, other.clone());
        assert!(Arc::ptr_eq(&live.writer, &writer));
        assert!(!live.settings.keep_history);
        // A server that the user allowed must not be asked once he forbids all connections.
        let forbidding = Settings {
            never_connect: true,
            ..other
        };
        live.follow(&dirs, forbidding);
        assert!(!Arc::ptr_eq(&live.writer, &writer));
    }
}
