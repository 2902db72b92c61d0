//! What a set-up is for: how much of the list it needs.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What `build` and `run` need.
    Compiling,
    /// That, and what the tests need.
    Everything,
}
