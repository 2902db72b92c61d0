//! Linux: nice, the scheduler's class, and the class of input and output.
//!
//! Tried. `SCHED_IDLE` ignores nice, which is set for tools that show it and for containers that
//! refuse the class. Invariant: nothing here needs a privilege, and nothing can be taken back.

use super::Priority;

/// Half way down: a tenth of the weight of a usual thread.
const NICE_LOW: libc::c_int = 10;
const NICE_LOWEST: libc::c_int = 19;
/// From `linux/ioprio.h`, which libc does not have.
const IOPRIO_WHO_PROCESS: libc::c_int = 1;
const IOPRIO_CLASS_SHIFT: libc::c_int = 13;
const IOPRIO_BEST_EFFORT_LOWEST: libc::c_int = (2 << IOPRIO_CLASS_SHIFT) | 7;
const IOPRIO_IDLE: libc::c_int = 3 << IOPRIO_CLASS_SHIFT;

pub(super) fn lower_process(to: Priority) {
    match to {
        Priority::Normal => {}
        Priority::Low => lower(NICE_LOW, libc::SCHED_BATCH, IOPRIO_BEST_EFFORT_LOWEST),
        Priority::Idle => lower(NICE_LOWEST, libc::SCHED_IDLE, IOPRIO_IDLE),
    }
}

/// A nice thread keeps its core for a slice of some milliseconds once it has it, and a search wakes a
/// dozen times: only the idle class makes way at once. With it a word query's 95th percentile while a
/// folder is read is 1.6 times that at rest, and 2.5 times without (`nuthatch bench queries`, two cores).
/// Reading and writing go on before those of idle processes: a lock may be held meanwhile.
pub(super) fn lower_thread(to: Priority) {
    let class = match to {
        Priority::Normal => return,
        Priority::Low => libc::SCHED_BATCH,
        Priority::Idle => libc::SCHED_IDLE,
    };
    lower(NICE_LOW, class, IOPRIO_BEST_EFFORT_LOWEST);
}

/// 0 is the thread that calls.
#[expect(
    unsafe_code,
    reason = "three system calls with plain numbers; `parameters` lives while it is read"
)]
fn lower(nice: libc::c_int, class: libc::c_int, io: libc::c_int) {
    let parameters = libc::sched_param { sched_priority: 0 };
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, nice);
        libc::sched_setscheduler(0, class, &raw const parameters);
        libc::syscall(libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, io);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(unsafe_code, reason = "asks for a number")]
    fn class_of_this_thread() -> libc::c_int {
        unsafe { libc::sched_getscheduler(0) }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "joined at once")]
    fn a_thread_lowers_itself_alone_and_for_those_it_starts() {
        let before = class_of_this_thread();
        let lowered = std::thread::spawn(|| {
            lower_process(Priority::Idle);
            let started = std::thread::spawn(class_of_this_thread);
            (class_of_this_thread(), started.join().unwrap())
        });
        let lowered = lowered.join().unwrap();
        assert_eq!(lowered, (libc::SCHED_IDLE, libc::SCHED_IDLE));
        assert_eq!(class_of_this_thread(), before);
    }
}
