//! What a reader process takes from itself before it touches a document.
//!
//! | system | what |
//! | --- | --- |
//! | Linux | memory, processor time, no file grows; seccomp: no opening, no sockets, no processes, nothing but a short list of calls; Landlock: no file, no port; no new privileges |
//! | macOS | memory, processor time, no file grows; Seatbelt: no opening but of the system's own files, no sockets, no processes |
//! | Windows | memory, processor time, no second process (job objects); no writing to what belongs to a person (low integrity). It may read what the person may, and connect |
//!
//! Those for macOS and Windows compile, and were not yet run there. The limit of wall time is the
//! parent's, which kills. Invariant: none of it can be undone from inside, time apart, which is
//! raised before each document; what a system does not know is left out, and [`probe`] tells what
//! holds.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod probe;
#[cfg(windows)]
mod windows;

pub use probe::{Attempt, probe};

/// Limits this process; `memory_mib` covers everything it maps.
#[cfg(unix)]
pub(super) fn enter(memory_mib: u64) {
    use rustix::process::{Resource, Rlimit, nice, setrlimit};

    let at_most = |limit: u64| Rlimit {
        current: Some(limit),
        maximum: Some(limit),
    };
    // A limit that the system does not know is not worth refusing to work.
    let _ = setrlimit(Resource::Core, at_most(0));
    let _ = setrlimit(Resource::Fsize, at_most(0));
    #[cfg(target_os = "linux")]
    let _ = setrlimit(Resource::As, at_most(memory_mib << 20));
    #[cfg(not(target_os = "linux"))]
    let _ = setrlimit(Resource::Data, at_most(memory_mib << 20));
    let _ = nice(10);
    #[cfg(target_os = "linux")]
    linux::enter();
    #[cfg(target_os = "macos")]
    macos::enter();
}

/// Allows so much more of the processor, after which the process is ended: it may outlive its parent.
#[cfg(unix)]
pub(super) fn allow_seconds(seconds: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let clock = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let used = u64::try_from(clock.tv_sec).unwrap_or(0);
    let limit = Rlimit {
        current: Some(used + seconds + 1),
        maximum: getrlimit(Resource::Cpu).maximum,
    };
    let _ = setrlimit(Resource::Cpu, limit);
}

#[cfg(windows)]
pub(super) use windows::{allow_seconds, enter};
