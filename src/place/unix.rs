//! Where an administrator's policy lies on Linux (tried) and macOS (untried): only root writes there.

use std::path::PathBuf;

/// Its path; it need not be there.
#[expect(clippy::unnecessary_wraps, reason = "another system may not tell")]
pub(super) fn policy() -> Option<PathBuf> {
    Some(PathBuf::from(if cfg!(target_os = "macos") {
        "/Library/Application Support/Nuthatch/policy.toml"
    } else {
        "/etc/nuthatch/policy.toml"
    }))
}
