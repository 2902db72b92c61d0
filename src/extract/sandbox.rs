//! Limits that a worker process puts on itself before it touches a document.
//!
//! On Linux and macOS: memory, no files written, no core dump, low priority. The time limit is the
//! parent's, which kills. Refusing other files, sockets and programs comes with its own issue.

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
}

/// Windows: the parent's time limit only, until job objects come with the sandbox.
#[cfg(not(unix))]
pub(super) fn enter(_memory_mib: u64) {}
