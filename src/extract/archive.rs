//! Archives: zip, tar, 7z, and single files or tars that gzip, bzip2, xz or zstd packed.
//!
//! An archive has no text of its own; what it holds goes to [`Nest`]. Invariant: damage and passwords
//! cost what they concern, and the rest is read.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use sevenz_rust2::{ArchiveReader, EntryDecision, Password};
use zip::{ZipArchive, result::ZipError};

use super::{
    Failure, Format, Input, USUAL,
    dates::Moment,
    nest::{Member, Nest, Stop},
    plain,
};
use crate::document::Text;

/// What a 7z dictionary may take: more than any program offers by default.
const MAX_7Z_MEMORY_KIB: usize = 256 << 10;
/// The same of xz.
const MAX_XZ_MEMORY_KIB: u32 = 256 << 10;
/// Where a tar names itself, and how much has to be seen for that.
const TAR_MARK: std::ops::Range<usize> = 257..262;
const TAR_HEAD_BYTES: usize = 512;

pub(super) static ZIP: Format = Format {
    name: "zip",
    version: 1,
    extensions: &["zip"],
    is_streamed: true,
    holds_files: true,
    parse: zip,
    ..USUAL
};
pub(super) static TAR: Format = Format {
    name: "tar",
    version: 1,
    extensions: &["tar"],
    is_streamed: true,
    holds_files: true,
    parse: tar,
    ..USUAL
};
pub(super) static SEVEN_ZIP: Format = Format {
    name: "7z",
    version: 1,
    extensions: &["7z"],
    is_streamed: true,
    holds_files: true,
    parse: seven_zip,
    ..USUAL
};
/// A single file or a tar, packed.
pub(super) static PACKED: Format = Format {
    name: "packed",
    version: 1,
    extensions: &["gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "tzst"],
    is_streamed: true,
    holds_files: true,
    parse: packed,
    ..USUAL
};

/// Whether a file begins as a tar does.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(TAR_MARK) == Some(b"ustar")
}

pub(super) fn zip(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let mut archive = ZipArchive::new(input.reader()).map_err(|error| damaged(&error))?;
    let mut n_given = 0;
    for i in 0..archive.len() {
        match give_zipped(&mut archive, i, nest) {
            Ok(given) => n_given += u32::from(given),
            Err(Stop(reason)) => return Ok(partly(reason)),
        }
    }
    whole(n_given)
}

fn give_zipped<R: io::Read + io::Seek>(
    archive: &mut ZipArchive<R>,
    i: usize,
    nest: &mut Nest<'_, '_>,
) -> Result<bool, Stop> {
    let (name, modified) = match archive.by_index_raw(i) {
        Ok(file) if file.is_dir() => return Ok(false),
        Ok(file) => (plain::decode(file.name_raw()), file.last_modified()),
        Err(error) => return Err(Stop(format!("the archive is damaged: {error}"))),
    };
    let modified = modified.and_then(|at| {
        let moment = Moment {
            year: at.year().into(),
            month: at.month(),
            day: at.day(),
            hour: at.hour(),
            minute: at.minute(),
            second: at.second(),
        };
        moment.nanoseconds()
    });
    let member = Member {
        name: &name,
        modified_ns: modified,
    };
    match archive.by_index(i) {
        Ok(mut file) => nest.give(member, &mut file)?,
        Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => nest.refuse(
            member,
            Failure::Failed("it is locked with a password".into()),
        )?,
        Err(error) => nest.refuse(
            member,
            Failure::Failed(format!("it could not be unpacked: {error}")),
        )?,
    }
    Ok(true)
}

