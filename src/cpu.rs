//! The one bridge from async code to work for the processor.
//!
//! Two rayon pools with a reply through a oneshot: what a search waits for never stands behind what
//! indexing does. Work whose caller has gone is skipped; a panic becomes an error. Knows nothing of
//! the work.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
};

use nuthatch_models::priority::{self, Priority};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::oneshot;

/// The work panicked, or the pool could not be made.
#[derive(Debug, thiserror::Error)]
#[error("a computation failed: {reason}")]
pub struct Error {
    /// The panic's message.
    pub reason: String,
}

/// Runs `work` that somebody waits for. Dropping the future before the work has begun cancels it.
pub async fn run<T, F>(work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    run_on(pool()?, work).await
}

/// The same behind everything else: for indexing.
pub async fn run_behind<T, F>(work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    run_on(pool_behind()?, work).await
}

async fn run_on<T, F>(pool: &ThreadPool, work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let span = tracing::Span::current();
    pool.spawn(move || {
        if reply.is_closed() {
            return;
        }
        let _entered = span.enter();
        let _ = reply.send(catch_unwind(AssertUnwindSafe(work)));
    });
    match answer.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(panic)) => Err(Error {
            reason: panic_message(panic.as_ref()),
        }),
        Err(_) => Err(Error {
            reason: "the pool stopped".into(),
        }),
    }
}

/// The first pool itself, for a library that divides its work; to be used from work that runs on it.
/// One thread smaller than the machine, at least two.
pub fn pool() -> Result<&'static Arc<ThreadPool>, Error> {
    static POOL: OnceLock<Result<Arc<ThreadPool>, String>> = OnceLock::new();
    let made = POOL.get_or_init(|| {
        let n_threads = (n_cores() - 1).max(2);
        made(ThreadPoolBuilder::new().num_threads(n_threads), "cpu")
    });
    usable(made)
}

/// From now on what is done for indexing has this right of way; to be said before the first such work.
pub fn give_way(to: Priority) {
    // Whoever was first has made the threads already.
    let _ = BEHIND.set(to);
}

static BEHIND: OnceLock<Priority> = OnceLock::new();

/// The right of way of what is done for indexing, for threads of its own.
pub fn behind() -> Priority {
    BEHIND.get().copied().unwrap_or_default()
}

/// The second one has a thread for every core: how many of them work is decided by how much is begun
/// (`Parts::n_readers`).
fn pool_behind() -> Result<&'static Arc<ThreadPool>, Error> {
    static POOL: OnceLock<Result<Arc<ThreadPool>, String>> = OnceLock::new();
    let made = POOL.get_or_init(|| {
        let builder = ThreadPoolBuilder::new()
            .num_threads(n_cores())
            .start_handler(|_| priority::lower_thread(behind()));
        made(builder, "behind")
    });
    usable(made)
}

fn n_cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn made(builder: ThreadPoolBuilder, name: &'static str) -> Result<Arc<ThreadPool>, String> {
    let named = builder.thread_name(move |i| format!("{name}-{i}"));
    named
        .build()
        .map(Arc::new)
        .map_err(|error| error.to_string())
}

fn usable(
    made: &'static Result<Arc<ThreadPool>, String>,
) -> Result<&'static Arc<ThreadPool>, Error> {
    made.as_ref().map_err(|reason| Error {
        reason: reason.clone(),
    })
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_the_work_is_an_error_and_the_pool_goes_on() {
        let error = run(|| panic!("on purpose"))
            .await
            .map(|(): ()| ())
            .unwrap_err();
        assert_eq!(error.reason, "on purpose");
        assert_eq!(run(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn what_is_waited_for_does_not_stand_behind_indexing() {
        let (open, closed) = std::sync::mpsc::sync_channel::<()>(0);
        let closed = Arc::new(std::sync::Mutex::new(closed));
        // More than there are threads, and none ends before the gate opens.
        let behind: Vec<_> = (0..4 * n_cores())
            .map(|_| {
                let closed = Arc::clone(&closed);
                tokio::spawn(run_behind(move || {
                    let gate = closed.lock().map(|gate| gate.recv().is_err());
                    gate.unwrap_or(false)
                }))
            })
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(run(|| 7).await.unwrap(), 7);
        drop(open);
        for behind in behind {
            assert!(behind.await.unwrap().unwrap(), "the gate was opened");
        }
    }
}
