//! `history`, `saved` and `answers`: what the user looked for, and what he said of it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use nuthatch::{dirs::Dirs, engine::Engine};
use serde_json::{Value, json};

use super::{reading, show};

/// Queries that are listed.
const N_LISTED: u32 = 50;

#[derive(Debug, Args)]
pub(super) struct HistoryArguments {
    /// Only queries in which this stands
    #[arg(default_value = "")]
    part: String,
    /// Forget this query
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["part", "forget_all"])]
    forget: Option<String>,
    /// Forget all of it
    #[arg(long)]
    forget_all: bool,
}

#[derive(Debug, Args)]
pub(super) struct SavedArguments {
    /// The name to save under
    #[arg(requires = "query")]
    name: Option<String>,
    /// The query
    #[arg(allow_hyphen_values = true)]
    query: Option<String>,
    /// Drop the saved search of this name
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    remove: Option<String>,
    /// Write the query to a file that opens as this search, on any machine with Nuthatch; by custom its
    /// name ends with .nuthatch-search
    #[arg(long, value_name = "FILE", requires = "query")]
    export: Option<PathBuf>,
}

/// A link that opens the window with a query, as `src-tauri/src/link.rs` reads it.
fn link(query: &str) -> String {
    use std::fmt::Write as _;
    let mut link = String::from("nuthatch://search?q=");
    for byte in query.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            let _ = write!(link, "%{byte:02X}");
        }
    }
    link
}

#[derive(Debug, Args)]
pub(super) struct AnswersArguments {
    /// A query
    #[arg(requires = "file", allow_hyphen_values = true)]
    query: Option<String>,
    /// The file that was the answer to it
    file: Option<PathBuf>,
    /// Take it back
    #[arg(long, requires = "query")]
    remove: bool,
}

pub(super) async fn history(
    dirs: Dirs,
    arguments: HistoryArguments,
    as_json: bool,
) -> anyhow::Result<()> {
    if arguments.forget_all || arguments.forget.is_some() {
        let engine = Engine::open(dirs).await?;
        engine.forget_searches(arguments.forget.as_deref()).await?;
        engine.close().await;
        return list(&[], "queries", as_json);
    }
    let queries = match reading(dirs).await? {
        Ok(engine) => engine.searches(&arguments.part, N_LISTED).await?,
        Err(_) => Vec::new(),
    };
    list(&queries, "queries", as_json)
}

pub(super) async fn saved(
    dirs: Dirs,
    arguments: SavedArguments,
    as_json: bool,
) -> anyhow::Result<()> {
    let engine = if arguments.name.is_some() || arguments.remove.is_some() {
        let engine = Engine::open(dirs).await?;
        if let (Some(name), Some(query)) = (&arguments.name, &arguments.query) {
            engine.save_search(name, query).await?;
            if let Some(file) = &arguments.export {
                std::fs::write(file, link(query) + "\n")
                    .with_context(|| format!("could not write {}", file.display()))?;
            }
        }
        if let Some(name) = &arguments.remove {
            let is_dropped = engine.drop_saved_search(name).await?;
            anyhow::ensure!(is_dropped, "no search is saved as {name}");
        }
        engine
    } else {
        match reading(dirs).await? {
            Ok(engine) => engine,
            Err(_) => return list(&[], "saved", as_json),
        }
    };
    let saved = engine.saved_searches().await?;
    engine.close().await;
    if as_json {
        let saved: Vec<Value> = saved
            .iter()
            .map(|saved| json!({"name": saved.name, "query": saved.query}))
            .collect();
        return show::print(&json!({ "saved": saved }));
    }
    saved
        .iter()
        .try_for_each(|saved| show::print_line(format_args!("{}: {}", saved.name, saved.query)))
}

/// The query that is saved under a name.
pub(super) async fn saved_query(engine: &Engine, name: &str) -> anyhow::Result<String> {
    let saved = engine.saved_searches().await?;
    let found = saved.into_iter().find(|saved| saved.name == name);
    let found = found.with_context(|| format!("no search is saved as {name}"))?;
    Ok(found.query)
}

pub(super) async fn answers(
    dirs: Dirs,
    arguments: AnswersArguments,
    as_json: bool,
) -> anyhow::Result<()> {
    let engine = match (&arguments.query, &arguments.file) {
        (Some(query), Some(file)) => {
            let engine = Engine::open(dirs).await?;
            note(&engine, query, file, arguments.remove).await?;
            engine
        }
        _ => match reading(dirs).await? {
            Ok(engine) => engine,
            Err(_) => return list(&[], "answers", as_json),
        },
    };
    let answers = engine.answers().await?;
    engine.close().await;
    let shown = |path: &nuthatch::document::PathKey| path.to_path().display().to_string();
    if as_json {
        let answers: Vec<Value> = answers
            .iter()
            .map(|answer| json!({"query": answer.query, "path": shown(&answer.path)}))
            .collect();
        return show::print(&json!({ "answers": answers }));
    }
    answers.iter().try_for_each(|answer| {
        show::print_line(format_args!("{}  {}", answer.query, shown(&answer.path)))
    })
}

async fn note(engine: &Engine, query: &str, file: &Path, is_undone: bool) -> anyhow::Result<()> {
    if is_undone {
        let was_one = engine.remove_answer(query, file).await?;
        anyhow::ensure!(was_one, "{} was no answer to that", file.display());
        return Ok(());
    }
    let id = engine.file_id(file).await?;
    Ok(engine.add_answer(query, id).await?)
}

fn list(lines: &[String], key: &str, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return show::print(&json!({ key: lines }));
    }
    lines
        .iter()
        .try_for_each(|line| show::print_line(format_args!("{line}")))
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn a_link_holds_a_query_of_any_script_and_sign() {
        assert_eq!(
            link("type:pdf \"a b\" & 京"),
            "nuthatch://search?q=type%3Apdf%20%22a%20b%22%20%26%20%E4%BA%AC"
        );
    }
}
