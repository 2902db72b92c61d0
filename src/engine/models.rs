//! Which models a library uses, and what runs them.
//!
//! Knows where model files and the worker lie; starts no process itself. Invariant: what is missing
//! for a model is a sentence, and everything else goes on without it.

use std::{sync::Arc, time::Duration};

use nuthatch_models::{Device, MEMORY_GROWTH_LIMIT_BYTES, ModelSpec, ModelWorker, WorkerConfig};

use crate::{
    dirs::Dirs,
    search::{Notice, Rerankers},
    settings::Settings,
};

/// The embedding model's process, not yet started; or what is missing for it.
pub(super) fn embedding(
    dirs: &Dirs,
    settings: &Settings,
    spec: ModelSpec,
) -> Result<Arc<ModelWorker>, Notice> {
    let missing = |what: &str| Notice {
        message: format!("Search by meaning is off: {what} is missing"),
        hint: Some("Word search is complete. Run the set-up (cargo xtask setup) to get it".into()),
    };
    let executable = dirs.program("nuthatch-models");
    if !executable.is_file() {
        return Err(missing("the program nuthatch-models"));
    }
    let runtime = dirs
        .onnx_runtime()
        .ok_or_else(|| missing("the ONNX Runtime library"))?;
    let models = dirs.models();
    let models = models
        .iter()
        .find(|models| spec.is_present(models))
        .ok_or_else(|| missing(&format!("the model {}", spec.id)))?;
    let config = WorkerConfig {
        executable,
        runtime,
        directory: spec.directory(models),
        spec,
        n_threads: settings.n_model_threads(),
        device: Device::Cpu,
        precision: None,
        idle_timeout: Duration::from_secs(settings.model_idle_seconds),
        memory_growth_limit_bytes: MEMORY_GROWTH_LIMIT_BYTES,
    };
    ModelWorker::new(config)
        .map(Arc::new)
        .map_err(|error| missing(&format!("a thread ({error})")))
}

/// The rerankers of this library.
pub(super) fn rerankers(_dirs: &Dirs, _settings: &Settings) -> Rerankers {
    Rerankers::default()
}
