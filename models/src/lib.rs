//! Everything neural, seen from outside: the catalogue of models, the protocol of the worker
//! process, and the client that owns one.
//!
//! Knows nothing about documents, files or search, and names no inference library: those live in
//! the worker executable only (`main.rs`), so that whoever links this crate starts everywhere.
//! Invariant: a worker that dies, hangs or cannot start costs the caller one error, never more.
//! Start reading at [`client::ModelWorker`].

pub mod catalogue;
pub mod client;
pub mod frame;
pub mod protocol;

pub use catalogue::{ModelSpec, Pooling};
pub use client::{Error, ModelWorker, WorkerConfig};
pub use protocol::Role;
