//! `nuthatch portable`: makes the folder beside the programs in which both keep everything from then on.
//!
//! Moves nothing: a library that is there stays where it is. Invariant: that folder is all it makes.

use anyhow::Context;
use nuthatch::place;
use serde_json::json;

use super::show;

pub(super) fn portable(json: bool) -> anyhow::Result<()> {
    let folder = place::portable_folder()?;
    let shown = folder.display();
    let was_there = folder.is_dir();
    std::fs::create_dir_all(&folder).with_context(|| {
        format!("could not create {shown}; a portable Nuthatch lies in a folder that you may write")
    })?;
    if json {
        return show::print(&json!({ "folder": shown.to_string(), "was_there": was_there }));
    }
    let state = if was_there { "was there" } else { "made" };
    show::print_line(format_args!(
        "{shown}: {state}. The programs beside it keep library, settings, models and the window's own data in \
         it and nothing in your home folder; remove it to end that."
    ))
}