pub(super) fn seven_zip(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let opened =
        ArchiveReader::new_with_memory_limit(input.reader(), Password::empty(), MAX_7Z_MEMORY_KIB);
    let mut archive = opened.map_err(|error| locked_or_damaged(&error))?;
    archive.set_thread_count(1);
    let (mut n_given, mut stopped) = (0, None);
    let read = archive.for_each_entries_with_decision(|entry, content| {
        if entry.is_directory() {
            return Ok(EntryDecision::Continue);
        }
        n_given += 1;
        let modified = entry
            .has_last_modified_date
            .then(|| nanoseconds(entry.last_modified_date().into()))
            .flatten();
        let member = Member {
            name: entry.name(),
            modified_ns: modified,
        };
        Ok(match nest.give(member, content) {
            Ok(()) => EntryDecision::Continue,
            Err(Stop(reason)) => {
                stopped = Some(reason);
                EntryDecision::Stop
            }
        })
    });
    match (stopped, read) {
        (Some(reason), _) => Ok(partly(reason)),
        (None, Ok(())) => whole(n_given),
        (None, Err(error)) if n_given == 0 => Err(locked_or_damaged(&error)),
        (None, Err(error)) => Ok(partly(locked_or_damaged(&error).to_string())),
    }
}

fn locked_or_damaged(error: &sevenz_rust2::Error) -> Failure {
    use sevenz_rust2::Error::{MaybeBadPassword, PasswordRequired, UnsupportedCompressionMethod};
    Failure::Failed(match error {
        PasswordRequired | MaybeBadPassword(_) => "it is locked with a password".into(),
        // Without its cipher, a locked archive is one of an unknown method.
        UnsupportedCompressionMethod(method) if method.contains("AES") => {
            "it is locked with a password".into()
        }
        error => return damaged(error),
    })
}

pub(super) fn tar(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    untar(&mut input.reader(), nest)
}

fn untar(content: &mut dyn Read, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let mut archive = tar::Archive::new(content);
    let entries = archive.entries().map_err(|error| damaged(&error))?;
    let mut n_given = 0;
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) if n_given == 0 => return Err(damaged(&error)),
            Err(error) => return Ok(partly(format!("the archive is damaged: {error}"))),
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = plain::decode(&entry.path_bytes());
        let seconds = entry.header().mtime().ok();
        let modified_ns = seconds.and_then(|s| i64::try_from(s).ok()?.checked_mul(1_000_000_000));
        let member = Member {
            name: &name,
            modified_ns,
        };
        n_given += 1;
        if let Err(Stop(reason)) = nest.give(member, &mut entry) {
            return Ok(partly(reason));
        }
    }
    whole(n_given)
}

/// One packed file, or a packed tar.
pub(super) fn packed(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let mut packed = BufReader::new(input.reader());
    let head = packed.fill_buf().map_err(|error| damaged(&error))?;
    let mut content: Box<dyn Read> = match head {
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        [b'B', b'Z', b'h', ..] => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Box::new(lzma_rust2::XzReader::new_mem_limit(
            packed,
            true,
            MAX_XZ_MEMORY_KIB,
        )),
        _ => Box::new(
            zstd::stream::read::Decoder::with_buffer(packed).map_err(|error| damaged(&error))?,
        ),
    };
    let mut start = Vec::new();
    (&mut content)
        .take(TAR_HEAD_BYTES as u64)
        .read_to_end(&mut start)
        .map_err(|error| damaged(&error))?;
    let is_tar = is_tar(&start);
    let mut content = start.chain(content);
    if is_tar {
        return untar(&mut content, nest);
    }
    let member = Member {
        name: &unpacked_name(input.name),
        modified_ns: None,
    };
    match nest.give(member, &mut content) {
        Ok(()) => Ok(Text::default()),
        Err(Stop(reason)) => Ok(partly(reason)),
    }
}

/// `letters.txt` for `letters.txt.gz`.
fn unpacked_name(name: &str) -> String {
    let stem = Path::new(name).file_stem().unwrap_or_default();
    match stem.to_string_lossy() {
        stem if stem.is_empty() => "content".into(),
        stem => stem.into_owned(),
    }
}

fn nanoseconds(time: SystemTime) -> Option<i64> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}

fn whole(n_given: u32) -> Result<Text, Failure> {
    if n_given == 0 {
        return Err(Failure::Skipped("there is nothing in the archive".into()));
    }
    Ok(Text::default())
}

fn partly(reason: String) -> Text {
    Text {
        partial: Some(reason),
        ..Text::default()
    }
}

fn damaged(error: &dyn std::fmt::Display) -> Failure {
    Failure::Failed(format!("the archive is damaged: {error}"))
}
