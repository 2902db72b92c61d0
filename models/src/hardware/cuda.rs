//! NVIDIA's cards, through candle's driver bindings, which panic where there is no driver.

use anyhow::Context;
use candle_core::cuda_backend::cudarc::driver::CudaContext;
use nuthatch_models::protocol::DeviceKind;

use super::Card;

pub(super) const KIND: Option<DeviceKind> = Some(DeviceKind::Cuda);

pub(super) fn open(ordinal: usize) -> anyhow::Result<candle_core::Device> {
    Ok(candle_core::Device::new_cuda(ordinal)?)
}

pub(super) fn count() -> anyhow::Result<usize> {
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
