//! `nuthatch models doctor`: what this machine can compute on, and how fast the rerankers are on it.
//!
//! Prints what the engine found out; decides nothing.

use nuthatch::{
    dirs::Dirs,
    engine::{
        self,
        models::{self, Diagnosis, Trial},
    },
    settings::Settings,
};
use nuthatch_models::{
    Device,
    devices::{Choice, WorkerReport},
    measure::Measurement,
    protocol::DeviceReport,
};
use serde_json::{Value, json};

use super::show;

pub(super) fn doctor(dirs: &Dirs, json: bool) -> anyhow::Result<()> {
    let settings = engine::settings(dirs)?;
    let found = models::diagnose(dirs, &settings);
    if json {
        return show::print(&document(&found, &settings));
    }
    for worker in &found.workers {
        print_worker(worker)?;
    }
    for trial in &found.trials {
        print_trial(trial, &settings)?;
    }
    match &found.chosen {
        Ok(chosen) if chosen.is_empty() => show::print_line(format_args!(
            "searches are not reranked: {}",
            if settings.reranker == "none" {
                "the settings say so"
            } else {
                "no reranker is installed"
            }
        )),
        Ok(chosen) => {
            let names: Vec<&str> = chosen
                .iter()
                .map(|choice| choice.spec.id.as_str())
                .collect();
            show::print_line(format_args!(
                "searches are reranked by {}",
                names.join(", then ")
            ))
        }
        Err(notice) => show::print_line(format_args!("{}", notice.message)),
    }?;
    for notice in &found.notices {
        show::print_line(format_args!("{}", notice.message))?;
    }
    Ok(())
}

pub(super) fn shown(device: Device) -> String {
    match device {
        Device::Cpu => "cpu".into(),
        Device::Gpu(number) => format!("gpu {number}"),
    }
}

fn name(worker: &WorkerReport) -> String {
    let stem = worker.executable.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn print_worker(worker: &WorkerReport) -> anyhow::Result<()> {
    let name = name(worker);
    let devices = match &worker.devices {
        Ok(devices) => devices,
        Err(reason) => return show::print_line(format_args!("{name}: {reason}")),
    };
    for device in devices {
        let gb = |bytes: Option<u64>| bytes.map(|bytes| format!("{:.1} GB", bytes as f64 / 1e9));
        let memory = match (gb(device.memory_bytes), gb(device.free_bytes)) {
            (Some(all), Some(free)) => format!(", {all}, {free} free"),
            (Some(all), None) => format!(", {all}"),
            _ => String::new(),
        };
        let problem = device
            .problem
            .as_ref()
            .map(|problem| format!(": {problem}"));
        show::print_line(format_args!(
            "{name}: {}{memory}{}",
            device.name,
            problem.unwrap_or_default()
        ))?;
    }
    Ok(())
}

fn print_trial(trial: &Trial, settings: &Settings) -> anyhow::Result<()> {
    let id = &trial.config.spec.id;
    match &trial.outcome {
        Ok(measured) => show::print_line(format_args!(
            "{id}: {:.0} tokens/s, about {} passages in {} ms; loaded in {:.1} s",
            measured.tokens_per_second(),
            n_passages(measured, settings),
            settings.rerank_budget_ms,
            measured.load_time.as_secs_f64(),
        )),
        Err(error) => show::print_line(format_args!("{id}: {error}")),
    }
}

/// Passages of usual length that fit into the time budget.
fn n_passages(measured: &Measurement, settings: &Settings) -> u64 {
    let seconds = settings.rerank_budget().as_secs_f64();
    (seconds / models::seconds_per_passage(measured)) as u64
}

fn document(found: &Diagnosis, settings: &Settings) -> Value {
    let workers: Vec<Value> = found.workers.iter().map(worker_json).collect();
    let trials: Vec<Value> = found
        .trials
        .iter()
        .map(|trial| trial_json(trial, settings))
        .collect();
    let chosen = match &found.chosen {
        Ok(chosen) => chosen.iter().map(choice_json).collect(),
        Err(_) => Vec::new(),
    };
    let why_not = found.chosen.as_ref().err().map(|notice| &notice.message);
    let notices: Vec<&str> = found
        .notices
        .iter()
        .map(|notice| notice.message.as_str())
        .collect();
    json!({
        "workers": workers, "models": trials, "chosen": chosen, "why_not": why_not,
        "notices": notices,
    })
}

fn worker_json(worker: &WorkerReport) -> Value {
    let devices = worker.devices.as_deref().unwrap_or_default();
    json!({
        "program": name(worker), "problem": worker.devices.as_ref().err(),
        "devices": devices.iter().map(device_json).collect::<Vec<_>>(),
    })
}

fn device_json(device: &DeviceReport) -> Value {
    json!({
        "name": device.name, "kind": format!("{:?}", device.kind).to_lowercase(),
        "memory_bytes": device.memory_bytes, "free_bytes": device.free_bytes,
        "problem": device.problem,
    })
}

fn trial_json(trial: &Trial, settings: &Settings) -> Value {
    let measured = trial.outcome.as_ref().ok();
    json!({
        "id": trial.config.spec.id, "device": shown(trial.config.device),
        "precision": trial.config.precision,
        "tokens_per_second": measured.map(Measurement::tokens_per_second),
        "passages_in_budget": measured.map(|measured| n_passages(measured, settings)),
        "load_seconds": measured.map(|measured| measured.load_time.as_secs_f64()),
        "problem": trial.outcome.as_ref().err().map(ToString::to_string),
    })
}

fn choice_json(choice: &Choice) -> Value {
    json!({
        "id": choice.spec.id, "device": shown(choice.device),
        "precision": choice.precision,
    })
}
