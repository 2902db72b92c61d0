//! Linux: a list of the system calls that reading a document takes, and no right to any file.
//!
//! Everything else is refused with an error, not with an end, so that a library which merely looks
//! around (for a font, for the number of processors) goes on. Invariant: no listed call opens a
//! file, makes a socket or a process, or changes what another process sees.

use std::collections::BTreeMap;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

/// Reading and writing what is open, memory, time, and ending.
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_getrlimit,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvmsg,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    // File::metadata of what is open.
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Numbers of arguments, and what each has to be.
type Bounds = Vec<(u8, u64)>;

/// Calls that could reach another process, or undo a limit.
fn bounded() -> [(libc::c_long, Bounds); 4] {
    [
        // What a file descriptor is, which the standard library asks.
        (libc::SYS_fcntl, vec![(1, libc::F_GETFD as u64)]),
        (libc::SYS_fcntl, vec![(1, libc::F_GETFL as u64)]),
        // The limit of its own processor time, raised before each document.
        (
            libc::SYS_prlimit64,
            vec![(0, 0), (1, u64::from(libc::RLIMIT_CPU))],
        ),
        // How a process aborts.
        (libc::SYS_tgkill, vec![(0, u64::from(std::process::id()))]),
    ]
}

/// The second lock behind the first: on a kernel without one of them the other holds.
pub(super) fn enter() {
    let _ = without_files();
    let _ = few_calls();
}

fn without_files() -> Result<(), RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .create()?
        .restrict_self()
        .map(drop)
}

fn few_calls() -> Result<(), seccompiler::Error> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|&call| (call, Vec::new())).collect();
    for (call, bounds) in bounded() {
        let conditions: Result<Vec<_>, _> = bounds
            .into_iter()
            .map(|(argument, value)| SeccompCondition::new(argument, Dword, Eq, value))
            .collect();
        let rule = SeccompRule::new(conditions?)?;
        rules.entry(call).or_default().push(rule);
    }
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?;
    let program: BpfProgram = filter.try_into()?;
    // Also gives up ever getting new privileges.
    seccompiler::apply_filter(&program)
}
