//! The record of every request to the network: one line for each, in a file that only grows.
//!
//! Owns the file's form. A line is begun before its request is made and ended by the answer, so that
//! nothing is asked for that is not written down. Invariant: no line holds a token, or more than the
//! host of an address that a server gave out, which may be signed.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// When, in seconds since 1970.
    pub at: i64,
    /// What was asked for: an address, or only its host where a server gave it out.
    pub to: String,
    /// What came of it; absent where the program ended first.
    pub answer: Option<String>,
}

/// A line that waits for its answer.
#[derive(Debug)]
pub struct Asked(Option<File>);

/// Writes down that something is about to be asked for.
pub fn ask(record: Option<&Path>, to: &str) -> io::Result<Asked> {
    let Some(record) = record else {
        return Ok(Asked(None));
    };
    if let Some(folder) = record.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).open(record)?;
    // A line without an end is one whose program ended.
    let is_open = !ends_a_line(&mut file)?;
    let start = if is_open { "\n" } else { "" };
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let at = since.map_or(0, |since| since.as_secs());
    file.write_all(format!("{start}{at}\t{to}").as_bytes())?;
    Ok(Asked(Some(file)))
}

impl Asked {
    /// Ends the line. What cannot be written any more shows as a request without an answer.
    pub fn answered(self, answer: &str) {
        if let Asked(Some(mut file)) = self {
            let answer = answer.replace(['\t', '\n', '\r'], " ");
            let _ = file.write_all(format!("\t{answer}\n").as_bytes());
        }
    }
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Every request that was ever made, the newest first; none where there is no record.
pub fn all(record: &Path) -> io::Result<Vec<Connection>> {
    let text = match std::fs::read(record) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().rev().filter_map(connection).collect())
}

fn connection(line: &str) -> Option<Connection> {
    let mut parts = line.split('\t');
    Some(Connection {
        at: parts.next()?.parse().ok()?,
        to: parts.next()?.to_owned(),
        answer: parts.next().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_down_before_it_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("library/connections.log");
        assert_eq!(all(&record).unwrap(), []);
        let first = ask(Some(&record), "https://one.example/a").unwrap();
        let shown = |found: &[Connection]| -> Vec<(String, Option<String>)> {
            let pairs = found.iter();
            pairs
                .map(|one| (one.to.clone(), one.answer.clone()))
                .collect()
        };
        let pending = ("https://one.example/a".to_owned(), None);
        assert_eq!(
            shown(&all(&record).unwrap()),
            std::slice::from_ref(&pending)
        );
        // The program ends here; the next one begins a line of its own.
        drop(first);
        ask(Some(&record), "two.example")
            .unwrap()
            .answered("failed:\nno\troute");
        let answered = (
            "two.example".to_owned(),
            Some("failed: no route".to_owned()),
        );
        assert_eq!(shown(&all(&record).unwrap()), [answered, pending]);
    }
}
