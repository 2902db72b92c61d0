//! How long word queries take while a library rests, and while it reads as a window does that is open.
//!
//! Two words of the made-up corpora a query, the same queries at rest as at work. Knows the engine's
//! face alone.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::words::Random;
use crate::{
    dirs::Dirs,
    engine::{self, Engine},
    indexing::Progress,
    search::{Only, RerankMode, SearchRequest},
};

/// Queries of one measure.
const N_QUERIES: usize = 300;
/// Between two of them, as people pause: their times are not to depend on each other.
const PAUSE: Duration = Duration::from_millis(20);

/// Times of the same queries.
#[derive(Debug, Clone, Default)]
pub struct Latency {
    /// Ascending.
    times: Vec<Duration>,
}

impl Latency {
    /// How many queries there were.
    pub fn n(&self) -> usize {
        self.times.len()
    }

    /// The time that this share of the queries takes at most.
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.times.len().saturating_sub(1);
        let rank = (last as f64 * share).round() as usize;
        self.times.get(rank).copied().unwrap_or_default()
    }
}

/// What the same queries take at rest and at work.
#[derive(Debug, Clone, Default)]
pub struct Busy {
    /// Nothing else was done.
    pub at_rest: Latency,
    /// A folder was read meanwhile.
    pub at_work: Latency,
}

/// Indexes `folder`, asks, and asks again while `more` is read.
pub async fn while_reading(folder: &Path, more: &Path, dirs: &Dirs) -> engine::Result<Busy> {
    let engine = Engine::open_in_background(dirs.clone()).await?;
    engine.add_folder(folder).await?;
    engine.settle_words().await?;
    // Once, so that what is asked lies in memory both times.
    ask(&engine, || true).await?;
    let at_rest = ask(&engine, || true).await?;
    engine.add_folder(more).await?;
    let mut progress = engine.progress();
    let is_reading = |now: &Progress| now.walking || now.n_waiting > 0;
    // It never ends before the engine does.
    let _ = progress.wait_for(is_reading).await;
    let is_reading = || is_reading(&progress.borrow());
    let at_work = ask(&engine, is_reading).await?;
    engine.close().await;
    Ok(Busy { at_rest, at_work })
}

/// Asks as long as `goes_on`.
async fn ask(engine: &Engine, goes_on: impl Fn() -> bool) -> engine::Result<Latency> {
    let mut random = Random::new(7);
    let mut times = Vec::new();
    while times.len() < N_QUERIES && goes_on() {
        let request = SearchRequest {
            query: random.words(2, " "),
            limit: 20,
            only: Some(Only::Words),
            reranking: RerankMode::Off,
            ..SearchRequest::default()
        };
        let began = Instant::now();
        engine.search(&request, |_| ()).await?;
        times.push(began.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    times.sort_unstable();
    Ok(Latency { times })
}
