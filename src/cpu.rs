//! The one bridge from async code to work for the processor.
//!
//! A rayon pool one thread smaller than the machine (at least two), a reply through a oneshot.
//! Work whose caller has gone is skipped; a panic becomes an error. Knows nothing of the work.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
};

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::oneshot;

/// The work panicked, or the pool could not be made.
#[derive(Debug, thiserror::Error)]
#[error("a computation failed: {reason}")]
pub struct Error {
    /// The panic's message.
    pub reason: String,
}

/// Runs `work` on the pool. Dropping the future before the work has begun cancels it.
pub async fn run<T, F>(work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let span = tracing::Span::current();
    pool()?.spawn(move || {
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

/// The pool itself, for a library that divides its work; to be used from work that runs on it.
pub fn pool() -> Result<&'static Arc<ThreadPool>, Error> {
    static POOL: OnceLock<Result<Arc<ThreadPool>, String>> = OnceLock::new();
    POOL.get_or_init(|| {
        let n_cores = std::thread::available_parallelism().map_or(2, usize::from);
        ThreadPoolBuilder::new()
            .num_threads((n_cores - 1).max(2))
            .thread_name(|i| format!("cpu-{i}"))
            .build()
            .map(Arc::new)
            .map_err(|error| error.to_string())
    })
    .as_ref()
    .map_err(|reason| Error {
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
}
