//! A file of the ledger, with its document, into the entry by which it is found and conditions are met.
//!
//! Pure but for the time zone, by whose clock a file changed.

use std::path::Path;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{
    lexical::{FileEntry, Tag},
    store::{DocumentRow, FileRow, FolderRow},
};

/// The entry of a file.
pub(super) fn of(
    file: &FileRow,
    document: Option<&DocumentRow>,
    folders: &[FolderRow],
) -> FileEntry {
    let path = file.seen.path.to_path();
    let root = folders
        .iter()
        .find(|folder| folder.id == file.folder)
        .map(|folder| folder.path.to_path());
    let above = path.parent().unwrap_or(&path);
    let below_root = root
        .as_deref()
        .and_then(Path::parent)
        .and_then(|base| above.strip_prefix(base).ok());
    let modified = file.seen.modified_ns.div_euclid(1_000_000_000);
    let written = document.and_then(|document| document.written.as_deref());
    let lossy =
        |text: Option<&std::ffi::OsStr>| text.unwrap_or_default().to_string_lossy().into_owned();
    FileEntry {
        file: file.id,
        document: file.document,
        name: lossy(path.file_name()),
        folder: below_root.unwrap_or(above).to_string_lossy().into_owned(),
        title: document
            .and_then(|document| document.title.clone())
            .unwrap_or_default(),
        author: document
            .and_then(|document| document.author.clone())
            .unwrap_or_default(),
        tags: tags(&path, root.as_deref(), document),
        size_bytes: file.seen.size_bytes,
        modified,
        date: written
            .and_then(wall_seconds)
            .unwrap_or_else(|| on_the_wall(modified)),
    }
}

fn tags(path: &Path, root: Option<&Path>, document: Option<&DocumentRow>) -> Vec<Tag> {
    let mut tags = Vec::new();
    if let Some(ending) = path.extension() {
        tags.push(Tag::Ending(ending.to_string_lossy().into_owned()));
    }
    let above = path.ancestors().skip(1);
    let in_library = above.take_while(|above| root.is_none_or(|root| above.starts_with(root)));
    tags.extend(in_library.map(|above| Tag::Below(above.to_string_lossy().into_owned())));
    if let Some(document) = document {
        tags.extend(document.language.clone().map(Tag::Language));
        if document.n_scans > 0 {
            tags.push(Tag::Scanned);
        }
        if document.n_children > 0 {
            tags.push(Tag::HoldsFiles);
        }
    }
    tags
}

/// What the clock on the wall showed, as seconds since 1970 there.
fn on_the_wall(seconds: i64) -> i64 {
    let time = Timestamp::from_second(seconds);
    time.map_or(seconds, |time| {
        i64::from(TimeZone::system().to_offset(time).seconds()) + seconds
    })
}

/// The same of a date of ISO 8601, which may lack its time, day or month.
fn wall_seconds(written: &str) -> Option<i64> {
    let (date, time) = written.split_once('T').unwrap_or((written, ""));
    let mut numbers = date.splitn(3, '-').map(str::parse::<i16>);
    let year = numbers.next()?.ok()?;
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(1) as i8;
    let (month, day) = (next(), next());
    let number = |from| time.get(from..from + 2).and_then(|n| n.parse::<i8>().ok());
    let (hour, minute) = (number(0).unwrap_or(0), number(3).unwrap_or(0));
    let time = DateTime::new(year, month, day, hour, minute, 0, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_may_lack_its_time_day_or_month() {
        for (written, seconds) in [
            ("1970-01-02", 86_400),
            ("1970-01-02T10:20:30Z", 86_400 + 10 * 3_600 + 20 * 60),
            ("1970-02", 31 * 86_400),
            ("1971", 365 * 86_400),
        ] {
            assert_eq!(wall_seconds(written), Some(seconds), "{written}");
        }
        assert_eq!(wall_seconds("2024-02-31"), None);
        assert_eq!(wall_seconds("soon"), None);
    }
}
