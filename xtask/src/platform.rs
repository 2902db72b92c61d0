//! The systems for which the pinned table has files.
//!
//! Knows names, not packages. Invariant: the platform is the one this program was compiled for,
//! which is the one it compiles Nuthatch for; cross-compiling is not its business.

use std::env::consts::{ARCH, OS};

use anyhow::{Result, bail};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    LinuxX64,
    LinuxArm64,
    MacArm64,
    MacX64,
    WindowsX64,
    WindowsArm64,
}

impl Platform {
    pub(crate) fn current() -> Result<Self> {
        if cfg!(target_env = "musl") {
            bail!(
                "ONNX Runtime is not published for musl; use a toolchain and a system with glibc"
            );
        }
        match (OS, ARCH) {
            ("linux", "x86_64") => Ok(Self::LinuxX64),
            ("linux", "aarch64") => Ok(Self::LinuxArm64),
            ("macos", "aarch64") => Ok(Self::MacArm64),
            ("macos", "x86_64") => Ok(Self::MacX64),
            ("windows", "x86_64") => Ok(Self::WindowsX64),
            ("windows", "aarch64") => Ok(Self::WindowsArm64),
            _ => bail!("no libraries are published for {OS} on {ARCH}"),
        }
    }

    /// The name used for folders and in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LinuxX64 => "linux-x86_64",
            Self::LinuxArm64 => "linux-aarch64",
            Self::MacArm64 => "macos-arm64",
            Self::MacX64 => "macos-x86_64",
            Self::WindowsX64 => "windows-x86_64",
            Self::WindowsArm64 => "windows-arm64",
        }
    }
}

#[cfg(test)]
pub(crate) const ALL: [Platform; 6] = [
    Platform::LinuxX64,
    Platform::LinuxArm64,
    Platform::MacArm64,
    Platform::MacX64,
    Platform::WindowsX64,
    Platform::WindowsArm64,
];
