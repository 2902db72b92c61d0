//! Which installed reranker runs best on which device of this machine.
//!
//! Owns asking every worker executable what it can compute on, and the rule that picks from the
//! answers; opens no model and knows no search.
//! Invariant: a program that is missing, cannot start, dies or hangs is a sentence, and a causal
//! reranker is never chosen for a processor, where one passage takes seconds.
//! Start reading at [`probe`] and [`choose`].

use std::{
    cmp::Reverse,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    catalogue::{Kind, ModelSpec, Precision},
    client::process::Process,
    protocol::{Device, DeviceKind, DeviceReport, Request, Response},
};

/// Of a card's memory, what a model may take: the screen and other programs need the rest, and a
/// card sold with 12 GB reports a little less. It makes of the catalogue's estimates that a 4B
/// model runs in bf16 from cards of 12 GB, and quantised to 8 bits from cards of 8 GB.
const USABLE_PERCENT: u64 = 75;

/// What may be chosen unasked, best first. Fewer bits than 8 change the order of results.
const PRECISIONS: [Precision; 2] = [Precision::Bf16, Precision::Q8_0];

/// What one worker executable can compute on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerReport {
    /// The executable.
    pub executable: PathBuf,
    /// Its devices, or why it cannot be used.
    pub devices: Result<Vec<DeviceReport>, String>,
}

/// A reranker with where and how it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The model.
    pub spec: ModelSpec,
    /// The executable that runs it.
    pub executable: PathBuf,
    /// What it is computed on.
    pub device: Device,
    /// What its weights are held as; `None` is as they are stored.
    pub precision: Option<Precision>,
}

/// Asks each executable in turn, each for at most `timeout`. Blocks: a graphics driver alone may
/// take a second.
pub fn probe(executables: &[PathBuf], timeout: Duration) -> Vec<WorkerReport> {
    let report = |executable: &PathBuf| WorkerReport {
        executable: executable.clone(),
        devices: devices(executable, timeout),
    };
    executables.iter().map(report).collect()
}

fn devices(executable: &Path, timeout: Duration) -> Result<Vec<DeviceReport>, String> {
    let name = executable.file_stem().unwrap_or_default().display();
    if !executable.is_file() {
        return Err(format!("the program {name} is not installed"));
    }
    let began = Instant::now();
    let answer = Process::start(executable, 1, &Request::Devices, timeout)
        .and_then(|mut worker| worker.answer(timeout.saturating_sub(began.elapsed())))
        .map_err(|reason| format!("the program {name} cannot be used: {reason}"))?;
    match answer.response {
        Response::Devices(devices) => Ok(devices),
        Response::Failed(reason) => Err(format!("the program {name} failed: {reason}")),
        _ => Err(format!("the program {name} answered out of turn")),
    }
}

/// The best of the installed rerankers that this machine runs fast enough; `installed` in the
/// catalogue's order, in which the better one of two equally large ones comes first.
///
/// A causal reranker on a graphics card, the largest that fits; else an encoder on the processor,
/// the smallest, since there time is what is short; else none.
pub fn choose(installed: &[ModelSpec], reports: &[WorkerReport]) -> Option<Choice> {
    causal(installed, reports).or_else(|| encoder(installed, reports))
}

/// The steps of a cascade, the first one first: a small encoder over many passages, and the large
/// model over its best where that one runs on a graphics card. One step, or none, where there is
/// nothing to put in front or behind.
pub fn choose_cascade(installed: &[ModelSpec], reports: &[WorkerReport]) -> Vec<Choice> {
    [encoder(installed, reports), causal(installed, reports)]
        .into_iter()
        .flatten()
        .collect()
}

fn causal(installed: &[ModelSpec], reports: &[WorkerReport]) -> Option<Choice> {
    let is_causal = |spec: &&ModelSpec| matches!(spec.kind, Kind::CausalReranker(_));
    let mut models: Vec<&ModelSpec> = installed.iter().filter(is_causal).collect();
    models.sort_by_key(|spec| Reverse(spec.memory_mib.get(&Precision::Bf16).copied()));
    let mut cards: Vec<(&Path, &DeviceReport)> = usable(reports)
        .filter(|(_, device)| device.kind != DeviceKind::Cpu)
        .collect();
    cards.sort_by_key(|(_, card)| Reverse(card.memory_bytes));
    let mut ways = models
        .iter()
        .flat_map(|spec| PRECISIONS.map(|precision| (*spec, precision)));
    ways.find_map(|(spec, precision)| {
        let (executable, card) = cards.iter().find(|(_, card)| fits(spec, precision, card))?;
        Some(Choice {
            spec: spec.clone(),
            executable: executable.to_path_buf(),
            device: card.device(),
            precision: Some(precision),
        })
    })
}

fn encoder(installed: &[ModelSpec], reports: &[WorkerReport]) -> Option<Choice> {
    let (executable, _) = usable(reports).find(|(_, device)| device.kind == DeviceKind::Cpu)?;
    let smallest = installed
        .iter()
        .filter(|spec| spec.kind == Kind::EncoderReranker)
        .min_by_key(|spec| size_bytes(spec))?;
    Some(Choice {
        spec: smallest.clone(),
        executable: executable.to_owned(),
        device: Device::Cpu,
        precision: None,
    })
}

/// Every device that works, with the executable that knows it.
fn usable(reports: &[WorkerReport]) -> impl Iterator<Item = (&Path, &DeviceReport)> {
    reports.iter().flat_map(|report| {
        let devices = report.devices.iter().flatten();
        devices
            .filter(|device| device.problem.is_none())
            .map(|device| (report.executable.as_path(), device))
    })
}

/// Whether a model has room on a card; of unknown memory nothing is known to fit.
fn fits(spec: &ModelSpec, precision: Precision, card: &DeviceReport) -> bool {
    match (spec.memory_mib.get(&precision), card.memory_bytes) {
        (Some(needed_mib), Some(bytes)) => needed_mib << 20 <= bytes / 100 * USABLE_PERCENT,
        _ => false,
    }
}

/// Of all files; one of unknown size makes a model larger than any.
fn size_bytes(spec: &ModelSpec) -> u64 {
    let sizes = spec.files.iter().map(|file| file.size_bytes);
    sizes.sum::<Option<u64>>().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
