//! Everything neural: the catalogue of models, the protocol of the worker process, the client
//! that owns one, and the causal rerankers and the text generator that the worker runs.
//!
//! Knows nothing about documents, files or search. Only [`causal`] and [`decoder`] name an inference
//! library, and only the worker executable (`main.rs`), tests and benches call them: they stand in
//! the library so that these can. The linker leaves it out of whoever calls the client alone, so those executables
//! stay small and start everywhere. [`install`] gets models from elsewhere and is the only thing in
//! the program that uses the network.
//! Invariant: a worker that dies, hangs or cannot start costs the caller one error, never more.
//! Start reading at [`client::ModelWorker`]; [`devices::choose`] says which model to give it.

pub mod catalogue;
pub mod causal;
pub mod client;
pub mod decoder;
pub mod devices;
pub mod frame;
pub mod golden;
pub mod install;
pub mod measure;
pub mod picture;
pub mod priority;
pub mod protocol;

pub use catalogue::{ModelSpec, Pooling, Precision};
pub use client::{Error, MEMORY_GROWTH_LIMIT_BYTES, ModelWorker, Piece, WorkerConfig, Writing};
pub use priority::Priority;
pub use protocol::{Device, End, Role, Speaker, Turn};
