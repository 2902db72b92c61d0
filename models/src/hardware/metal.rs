//! The graphics cores of a Mac, which share the processor's memory.
//!
//! Not yet run on a Mac.

use nuthatch_models::protocol::DeviceKind;

use super::Card;

pub(super) const KIND: Option<DeviceKind> = Some(DeviceKind::Metal);

pub(super) fn open(ordinal: usize) -> anyhow::Result<candle_core::Device> {
    Ok(candle_core::Device::new_metal(ordinal)?)
}

pub(super) fn count() -> anyhow::Result<usize> {
    open(0).map(|_| 1)
}

pub(super) fn card(ordinal: usize) -> anyhow::Result<Card> {
    let device = open(ordinal)?;
    let metal = device.as_metal_device()?.device();
    let most = metal.recommended_max_working_set_size() as u64;
    let taken = metal.current_allocated_size() as u64;
    Ok(Card {
        name: metal.architecture_name(),
        memory_bytes: Some(most),
        free_bytes: Some(most.saturating_sub(taken)),
    })
}
