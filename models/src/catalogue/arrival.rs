//! A file's way into its model's folder: checked, recorded, noted, in one reading.
//!
//! Owns the order of these steps; hashes and records are `files.rs`'s, the note `stamp.rs`'s.
//! Invariant: a file gets its name only once it has the hash that it must have, and that is on record.

use std::path::Path;

use super::{
    FileError, ModelFile,
    files::{expected, read_record, record, sha256},
    stamp,
};

impl ModelFile {
    /// Moves what has arrived as `part` into the model's folder, if it has the hash that it must
    /// have: the catalogue's, and the one that its source told. Records it where the catalogue knows
    /// none. The name has to be checked by then.
    pub fn admit(&self, part: &Path, folder: &Path, told: Option<&str>) -> Result<(), FileError> {
        let path = folder.join(&self.name);
        let found = sha256(part)?;
        let mut expected = [self.sha256.as_deref(), told].into_iter().flatten();
        if expected.any(|expected| *expected != found) {
            return Err(FileError::Damaged { path });
        }
        if self.sha256.is_none() {
            record(folder, &self.name, &found)?;
        }
        std::fs::rename(part, &path).map_err(|source| FileError::Unwritable { path, source })?;
        stamp::note(self, &found, folder);
        Ok(())
    }

    /// Whether it lies in this folder and there is a hash to hold it to.
    pub fn is_admitted(&self, folder: &Path) -> Result<bool, FileError> {
        let is_known = expected(self, &read_record(folder)?).is_some();
        Ok(is_known && folder.join(&self.name).is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelSpec;

    #[test]
    fn a_file_of_unknown_hash_is_held_to_what_first_arrived() {
        let folder = tempfile::tempdir().unwrap();
        let mut spec = ModelSpec::default_embedding();
        spec.files.truncate(1);
        spec.files[0].sha256 = None;
        let path = folder.path().join(&spec.files[0].name);
        std::fs::write(&path, b"weights").unwrap();

        let unrecorded = spec.verify(folder.path()).unwrap_err();
        assert!(matches!(unrecorded, FileError::Unrecorded { .. }));
        let part = folder.path().join("part");
        std::fs::write(&part, b"weights").unwrap();
        spec.files[0].admit(&part, folder.path(), None).unwrap();
        spec.verify(folder.path()).unwrap();

        std::fs::write(&path, b"other weights").unwrap();
        let damaged = spec.verify(folder.path()).unwrap_err();
        assert!(matches!(damaged, FileError::Damaged { .. }));
    }

    #[test]
    fn a_file_is_held_to_what_its_source_tells_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = ModelSpec::default_embedding().files.swap_remove(0);
        file.sha256 = None;
        let part = folder.path().join("part");
        std::fs::write(&part, b"weights").unwrap();
        let hash = sha256(&part).unwrap();
        let refused = file.admit(&part, folder.path(), Some(&"0".repeat(64)));
        assert!(matches!(refused, Err(FileError::Damaged { .. })));
        assert!(!file.is_admitted(folder.path()).unwrap());
        file.admit(&part, folder.path(), Some(&hash)).unwrap();
        assert!(file.is_admitted(folder.path()).unwrap());
    }
}
