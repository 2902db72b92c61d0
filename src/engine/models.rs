//! Which models a library uses, what runs them, and what is wrong where nothing does.
//!
//! Knows where model files and the workers lie. Invariant: what is missing for a model is a
//! sentence, and everything else goes on without it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use nuthatch_models::{
    Device, MEMORY_GROWTH_LIMIT_BYTES, ModelSpec, ModelWorker, Priority, WorkerConfig,
    catalogue::{self, Kind},
    devices::{self, Choice, WorkerReport},
    measure::{self, Measurement},
    server::ChatServer,
};

use super::polite::Share;
use crate::{
    answer::{OwnModel, Writer},
    dirs::Dirs,
    search::{Notice, Reranker, Rerankers},
    settings::Settings,
};

/// The worker that computes on the processor, and where it is a Mac, on its graphics card.
const WORKER: &str = "nuthatch-models";
/// The worker that computes on a graphics card of NVIDIA's; not everybody has it.
const CUDA_WORKER: &str = "nuthatch-models-cuda";
/// A graphics driver alone may take seconds to wake up.
const PROBE_TIMEOUT: Duration = Duration::from_secs(15);

/// The embedding model that the settings name, or else the one that ships with the program.
pub(super) fn wanted_embedding(dirs: &Dirs, settings: &Settings) -> Result<ModelSpec, Notice> {
    if settings.embedding == "auto" {
        return Ok(ModelSpec::default_embedding());
    }
    let id = &settings.embedding;
    embeddings(dirs)
        .find(|spec| spec.id == *id)
        .ok_or_else(|| Notice {
            message: format!("Search by meaning is off: there is no embedding model {id}"),
            hint: Some(
                "`nuthatch models list` shows the models; correct the setting `embedding`".into(),
            ),
        })
}

/// The embedding model that made stored vectors, if it is still known.
pub(super) fn embedding_with_key(dirs: &Dirs, key: &str) -> Option<ModelSpec> {
    embeddings(dirs).find(|spec| spec.key() == key)
}

fn embeddings(dirs: &Dirs) -> impl Iterator<Item = ModelSpec> {
    let (models, _) = catalogue(dirs);
    models
        .into_iter()
        .filter(|spec| matches!(spec.kind, Kind::Embedding(_)))
}

/// The embedding model's process, not yet started; or what is missing for it.
pub(super) fn embedding(
    dirs: &Dirs,
    settings: &Settings,
    spec: ModelSpec,
) -> Result<Arc<ModelWorker>, Notice> {
    if !settings.meaning {
        return Err(Notice {
            message: "Search by meaning is off: the settings say so (meaning)".into(),
            hint: None,
        });
    }
    on_processor(dirs, spec, for_searches(settings)).map_err(|what| Notice {
        message: format!("Search by meaning is off: {what} is missing"),
        hint: Some("Word search is complete. Install Nuthatch again to get it; in a checkout, run cargo xtask setup".into()),
    })
}

/// A second process of the embedding model, for passages: with the right of way of background work,
/// which a query must not wait for, and with no more cores than indexing may use. It costs memory
/// only while passages are embedded and queries are asked.
pub(super) fn behind(
    dirs: &Dirs,
    settings: &Settings,
    share: Share,
    asked: &Result<Arc<ModelWorker>, Notice>,
) -> Result<Arc<ModelWorker>, String> {
    let spec = match asked {
        Ok(worker) => worker.spec().clone(),
        Err(notice) => return Err(notice.message.clone()),
    };
    on_processor(dirs, spec, for_indexing(settings, share))
        .map_err(|what| format!("{what} is missing"))
}

/// The process of the model that recognises text in pictures, not yet started; or why there is none.
pub(super) fn text_reader(
    dirs: &Dirs,
    settings: &Settings,
    share: Share,
) -> Result<Arc<ModelWorker>, String> {
    if !settings.read_pictures {
        return Err("the settings say so (read_pictures)".into());
    }
    let spec = ModelSpec::default_text_reader().ok_or("there is no model for it")?;
    on_processor(dirs, spec, for_indexing(settings, share))
        .map_err(|what| format!("{what} is missing; install Nuthatch again"))
}

/// What a worker's process may take of the machine.
#[derive(Debug, Clone, Copy)]
struct Means {
    n_threads: usize,
    priority: Priority,
    idle_timeout: Duration,
}

fn for_searches(settings: &Settings) -> Means {
    Means {
        n_threads: settings.n_model_threads(),
        priority: Priority::Normal,
        idle_timeout: Duration::from_secs(settings.model_idle_seconds),
    }
}

fn for_indexing(settings: &Settings, share: Share) -> Means {
    Means {
        n_threads: share.n_cores,
        priority: share.priority,
        ..for_searches(settings)
    }
}

