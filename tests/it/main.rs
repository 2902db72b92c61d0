//! The engine's journeys through the real executables, on temporary folders.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod another_model;
mod answers;
mod bad_input;
mod bench;
mod claims;
mod containers;
#[cfg(target_os = "linux")]
mod crash;
mod doctor;
mod erase;
mod evaluation;
mod forget;
mod formats;
mod fresh;
mod journeys;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod lean;
mod live;
mod migrations;
mod models;
mod pdfs;
mod planted;
mod policy;
mod polite;
mod portable;
mod preview;
mod probes;
mod query_language;
mod rerank;
mod results;
mod rules;
mod sandbox;
mod scans;
mod searches;
mod support;
mod tidy;
mod twice;
