//! The graphics cards of a build that has no graphics library: none.

use anyhow::bail;
use nuthatch_models::protocol::DeviceKind;

use super::Card;

pub(super) const KIND: Option<DeviceKind> = None;

pub(super) fn open(_ordinal: usize) -> anyhow::Result<candle_core::Device> {
    bail!("this worker computes on the processor only; nuthatch-models-cuda uses NVIDIA's cards")
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "as in the builds that have a library"
)]
pub(super) fn count() -> anyhow::Result<usize> {
    Ok(0)
}

pub(super) fn card(ordinal: usize) -> anyhow::Result<Card> {
    open(ordinal)?;
    bail!("there is no graphics card")
}
