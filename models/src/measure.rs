//! How fast this machine runs a reranker.
//!
//! Owns loading it once for that; the texts are the worker's own. Blocks for as long as loading
//! takes, and some seconds more.

use std::time::{Duration, Instant};

use crate::{
    client::{ANSWER_TIMEOUT, Error, WorkerConfig},
    protocol::{Request, Response},
};

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// From starting the process until the model was ready, checking its files included.
    pub load_time: Duration,
    /// Tokens of the prompts that were read, whether or not a shared part was computed once.
    pub n_tokens: usize,
    /// How long reading them took.
    pub time: Duration,
    /// Memory that the process held afterwards, its graphics card's not included.
    pub resident_bytes: Option<u64>,
}

impl Measurement {
    /// How fast prompts are read.
    pub fn tokens_per_second(&self) -> f64 {
        self.n_tokens as f64 / self.time.as_secs_f64()
    }
}

/// Starts a worker of its own, lets it rerank a few English passages of about 200 tokens, the first
/// round unmeasured, and ends it.
pub fn measure(config: &WorkerConfig) -> Result<Measurement, Error> {
    let began = Instant::now();
    let mut worker = config.start()?;
    let load_time = began.elapsed();
    let answer = worker.process.call(&Request::Measure, ANSWER_TIMEOUT);
    let answer = answer.map_err(|reason| Error::Stopped { reason })?;
    match answer.response {
        Response::Measured { n_tokens, seconds } => Ok(Measurement {
            load_time,
            n_tokens,
            time: Duration::from_secs_f64(seconds.max(f64::MIN_POSITIVE)),
            resident_bytes: answer.resident_bytes,
        }),
        Response::Failed(reason) => Err(Error::Refused { reason }),
        _ => Err(Error::Stopped {
            reason: "it answered out of turn".into(),
        }),
    }
}