/// A model's process, for the processor; the error is what is missing for it.
fn on_processor(dirs: &Dirs, spec: ModelSpec, means: Means) -> Result<Arc<ModelWorker>, String> {
    let executable = dirs.program(WORKER);
    if !executable.is_file() {
        return Err("the program nuthatch-models".into());
    }
    if dirs.onnx_runtime().is_none() {
        return Err("the ONNX Runtime library".into());
    }
    let choice = Choice {
        spec,
        executable,
        device: Device::Cpu,
        precision: None,
    };
    let config = worker_config(dirs, &choice, means)
        .ok_or_else(|| format!("the model {}", choice.spec.id))?;
    ModelWorker::new(config)
        .map(Arc::new)
        .map_err(|error| format!("a thread ({error})"))
}

/// What a worker needs to run a model as chosen; `None` if a file of the model is missing.
fn worker_config(dirs: &Dirs, choice: &Choice, means: Means) -> Option<WorkerConfig> {
    let models = dirs.models();
    let models = models
        .iter()
        .find(|models| choice.spec.is_present(models))?;
    Some(WorkerConfig {
        executable: choice.executable.clone(),
        // Causal rerankers do without.
        runtime: dirs.onnx_runtime().unwrap_or_default(),
        directory: choice.spec.directory(models),
        spec: choice.spec.clone(),
        n_threads: means.n_threads,
        priority: means.priority,
        device: choice.device,
        precision: choice.precision,
        idle_timeout: means.idle_timeout,
        memory_growth_limit_bytes: MEMORY_GROWTH_LIMIT_BYTES,
    })
}

/// The catalogue, the user's own entries included, and what is wrong with these.
pub fn catalogue(dirs: &Dirs) -> (Vec<ModelSpec>, Option<Notice>) {
    let [own, ..] = dirs.models();
    let (models, problem) = catalogue::all_models(&own);
    let notice = problem.map(|problem| Notice {
        message: problem.to_string(),
        hint: Some("The built-in models go on working; correct or remove the file".into()),
    });
    (models, notice)
}

/// The catalogue's own models, without the user's.
pub(super) fn built_in() -> impl Iterator<Item = ModelSpec> {
    catalogue::models().into_iter()
}

/// The installed models of the catalogue.
pub fn installed(dirs: &Dirs) -> Vec<ModelSpec> {
    let is_present = |spec: &ModelSpec| dirs.models().iter().any(|models| spec.is_present(models));
    let (models, _) = catalogue(dirs);
    models.into_iter().filter(is_present).collect()
}

/// The rerankers of this library, chosen when they are first wanted.
pub(super) fn rerankers(dirs: &Dirs, settings: &Settings) -> Rerankers {
    if settings.reranker == "none" {
        return Rerankers::default();
    }
    let mut models = installed(dirs);
    models.retain(ModelSpec::is_reranker);
    if settings.reranker == "auto" && models.is_empty() {
        return Rerankers::default();
    }
    let (dirs, settings) = (dirs.clone(), settings.clone());
    Rerankers::new(move || {
        let choices = choose(&models, &probe(&dirs), &dirs, &settings)?;
        let workers = choices
            .iter()
            .filter_map(|choice| worker_config(&dirs, choice, for_searches(&settings)));
        let rerankers = workers.map(|config| {
            let key = score_key(&config);
            let worker = ModelWorker::new(config).map_err(|error| unusable(&error.to_string()))?;
            Ok(Reranker {
                worker: Arc::new(worker),
                key,
            })
        });
        rerankers.collect()
    })
}

/// What writes answers: the generator that the settings name, or the first in the catalogue that is
/// installed, its process not yet started; or a server. Blocks like [`probe`] where there is one.
pub(super) fn writer(dirs: &Dirs, settings: &Settings) -> Result<Option<Writer>, Notice> {
    if settings.generator == "server" {
        return Ok(Some(Writer::Server(chat_server(dirs, settings))));
    }
    let mut models = installed(dirs);
    models.retain(ModelSpec::is_generator);
    if settings.generator == "none" || (settings.generator == "auto" && models.is_empty()) {
        return Ok(None);
    }
    let is_wanted =
        |spec: &&ModelSpec| settings.generator == "auto" || spec.id == settings.generator;
    let Some(spec) = models.iter().find(is_wanted) else {
        let reason = format!("the model {} is not installed", settings.generator);
        return Err(no_generator(&reason));
    };
    let config = runner(dirs, settings, spec, &probe(dirs));
    let config =
        config.ok_or_else(|| no_generator(&format!("a file of {} is missing", spec.id)))?;
    let worker = ModelWorker::new(config).map_err(|error| no_generator(&error.to_string()))?;
    Ok(Some(Writer::Model(OwnModel::new(worker))))
}

fn chat_server(dirs: &Dirs, settings: &Settings) -> ChatServer {
    ChatServer {
        allow_remote: settings.chat_server_may_be_remote,
        is_forbidden: settings.never_connect,
        record: Some(dirs.connections()),
        ..ChatServer::new(&settings.chat_server, &settings.chat_server_model)
    }
}

/// Why answers are in the files' own sentences although there should be a generator.
pub(super) fn no_generator(reason: &str) -> Notice {
    Notice {
        message: format!("No model writes answers: {reason}"),
        hint: Some(
            "`nuthatch models list` shows the models; correct the setting `generator`".into(),
        ),
    }
}

