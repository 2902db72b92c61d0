//! Arguments, and what each verb prints.

use std::{
    fmt,
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use nuthatch::{
    dirs::{self, Dirs},
    engine::{Engine, Error},
    extract,
    search::{Notice, Only, SearchRequest, SearchResult, SearchResults},
    store,
};
use serde_json::{Map, Value, json};

/// Finds things in your own files, by word and by meaning.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// Where the library lies
    #[arg(long, global = true, env = "NUTHATCH_HOME", value_name = "DIR")]
    library: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add folders, index them and wait
    Add {
        /// The folders
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// Forget a folder; its files are not touched
    Remove {
        /// The folder
        folder: PathBuf,
    },
    /// Search
    Search {
        /// What to look for
        query: String,
        /// Results at most
        #[arg(long, default_value_t = 10)]
        limit: usize,
        /// One retriever instead of both
        #[arg(long, value_parser = ["words", "meaning"])]
        only: Option<String>,
        /// Leave the fused order as it is (there is no reranker yet)
        #[arg(long)]
        no_rerank: bool,
        /// Show each stage's part in a result
        #[arg(long)]
        explain: bool,
    },
    /// Show what the library holds
    Status,
    /// Say what is known of a file, and why it is or is not found
    Why {
        /// The path
        path: PathBuf,
    },
    /// Keep the library up to date until interrupted
    Watch,
    /// Search at a prompt
    Prompt {
        /// A folder to add first
        folder: Option<PathBuf>,
    },
    /// Compare what is derived with the database
    #[command(hide = true)]
    Check,
    #[command(hide = true)]
    ExtractWorker {
        #[arg(long)]
        memory_mib: u64,
    },
}

pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(match error.downcast_ref::<Error>() {
        Some(Error::NotFound { .. }) => 3,
        Some(Error::Locked { .. }) => 4,
        _ => 1,
    })
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let programs = std::env::current_exe().context("could not tell where the program lies")?;
    let programs = programs.parent().unwrap_or(Path::new(".")).to_owned();
    let library = match arguments.library {
        Some(library) => std::path::absolute(library)?,
        None => dirs::default_library(
            &std::env::home_dir().context("could not tell your home folder; use --library")?,
        ),
    };
    let dirs = Dirs::new(library, programs);
    if let Verb::ExtractWorker { memory_mib } = arguments.verb {
        return Ok(extract::worker::serve(memory_mib, dirs.pdfium())?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(verb(arguments.verb, dirs, arguments.json));
    match outcome {
        // Whoever read the output has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        outcome => outcome,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The library for reading, or a sentence where there is none yet.
async fn reading(dirs: Dirs) -> anyhow::Result<Result<Engine, String>> {
    let folder = dirs.library().display().to_string();
    match Engine::open_read_only(dirs).await {
        Err(Error::Store(store::Error::Missing { .. })) => Ok(Err(format!(
            "no library at {folder} yet; add a folder first"
        ))),
        engine => Ok(Ok(engine?)),
    }
}

async fn verb(verb: Verb, dirs: Dirs, json: bool) -> anyhow::Result<()> {
    match verb {
        Verb::Add { folders } => add(dirs, &folders, json).await,
        Verb::Remove { folder } => Ok(Engine::open(dirs).await?.remove_folder(&folder).await?),
        Verb::Search {
            query,
            limit,
            only,
            explain,
            no_rerank: _,
        } => {
            let only = match only.as_deref() {
                Some("words") => Some(Only::Words),
                Some(_) => Some(Only::Meaning),
                None => None,
            };
            let request = SearchRequest {
                query,
                limit,
                only,
                typing: false,
            };
            let found = match reading(dirs).await? {
                Ok(engine) => engine.search(&request, drop).await?,
                Err(notice) => nothing(notice),
            };
            if json {
                print(&search_json(&request.query, &found, explain))
            } else {
                print_results(&found, explain)
            }
        }
        Verb::Status => status(dirs, json).await,
        Verb::Why { path } => why(dirs, &path, json).await,
        Verb::Watch => {
            let engine = Engine::open(dirs).await?;
            engine.follow().await?;
            eprintln!("watching; interrupt to stop");
            std::future::pending().await
        }
        Verb::Prompt { folder } => prompt(dirs, folder).await,
        Verb::Check => check(dirs).await,
        Verb::ExtractWorker { .. } => Ok(()),
    }
}

async fn check(dirs: Dirs) -> anyhow::Result<()> {
    let problems = Engine::open_read_only(dirs).await?.check().await?;
    print(&json!({ "problems": problems }))?;
    anyhow::ensure!(problems.is_empty(), "the library is not sound");
    Ok(())
}

async fn add(dirs: Dirs, folders: &[PathBuf], json: bool) -> anyhow::Result<()> {
    let engine = Engine::open(dirs).await?;
    for folder in folders {
        engine.add_folder(folder).await?;
    }
    show_progress_until_settled(&engine).await?;
    let status = status_json(&engine).await?;
    engine.close().await;
    print_status(&status, json)
}

async fn show_progress_until_settled(engine: &Engine) -> anyhow::Result<()> {
    let mut progress = engine.progress();
    let bar = indicatif::ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    let settled = engine.settle();
    tokio::pin!(settled);
    let mut trouble = None;
    loop {
        tokio::select! {
            outcome = &mut settled => break outcome?,
            _ = progress.changed() => {
                let now = progress.borrow_and_update().clone();
                if now.trouble != trouble {
                    trouble.clone_from(&now.trouble);
                    trouble.iter().for_each(|trouble| eprintln!("nuthatch: {trouble}; trying again"));
                }
                let left = now.seconds_left.map(|left| format!(", about {left:.0} s left")).unwrap_or_default();
                bar.set_message(format!(
                    "{} files read, {} waiting, {:.1} files/s, {} passages to embed{left}",
                    now.n_done, now.n_waiting, now.files_per_second, now.n_to_embed
                ));
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

async fn why(dirs: Dirs, path: &Path, json: bool) -> anyhow::Result<()> {
    let (state, reason) = match reading(dirs).await? {
        Ok(engine) => {
            let why = engine.why(path).await?;
            (why.state, why.reason)
        }
        Err(notice) => ("unknown", notice),
    };
    let shown = path.display();
    if json {
        print(&json!({"path": shown.to_string(), "state": state, "reason": reason}))
    } else {
        print_line(format_args!("{shown}: {state}: {reason}"))
    }
}

async fn status(dirs: Dirs, json: bool) -> anyhow::Result<()> {
    let status = match reading(dirs).await? {
        Ok(engine) => status_json(&engine).await?,
        Err(notice) => json!({
            "files": {}, "passages": 0, "to_embed": 0,
            "bytes": {}, "folders": [], "notices": [notice],
        }),
    };
    print_status(&status, json)
}

fn print_status(status: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        print(status)
    } else {
        print_line(format_args!("{}", status_text(status)))
    }
}

/// What a search finds in a library that is not there.
fn nothing(notice: String) -> SearchResults {
    SearchResults {
        notices: vec![Notice {
            message: notice,
            hint: None,
        }],
        ..SearchResults::default()
    }
}

async fn status_json(engine: &Engine) -> anyhow::Result<Value> {
    let status = engine.status().await?;
    let files: Map<String, Value> = status
        .files
        .iter()
        .map(|(state, n)| (state.name().to_owned(), json!(n)))
        .collect();
    let bytes: Map<String, Value> = status
        .bytes
        .iter()
        .map(|&(part, n)| (part.to_owned(), json!(n)))
        .collect();
    let folders: Vec<Value> = status
        .folders
        .iter()
        .map(|folder| json!({"path": folder.path.display().to_string(), "away": folder.away, "files": folder.n_files}))
        .collect();
    let notices: Vec<&str> = status
        .notices
        .iter()
        .map(|notice| notice.message.as_str())
        .collect();
    Ok(json!({
        "files": files, "passages": status.n_passages, "to_embed": status.n_to_embed,
        "bytes": bytes, "folders": folders, "notices": notices,
    }))
}

fn status_text(status: &Value) -> String {
    format!(
        "files {}\npassages {} ({} to embed)\nbytes {}\nnotices {}",
        status["files"], status["passages"], status["to_embed"], status["bytes"], status["notices"]
    )
}

fn print(document: &Value) -> anyhow::Result<()> {
    print_line(format_args!("{document:#}"))
}

fn print_line(line: fmt::Arguments<'_>) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}

fn search_json(query: &str, found: &SearchResults, explain: bool) -> Value {
    let results: Vec<Value> = found
        .results
        .iter()
        .map(|result| result_json(result, explain))
        .collect();
    let notices: Vec<String> = found
        .notices
        .iter()
        .map(|notice| notice.message.clone())
        .collect();
    let timings = &found.timings;
    let stages = [
        ("words", timings.words),
        ("embed", timings.embed),
        ("vectors", timings.vectors),
        ("show", Some(timings.show)),
        ("total", Some(timings.total)),
    ];
    let timings: Map<String, Value> = stages
        .into_iter()
        .filter_map(|(stage, time)| Some((stage.to_owned(), json!(time?.as_secs_f64() * 1e3))))
        .collect();
    json!({"query": query, "results": results, "notices": notices, "timings_ms": timings})
}

fn result_json(result: &SearchResult, explain: bool) -> Value {
    let position = result
        .passage
        .as_ref()
        .map(|passage| passage.position)
        .unwrap_or_default();
    let mut shown = json!({
        "path": result.file.seen.path.to_path().display().to_string(),
        "page": position.page,
        "line": position.line,
        "passage": result.text,
        "highlights": result.highlights,
        "score": result.score,
    });
    if explain {
        let leg = |rank: Option<(usize, f32)>| {
            rank.map(|(rank, score)| json!({"rank": rank, "score": score}))
        };
        shown["explain"] =
            json!({"words": leg(result.ranks.words), "meaning": leg(result.ranks.meaning)});
    }
    shown
}

fn print_results(found: &SearchResults, explain: bool) -> anyhow::Result<()> {
    for notice in &found.notices {
        eprintln!("{}", notice.message);
    }
    for (number, result) in (1..).zip(&found.results) {
        let position = result
            .passage
            .as_ref()
            .map(|passage| passage.position)
            .unwrap_or_default();
        let place = match (position.page, position.line) {
            (Some(page), _) => format!(", page {page}"),
            (None, Some(line)) => format!(", line {line}"),
            (None, None) => String::new(),
        };
        let path = result.file.seen.path.to_path();
        print_line(format_args!("{number}. {}{place}", path.display()))?;
        let text: String = result.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let start: String = text.chars().take(300).collect();
        print_line(format_args!("   {start}"))?;
        if explain {
            print_line(format_args!(
                "   words {:?}, meaning {:?}, score {:.4}",
                result.ranks.words, result.ranks.meaning, result.score
            ))?;
        }
    }
    Ok(())
}

async fn prompt(dirs: Dirs, folder: Option<PathBuf>) -> anyhow::Result<()> {
    let engine = Engine::open(dirs).await?;
    engine.follow().await?;
    if let Some(folder) = folder {
        engine.add_folder(&folder).await?;
    }
    eprintln!("Type what you look for; an empty line ends.");
    for line in io::stdin().lock().lines() {
        let query = line?;
        if query.trim().is_empty() {
            break;
        }
        let request = SearchRequest {
            query,
            limit: 10,
            ..SearchRequest::default()
        };
        print_results(&engine.search(&request, drop).await?, false)?;
    }
    Ok(())
}
