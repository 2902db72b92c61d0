//! The engine of Nuthatch: finds passages in a person's own files, by word and by meaning.
//!
//! Knows nothing of windows, terminals, or of how a model computes. The rooms stand on floors;
//! imports go strictly down and a test (`tests/it/tidy.rs`) holds that. Start reading at [`engine`].

// Floor 2, the ground: plain types that everybody shares.
pub mod cpu;
pub mod dirs;
pub mod document;
pub mod machine;
pub mod redact;
pub mod settings;

// Floor 3, parts: one resource or one pure step each.
pub mod chunk;
pub mod extract;
pub mod governor;
pub mod lexical;
pub mod store;
pub mod vectors;
pub mod watch;

// Floor 4, flows: what happens to a changed file; what happens to a query.
pub mod indexing;
pub mod search;

// Floor 5: what happens to a question.
pub mod answer;

// Floor 6: the public face.
pub mod engine;

// Floor 7: programs that measure the whole.
pub mod bench;
pub mod evaluation;

// Edges that both programs share.
pub mod logging;
pub mod origin;
pub mod place;

/// Many short threads allocate, and others free: with glibc's allocator, which keeps a heap for each,
/// indexing 50,000 files took 436 MB instead of 229, and a seventh longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
