//! What the machine tells of itself: its battery, and who uses its processor.
//!
//! Facts only; what follows from them is `governor`'s. Everything is read below a root, so that a
//! test can be a machine. Invariant: what cannot be told is absent, never a guess.
//!
//! Not read: whether somebody types or moves the mouse in other programs. Linux tells no program that
//! does not read the devices themselves; the load that this causes is seen, and the window's own
//! keys are (`Governor::note_typing`). Not used: the kernel's pressure figures (`/proc/pressure/cpu`),
//! since our own workers, which are always the last in the queue, raise them most.

#[cfg(target_os = "linux")]
#[path = "machine/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "machine/macos.rs"]
mod system;
#[cfg(windows)]
#[path = "machine/windows.rs"]
mod system;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
#[path = "machine/none.rs"]
mod system;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The machine, with what it told last.
#[derive(Debug)]
pub struct Machine {
    root: PathBuf,
    before: Option<Ticks>,
    load: Option<f64>,
}

/// The processor's time since the start of the machine, in the system's ticks over all cores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ticks {
    all: u64,
    busy: u64,
    /// Of this process and its children.
    ours: u64,
}

/// Fewer ticks than these say nothing.
const MIN_TICKS: u64 = 40;

impl Machine {
    /// The machine whose files lie below `root`, usually `/`.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            before: None,
            load: None,
        }
    }

    /// Whether it runs on its battery; a machine without one does not.
    pub fn is_on_battery(&self) -> bool {
        system::is_on_battery(&self.root).unwrap_or(false)
    }

    /// The share of all cores that other programs used since this was asked last.
    pub fn load_of_others(&mut self) -> Option<f64> {
        let now = system::ticks(&self.root)?;
        let before = *self.before.get_or_insert(now);
        let all = now.all.saturating_sub(before.all);
        if all >= MIN_TICKS {
            let busy = now.busy.saturating_sub(before.busy);
            let ours = now.ours.saturating_sub(before.ours);
            self.load = Some((busy.saturating_sub(ours) as f64 / all as f64).min(1.0));
            self.before = Some(now);
        }
        self.load
    }

    /// Forgets what was told before, so that the time in between does not count.
    pub fn forget(&mut self) {
        self.before = None;
        self.load = None;
    }
}

/// What a process has had of the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Altogether.
    pub used: Duration,
    /// It would run now: it neither sleeps nor waits for a disk.
    pub wants: bool,
}

/// The system, by the name that it gives itself.
pub fn system() -> String {
    system::name().unwrap_or_else(|| std::env::consts::OS.into())
}

/// Bytes of the machine's memory, and what of them programs can have now.
pub fn memory() -> Option<(u64, u64)> {
    system::memory()
}

/// Whether there is such a process, as far as the system tells.
pub fn is_alive(process: u32) -> bool {
    !cfg!(target_os = "linux") || turn(process).is_some()
}

/// What a process has had of the processor; `None` where the system does not tell.
pub fn turn(process: u32) -> Option<Turn> {
    system::turn(process)
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    /// A machine made of files.
    struct Fake(tempfile::TempDir);

    impl Fake {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn write(&self, path: &str, content: &str) {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }

        fn supply(&self, name: &str, facts: &[(&str, &str)]) {
            for (fact, value) in facts {
                self.write(
                    &format!("sys/class/power_supply/{name}/{fact}"),
                    &format!("{value}\n"),
                );
            }
        }

        fn processor(&self, idle: u64, user: u64, ours: u64) {
            self.write(
                "proc/stat",
                &format!("cpu  {user} 0 0 {idle} 0 0 0 0 0 0\n"),
            );
            self.write(
                "proc/self/stat",
                &format!("7 (nut (hatch) R 1 7 7 0 -1 0 0 0 0 0 {ours} 0 0 0 20 0 1 0 0"),
            );
        }

        fn machine(&self) -> Machine {
            Machine::new(self.0.path())
        }
    }

    #[test]
    fn a_battery_that_is_being_emptied_is_one_that_the_machine_runs_on() {
        let fake = Fake::new();
        assert!(!fake.machine().is_on_battery(), "there is none");
        fake.supply(
            "hid-mouse",
            &[
                ("type", "Battery"),
                ("scope", "Device"),
                ("status", "Discharging"),
            ],
        );
        assert!(!fake.machine().is_on_battery(), "it is the mouse's");
        fake.supply("BAT0", &[("type", "Battery"), ("status", "Discharging")]);
        assert!(fake.machine().is_on_battery());
        fake.supply("AC", &[("type", "Mains"), ("online", "1")]);
        assert!(!fake.machine().is_on_battery(), "the plug is in");
        fake.supply("AC", &[("type", "Mains"), ("online", "0")]);
        assert!(fake.machine().is_on_battery());
        fake.supply("BAT0", &[("type", "Battery"), ("status", "Full")]);
        assert!(!fake.machine().is_on_battery());
    }

    #[test]
    fn the_load_of_others_is_what_is_busy_without_us() {
        let fake = Fake::new();
        let mut machine = fake.machine();
        assert_eq!(machine.load_of_others(), None, "there is no such file");
        fake.processor(1_000, 1_000, 500);
        assert_eq!(
            machine.load_of_others(),
            None,
            "the first look knows nothing"
        );
        fake.processor(1_020, 1_080, 560);
        assert_eq!(machine.load_of_others(), Some(0.2));
        fake.processor(1_021, 1_081, 560);
        assert_eq!(machine.load_of_others(), Some(0.2), "too soon to tell");
        machine.forget();
        assert_eq!(machine.load_of_others(), None);
    }

    #[test]
    fn this_machine_tells_its_load_and_who_wants_to_run() {
        let mut machine = Machine::new(Path::new("/"));
        let _ = machine.load_of_others();
        let started = |script: &str| {
            let mut command = std::process::Command::new("sh");
            command.args(["-c", script]).spawn().unwrap()
        };
        let (mut busy, mut idle) = (started("while :; do :; done"), started("read x"));
        let began = std::time::Instant::now();
        while machine.load_of_others().is_none() {
            assert!(began.elapsed() < Duration::from_mins(1));
        }
        let before = turn(busy.id()).unwrap();
        while turn(busy.id()).unwrap().used == before.used {
            assert!(began.elapsed() < Duration::from_mins(1));
        }
        assert!(turn(busy.id()).unwrap().wants && is_alive(busy.id()));
        for process in [&mut busy, &mut idle] {
            process.kill().unwrap();
            process.wait().unwrap();
        }
        assert!(!is_alive(idle.id()));
    }
}
