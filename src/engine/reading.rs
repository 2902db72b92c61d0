//! One file as its reader sees it, without a library: what is found, with its place, or why not.
//!
//! For people who wonder, bug reports and tests. Invariant: it goes through the same reader process,
//! with the same limits, as a file of a library.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use tokio::sync::mpsc;

use super::limits;
use crate::{
    cpu,
    dirs::Dirs,
    document::{PathKey, Text},
    extract::{self, Child, Failure, Format, Limits, Pool},
    settings::Settings,
};

/// What a reader makes of a file.
#[derive(Debug)]
pub struct Reading {
    /// What was found in it, or why nothing was.
    pub outcome: Result<(&'static Format, Text), Failure>,
    /// Files inside it.
    pub children: Vec<Child>,
}

/// Reads a file.
pub async fn read_file(
    dirs: &Dirs,
    settings: &Settings,
    path: &Path,
) -> Result<Reading, cpu::Error> {
    let looked = path.to_owned();
    let format = match cpu::run(move || format_of(&looked)).await? {
        Ok(Ok(format)) => format,
        Ok(Err(failure)) => return Ok(nothing(failure)),
        Err(error) => return Ok(nothing(Failure::Failed(extract::worker::reason(&error)))),
    };
    let limits = Limits {
        with_boxes: true,
        ..limits(settings)
    };
    let pool = Pool::new(dirs.program("nuthatch"), limits, 1);
    let key = PathKey::of(path);
    let (to, mut from) = mpsc::channel(1);
    let reading = async {
        let outcome = pool.read(&key, format, &to).await;
        drop(to);
        pool.close().await;
        outcome
    };
    let collecting = async {
        let mut children = Vec::new();
        while let Some(child) = from.recv().await {
            children.push(child);
        }
        children
    };
    let (outcome, children) = tokio::join!(reading, collecting);
    Ok(Reading {
        outcome: outcome.map(|text| (format, text)),
        children,
    })
}

fn nothing(failure: Failure) -> Reading {
    Reading {
        outcome: Err(failure),
        children: Vec::new(),
    }
}

fn format_of(path: &Path) -> io::Result<Result<&'static Format, Failure>> {
    // Asked before opening: a pipe would be waited for.
    if !std::fs::metadata(path)?.is_file() {
        return Ok(Err(Failure::Skipped("it is not a regular file".into())));
    }
    let mut head = Vec::new();
    File::open(path)?
        .take(extract::HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    Ok(extract::identify(&extract::extension(path), &head))
}
