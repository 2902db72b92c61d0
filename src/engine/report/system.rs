//! The report's parts on what is installed, and on what machine.
//!
//! Asks the models' workers for their devices, as `nuthatch models doctor` does, and tries no model. Paths
//! of programs are not told: they may lie in a home folder. Invariant: what a worker or a driver says
//! of a failure goes through `redact`.

use nuthatch_models::{devices::WorkerReport, protocol::DeviceReport};

use super::{line, part};
use crate::{cpu, dirs::Dirs, engine::models, machine, redact, store::Store};

pub(super) async fn tell(report: &mut String, dirs: &Dirs) {
    part(report, "Versions");
    line(report, "Nuthatch", env!("CARGO_PKG_VERSION"));
    let (found, own) = Store::formats(&dirs.database());
    let found = found.map_or("none".into(), |format| format.to_string());
    line(report, "format of the library", found);
    line(report, "format of this program", own);
    let presence = |is_there: bool| if is_there { "there" } else { "missing" };
    line(
        report,
        "ONNX Runtime",
        presence(dirs.onnx_runtime().is_some()),
    );
    line(report, "pdfium", presence(dirs.pdfium().is_some()));
    part(report, "Models");
    let built_in: Vec<String> = models::built_in().map(|spec| spec.id).collect();
    let installed = models::installed(dirs);
    for spec in installed.iter().filter(|spec| built_in.contains(&spec.id)) {
        line(report, &spec.id, format_args!("revision {}", spec.revision));
    }
    let n_own = installed.iter().filter(|spec| !built_in.contains(&spec.id));
    line(report, "models of the user's own", n_own.count());
    part(report, "Machine");
    line(report, "system", machine::system());
    line(report, "architecture", std::env::consts::ARCH);
    let n_cores = std::thread::available_parallelism().map_or(0, usize::from);
    line(report, "cores", n_cores);
    match machine::memory() {
        Some((all, free)) => line(
            report,
            "memory",
            format_args!("{}, {} free", megabytes(all), megabytes(free)),
        ),
        None => line(report, "memory", "unknown"),
    }
    let asked = dirs.clone();
    match cpu::run(move || models::probe(&asked)).await {
        Ok(workers) => workers
            .iter()
            .for_each(|worker| tell_worker(report, worker)),
        Err(_) => line(report, "devices", "could not be asked"),
    }
}

fn tell_worker(report: &mut String, worker: &WorkerReport) {
    let name = worker.executable.file_stem().unwrap_or_default();
    let name = name.to_string_lossy();
    match &worker.devices {
        Ok(devices) => {
            for device in devices {
                line(report, &name, device_told(device));
            }
        }
        Err(reason) => line(report, &name, redact::told(reason)),
    }
}

fn device_told(device: &DeviceReport) -> String {
    let memory = device.memory_bytes.map(megabytes);
    let problem = device.problem.as_deref().map(redact::told);
    [Some(device.name.clone()), memory, problem]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn megabytes(n_bytes: u64) -> String {
    format!("{} MB", n_bytes / 1_000_000)
}
