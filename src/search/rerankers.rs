//! Which rerankers a library has, found out when they are first wanted.
//!
//! Knows the worker's client; nothing of queries. Invariant: whatever is wrong with a reranker is a
//! notice, and the searches that would use it go on.

use std::{fmt, sync::Arc};

use nuthatch_models::ModelWorker;
use tokio::sync::OnceCell;

use super::Notice;
use crate::cpu;

/// An installed reranker.
#[derive(Debug, Clone)]
pub struct Reranker {
    /// Its process.
    pub worker: Arc<ModelWorker>,
    /// All that decides a score besides query and passage: model, revision, precision, prompt.
    pub key: String,
}

/// The rerankers that this machine runs; found out when they are first wanted, since asking what
/// a graphics card can do takes a while.
#[derive(Clone, Default)]
pub struct Rerankers {
    chosen: Arc<OnceCell<Result<Arc<[Reranker]>, Notice>>>,
    /// `None` where there is nothing to choose from.
    choose: Option<Arc<Choose>>,
}

/// Finds out which rerankers to use, each further one judging the best of the one before; or why
/// those that are installed cannot be used. May block.
type Choose = dyn Fn() -> Result<Vec<Reranker>, Notice> + Send + Sync;

impl Rerankers {
    /// Those that `choose` gives.
    pub fn new(choose: impl Fn() -> Result<Vec<Reranker>, Notice> + Send + Sync + 'static) -> Self {
        Self {
            chosen: Arc::default(),
            choose: Some(Arc::new(choose)),
        }
    }

    /// Whether there is none to choose from.
    pub(super) fn is_empty(&self) -> bool {
        self.choose.is_none()
    }

    /// The chosen ones, or why the installed ones cannot be used.
    pub async fn get(&self) -> Result<Arc<[Reranker]>, Notice> {
        let Some(choose) = self.choose.clone() else {
            return Ok(Arc::default());
        };
        let chosen = self.chosen.get_or_init(|| async move {
            match cpu::run(move || choose()).await {
                Ok(chosen) => chosen.map(Arc::from),
                Err(error) => Err(not_reranked(&error)),
            }
        });
        chosen.await.clone()
    }

    /// Has them loaded, so that they are there when the query is finished.
    pub(super) async fn warm_up(self) {
        for reranker in self.get().await.unwrap_or_default().iter() {
            let worker = Arc::clone(&reranker.worker);
            tokio::spawn(async move { worker.ready().await });
        }
    }
}

impl fmt::Debug for Rerankers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rerankers").field(&self.chosen).finish()
    }
}

pub(super) fn not_reranked(cause: &impl fmt::Display) -> Notice {
    Notice {
        message: format!("Not reranked: {cause}"),
        hint: Some(
            "The order by words and meaning stands; `nuthatch models doctor` tells more".into(),
        ),
    }
}
