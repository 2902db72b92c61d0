//! What is being done for a library now, and why nothing is: for this process and for others.
//!
//! The process that writes a library notes it in a file beside it, at most once a second, so that
//! `nuthatch status` can tell. Knows no words for it. Invariant: what a dead process noted is not
//! believed.

use std::{io::Write, path::Path, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::JoinHandle};

use super::{Engine, polite};
use crate::{
    governor::Hold,
    indexing::{Doing, Progress},
    machine,
};

/// Often enough for whoever asks again and again, and seldom enough to cost nothing.
const NOTED_EVERY: Duration = Duration::from_secs(1);

/// What is being done at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// The process that does it; `None` where no process has the library open to write it.
    pub process: Option<u32>,
    /// What it does, or would do if it did not wait.
    pub doing: Doing,
    /// Files read in this run.
    pub n_done: u64,
    /// Files still to be read.
    pub n_waiting: u64,
    /// Passages without an embedding.
    pub n_to_embed: u64,
    /// Pages whose text is still to be recognised.
    pub n_to_recognise: u64,
    /// Seconds left, where it can be told.
    pub seconds_left: Option<f64>,
    /// Name of the file begun last.
    pub current: Option<String>,
    /// Why it waits.
    pub hold: Option<Hold>,
    /// Why it does not go on by itself just now.
    pub trouble: Option<String>,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            process: None,
            doing: Doing::Nothing,
            n_done: 0,
            n_waiting: 0,
            n_to_embed: 0,
            n_to_recognise: 0,
            seconds_left: None,
            current: None,
            hold: None,
            trouble: None,
        }
    }
}

impl From<&Progress> for Activity {
    fn from(progress: &Progress) -> Self {
        Self {
            process: Some(std::process::id()),
            doing: progress.doing(),
            n_done: progress.n_done,
            n_waiting: progress.n_waiting,
            n_to_embed: progress.n_to_embed,
            n_to_recognise: progress.n_to_recognise,
            seconds_left: progress.seconds_left,
            current: progress.current.clone(),
            hold: progress.hold,
            trouble: progress.trouble.clone(),
        }
    }
}

impl Engine {
    /// What is being done now, by this process or by the one that writes the library.
    pub fn activity(&self) -> Activity {
        let noted = if self.writing.is_some() {
            Activity::from(&*self.progress.borrow())
        } else {
            read(&self.dirs.activity()).unwrap_or_default()
        };
        // The user's pause is known at once, whatever was noted before it.
        let paused = polite::paused(&self.dirs, (self.now)());
        let hold = noted
            .hold
            .filter(|hold| !matches!(hold, Hold::Paused { .. }));
        Activity {
            hold: paused.or(hold),
            ..noted
        }
    }
}

/// What a living process noted.
pub(super) fn read(path: &Path) -> Option<Activity> {
    let text = std::fs::read_to_string(path).ok()?;
    let noted: Activity = serde_json::from_str(&text).ok()?;
    noted
        .process
        .is_some_and(machine::is_alive)
        .then_some(noted)
}

/// Notes what is being done until it is dropped; the note goes with it.
#[derive(Debug)]
pub(super) struct Noting {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Noting {
    pub(super) fn start(path: PathBuf, progress: watch::Receiver<Progress>) -> Self {
        let task = tokio::spawn(note(path.clone(), progress));
        Self { path, task }
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn note(path: PathBuf, mut progress: watch::Receiver<Progress>) {
    let mut noted = None;
    loop {
        let now = Activity::from(&*progress.borrow_and_update());
        if noted.as_ref() != Some(&now) {
            // Who asks gets the note before, or none; nothing depends on it.
            let _ = write(&path, &now);
            noted = Some(now);
        }
        if progress.changed().await.is_err() {
            return;
        }
        tokio::time::sleep(NOTED_EVERY).await;
    }
}

fn write(path: &Path, now: &Activity) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(serde_json::to_string(now)?.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_living_process_noted_is_read_and_what_a_dead_one_noted_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("activity.json");
        let mut now = Activity {
            process: Some(std::process::id()),
            doing: Doing::Reading,
            n_waiting: 7,
            hold: Some(Hold::Paused { until: Some(9) }),
            ..Activity::default()
        };
        assert_eq!(read(&path), None);
        write(&path, &now).unwrap();
        assert_eq!(read(&path).as_ref(), Some(&now));
        now.process = Some(u32::MAX);
        write(&path, &now).unwrap();
        let expected = (!cfg!(target_os = "linux")).then_some(now);
        assert_eq!(read(&path), expected);
    }
}
