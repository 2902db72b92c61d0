//! The files of the log: the one that is written, and the one before it.
//!
//! Knows when there may be any: a library that is not there yet gets none before it is made, and one
//! that a newer program made is left untouched. Invariant: both together never grow beyond twice
//! [`MAX_BYTES`], and a disk that refuses changes nothing else.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tracing_subscriber::fmt::MakeWriter;

use crate::{dirs::Dirs, store::Store};

/// Of one file.
const MAX_BYTES: u64 = 512 << 10;
/// What is kept of the time before there may be a file.
const MAX_PENDING: usize = 64 << 10;

/// A program's log.
#[derive(Debug)]
pub(super) struct LogFile {
    folder: PathBuf,
    database: PathBuf,
    program: &'static str,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    file: Option<File>,
    n_bytes: u64,
    pending: Vec<u8>,
}

/// Writes one line.
pub(super) struct Line<'a>(&'a LogFile);

impl LogFile {
    pub(super) fn of(dirs: &Dirs, program: &'static str) -> Self {
        Self {
            folder: dirs.logs(),
            database: dirs.database(),
            program,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.program))
    }

    fn former_path(&self) -> PathBuf {
        self.folder.join(format!("{}.1.log", self.program))
    }

    fn put(&self, line: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        if state.n_bytes > MAX_BYTES {
            state.file = None;
            fs::rename(self.path(), self.former_path())?;
        }
        if state.file.is_none() {
            let may_begin = self.database.is_file() && !Store::is_newer(&self.database);
            if !may_begin {
                if state.pending.len() < MAX_PENDING {
                    state.pending.extend(line);
                }
                return Ok(());
            }
            fs::create_dir_all(&self.folder)?;
            let file = File::options()
                .append(true)
                .create(true)
                .open(self.path())?;
            state.n_bytes = file.metadata()?.len();
            state.file = Some(file);
        }
        let mut lines = std::mem::take(&mut state.pending);
        lines.extend(line);
        state.n_bytes += lines.len() as u64;
        match &mut state.file {
            Some(file) => file.write_all(&lines),
            None => Ok(()),
        }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Whoever speaks cannot help it, and must not fail for it.
        let _ = self.0.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(library: &std::path::Path) -> LogFile {
        LogFile::of(&Dirs::new(library, library), "test")
    }

    #[test]
    fn a_log_begins_with_its_library_and_has_a_bound() {
        let library = tempfile::tempdir().unwrap();
        let log = log(library.path());
        log.put(b"before\n").unwrap();
        assert!(!log.folder.exists());
        fs::write(&log.database, "").unwrap();
        let line = [b'x'; 1 << 10];
        for _ in 0..3 * (MAX_BYTES >> 10) {
            log.put(&line).unwrap();
        }
        let sizes = [log.path(), log.former_path()].map(|path| path.metadata().unwrap().len());
        assert!(
            sizes
                .iter()
                .all(|&n| n <= MAX_BYTES + 2 * line.len() as u64),
            "{sizes:?}"
        );
        assert_eq!(fs::read_dir(&log.folder).unwrap().count(), 2);
    }

    #[test]
    fn what_was_said_before_there_was_a_library_is_not_lost() {
        let library = tempfile::tempdir().unwrap();
        let log = log(library.path());
        log.put(b"before\n").unwrap();
        fs::write(&log.database, "").unwrap();
        log.put(b"after\n").unwrap();
        assert_eq!(fs::read_to_string(log.path()).unwrap(), "before\nafter\n");
    }

    #[test]
    fn a_library_that_a_newer_program_made_gets_no_log() {
        let library = tempfile::tempdir().unwrap();
        let log = log(library.path());
        let mut header = b"SQLite format 3\0".to_vec();
        header.resize(60, 0);
        header.extend(9_999_u32.to_be_bytes());
        fs::write(&log.database, header).unwrap();
        log.put(b"line\n").unwrap();
        assert!(!log.folder.exists());
    }
}
