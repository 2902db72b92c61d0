//! The report's parts on the library: states, reasons, folders and sizes in numbers, and what is going on.
//!
//! Reads the store beside whoever writes it, and nothing else of the engine, so that it works where a
//! library cannot be opened as a whole. Invariant: folders have numbers, files are counted.

use std::{collections::BTreeMap, time::SystemTime};

use super::{line, moment_of, part, system::megabytes};
use crate::{
    dirs::Dirs,
    document::{FileState, Kind},
    engine::{Activity, activity, polite},
    governor::Hold,
    indexing,
    lexical::Lexical,
    redact,
    store::{self, Store},
};

/// Looking at every page of a large database takes minutes; its whole size is told then.
const SIZES_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

pub(super) async fn tell(report: &mut String, dirs: &Dirs, now: SystemTime) {
    part(report, "Library");
    let database = dirs.database();
    if Store::is_newer(&database) {
        line(
            report,
            "made by a newer Nuthatch",
            "this one leaves it untouched",
        );
        return;
    }
    if Store::is_older(&database) {
        line(
            report,
            "made by an older Nuthatch",
            "it is brought up to date when it is opened",
        );
        return;
    }
    let store = match Store::open_read_only(&database).await {
        Ok(store) => store,
        Err(store::Error::Missing { .. }) => {
            return line(report, "there is none yet", "add a folder first");
        }
        Err(error) => {
            return line(report, "cannot be opened", redact::told(&error.to_string()));
        }
    };
    if let Err(error) = tell_store(report, &store, dirs).await {
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
            error.source()
        });
        let causes: Vec<String> = causes.map(ToString::to_string).collect();
        line(report, "cannot be read", redact::told(&causes.join("; ")));
    }
    tell_words(report, dirs);
    tell_activity(report, dirs, now);
    store.close().await;
}

async fn tell_store(report: &mut String, store: &Store, dirs: &Dirs) -> store::Result<()> {
    line(report, "passages", store.count_passages().await?);
    line(report, "passages to embed", store.count_to_embed().await?);
    let n_to_recognise = store.count_to_recognise().await?;
    line(report, "pages to recognise", n_to_recognise);
    line(report, "batches", store.sequence().await?.0);
    line(
        report,
        "left out at the user's wish",
        store.exclusions().await?.len(),
    );
    line(
        report,
        "folders that look generated",
        store.held_folders().await?.len(),
    );
    let checked = store.checked().await?.map_or("never".into(), |checked| {
        let found = if checked.is_sound { "sound" } else { "damaged" };
        format!("{}: {found}", moment_of(checked.at))
    });
    line(report, "last looked at whole", checked);
    line(report, "suspected of damage", yes(store.is_suspect()));
    line(
        report,
        "something is still to be erased",
        yes(store.is_to_erase().await?),
    );
    if let Some(salvaged) = store.salvaged().await? {
        line(report, "was damaged, and made anew", salvaged.date);
    }
    tell_folders(report, store).await?;
    tell_files(report, store).await?;
    tell_sizes(report, store, dirs).await
}

