//! Models, what this machine runs, connections, and why something about them failed.

use nuthatch::{
    dirs::Dirs,
    engine::{
        self,
        fetching::Refused,
        models::{self, Diagnosis},
    },
    settings::{self, Settings},
};
use nuthatch_models::{
    Device, ModelSpec,
    catalogue::Kind,
    devices::WorkerReport,
    install::{self, connections},
    measure::Measurement,
};

use super::{count, sentence, shown};
use crate::wire::{
    Connection, ErrorCode, Fetching, IpcError, Machine, Model, Models, Running, Trial,
};

pub(crate) fn models(dirs: &Dirs, settings: &Settings) -> Models {
    let [own, ..] = dirs.models();
    Models {
        models: models::catalogue(dirs)
            .0
            .iter()
            .map(|spec| model(dirs, spec))
            .collect(),
        reranker: settings.reranker.clone(),
        embedding: settings.embedding.clone(),
        generator: settings.generator.clone(),
        chat_server: [&settings.chat_server, &settings.chat_server_model]
            .map(|part| part.trim())
            .join(" ")
            .trim()
            .to_owned(),
        rerank_budget_ms: count(settings.rerank_budget_ms),
        place: shown(&own),
        from: engine::policy(dirs).models.url,
    }
}

fn model(dirs: &Dirs, spec: &ModelSpec) -> Model {
    let [own, ..] = dirs.models();
    let place = dirs.models().into_iter().find(|at| spec.is_present(at));
    let on_disk = place
        .as_ref()
        .map(|at| install::size_bytes(&spec.directory(at)));
    let kind = match spec.kind {
        Kind::Embedding(_) => "embedding",
        Kind::CausalReranker(_) | Kind::EncoderReranker => "reranker",
        Kind::TextReader => "text_reader",
        Kind::Generator(_) => "generator",
    };
    Model {
        id: spec.id.clone(),
        kind: kind.into(),
        licence: spec.licence.clone(),
        needs_acceptance: spec.needs_acceptance(),
        good_for: spec.good_for.clone(),
        n_bytes: on_disk.or(spec.size_bytes()).map(|n| n as f64),
        is_installed: place.is_some(),
        ships: spec.ships(),
        n_partial_bytes: install::n_partial_bytes(&spec.id, &own) as f64,
    }
}

pub(crate) fn fetching(progress: &install::Progress<'_>) -> Fetching {
    Fetching {
        file: progress.file.into(),
        i_file: count(progress.i_file as u64 + 1),
        n_files: count(progress.n_files as u64),
        n_bytes: progress.n_bytes as f64,
        n_bytes_total: progress.n_bytes_total.map(|n| n as f64),
    }
}

pub(crate) fn machine(found: &Diagnosis) -> Machine {
    let running = |id: &str, device: Device, executable: &std::path::Path| Running {
        id: id.into(),
        device: device_name(device, executable, &found.workers),
    };
    let trials = found.trials.iter().map(|trial| {
        let config = &trial.config;
        let measured = trial.outcome.as_ref().ok();
        Trial {
            running: running(&config.spec.id, config.device, &config.executable),
            tokens_per_second: measured.map(Measurement::tokens_per_second),
            seconds_per_passage: measured.map(models::seconds_per_passage),
            problem: trial.outcome.as_ref().err().map(|error| sentence(error)),
        }
    });
    let uses = found.chosen.iter().flatten();
    let why_not = found.chosen.as_ref().err();
    Machine {
        trials: trials.collect(),
        uses: uses
            .map(|choice| running(&choice.spec.id, choice.device, &choice.executable))
            .collect(),
        problems: why_not
            .into_iter()
            .chain(&found.notices)
            .map(|notice| notice.message.clone())
            .collect(),
    }
}

/// The name that the worker has for its device.
fn device_name(device: Device, executable: &std::path::Path, workers: &[WorkerReport]) -> String {
    let worker = workers.iter().find(|one| one.executable == executable);
    let devices = worker.and_then(|worker| worker.devices.as_ref().ok());
    let known = devices.and_then(|devices| devices.iter().find(|known| known.device() == device));
    known.map_or_else(|| format!("{device:?}"), |known| known.name.clone())
}

pub(crate) fn connection(made: connections::Connection) -> Connection {
    Connection {
        at_ms: made.at as f64 * 1e3,
        to: made.to,
        answer: made.answer,
    }
}

/// A model whose licence was not accepted.
pub(crate) fn not_accepted(spec: &ModelSpec) -> IpcError {
    IpcError {
        code: ErrorCode::Refused,
        message: format!("The licence {} forbids commercial use", spec.licence),
        hint: Some("Accept it to get the model".into()),
    }
}

impl From<Refused> for IpcError {
    fn from(refused: Refused) -> Self {
        let (code, hint) = match refused {
            Refused::Forbidden => (
                ErrorCode::Refused,
                "Turn the setting off on the page of connections first",
            ),
            Refused::Unrecorded(_) => {
                (ErrorCode::Disk, "Make room, or look at the folder's rights")
            }
        };
        Self {
            code,
            message: refused.to_string(),
            hint: Some(hint.into()),
        }
    }
}

impl From<install::Error> for IpcError {
    fn from(error: install::Error) -> Self {
        Self {
            code: match &error {
                install::Error::Forbidden { .. } => ErrorCode::Refused,
                install::Error::Unwritable { .. } => ErrorCode::Disk,
                install::Error::NotInstalled { .. } => ErrorCode::NotFound,
                _ => ErrorCode::Unreadable,
            },
            message: sentence(&error),
            hint: error.hint().map(super::capitalised),
        }
    }
}

impl From<settings::Error> for IpcError {
    fn from(error: settings::Error) -> Self {
        if let settings::Error::Fixed { .. } = &error {
            return Self {
                code: ErrorCode::Refused,
                message: sentence(&error),
                hint: Some("Ask your administrator".into()),
            };
        }
        Self {
            code: ErrorCode::Unreadable,
            message: sentence(&error),
            hint: Some("Correct the file with an editor, or delete it to have the defaults".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_is_forbidden_says_what_to_do() {
        let error = IpcError::from(install::Error::Forbidden { id: "m".into() });
        assert_eq!(error.code, ErrorCode::Refused);
        assert!(
            error.message.starts_with("M was not fetched"),
            "{}",
            error.message
        );
        assert!(error.hint.unwrap().starts_with("Allow connections"));
    }
}
