//! What is measured on: the processor, or one of NVIDIA's cards in a build that has them.

use anyhow::bail;
use candle_core::Device;

/// Dense products of bf16 with sums in f32, in TFLOP/s, from the makers' data sheets; the first name
/// that a card's own contains.
#[cfg(feature = "cuda")]
const PEAKS: [(&str, f64); 13] = [
    ("H100 PCIe", 756.0),
    ("H100 NVL", 835.0),
    ("H100", 989.0),
    ("H200", 989.0),
    ("A100", 312.0),
    ("L40S", 362.0),
    ("L4", 121.0),
    ("A10", 125.0),
    ("RTX 5090", 209.5),
    ("RTX 5080", 112.6),
    ("RTX 4090", 165.2),
    ("RTX 4080", 97.5),
    ("RTX 3090", 71.0),
];

pub(crate) struct Processor {
    pub(crate) device: Device,
    pub(crate) name: String,
}

impl Processor {
    pub(crate) fn open(name: &str) -> anyhow::Result<Self> {
        match name {
            "cpu" => Ok(Self {
                device: Device::Cpu,
                name: "processor".to_owned(),
            }),
            "cuda" => Self::card(),
            _ => bail!("no device is called {name}"),
        }
    }

    #[cfg(feature = "cuda")]
    fn card() -> anyhow::Result<Self> {
        use candle_core::cuda_backend::cudarc::driver;
        #[expect(unsafe_code, reason = "a driver that is found is run")]
        if !unsafe { driver::sys::is_culib_present() } {
            bail!("no NVIDIA driver is installed");
        }
        Ok(Self {
            name: driver::CudaContext::new(0)?.name()?,
            device: Device::new_cuda(0)?,
        })
    }

    #[cfg(not(feature = "cuda"))]
    fn card() -> anyhow::Result<Self> {
        bail!("this build has no cards: use `cargo xtask cuda bench`")
    }

    /// What the data sheet promises.
    #[cfg(feature = "cuda")]
    pub(crate) fn peak_tflops(&self) -> Option<f64> {
        let known = PEAKS.iter().find(|(name, _)| self.name.contains(name));
        known.map(|(_, peak)| *peak)
    }

    #[cfg(not(feature = "cuda"))]
    #[expect(clippy::unused_self, reason = "with cards it depends on the card")]
    pub(crate) fn peak_tflops(&self) -> Option<f64> {
        None
    }

    /// The most memory in use while `compute` runs: of a card, asked for every millisecond, other
    /// programs' included; of this process, since it began.
    pub(crate) fn peak_bytes<T: Send>(&self, compute: impl FnOnce() -> T) -> (T, Option<u64>) {
        #[cfg(feature = "cuda")]
        if let Device::Cuda(card) = &self.device {
            return while_watched(card, compute);
        }
        let result = compute();
        (result, self.device.is_cpu().then(of_this_process).flatten())
    }
}

#[cfg(feature = "cuda")]
fn while_watched<T>(
    card: &candle_core::CudaDevice,
    compute: impl FnOnce() -> T,
) -> (T, Option<u64>) {
    use std::sync::atomic::{AtomicBool, Ordering};
    let context = card.cuda_stream().context().clone();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = None;
            while !is_done.load(Ordering::Relaxed) {
                let used = context.mem_get_info().ok();
                most = most.max(used.map(|(free, total)| (total - free) as u64));
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            most
        });
        let result = compute();
        is_done.store(true, Ordering::Relaxed);
        (result, watch.join().ok().flatten())
    })
}

/// `None` where the system does not say.
fn of_this_process() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
