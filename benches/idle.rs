//! What a library of 10,000 files costs while nothing happens.
//!
//! `cargo bench --bench idle`, after `cargo xtask build`; Linux only, since it reads `/proc`.
//! Makes the files and the library through the command line in a temporary folder, leaves
//! `nuthatch watch`, and where there is a display the window, on it until it has settled, then
//! looks at the main process's processor time, wake-ups and memory.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const N_FILES: usize = 10_000;
const WORDS: [&str; 24] = [
    "nuthatch", "seed", "bark", "winter", "contract", "notice", "garden", "letter", "invoice",
    "meeting", "minutes", "budget", "travel", "recipe", "lecture", "proof", "engine", "river",
    "bridge", "song", "harvest", "window", "ladder", "market",
];
/// Longer than the model's process is kept and than the index waits with a commit.
const SETTLING: Duration = Duration::from_secs(30);
const WATCHED: Duration = Duration::from_secs(30);

fn main() {
    if !cfg!(target_os = "linux") {
        println!("this bench reads /proc, which only Linux has");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let documents = home.path().join("documents");
    for number in 0..N_FILES {
        let folder = documents.join(format!("{:02}", number % 100));
        std::fs::create_dir_all(&folder).unwrap();
        let words: Vec<&str> = (0..30)
            .map(|word| WORDS[(number * 31 + word * word * 7 + number / 24 * word) % WORDS.len()])
            .collect();
        let text = format!("Note {number}: {}.", words.join(" "));
        std::fs::write(folder.join(format!("note {number}.txt")), text).unwrap();
    }
    let library = home.path().join("library");
    let began = Instant::now();
    assert!(
        nuthatch(&library, &["add"], Some(&documents))
            .wait()
            .unwrap()
            .success()
    );
    let took = began.elapsed().as_secs_f64();
    println!("{N_FILES} files indexed and embedded in {took:.0} s");

    measure("nuthatch watch", nuthatch(&library, &["watch"], None));
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if has_display {
        // Without a window manager it has the focus, and WebKitGTK services the caret of a focused
        // search box with every frame. Without the focus, or hidden, it does nothing.
        measure("the window, focused", window(&library));
    } else {
        println!("the window: not measured, since there is no display");
    }
}

/// Prints what a process costs while nothing happens, and ends it.
fn measure(name: &str, mut process: Child) {
    sleep(SETTLING);
    let before = Usage::of(process.id());
    sleep(WATCHED);
    let after = Usage::of(process.id());
    let _ = process.kill();
    let _ = process.wait();
    println!(
        "{name}: {} clock ticks of 10 ms in {} s (target: none), {} MB its own (target: \
         150 MB), {} MB with the libraries that it maps",
        after.ticks - before.ticks,
        WATCHED.as_secs(),
        after.private_kb / 1000,
        after.resident_kb / 1000
    );
    for (thread, count) in &after.wakeups {
        let count = count - before.wakeups.get(thread).unwrap_or(&0);
        if count > 0 {
            println!("  {count} wake-ups of {thread}");
        }
    }
}

fn window(library: &Path) -> Child {
    let program = Path::new(env!("CARGO_BIN_EXE_nuthatch")).with_file_name("nuthatch-desktop");
    Command::new(program)
        .arg("--library")
        .arg(library)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn nuthatch(library: &Path, verb: &[&str], folder: Option<&Path>) -> Child {
    Command::new(env!("CARGO_BIN_EXE_nuthatch"))
        .arg("--library")
        .arg(library)
        .args(verb)
        .args(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the kernel says of a process.
struct Usage {
    ticks: u64,
    /// By thread.
    wakeups: BTreeMap<String, u64>,
    resident_kb: u64,
    private_kb: u64,
}

impl Usage {
    fn of(process: u32) -> Self {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap();
        let (status, stat) = (read("status"), read("stat"));
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        // After the name in parentheses: utime and stime are the 12th and 13th (proc(5)).
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let times = fields.split_whitespace().skip(11).take(2);
        let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
        Self {
            ticks: times.map(|time| time.parse::<u64>().unwrap()).sum(),
            wakeups: threads
                .map(|thread| Self::wakeups(&thread.unwrap().path()))
                .collect(),
            resident_kb: field("VmRSS:"),
            private_kb: field("RssAnon:"),
        }
    }

    /// A thread's name with its number, and how often it has gone to sleep of itself.
    fn wakeups(thread: &Path) -> (String, u64) {
        let status = std::fs::read_to_string(thread.join("status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        let name = format!("{} {}", field("Name:"), field("Pid:"));
        (name, field("voluntary_ctxt_switches:").parse().unwrap())
    }
}
