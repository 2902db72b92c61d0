//! The format of a database on disk, told without opening it.
//!
//! `SQLite` makes files beside a database that it opens, even to read one number, and a newer
//! program's library is to be left untouched. Knows the two places where the number stands:
//! the header of the database, and pages in the write-ahead log that are newer than it.

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use crate::store::peek;

/// How every database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where `SQLite` keeps `user_version` in the first page.
const VERSION_AT: u64 = 60;
const LOG_HEADER_BYTES: u64 = 32;
const FRAME_HEADER_BYTES: u64 = 24;

/// The highest format that the database and its log name; 0 for what is no database.
pub(super) fn found(path: &Path) -> io::Result<i64> {
    let in_header = match peek::read(path, in_header) {
        Ok(format) => format,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let in_log = match File::open(path.with_extension("db-wal")) {
        Ok(mut log) => in_log(&mut log)?,
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    Ok(i64::from(in_header.max(in_log)))
}

/// Any number may stand there in what is no database.
fn in_header(file: &mut File) -> io::Result<u32> {
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    if start != MAGIC {
        return Ok(0);
    }
    Ok(number_at(file, VERSION_AT)?.unwrap_or(0))
}

/// The highest format in the frames of the log that are of its present run.
fn in_log(log: &mut File) -> io::Result<u32> {
    let Some(page_bytes) = number_at(log, 8)? else {
        return Ok(0);
    };
    let salt = (number_at(log, 16)?, number_at(log, 20)?);
    let mut format = 0;
    let mut frame = LOG_HEADER_BYTES;
    while let Some(page) = number_at(log, frame)? {
        if page == 1 && salt == (number_at(log, frame + 8)?, number_at(log, frame + 12)?) {
            let version = number_at(log, frame + FRAME_HEADER_BYTES + VERSION_AT)?;
            format = format.max(version.unwrap_or(0));
        }
        frame += FRAME_HEADER_BYTES + u64::from(page_bytes);
    }
    Ok(format)
}

/// The big-endian number at an offset, if the file is that long.
fn number_at(file: &mut File, offset: u64) -> io::Result<Option<u32>> {
    let mut bytes = [0; 4];
    file.seek(SeekFrom::Start(offset))?;
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(u32::from_be_bytes(bytes))),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
