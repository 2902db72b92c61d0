//! A process that dies at any write, and a disk that fails: nothing is lost, doubled or left over.
//!
//! `shim` kills `nuthatch` at a chosen call that changes a file, `tree` is the plain map that a
//! library is held against, and `compare` holds it. A failing seed is printed and is all it takes to
//! repeat a run:
//!
//! ```text
//! NUTHATCH_KILLS=5000 NUTHATCH_SEED=1 cargo test --test it kills -- --nocapture
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a long run tells how far it went, and a test that cannot run says so"
)]

mod compare;
mod damage;
mod disk;
mod kills;
mod shim;
mod tree;
