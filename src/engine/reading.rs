//! One file as its reader sees it, without a library: what is found, with its place, or why not.
//!
//! For people who wonder, bug reports and tests. Invariant: it goes through the same reader process,
//! with the same limits, as a file of a library.

use std::path::Path;

use tokio::sync::mpsc;

use super::{
    limits, models,
    polite::{Share, terms},
};
use crate::{
    cpu,
    dirs::Dirs,
    document::{PathKey, Text},
    extract::{self, Child, Failure, Format, Limits, Pool},
    indexing,
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

/// The language of what was read, as a library would take it down.
pub fn language(text: &Text) -> Option<String> {
    indexing::language(&text.text)
}

/// Reads a file.
pub async fn read_file(
    dirs: &Dirs,
    settings: &Settings,
    path: &Path,
) -> Result<Reading, cpu::Error> {
    let looked = path.to_owned();
    let format = match cpu::run(move || extract::identify_file(&looked)).await? {
        Ok(Ok(format)) => format,
        Ok(Err(failure)) => return Ok(nothing(failure)),
        Err(error) => return Ok(nothing(Failure::Failed(extract::worker::reason(&error)))),
    };
    let limits = Limits {
        with_layout: true,
        ..limits(settings)
    };
    let pool = Pool::new(dirs.program("nuthatch"), limits, 1);
    let key = PathKey::of(path);
    let (to, mut from) = mpsc::channel(1);
    let reading = async {
        let outcome = pool.read(&key, format, &to).await;
        drop(to);
        let outcome = match outcome {
            Ok(text) => recognised(dirs, settings, &pool, &key, format, text).await,
            Err(failure) => Err(failure),
        };
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

/// With the text of pages that are pictures; those of files inside it are left out.
async fn recognised(
    dirs: &Dirs,
    settings: &Settings,
    pool: &Pool,
    path: &PathKey,
    format: &'static Format,
    mut text: Text,
) -> Result<Text, Failure> {
    if text.scans.is_empty() {
        return Ok(text);
    }
    let share = Share::of(settings, &terms(true));
    let model = match models::text_reader(dirs, settings, share) {
        Ok(model) => model,
        Err(why) => {
            let n_scans = text.scans.len();
            let missing = format!("{n_scans} pages are pictures, whose text is not read: {why}");
            text.partial = text.partial.or(Some(missing));
            return Ok(text);
        }
    };
    let mut pages = Vec::new();
    for scan in &text.scans {
        let pictures = match pool.pictures(path, format, None, &[scan.page]).await {
            Ok(pictures) => pictures,
            Err(why) => {
                let problem = format!("page {} is not recognised: {why}", scan.page);
                text.partial = text.partial.or(Some(problem));
                continue;
            }
        };
        for shown in pictures {
            let seen = match shown.shown {
                Ok(picture) => match model.read(picture.clone()).await {
                    Ok(lines) => Ok(extract::ordered(&lines, &picture, shown.frame.as_ref())),
                    Err(error) => Err(error.to_string()),
                },
                Err(why) => Err(why),
            };
            match seen {
                Ok(lines) => pages.push((shown.page, lines)),
                Err(why) => {
                    let problem = format!("page {} is not recognised: {why}", scan.page);
                    text.partial = text.partial.or(Some(problem));
                }
            }
        }
    }
    Ok(extract::merged(&text, &pages, true))
}

fn nothing(failure: Failure) -> Reading {
    Reading {
        outcome: Err(failure),
        children: Vec::new(),
    }
}
