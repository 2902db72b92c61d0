//! Arguments, and what each verb asks of the engine; `show` prints the answers.

mod ask;
mod bench;
mod doctor;
mod erase;
mod eval;
mod folders;
mod mine;
mod models;
mod now;
mod portable;
mod probes;
mod read;
mod search;
mod searches;
mod settling;
mod show;

use std::{
    io::{self, BufRead},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, Subcommand};
use nuthatch::{
    dirs::Dirs,
    engine::{Engine, Error, Status},
    extract, logging,
    place::Place,
    search::{Notice, SearchRequest, SearchResults},
    store::{self, Answer},
};
use nuthatch_models::priority::{self, Priority};
use serde_json::json;

use settling::{GivenUp, PATIENCE, add, say_trouble, show_progress_until_settled};

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
        /// Give up when the disk has been full, or failing, for so long
        #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs())]
        patience: u64,
    },
    /// Forget a folder; its files are not touched
    Remove {
        /// The folder
        folder: PathBuf,
    },
    /// Forget a file, or a folder inside a chosen one, with every trace, and leave it out
    Forget {
        /// The file or folder
        path: PathBuf,
        /// Let it into the library again
        #[arg(long)]
        undo: bool,
    },
    /// Search
    Search(search::SearchArguments),
    /// Answer a question by what the files say, each sentence with its page
    Ask(ask::AskArguments),
    /// Find what is like a file, or like a page of it
    Similar(search::SimilarArguments),
    /// List or forget what you searched for in the window
    History(searches::HistoryArguments),
    /// List saved searches, or save one
    Saved(searches::SavedArguments),
    /// List which file was the answer to which query, or note one
    Answers(searches::AnswersArguments),
    /// Show what the library holds
    Status,
    /// List the chosen folders, and those in them that are left out
    Folders,
    /// Read a folder that was left out
    Include {
        /// The folder
        folder: PathBuf,
    },
    /// Leave out for good a folder that looks generated
    Exclude {
        /// The folder
        folder: PathBuf,
    },
    /// Stop indexing for a while; what was read can be searched all the same
    Pause {
        /// 30m, 1h, 2d, tomorrow, or until-resumed
        #[arg(default_value = "1h", value_name = "HOW LONG")]
        length: String,
    },
    /// Go on indexing after a pause
    Resume,
    /// Say what is known of a file, and why it is or is not found
    Why {
        /// The path
        path: PathBuf,
    },
    /// Keep the library up to date until interrupted
    Watch,
    /// Measure the order of results, on a collection in the BEIR layout or by questions about a folder
    Eval(Box<eval::EvalArguments>),
    /// Measure answers on such a collection: each question is asked of the whole library, and with the
    /// documents that answer it hidden
    EvalAnswers(ask::EvalAnswersArguments),
    /// Before uninstalling, erase library, models, settings and all that the programs made for you
    Erase(erase::EraseArguments),
    /// Keep everything in a folder beside the programs from now on, and nothing in the home folder
    Portable,
    /// Report on program, machine and library, without names and texts, for whoever helps
    Doctor(doctor::DoctorArguments),
    /// Get, choose and check the models
    Models {
        #[command(subcommand)]
        verb: models::ModelsVerb,
    },
    /// Measure indexing, on made-up files or others
    Bench {
        #[command(subcommand)]
        verb: bench::BenchVerb,
    },
    /// Search at a prompt
    Prompt {
        /// A folder to add first
        folder: Option<PathBuf>,
    },
    /// Show what is read out of a file, and where it stands; needs no library
    Read {
        /// The file
        file: PathBuf,
    },
    /// Compare what is derived with the database
    #[command(hide = true)]
    Check,
    #[command(hide = true)]
    ExtractWorker {
        #[arg(long)]
        memory_mib: u64,
        #[arg(long, default_value = "normal")]
        priority: Priority,
        /// Tell what a reader is refused, by trying it in this folder, which is lost
        #[arg(long, value_name = "FOLDER")]
        probe: Option<PathBuf>,
    },
}

impl Verb {
    /// Whether it writes a library, so that there is something to tell later.
    const fn keeps_log(&self) -> bool {
        matches!(
            self,
            Self::Add { .. }
                | Self::Remove { .. }
                | Self::Forget { .. }
                | Self::Include { .. }
                | Self::Exclude { .. }
                | Self::Watch
                | Self::Prompt { .. }
        )
    }
}

pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(match error.downcast_ref::<Error>() {
        Some(Error::NotFound { .. } | Error::NotInLibrary { .. }) => 3,
        Some(Error::Locked { .. }) => 4,
        _ if models::is_not_found(error) => 3,
        _ if error.is::<GivenUp>() => 5,
        _ => 1,
    })
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let place = Place::find(arguments.library)?;
    if let Verb::Erase(wanted) = &arguments.verb {
        return erase::erase(&place, wanted, arguments.json);
    }
    let dirs = place.dirs;
    if let Verb::ExtractWorker {
        memory_mib,
        priority,
        probe,
    } = arguments.verb
    {
        priority::lower_process(priority);
        if let Some(folder) = probe {
            let program = dirs.program("nuthatch");
            let attempts = extract::probe(memory_mib, &folder, &program)?;
            return show::print(&json!({ "attempts": attempts }));
        }
        return Ok(extract::worker::serve(
            memory_mib,
            dirs.pdfium().as_deref(),
        )?);
    }
    let keeps_log = arguments.verb.keeps_log();
    if keeps_log {
        logging::begin(&dirs, "nuthatch", false);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(verb(arguments.verb, dirs, arguments.json));
    if keeps_log {
        match &outcome {
            Ok(()) => tracing::info!("ended"),
            Err(error) => tracing::error!(error = format!("{error:#}"), "ended with an error"),
        }
    }
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
        Verb::Add { folders, patience } => {
            add(dirs, &folders, Duration::from_secs(patience), json).await
        }
        Verb::Remove { folder } => {
            let engine = Engine::open(dirs).await?;
            engine.remove_folder(&folder).await?;
            engine.close().await;
            Ok(())
        }
        Verb::Forget { path, undo } => forget(dirs, &path, undo, json).await,
        Verb::Search(arguments) => search::search(dirs, arguments, json).await,
        Verb::Ask(arguments) => ask::ask(dirs, arguments, json).await,
        Verb::EvalAnswers(arguments) => ask::eval_answers(arguments, &dirs, json).await,
        Verb::Similar(arguments) => search::similar(dirs, arguments, json).await,
        Verb::History(arguments) => searches::history(dirs, arguments, json).await,
        Verb::Saved(arguments) => searches::saved(dirs, arguments, json).await,
        Verb::Answers(arguments) => searches::answers(dirs, arguments, json).await,
        Verb::Status => status(dirs, json).await,
        Verb::Folders => folders::list(dirs, json).await,
        Verb::Include { folder } => folders::answer(dirs, &folder, Answer::Read, json).await,
        Verb::Exclude { folder } => folders::answer(dirs, &folder, Answer::Leave, json).await,
        Verb::Pause { length } => now::pause(&dirs, &length, json),
        Verb::Resume => now::resume(&dirs, json),
        Verb::Why { path } => why(dirs, &path, json).await,
        Verb::Watch => {
            let engine = Engine::open_in_background(dirs).await?;
            engine.follow().await?;
            eprintln!("watching; interrupt to stop");
            let (mut progress, mut said) = (engine.progress(), String::new());
            while progress.changed().await.is_ok() {
                let trouble = progress.borrow_and_update().trouble.clone();
                say_trouble(&mut said, &trouble.unwrap_or_default());
            }
            Ok(())
        }
        Verb::Eval(arguments) => eval::run(*arguments, &dirs, json).await,
        Verb::Bench { verb } => bench::run(verb, &dirs, json).await,
        Verb::Erase(_) | Verb::ExtractWorker { .. } => Ok(()),
        Verb::Portable => portable::portable(json),
        Verb::Doctor(arguments) => doctor::doctor(&dirs, arguments, json).await,
        Verb::Models { verb } => models::run(verb, &dirs, json).await,
        Verb::Prompt { folder } => prompt(dirs, folder).await,
        Verb::Read { file } => read::read(&dirs, &file, json).await,
        Verb::Check => check(dirs).await,
    }
}

async fn check(dirs: Dirs) -> anyhow::Result<()> {
    let problems = Engine::open_read_only(dirs).await?.check().await?;
    show::print(&json!({ "problems": problems }))?;
    anyhow::ensure!(problems.is_empty(), "the library is not sound");
    Ok(())
}

async fn forget(dirs: Dirs, path: &Path, undo: bool, json: bool) -> anyhow::Result<()> {
    let engine = Engine::open(dirs).await?;
    let path = if undo {
        let path = engine.admit(path).await?;
        show_progress_until_settled(&engine, PATIENCE).await?;
        path
    } else {
        engine.forget(path).await?
    };
    engine.close().await;
    let shown = path.display().to_string();
    if json {
        show::print(&json!({"path": shown, "left_out": !undo}))
    } else if undo {
        show::print_line(format_args!("{shown}: in the library again"))
    } else {
        show::print_line(format_args!("{shown}: forgotten, and left out from now on"))
    }
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
        show::print(&json!({"path": shown.to_string(), "state": state, "reason": reason}))
    } else {
        show::print_line(format_args!("{shown}: {state}: {reason}"))
    }
}

async fn status(dirs: Dirs, json: bool) -> anyhow::Result<()> {
    let status = match reading(dirs).await? {
        Ok(engine) => engine.status().await?,
        Err(notice) => Status {
            notices: nothing(notice).notices,
            ..Status::default()
        },
    };
    print_status(&status, json)
}

fn print_status(status: &Status, json: bool) -> anyhow::Result<()> {
    if json {
        show::print(&show::status_json(status))
    } else {
        show::print_status(status)
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

async fn prompt(dirs: Dirs, folder: Option<PathBuf>) -> anyhow::Result<()> {
    let engine = Engine::open_in_background(dirs).await?;
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
        show::print_results(&engine.search(&request, drop).await?, false)?;
        let progress = engine.progress().borrow().clone();
        if progress.walking {
            eprintln!("Still looking through the folders.");
        } else if !progress.is_idle() {
            eprintln!(
                "Still indexing: {} files to read, {} passages to embed, {} pages to recognise.",
                progress.n_waiting, progress.n_to_embed, progress.n_to_recognise
            );
        }
    }
    Ok(())
}
