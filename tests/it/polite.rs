//! Background work gives way: to a pause, to the battery, to other programs; and it asks before it
//! swallows what a program made.
//!
//! A machine is made of files where its battery matters; the time is the real one, and only waited for.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, SystemTime},
};

use nuthatch::{
    dirs::Dirs,
    document::FileState,
    engine::Engine,
    governor::{Hold, Pause, Terms},
    indexing::Progress,
    store::Answer,
};
use tokio::runtime::Runtime;

use crate::support::{
    Home, PATIENCE, PROGRAM, UNHURRIED, assert_sound, command, json, nuthatch, wait_for,
};

/// An open library that steps aside on a machine of its own.
struct Open {
    home: Home,
    engine: Arc<Engine>,
    runtime: Runtime,
}

impl Open {
    /// With these settings, and those that keep a test on a busy machine from starving.
    fn new(home: Home, settings: &str) -> Self {
        let dirs = Dirs::new(home.library(), Path::new(PROGRAM).parent().unwrap());
        std::fs::create_dir_all(home.library()).unwrap();
        std::fs::write(dirs.settings(), format!("{UNHURRIED}{settings}")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let terms = Terms {
            now: SystemTime::now,
            is_waited_for: false,
            machine: home.root.path().join("machine"),
        };
        let engine = runtime.block_on(Engine::open_on(dirs, terms)).unwrap();
        Self {
            home,
            engine: Arc::new(engine),
            runtime,
        }
    }

    fn add(&self) {
        let docs = self.home.path("");
        self.runtime
            .block_on(self.engine.add_folder(&docs))
            .unwrap();
    }

    fn now(&self) -> Progress {
        self.engine.progress().borrow().clone()
    }

    fn until(&self, what: &str, holds: impl Fn(&Progress) -> bool) -> Progress {
        wait_for(what, || Some(self.now()).filter(&holds))
    }

    fn n_files(&self, state: FileState) -> u64 {
        let status = self.runtime.block_on(self.engine.status()).unwrap();
        let counted = status.files.iter().find(|(found, _)| *found == state);
        counted.map_or(0, |&(_, n)| n)
    }

    fn settle(&self) {
        let settled = async { tokio::time::timeout(PATIENCE, self.engine.settle()).await };
        self.runtime.block_on(settled).unwrap().unwrap();
    }

    /// Closes the library in order; its folder stays.
    fn close(self) -> Home {
        let engine = Arc::into_inner(self.engine).unwrap();
        self.runtime.block_on(engine.close());
        self.home
    }
}

#[test]
fn a_pause_outlives_the_process_says_so_and_ends_when_it_is_resumed() {
    let home = Home::new();
    home.write("early.txt", "apricot jam");
    home.add();
    let paused = json(&home.library(), &["pause", "until-resumed"]);
    assert_eq!(paused["paused"], true);
    home.write("late.txt", "blackberry jam");
    // Somebody who waits for it is told, and does not wait in vain.
    let refused = nuthatch(&home.library(), &["add", &home.docs()]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        refused.status.success() && said.contains("nuthatch resume"),
        "{said}"
    );
    let status = json(&home.library(), &["status"]);
    assert_eq!(status["now"]["waits_for"], "user");
    let sentence = status["now"]["sentence"].as_str().unwrap().to_owned();
    assert!(
        sentence.contains("Paused by you until you resume"),
        "{sentence}"
    );
    assert_eq!(home.by_words("apricot").len(), 1, "what was read is found");
    assert_eq!(home.by_words("blackberry").len(), 0);
    assert_eq!(json(&home.library(), &["resume"])["paused"], false);
    home.add();
    assert_eq!(home.by_words("blackberry").len(), 1);
    assert_sound(&home.library());
}

#[test]
fn a_pause_from_another_process_stops_learning_in_the_middle_and_words_are_found_meanwhile() {
    let home = Home::new();
    for i in 0..60 {
        let sentence = format!("Orchard number {i} grows apricots, quinces and medlars. ");
        home.write(&format!("{i}.txt"), sentence.repeat(80));
    }
    let open = Open::new(home, "");
    open.add();
    let learning = open.until("meanings to be learned", |now| {
        now.embedding && now.n_to_embed > 0 && now.hold.is_none()
    });
    assert!(learning.n_to_embed > 100, "{learning:?}");
    json(&open.home.library(), &["pause", "1h"]);
    let held = open.until("the pause", |now| now.hold.is_some());
    assert!(matches!(held.hold, Some(Hold::Paused { until: Some(_) })));
    // Told by the process that works, too.
    let status = json(&open.home.library(), &["status"]);
    assert_eq!(status["now"]["waits_for"], "user");
    assert_eq!(status["to_embed"].as_u64(), Some(held.n_to_embed));
    assert_eq!(open.home.by_words("quinces").len(), 10);
    std::thread::sleep(Duration::from_secs(3));
    let later = json(&open.home.library(), &["status"]);
    assert_eq!(later["to_embed"].as_u64(), Some(held.n_to_embed));
    open.engine.pause(None).unwrap();
    open.until("it to go on", |now| {
        now.hold.is_none() && now.n_to_embed < held.n_to_embed
    });
    open.engine.pause(Some(Pause::UntilResumed)).unwrap();
    open.until("the second pause", |now| {
        now.hold == Some(Hold::Paused { until: None })
    });
    let home = open.close();
    assert_sound(&home.library());
}

#[test]
fn reading_stops_in_the_middle_and_goes_on_after_the_pause() {
    let home = Home::new();
    home.write("first.txt", "apricot jam");
    let open = Open::new(home, "meaning = false\n");
    open.engine.pause(Some(Pause::UntilResumed)).unwrap();
    open.add();
    open.until("the pause", |now| now.hold.is_some());
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(open.n_files(FileState::Indexed), 0);
    open.engine.pause(None).unwrap();
    open.settle();
    assert_eq!(open.n_files(FileState::Indexed), 1);
    // Some are under way when the next pause comes.
    for i in 0..40 {
        let text = format!("Note {i} on quinces and medlars. ").repeat(40);
        open.home.write(&format!("more/{i}.txt"), text);
    }
    open.add();
    open.until("reading", |now| now.n_waiting > 0);
    open.engine.pause(Some(Pause::UntilResumed)).unwrap();
    let held = open.until("the pause", |now| now.hold.is_some());
    std::thread::sleep(Duration::from_secs(2));
    let n_read = open.n_files(FileState::Indexed);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(open.n_files(FileState::Indexed), n_read, "{held:?}");
    open.engine.pause(None).unwrap();
    open.settle();
    assert_eq!(open.n_files(FileState::Indexed), 41);
    assert_sound(&open.close().library());
}

#[test]
#[cfg(target_os = "linux")]
fn on_its_battery_nothing_is_read_until_the_plug_is_in() {
    let home = Home::new();
    home.write("a.txt", "apricot jam");
    let supply = home.root.path().join("machine/sys/class/power_supply/BAT0");
    std::fs::create_dir_all(&supply).unwrap();
    std::fs::write(supply.join("type"), "Battery\n").unwrap();
    std::fs::write(supply.join("status"), "Discharging\n").unwrap();
    let open = Open::new(home, "");
    open.add();
    open.until("the battery", |now| now.hold == Some(Hold::Battery));
    // Another process is told within a moment.
    wait_for("the battery in `status`", || {
        let status = json(&open.home.library(), &["status"]);
        (status["now"]["waits_for"] == "battery").then_some(())
    });
    assert_eq!(open.n_files(FileState::Indexed), 0);
    std::fs::write(supply.join("status"), "Charging\n").unwrap();
    open.settle();
    assert_eq!(open.n_files(FileState::Indexed), 1);
    assert_sound(&open.close().library());
}

#[test]
#[cfg(target_os = "linux")]
fn a_reader_lowers_itself_to_what_nobody_else_wants() {
    const SCHED_IDLE: &str = "5";
    let mut reader = Command::new(PROGRAM)
        .args([
            "extract-worker",
            "--memory-mib",
            "512",
            "--priority",
            "idle",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("the reader's class", || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", reader.id())).ok()?;
        // The 41st field of all; the name, which is the second, ends with the parenthesis.
        let class = stat.rsplit_once(')')?.1.split_whitespace().nth(38)?;
        (class == SCHED_IDLE).then_some(())
    });
    reader.kill().unwrap();
    reader.wait().unwrap();
}

/// A project with what its package manager fetched.
fn project(home: &Home, n_files: usize) {
    home.write("app/letter.txt", "a letter about apricots");
    home.write("app/package.json", "{}");
    for i in 0..n_files {
        home.write(
            &format!("app/node_modules/p{}/f{i}.txt", i / 100),
            "a package about medlars",
        );
    }
}

#[test]
fn a_generated_folder_is_left_out_whole_and_asked_about_and_the_answer_stays() {
    let home = Home::new();
    project(&home, 300);
    std::fs::create_dir_all(home.library()).unwrap();
    std::fs::write(
        home.library().join("settings.toml"),
        "ask_above_files = 200\nmeaning = false\n",
    )
    .unwrap();
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 2);
    assert_eq!(status["files"]["waiting"], 0);
    let held = &status["held_back"][0];
    assert_eq!(
        (held["files"].as_u64(), held["answer"].as_str()),
        (Some(300), None)
    );
    assert!(held["path"].as_str().unwrap().ends_with("node_modules"));
    assert!(home.by_words("medlars").is_empty());
    let (state, reason) = home.why("app/node_modules/p1/f150.txt");
    assert_eq!(state, "skipped");
    assert!(
        reason.contains("300 files") && reason.contains("nuthatch include"),
        "{reason}"
    );

    let folder = home.path("app/node_modules").display().to_string();
    json(&home.library(), &["exclude", &folder]);
    let status = home.add();
    assert_eq!(
        status["held_back"].as_array().unwrap().len(),
        0,
        "the question is answered"
    );
    let (_, reason) = home.why("app/node_modules/p1/f150.txt");
    assert!(reason.contains("you left"), "{reason}");

    let status = json(&home.library(), &["include", &folder]);
    assert_eq!(status["files"]["indexed"], 302);
    assert_eq!(home.add()["files"]["indexed"], 302, "and it stays so");
    let folders = json(&home.library(), &["folders"]);
    assert_eq!(folders["held_back"][0]["answer"], "include");
    assert_sound(&home.library());
    let outside = command(&home.library(), &["include", "/nowhere"]);
    assert_eq!({ outside }.output().unwrap().status.code(), Some(3));
}

#[test]
fn packages_that_arrive_while_the_library_is_open_are_not_swallowed() {
    let home = Home::new();
    project(&home, 0);
    let settings = "ask_above_files = 200\nmeaning = false\n";
    let open = Open::new(home, settings);
    open.runtime.block_on(open.engine.follow()).unwrap();
    open.add();
    open.settle();
    project(&open.home, 300);
    let held = wait_for("the question", || {
        let held = open.runtime.block_on(open.engine.held_folders()).unwrap();
        held.into_iter().next()
    });
    assert_eq!(held.answer, None);
    open.settle();
    assert_eq!(
        open.n_files(FileState::Indexed),
        2,
        "what was read of it is forgotten"
    );
    let answer = open.engine.answer_folder(&held.path, Answer::Read);
    open.runtime.block_on(answer).unwrap();
    open.settle();
    assert_eq!(open.n_files(FileState::Indexed), 302);
    assert_sound(&open.close().library());
}

#[test]
fn a_hundred_thousand_files_of_packages_are_counted_and_none_is_entered() {
    let home = Home::new();
    home.write("letter.txt", "a letter about apricots");
    let packages = home.path("node_modules");
    for folder in 0..95 {
        let folder = packages.join(format!("package-{folder}"));
        std::fs::create_dir_all(&folder).unwrap();
        // Hard links: as many names as there are files, in a tenth of the time.
        let first = folder.join("0.js");
        std::fs::write(&first, "x").unwrap();
        for i in 1..1_000 {
            std::fs::hard_link(&first, folder.join(format!("{i}.js"))).unwrap();
        }
    }
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 1);
    let held = &status["held_back"][0];
    assert_eq!(held["files"], 95_000);
    assert_eq!(held["looks_like"], "packages that a program needs");
    let whole: u64 = ["waiting", "partial", "failed", "skipped", "away"]
        .iter()
        .map(|state| status["files"][state].as_u64().unwrap())
        .sum();
    assert_eq!(whole, 0, "no row is spent on it");
}
