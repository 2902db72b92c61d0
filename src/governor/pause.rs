//! The user's pause: one line in a file of the library, so that it outlives every process and
//! reaches those that have the library open.
//!
//! Invariant: the file is whole at every moment; one that makes no sense is no pause.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

use super::Hold;

const UNTIL_RESUMED: &str = "until_resumed";
/// "Until tomorrow" ends before most people sit down.
const MORNING: civil::Time = civil::time(6, 0, 0, 0);

/// For how long nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Until this time, in seconds since 1970.
    Until(i64),
    /// Until the user resumes.
    UntilResumed,
}

/// A pause could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("could not write {path}; check that the library's folder may be written")]
pub struct Error {
    path: PathBuf,
    source: io::Error,
}

impl Pause {
    /// For an hour.
    pub fn for_an_hour(now: SystemTime) -> Self {
        let now = Timestamp::try_from(now).unwrap_or_default();
        Self::Until(now.as_second() + 3_600)
    }

    /// Until tomorrow morning, by this machine's clock.
    pub fn until_tomorrow(now: SystemTime) -> Result<Self, jiff::Error> {
        let now = Timestamp::try_from(now).unwrap_or_default();
        Self::until_morning(&now.to_zoned(TimeZone::system()))
    }

    /// Until the morning of the day after this one.
    pub fn until_morning(now: &Zoned) -> Result<Self, jiff::Error> {
        let morning = now.date().tomorrow()?.to_datetime(MORNING);
        let morning = morning.to_zoned(now.time_zone().clone())?;
        Ok(Self::Until(morning.timestamp().as_second()))
    }

    /// What it does at a time.
    pub(super) fn hold(self, now: i64) -> Option<Hold> {
        match self {
            Self::UntilResumed => Some(Hold::Paused { until: None }),
            Self::Until(until) => (until > now).then_some(Hold::Paused { until: Some(until) }),
        }
    }
}

pub(super) fn read(path: &Path) -> Option<Pause> {
    let text = std::fs::read_to_string(path).ok()?;
    match text.trim() {
        UNTIL_RESUMED => Some(Pause::UntilResumed),
        until => until.parse().ok().map(Pause::Until),
    }
}

pub(super) fn write(path: &Path, pause: Option<Pause>) -> Result<(), Error> {
    let written = match pause {
        None => match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
        Some(Pause::UntilResumed) => replace(path, UNTIL_RESUMED),
        Some(Pause::Until(until)) => replace(path, &until.to_string()),
    };
    written.map_err(|source| Error {
        path: path.to_owned(),
        source,
    })
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{text}")?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_nonsense_is_no_pause() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library/paused");
        assert_eq!(read(&path), None);
        write(&path, None).unwrap();
        for pause in [Pause::Until(1_795_741_200), Pause::UntilResumed] {
            write(&path, Some(pause)).unwrap();
            assert_eq!(read(&path), Some(pause));
        }
        std::fs::write(&path, "soon\n").unwrap();
        assert_eq!(read(&path), None);
        write(&path, None).unwrap();
        assert!(!path.exists());
    }
}