/// What each worker that may be there can compute on. Blocks: a graphics driver may take seconds.
pub fn probe(dirs: &Dirs) -> Vec<WorkerReport> {
    devices::probe(&executables(dirs), PROBE_TIMEOUT)
}

fn executables(dirs: &Dirs) -> [PathBuf; 2] {
    // In this order: the first one that can runs encoders, and the plain worker starts sooner.
    [dirs.program(WORKER), dirs.program(CUDA_WORKER)]
}

/// The best of the installed rerankers, or the one that the user named, even if it is slow here.
fn choose(
    installed: &[ModelSpec],
    reports: &[WorkerReport],
    dirs: &Dirs,
    settings: &Settings,
) -> Result<Vec<Choice>, Notice> {
    if settings.reranker == "auto" {
        let choices = devices::choose_cascade(installed, reports);
        return if choices.is_empty() {
            let reasons = reports
                .iter()
                .filter_map(|report| report.devices.as_ref().err());
            let reasons: Vec<&str> = reasons.map(String::as_str).collect();
            Err(unusable(&format!(
                "this machine runs none of the installed rerankers fast enough ({})",
                reasons.join("; ")
            )))
        } else {
            Ok(choices)
        };
    }
    let named: Vec<ModelSpec> = installed
        .iter()
        .filter(|spec| spec.id == settings.reranker)
        .cloned()
        .collect();
    let Some(spec) = named.first() else {
        return Err(unusable(&format!(
            "the model {} is not installed",
            settings.reranker
        )));
    };
    Ok(vec![best_for(spec, reports, dirs)])
}

/// Where a model runs best here; on the processor if nowhere else.
fn best_for(spec: &ModelSpec, reports: &[WorkerReport], dirs: &Dirs) -> Choice {
    let chosen = devices::choose(std::slice::from_ref(spec), reports);
    chosen.unwrap_or_else(|| Choice {
        spec: spec.clone(),
        executable: dirs.program(WORKER),
        device: Device::Cpu,
        precision: None,
    })
}

/// What runs an installed model best here; `None` if a file of it is missing.
pub fn runner(
    dirs: &Dirs,
    settings: &Settings,
    spec: &ModelSpec,
    reports: &[WorkerReport],
) -> Option<WorkerConfig> {
    worker_config(dirs, &best_for(spec, reports, dirs), for_searches(settings))
}

/// What was found out about this machine and its rerankers.
#[derive(Debug)]
pub struct Diagnosis {
    /// Every worker that may be there, with its devices or why it cannot be used.
    pub workers: Vec<WorkerReport>,
    /// Every installed reranker, with what came of trying it.
    pub trials: Vec<Trial>,
    /// What searches use, or why they use none.
    pub chosen: Result<Vec<Choice>, Notice>,
    /// What is wrong besides.
    pub notices: Vec<Notice>,
}

/// One model that was loaded and let rerank.
#[derive(Debug)]
pub struct Trial {
    /// The model, and on what it was tried.
    pub config: WorkerConfig,
    /// How fast it is, or why it does not run.
    pub outcome: Result<Measurement, nuthatch_models::Error>,
}

/// Tokens of a usual prompt: a passage of about 220, the query and the prompt's own.
const TOKENS_PER_PASSAGE: f64 = 250.0;

/// How long a model took for one passage of usual length.
pub fn seconds_per_passage(measured: &Measurement) -> f64 {
    TOKENS_PER_PASSAGE / measured.tokens_per_second().max(f64::MIN_POSITIVE)
}

/// Asks every worker and tries every installed reranker, one after the other. Blocks for as long as
/// that takes.
pub fn diagnose(dirs: &Dirs, settings: &Settings) -> Diagnosis {
    let workers = probe(dirs);
    let mut rerankers = installed(dirs);
    rerankers.retain(ModelSpec::is_reranker);
    let trials = rerankers
        .iter()
        .filter_map(|spec| runner(dirs, settings, spec, &workers))
        .map(|config| Trial {
            outcome: measure::measure(&config),
            config,
        });
    let trials = trials.collect();
    let is_wanted =
        settings.reranker != "none" && !(settings.reranker == "auto" && rerankers.is_empty());
    let chosen = if is_wanted {
        choose(&rerankers, &workers, dirs, settings)
    } else {
        Ok(Vec::new())
    };
    let (_, catalogue) = catalogue(dirs);
    Diagnosis {
        workers,
        trials,
        chosen,
        notices: catalogue.into_iter().collect(),
    }
}

fn unusable(reason: &str) -> Notice {
    Notice {
        message: format!("Not reranked: {reason}"),
        hint: Some(
            "`nuthatch models doctor` tells more; `nuthatch models use none` ends this".into(),
        ),
    }
}

/// All that decides a score besides query and passage.
fn score_key(config: &WorkerConfig) -> String {
    let spec = &config.spec;
    format!(
        "{} {:?} {} {:?}",
        spec.key(),
        config.precision,
        spec.max_tokens,
        spec.kind
    )
}
