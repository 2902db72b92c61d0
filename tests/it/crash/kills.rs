//! Random lives of a folder, with `nuthatch add` killed at random writes in between.
//!
//! A round is one seed: a folder, some kills, a call in peace, and the comparison. What kills and
//! lives are is decided by the seed alone; at which write a process is depends a little on its
//! threads.

use std::{
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use super::{
    compare::{differences, problems},
    shim::{End, run, watched},
    tree::{Random, Tree},
};

/// Kills of the words alone, and with the embedding model, in an ordinary run.
const N_KILLS: u64 = 500;
const N_KILLS_WITH_MEANING: u64 = 28;
/// Kills between two comparisons.
const KILLS_PER_ROUND: u64 = 14;

#[expect(
    clippy::disallowed_methods,
    reason = "how long a run is to be is asked of whoever starts it"
)]
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// One seed. Returns how many processes were killed.
fn round(seed: u64, n_kills: u64, with_meaning: bool) -> Result<u64, String> {
    let root = tempfile::Builder::new().prefix("kills").tempdir().unwrap();
    let (docs, library, report) = (
        root.path().join("docs"),
        root.path().join("library"),
        root.path().join("report"),
    );
    let mut tree = Tree::new(&docs, seed);
    let mut random = Random::new(seed ^ 0xdead);
    let folder = docs.display().to_string();
    let add = |library: &Path| {
        std::fs::create_dir_all(library).unwrap();
        if !with_meaning {
            std::fs::write(
                library.join("settings.toml"),
                "meaning = false\nread_pictures = false\n",
            )
            .unwrap();
        }
        watched(library, &["add", &folder], &report)
    };
    tree.live(6);
    let mut n_killed = 0;
    let mut n_writes = 120;
    let mut log = Vec::new();
    // A call that ends before its turn is no kill.
    for _ in 0..2 * n_kills {
        if n_killed == n_kills {
            break;
        }
        if random.chance(75) {
            let n = random.below(5) + 1;
            tree.live(n);
        }
        let kill = (random.below(n_writes) + 1, random.chance(40));
        match run(add(&library), &report, Some(kill)) {
            End::Killed(told) => {
                n_killed += 1;
                log.push(told);
            }
            End::Ended(n, output) => {
                if !output.status.success() {
                    return Err(format!(
                        "{}\n{log:?}",
                        String::from_utf8_lossy(&output.stderr)
                    ));
                }
                log.push(format!("ended after {n}"));
                n_writes = n + 10;
            }
        }
    }
    tree.live(2);
    let End::Ended(_, output) = run(add(&library), &report, None) else {
        return Err("killed in peace".into());
    };
    let mut wrong = problems(&library, &tree);
    if !output.status.success() {
        wrong.push(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let peaceful = root.path().join("peaceful");
    run(add(&peaceful), &report, None);
    wrong.extend(differences(&library, &peaceful));
    if wrong.is_empty() {
        return Ok(n_killed);
    }
    let kept = root.keep();
    Err(format!(
        "{wrong:#?}\n{log:#?}\n{:#?}\nkept in {}",
        tree.diary,
        kept.display()
    ))
}

/// Seeds that have found something: a file of tantivy's that a kill left in the way of the next commit,
/// an archive that was taken for another one whose reading had been interrupted, and a file that failed
/// for ever because its folder had been a file for a moment.
const FOUND: [u64; 3] = [1, 116, 1_012];

/// These seeds, then others from `first` on, until so many were killed, on all cores.
fn rounds(seeds: &[u64], first: u64, n_kills: u64, with_meaning: bool) {
    let began = Instant::now();
    let (next, n_killed) = (AtomicU64::new(0), AtomicU64::new(0));
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while n_killed.load(Ordering::Relaxed) < n_kills {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let seed = seeds.get(n as usize).copied();
            let seed = seed.unwrap_or(first + n - seeds.len() as u64);
            match round(seed, KILLS_PER_ROUND, with_meaning) {
                Ok(n) => {
                    n_killed.fetch_add(n, Ordering::Relaxed);
                }
                Err(what) => {
                    println!("NUTHATCH_SEED={seed}: {what}");
                    wrong.lock().unwrap().push(seed);
                }
            }
            assert!(wrong.lock().unwrap().len() < 10, "that is enough");
        }
    };
    std::thread::scope(|scope| {
        let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..n_threads {
            scope.spawn(work);
        }
    });
    println!(
        "{} processes killed in {} rounds, in {:.0} s",
        n_killed.into_inner(),
        next.into_inner(),
        began.elapsed().as_secs_f64()
    );
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "by these seeds: {wrong:?}");
}

#[test]
fn five_hundred_kills_lose_nothing_leave_no_ghost_and_double_nothing() {
    let n_kills = from_environment("NUTHATCH_KILLS").unwrap_or(N_KILLS);
    match from_environment("NUTHATCH_SEED") {
        Some(seed) => rounds(&[], seed, n_kills, false),
        None => rounds(&FOUND, 1_000, n_kills, false),
    }
}

#[test]
fn kills_while_embedding_lose_no_vector_and_double_none() {
    rounds(&[], 1, N_KILLS_WITH_MEANING, true);
}
