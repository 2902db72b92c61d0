//! What a set-up is for: how much of the list it needs.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What `build` and `run` need.
    Compiling,
    /// That, and what `cargo test` needs.
    Testing,
    /// That, and what the window's and the browser's tests need.
    Everything,
}
