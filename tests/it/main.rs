//! The engine's journeys through the real executables, on temporary folders.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod formats;
mod journeys;
mod live;
mod models;
mod preview;
mod support;
mod tidy;
