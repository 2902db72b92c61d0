//! `nuthatch erase`: before uninstalling, removes what both programs have made for this user.
//!
//! Asks, calls the engine, and tells what went and how much. Invariant: without a clear yes nothing is
//! removed, and documents are never touched.

use std::{
    io::{self, BufRead, IsTerminal},
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::Args;
use nuthatch::{
    engine::erasing::{self, Erased},
    place::{Kind, Place, desktop},
};
use serde_json::{Value, json};

use super::show;

#[derive(Debug, Args)]
pub(super) struct EraseArguments {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn erase(place: &Place, arguments: &EraseArguments, json: bool) -> anyhow::Result<()> {
    if !arguments.yes {
        if json || !io::stdin().is_terminal() {
            bail!("it would erase the library; say so with --yes");
        }
        if !is_confirmed(place)? {
            return show::print_line(format_args!("Nothing was erased."));
        }
    }
    let mut erased = erasing::erase(&place.dirs)?;
    for path in of_the_window(place) {
        erased.extend(erasing::erase_path(&path)?);
    }
    if let Kind::Portable(folder) = &place.kind {
        erasing::remove_if_empty(folder);
    }
    let library = place.dirs.library();
    let left = library.is_dir();
    if json {
        let rows: Vec<Value> = erased.iter().map(row).collect();
        return show::print(&json!({ "erased": rows, "folder_left": left }));
    }
    tell(&erased)?;
    if left {
        let shown = library.display();
        show::print_line(format_args!("{shown} stays, since other things are in it."))?;
    }
    Ok(())
}

fn row(erased: &Erased) -> Value {
    json!({ "path": erased.path.display().to_string(), "bytes": erased.n_bytes })
}

/// What the window keeps; that of a library which was named is left to others.
fn of_the_window(place: &Place) -> Vec<PathBuf> {
    match &place.kind {
        Kind::Named => Vec::new(),
        Kind::Portable(folder) => vec![folder.join(desktop::FOLDER)],
        Kind::Usual => {
            let kept = place.dirs.home().map(desktop::kept);
            let is_ours =
                |path: &PathBuf| path.extension().is_none_or(|_| is_of_this_program(path));
            kept.unwrap_or_default()
                .into_iter()
                .filter(is_ours)
                .collect()
        }
    }
}

/// A folder bears our name; an entry for the desktop may be of somebody else's making.
fn is_of_this_program(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    path.is_dir() || (text.contains("nuthatch-desktop") && text.contains("--hidden"))
}

fn is_confirmed(place: &Place) -> anyhow::Result<bool> {
    let mut found = erasing::erasable(&place.dirs);
    let there = |path: &PathBuf| path.exists();
    found.extend(
        of_the_window(place)
            .into_iter()
            .filter(there)
            .map(erasing::told),
    );
    if found.is_empty() {
        show::print_line(format_args!("There is nothing to erase."))?;
        return Ok(false);
    }
    for one in &found {
        let megabytes = one.n_bytes as f64 / 1e6;
        show::print_line(format_args!(
            "{:>10.1} MB  {}",
            megabytes,
            one.path.display()
        ))?;
    }
    show::print_line(format_args!(
        "Erase all of this? Your documents stay as they are. Type yes to go on:"
    ))?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

fn tell(erased: &[Erased]) -> anyhow::Result<()> {
    for one in erased {
        show::print_line(format_args!("erased {}", one.path.display()))?;
    }
    let megabytes = erased.iter().map(|one| one.n_bytes).sum::<u64>() as f64 / 1e6;
    let n = erased.len();
    show::print_line(format_args!("{n} things erased, {megabytes:.1} MB"))
}
