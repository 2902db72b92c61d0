//! Why the word index failed, and what that says: a disk that refuses, or an index that is damaged.

use std::{io, path::PathBuf};

use tantivy::{
    TantivyError,
    directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError},
};

/// Why the word index failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder could not be made.
    #[error("could not prepare the word index in {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// tantivy failed.
    #[error("the word index failed")]
    Tantivy(#[from] TantivyError),
    /// What is on disk cannot be understood.
    #[error("the word index is damaged")]
    Unreadable,
    /// Merging went on all the time; it is to be tried again.
    #[error("the word index could not be rewritten without what was forgotten")]
    NotErased,
    /// There is no index to be read.
    #[error("there is no word index yet")]
    Missing,
    /// The writing thread is gone.
    #[error("the word index's writer stopped")]
    WriterStopped,
}

/// A shorthand of this room.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// What the disk said, if it was that.
    pub fn io(&self) -> Option<&io::Error> {
        let error = match self {
            Self::Folder { source, .. } => return Some(source),
            Self::Tantivy(error) => error,
            Self::Unreadable | Self::NotErased | Self::Missing | Self::WriterStopped => {
                return None;
            }
        };
        match error {
            TantivyError::IoError(error)
            | TantivyError::LockFailure(LockError::IoError(error), _)
            | TantivyError::OpenDirectoryError(
                OpenDirectoryError::IoError {
                    io_error: error, ..
                }
                | OpenDirectoryError::FailedToCreateTempDir(error),
            )
            | TantivyError::OpenReadError(OpenReadError::IoError {
                io_error: error, ..
            })
            | TantivyError::OpenWriteError(OpenWriteError::IoError {
                io_error: error, ..
            }) => Some(error),
            _ => None,
        }
    }

    /// What is on disk is not what was written. Everything else passes, or is nobody's fault.
    pub fn is_damage(&self) -> bool {
        if let Some(error) = self.io() {
            // What no system call said, tantivy has found in the bytes.
            return error.raw_os_error().is_none()
                && matches!(
                    error.kind(),
                    io::ErrorKind::InvalidData
                        | io::ErrorKind::InvalidInput
                        | io::ErrorKind::Other
                        | io::ErrorKind::UnexpectedEof
                );
        }
        match self {
            Self::Unreadable => true,
            Self::Tantivy(error) => matches!(
                error,
                TantivyError::DataCorruption(_)
                    | TantivyError::DeserializeError(_)
                    | TantivyError::FieldNotFound(_)
                    | TantivyError::IncompatibleIndex(_)
                    | TantivyError::InternalError(_)
                    | TantivyError::MissingPlugin(_)
                    | TantivyError::OpenReadError(_)
                    // A file of an earlier attempt, which opening should have removed.
                    | TantivyError::OpenWriteError(OpenWriteError::FileAlreadyExists(_))
                    | TantivyError::SchemaError(_)
            ),
            Self::Folder { .. } | Self::NotErased | Self::Missing | Self::WriterStopped => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_and_a_disk_that_refuses_are_told_apart() {
        let io = |kind| Error::from(TantivyError::from(io::Error::from(kind)));
        assert!(io(io::ErrorKind::InvalidData).is_damage());
        assert!(io(io::ErrorKind::UnexpectedEof).is_damage());
        let said = io::Error::other("Unsupported dictionary type, found 4294967295");
        assert!(Error::from(TantivyError::from(said)).is_damage());
        let disk = io::Error::from_raw_os_error(5);
        assert!(!Error::from(TantivyError::from(disk)).is_damage());
        assert!(!io(io::ErrorKind::StorageFull).is_damage());
        assert!(!io(io::ErrorKind::PermissionDenied).is_damage());
        let gone = OpenReadError::FileDoesNotExist("a.term".into());
        assert!(Error::from(TantivyError::from(gone)).is_damage());
        assert!(!Error::from(TantivyError::InvalidArgument(String::new())).is_damage());
    }
}