fn yes(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

async fn tell_folders(report: &mut String, store: &Store) -> store::Result<()> {
    part(report, "Folders");
    let counts = store.counts().await?;
    for (number, folder) in (1..).zip(store.folders().await?) {
        let counts = counts.iter().filter(|count| count.folder == folder.id);
        let n_files: u64 = counts.map(|count| count.n_files).sum();
        let followed = match folder.followed.as_deref() {
            _ if folder.away => "away",
            Some("watched") => "watched",
            Some(store::NETWORK) => "on a network, looked at again and again",
            Some("limit") => "beyond the system's limit, looked at again and again",
            Some("refused") => "cannot be watched, looked at again and again",
            _ => "not followed yet",
        };
        let looked = folder.looked_at.map_or("never".into(), moment_of);
        line(
            report,
            &format!("folder {number}"),
            format_args!("{n_files} files, {followed}; all of it looked at {looked}"),
        );
    }
    Ok(())
}

async fn tell_files(report: &mut String, store: &Store) -> store::Result<()> {
    let tally = store.tally().await?;
    let mut kinds: BTreeMap<(Kind, &str), u64> = BTreeMap::new();
    let mut reasons: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for count in &tally {
        *kinds.entry((count.kind, count.state.name())).or_default() += count.n_files;
        let told = match &count.reason {
            Some(reason) => redact::told(reason),
            None if matches!(count.state, FileState::Failed | FileState::Skipped) => {
                redact::NOT_SHOWN.into()
            }
            None => continue,
        };
        *reasons.entry((count.state.name(), told)).or_default() += count.n_files;
    }
    part(report, "Files by state");
    for state in FileState::ALL {
        let of_it = tally.iter().filter(|count| count.state == state);
        let n: u64 = of_it.map(|count| count.n_files).sum();
        line(report, state.name(), n);
    }
    part(report, "Files by family of formats and state");
    for ((kind, state), n) in kinds {
        line(report, &format!("{}, {state}", family(kind)), n);
    }
    part(report, "Reasons");
    for ((state, reason), n) in reasons {
        line(report, &format!("{n} {state}"), reason);
    }
    Ok(())
}

fn family(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text and others",
        Kind::Office => "office",
        Kind::Pdf => "PDF",
        Kind::Mail => "mail",
        Kind::Picture => "pictures",
        Kind::Data => "data",
        Kind::Archive => "archives",
    }
}

async fn tell_sizes(report: &mut String, store: &Store, dirs: &Dirs) -> store::Result<()> {
    part(report, "Storage");
    line(report, "database", megabytes(store.size_bytes().await?));
    if let Ok(sizes) = tokio::time::timeout(SIZES_WITHIN, store.sizes()).await {
        let sizes = sizes?;
        line(
            report,
            "files that were read",
            megabytes(sizes.n_file_bytes),
        );
        line(report, "text in them", megabytes(sizes.n_text_bytes));
        for (table, n_bytes) in sizes.parts {
            line(report, &format!("table {table}"), megabytes(n_bytes));
        }
    }
    let free = indexing::free_bytes(dirs.library());
    line(
        report,
        "free on its disk",
        free.map_or("unknown".into(), megabytes),
    );
    Ok(())
}

fn tell_words(report: &mut String, dirs: &Dirs) {
    part(report, "Word index");
    match Lexical::open_read_only(&dirs.index()) {
        Ok(words) => {
            line(report, "generation", words.generation());
            line(report, "size", megabytes(words.size_bytes()));
            line(report, "being built anew", yes(words.is_being_built()));
            let batch = words.committed().map(|batch| batch.0.to_string());
            let batch = batch.unwrap_or_else(|error| redact::told(&error.to_string()));
            line(report, "last batch in it", batch);
        }
        Err(error) => line(report, "cannot be opened", redact::told(&error.to_string())),
    }
}

fn tell_activity(report: &mut String, dirs: &Dirs, now: SystemTime) {
    part(report, "Indexing");
    let Activity {
        process,
        doing,
        n_done,
        n_waiting,
        seconds_left,
        hold,
        trouble,
        ..
    } = activity::read(&dirs.activity()).unwrap_or_default();
    if process.is_none() {
        line(report, "no process has the library open to write it", "");
    } else {
        line(report, "does", format!("{doing:?}").to_lowercase());
        line(report, "files read in this run", n_done);
        line(report, "files waiting", n_waiting);
    }
    if let Some(seconds) = seconds_left {
        line(report, "seconds left", format_args!("{seconds:.0}"));
    }
    let waits = match polite::paused(dirs, now).or(hold) {
        None => "nothing".into(),
        Some(Hold::Paused { until: None }) => "the user, until resumed".into(),
        Some(Hold::Paused { until: Some(until) }) => {
            format!("the user, until {}", moment_of(until))
        }
        Some(Hold::Battery) => "the battery".into(),
        Some(Hold::Load) => "the load of other programs".into(),
        Some(Hold::Typing) => "the user's typing".to_owned(),
    };
    line(report, "waits for", waits);
    if let Some(trouble) = trouble {
        line(report, "trouble", redact::told(&trouble));
    }
}
