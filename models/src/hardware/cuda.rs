//! NVIDIA's cards, through candle's driver bindings, which panic where there is no driver.

use anyhow::{Context, ensure};
use candle_core::cuda_backend::cudarc::{cublas, curand, driver, driver::CudaContext};
use nuthatch_models::protocol::DeviceKind;

use super::Card;

pub(super) const KIND: Option<DeviceKind> = Some(DeviceKind::Cuda);

pub(super) fn open(ordinal: usize) -> anyhow::Result<candle_core::Device> {
    check_libraries()?;
    Ok(candle_core::Device::new_cuda(ordinal)?)
}

pub(super) fn count() -> anyhow::Result<usize> {
    check_libraries()?;
    let n = CudaContext::device_count().context("the CUDA driver does not answer")?;
    Ok(usize::try_from(n)?)
}

pub(super) fn card(ordinal: usize) -> anyhow::Result<Card> {
    let context = CudaContext::new(ordinal)?;
    let (free, total) = context.mem_get_info()?;
    Ok(Card {
        name: context.name()?,
        memory_bytes: Some(total as u64),
        free_bytes: Some(free as u64),
    })
}

/// Says which library is missing, before cudarc panics over it.
#[expect(
    unsafe_code,
    reason = "a library that is found is run: the system's own of that name"
)]
fn check_libraries() -> anyhow::Result<()> {
    let driver = unsafe { driver::sys::is_culib_present() };
    let cublas = unsafe { cublas::sys::is_culib_present() };
    let curand = unsafe { curand::sys::is_culib_present() };
    ensure!(driver, "no NVIDIA driver is installed (libcuda.so.1)");
    ensure!(cublas, "CUDA's cuBLAS is not installed (libcublas.so.13)");
    ensure!(curand, "CUDA's cuRAND is not installed (libcurand.so.10)");
    Ok(())
}
