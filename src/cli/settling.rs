//! Waits until a library is indexed, shows how far that is, and says what hinders it.
//!
//! Gives up when nothing has gone on for as long as the caller is willing to wait. Start reading at
//! [`add`].

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use nuthatch::{
    dirs::Dirs,
    engine::{Engine, Error},
};

use super::{now, print_status};

/// So long a disk may be full, or failing, before a call gives up.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn add(
    dirs: Dirs,
    folders: &[PathBuf],
    patience: Duration,
    json: bool,
) -> anyhow::Result<()> {
    let paused = now::refusal(&dirs);
    let engine = open_patiently(dirs, patience).await?;
    for folder in folders {
        engine.add_folder(folder).await?;
    }
    let settled = match paused {
        None => show_progress_until_settled(&engine, patience).await,
        Some(refusal) => {
            eprintln!("nuthatch: {refusal}");
            Ok(())
        }
    };
    let status = engine.status().await;
    engine.close().await;
    settled?;
    print_status(&status?, json)
}

/// Waits for a disk that takes nothing, which hinders opening, too.
async fn open_patiently(dirs: Dirs, patience: Duration) -> anyhow::Result<Engine> {
    let began = Instant::now();
    let mut trouble = String::new();
    loop {
        let error = match Engine::open(dirs.clone()).await {
            Err(error @ Error::Unwritable { .. }) => error,
            outcome => return Ok(outcome?),
        };
        if began.elapsed() >= patience {
            let trouble = error.to_string();
            return Err(GivenUp { trouble, patience }.into());
        }
        say_trouble(&mut trouble, &error.to_string());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Once for each.
pub(super) fn say_trouble(said: &mut String, trouble: &str) {
    if said == trouble {
        return;
    }
    trouble.clone_into(said);
    if !trouble.is_empty() {
        eprintln!("nuthatch: {trouble}; trying again");
    }
}

/// Something has hindered indexing for longer than was to be waited.
#[derive(Debug, thiserror::Error)]
#[error("given up after {} s: {trouble} (what was read so far is kept, and the next call goes on)", .patience.as_secs())]
pub(super) struct GivenUp {
    trouble: String,
    patience: Duration,
}

pub(super) async fn show_progress_until_settled(
    engine: &Engine,
    patience: Duration,
) -> anyhow::Result<()> {
    let mut progress = engine.progress();
    let bar = indicatif::ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    let settled = engine.settle();
    tokio::pin!(settled);
    let mut trouble: Option<(String, Instant)> = None;
    let (mut said, mut left_before) = (String::new(), (0, 0, 0));
    loop {
        let latest = trouble.as_ref().map(|(_, since)| *since + patience);
        tokio::select! {
            outcome = &mut settled => break outcome?,
            () = tokio::time::sleep_until(latest.unwrap_or_else(Instant::now).into()), if latest.is_some() => {
                let (trouble, _) = trouble.unwrap_or((said, Instant::now()));
                return Err(GivenUp { trouble, patience }.into());
            }
            _ = progress.changed() => {
                let now = progress.borrow_and_update().clone();
                // Whatever still happens is worth waiting for.
                let found = (now.n_done, now.n_waiting, now.n_to_embed);
                let since = match trouble.take() {
                    Some((_, since)) if found == left_before => since,
                    _ => Instant::now(),
                };
                left_before = found;
                trouble = now.trouble.map(|trouble| (trouble, since));
                if let Some((trouble, _)) = &trouble {
                    say_trouble(&mut said, trouble);
                }
                let left = now.seconds_left.map_or_else(String::new, now::left);
                bar.set_message(if now.hold.is_some() {
                    "paused; `nuthatch resume` goes on".into()
                } else if now.recognising {
                    format!("{} pages of pictures to recognise", now.n_to_recognise)
                } else {
                    format!(
                        "{} files read, {} waiting, {:.1} files/s, {} passages to embed{left}",
                        now.n_done, now.n_waiting, now.files_per_second, now.n_to_embed
                    )
                });
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}
