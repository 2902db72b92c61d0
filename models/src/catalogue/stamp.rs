//! A note beside a model's files of what was already verified, so that gigabytes are not hashed
//! each time the model is loaded.
//!
//! Owns the note; the hashes it speaks of are those of `files.rs`. A file counts as unchanged while
//! its size and the time of its last change are those of the note: damage that changes neither is
//! seen by [`ModelSpec::verify`] only. A folder that cannot be written to has no note, and its files
//! are hashed each time.
//! Invariant: the note never makes a file pass whose expected hash is another than the noted one.

use std::{path::Path, time::UNIX_EPOCH};

use super::{
    FileError, ModelFile, ModelSpec,
    files::{expected, read_record, verified},
};

/// One line for each verified file: SHA-256, size in bytes, nanoseconds of its last change, name.
const STAMP: &str = "VERIFIED";

impl ModelSpec {
    /// Reads every file and compares it with its hash: the catalogue's, or the recorded one.
    pub fn verify(&self, directory: &Path) -> Result<(), FileError> {
        self.verify_files(directory, "")
    }

    /// As [`Self::verify`], without reading the files that an earlier call has read and that did
    /// not change since.
    pub fn ensure_verified(&self, directory: &Path) -> Result<(), FileError> {
        self.verify_files(directory, &noted(directory))
    }

    /// Passes over files of which the note speaks, and notes all.
    fn verify_files(&self, directory: &Path, noted: &str) -> Result<(), FileError> {
        self.check_names()?;
        let recorded = read_record(directory)?;
        let mut lines = Vec::new();
        for file in &self.files {
            // Taken before reading: a file that is changed meanwhile does not match its line.
            let wanted = expected(file, &recorded).and_then(|hash| line(file, hash, directory));
            match wanted {
                Some(wanted) if noted.lines().any(|noted| noted == wanted) => lines.push(wanted),
                wanted => {
                    verified(file, directory, &recorded)?;
                    lines.extend(wanted);
                }
            }
        }
        write(&lines, directory);
        Ok(())
    }
}

/// Notes that a file was just found to have this hash.
pub(super) fn note(file: &ModelFile, hash: &str, directory: &Path) {
    let noted = noted(directory);
    let others = noted
        .lines()
        .filter(|line| !line.ends_with(&format!(" {}", file.name)));
    let mut lines: Vec<String> = others.map(str::to_owned).collect();
    lines.extend(line(file, hash, directory));
    write(&lines, directory);
}

fn noted(directory: &Path) -> String {
    std::fs::read_to_string(directory.join(STAMP)).unwrap_or_default()
}

fn write(lines: &[String], directory: &Path) {
    let stamp = lines.join("\n");
    if stamp != noted(directory)
        && let Err(error) = std::fs::write(directory.join(STAMP), stamp)
    {
        let directory = directory.display();
        tracing::debug!(%directory, %error, "could not note that a model was verified");
    }
}

/// What the note says of a verified file; nothing where the system tells no time of change.
fn line(file: &ModelFile, hash: &str, directory: &Path) -> Option<String> {
    let found = std::fs::metadata(directory.join(&file.name)).ok()?;
    let changed = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!(
        "{hash} {} {} {}",
        found.len(),
        changed.as_nanos(),
        file.name
    ))
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        time::{Duration, SystemTime},
    };

    use super::*;

    /// A model of one file, verified once.
    fn verified_model() -> (tempfile::TempDir, ModelSpec) {
        let folder = tempfile::tempdir().unwrap();
        let mut spec = ModelSpec::default_embedding();
        spec.files.truncate(1);
        spec.files[0].sha256 = None;
        let part = folder.path().join("part");
        std::fs::write(&part, b"weights").unwrap();
        spec.files[0].admit(&part, folder.path(), None).unwrap();
        overwrite(&folder, &spec, b"weights", 1000);
        spec.ensure_verified(folder.path()).unwrap();
        (folder, spec)
    }

    fn overwrite(folder: &tempfile::TempDir, spec: &ModelSpec, bytes: &[u8], changed_s: u64) {
        let path = folder.path().join(&spec.files[0].name);
        std::fs::write(&path, bytes).unwrap();
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed_s);
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(changed).unwrap();
    }

    fn is_damaged(spec: &ModelSpec, folder: &tempfile::TempDir) -> bool {
        let found = spec.ensure_verified(folder.path());
        matches!(found, Err(FileError::Damaged { .. }))
    }

    #[test]
    fn an_unchanged_file_is_not_read_again() {
        let (folder, spec) = verified_model();
        overwrite(&folder, &spec, b"WEIGHTS", 1000);
        // What nobody could notice without reading shows that nobody read.
        assert!(!is_damaged(&spec, &folder));
        let found = spec.verify(folder.path());
        assert!(matches!(found, Err(FileError::Damaged { .. })));
    }

    #[test]
    fn another_size_or_time_or_hash_is_read_again() {
        let (folder, spec) = verified_model();
        overwrite(&folder, &spec, b"WEIGHTS", 1001);
        assert!(is_damaged(&spec, &folder));
        overwrite(&folder, &spec, b"more weights", 1000);
        assert!(is_damaged(&spec, &folder));
        overwrite(&folder, &spec, b"weights", 2000);
        spec.ensure_verified(folder.path()).unwrap();
        let mut other = spec.clone();
        other.files[0].sha256 = Some("0".repeat(64));
        assert!(is_damaged(&other, &folder));
        std::fs::remove_file(folder.path().join(&spec.files[0].name)).unwrap();
        let missing = spec.ensure_verified(folder.path());
        assert!(matches!(missing, Err(FileError::Unreadable { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_stamp_that_cannot_be_written_hinders_nothing() {
        let (folder, spec) = verified_model();
        // Root may write into any folder, so the place is taken by one.
        std::fs::remove_file(folder.path().join(STAMP)).unwrap();
        std::fs::create_dir(folder.path().join(STAMP)).unwrap();
        spec.ensure_verified(folder.path()).unwrap();
        overwrite(&folder, &spec, b"WEIGHTS", 1000);
        assert!(is_damaged(&spec, &folder));
    }
}
