//! What this machine can compute on, as this build of the worker sees it.
//!
//! Owns opening a device and saying what it is; knows no model. A build without the feature `cuda`
//! or `metal` has the processor alone.
//! Invariant: a driver that is missing, or panics, becomes a sentence.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, anyhow};
use candle_core::{DType, Tensor};
use nuthatch_models::{
    Device,
    protocol::{DeviceKind, DeviceReport},
};

#[cfg(feature = "cuda")]
#[path = "hardware/cuda.rs"]
mod gpu;
#[cfg(all(feature = "metal", not(feature = "cuda")))]
#[path = "hardware/metal.rs"]
mod gpu;
#[cfg(not(any(feature = "cuda", feature = "metal")))]
#[path = "hardware/none.rs"]
mod gpu;

/// What a graphics library says of one card.
struct Card {
    name: String,
    memory_bytes: Option<u64>,
    free_bytes: Option<u64>,
}

/// Opens a device for tensors.
pub(crate) fn open(device: Device) -> anyhow::Result<candle_core::Device> {
    match device {
        Device::Cpu => Ok(candle_core::Device::Cpu),
        Device::Gpu(ordinal) => caught(|| gpu::open(ordinal))
            .with_context(|| format!("could not use the graphics card {ordinal}")),
    }
}

/// The processor and every graphics card; a graphics library without any card is one report with
/// its problem.
pub(crate) fn reports() -> Vec<DeviceReport> {
    let mut reports = vec![processor()];
    if let Some(kind) = gpu::KIND {
        match caught(gpu::count) {
            Ok(n) => reports.extend((0..n).map(|ordinal| card(kind, ordinal))),
            Err(error) => reports.push(unusable(kind, 0, &error)),
        }
    }
    reports
}

fn card(kind: DeviceKind, ordinal: usize) -> DeviceReport {
    match caught(|| gpu::card(ordinal)) {
        Ok(card) => DeviceReport {
            name: card.name,
            kind,
            ordinal,
            memory_bytes: card.memory_bytes,
            free_bytes: card.free_bytes,
            problem: caught(|| check(ordinal))
                .err()
                .map(|error| format!("{error:#}")),
        },
        Err(error) => unusable(kind, ordinal, &error),
    }
}

fn unusable(kind: DeviceKind, ordinal: usize, error: &anyhow::Error) -> DeviceReport {
    DeviceReport {
        name: "graphics card".into(),
        kind,
        ordinal,
        memory_bytes: None,
        free_bytes: None,
        problem: Some(format!("{error:#}")),
    }
}

/// One small computation: a card may be there, and too old for the kernels of this build.
fn check(ordinal: usize) -> anyhow::Result<()> {
    let device = gpu::open(ordinal)?;
    let ones = Tensor::ones(8, DType::F32, &device)?;
    let sum = ones.affine(2.0, 1.0)?.sum_all()?.to_scalar::<f32>()?;
    let is_right = (sum - 24.0).abs() < 1e-3;
    is_right.then_some(()).context("it computes wrongly")
}

/// The result of `ask`, with a panic as an error: cudarc panics where it finds no driver.
fn caught<T>(ask: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let asked = catch_unwind(AssertUnwindSafe(ask));
    asked.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(anyhow!(
            "the graphics driver could not be used: {}",
            said.unwrap_or("it gave no reason")
        ))
    })
}

fn processor() -> DeviceReport {
    let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = field(&cpuinfo, "model name").unwrap_or("processor");
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    DeviceReport {
        name: format!("{name} ({n_cores} cores)"),
        kind: DeviceKind::Cpu,
        ordinal: 0,
        memory_bytes: bytes(&meminfo, "MemTotal"),
        free_bytes: bytes(&meminfo, "MemAvailable"),
        problem: None,
    }
}

/// Memory that this process holds for itself. Mapped files do not count: the system takes their
/// pages back whenever it needs them.
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    bytes(&status, "RssAnon")
}

/// The value of `key` in a file of `key: value` lines.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim())
    })
}

/// A value in kB.
fn bytes(text: &str, key: &str) -> Option<u64> {
    let kib = field(text, key)?.strip_suffix("kB")?.trim();
    kib.parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_out_of_the_systems_lists() {
        let text = "MemTotal:       24657932 kB\nMemFree: 1 kB\nmodel name\t: A processor\n";
        assert_eq!(bytes(text, "MemTotal"), Some(24_657_932 * 1024));
        assert_eq!(field(text, "model name"), Some("A processor"));
        assert_eq!(bytes(text, "model name"), None);
        assert_eq!(bytes("", "MemTotal"), None);
    }

    #[test]
    fn a_driver_that_panics_is_a_sentence() {
        let error = caught::<()>(|| panic!("no libcuda")).unwrap_err();
        assert!(error.to_string().ends_with("no libcuda"), "{error}");
    }

    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    #[test]
    fn a_build_without_graphics_refuses_a_card_with_a_reason() {
        let error = open(Device::Gpu(0)).unwrap_err();
        assert!(
            format!("{error:#}").contains("nuthatch-models-cuda"),
            "{error:#}"
        );
    }
}
