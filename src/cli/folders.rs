//! `folders`, `include` and `exclude`: what is chosen, and what in it is left out.

use std::path::Path;

use nuthatch::{
    dirs::Dirs,
    engine::{Engine, HeldFolder},
    store::Answer,
};
use serde_json::{Value, json};

use super::{
    now, print_status, reading,
    settling::{PATIENCE, show_progress_until_settled},
    show,
};

pub(super) async fn list(dirs: Dirs, as_json: bool) -> anyhow::Result<()> {
    let (folders, held) = match reading(dirs).await? {
        Ok(engine) => (engine.status().await?.folders, engine.held_folders().await?),
        Err(notice) => {
            eprintln!("nuthatch: {notice}");
            (Vec::new(), Vec::new())
        }
    };
    if as_json {
        let folders: Vec<Value> = folders
            .iter()
            .map(|folder| json!({"path": folder.path.display().to_string(), "away": folder.away, "files": folder.n_files}))
            .collect();
        let held: Vec<Value> = held.iter().map(document).collect();
        return show::print(&json!({"folders": folders, "held_back": held}));
    }
    for folder in folders {
        show::print_line(format_args!(
            "{}: {} files",
            folder.path.display(),
            folder.n_files
        ))?;
    }
    for held in held {
        show::print_line(format_args!("{}", line(&held)))?;
    }
    Ok(())
}

/// Notes what the user wants and waits until it is done.
pub(super) async fn answer(
    dirs: Dirs,
    folder: &Path,
    answer: Answer,
    as_json: bool,
) -> anyhow::Result<()> {
    let paused = now::refusal(&dirs);
    let engine = Engine::open(dirs).await?;
    engine.answer_folder(folder, answer).await?;
    match paused {
        None => show_progress_until_settled(&engine, PATIENCE).await?,
        Some(refusal) => eprintln!("nuthatch: {refusal}"),
    }
    let status = engine.status().await?;
    engine.close().await;
    print_status(&status, as_json)
}

/// One folder that is left out.
pub(super) fn document(held: &HeldFolder) -> Value {
    let answer = held.answer.map(|answer| match answer {
        Answer::Read => "include",
        Answer::Leave => "exclude",
    });
    json!({
        "path": held.path.display().to_string(), "files": held.n_files,
        "looks_like": held.looks, "answer": answer,
    })
}

/// The same for people, with what to do.
pub(super) fn line(held: &HeldFolder) -> String {
    let path = held.path.display();
    match held.answer {
        None => format!(
            "{path}: left out, since it looks like {} ({} files); \
             `nuthatch include` reads it, `nuthatch exclude` ends the question",
            held.looks, held.n_files
        ),
        Some(Answer::Read) => format!("{path}: read, as you said"),
        Some(Answer::Leave) => format!("{path}: left out, as you said"),
    }
}
