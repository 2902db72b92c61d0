//! What changes is noticed whatever the system tells: storms, editors, drives that come and go, and
//! the limit of watched folders.
//!
//! Drives and the limit are tried in a namespace of their own, where mounting and lowering the limit
//! concern nobody else; where the system allows no such namespace, those tests say so and end.

use std::path::Path;

#[cfg(target_os = "linux")]
use crate::support::wait_for;
use crate::{live::Live, support::Home};

#[test]
fn a_name_that_changes_its_case_or_its_composition_stays_the_same_file() {
    let home = Home::new();
    home.write("readme.txt", "cloudberry");
    home.write("Cafe\u{301}.txt", "cowberry, name in parts");
    let live = Live::new(home);
    let (case, composition) = (live.read("readme.txt"), live.read("Cafe\u{301}.txt"));
    live.rename("readme.txt", "README.txt");
    live.rename("Cafe\u{301}.txt", "Caf\u{e9}.txt");
    let is_kept = |name: &str, before: &nuthatch::store::FileRow| {
        let after = live.read(name);
        assert_eq!(
            (after.id, after.document),
            (before.id, before.document),
            "{name}"
        );
    };
    is_kept("README.txt", &case);
    is_kept("Caf\u{e9}.txt", &composition);
    let paths = live.home.by_words("cloudberry");
    assert!(
        paths.len() == 1 && paths[0].ends_with("README.txt"),
        "{paths:?}"
    );
    live.assert_sound();
}

#[test]
fn what_editors_do_when_they_save_ends_as_one_edited_file() {
    let home = Home::new();
    home.write("vim.txt", "first words");
    home.write("word.txt", "first words");
    home.write("office.txt", "first words");
    let live = Live::new(home);
    let path = |name: &str| live.home.path(name);
    let before = ["vim.txt", "word.txt", "office.txt"].map(|name| live.read(name).id);
    // vim tries whether it may write, renames, writes anew, deletes.
    live.home.write("4913", "");
    std::fs::remove_file(path("4913")).unwrap();
    std::fs::rename(path("vim.txt"), path("vim.txt~")).unwrap();
    live.home.write("vim.txt", "second words by vim");
    std::fs::remove_file(path("vim.txt~")).unwrap();
    // Word writes beside, puts the old one aside, renames, deletes.
    live.home.write("~WRD0001.tmp", "second words by word");
    std::fs::rename(path("word.txt"), path("~WRL0002.tmp")).unwrap();
    std::fs::rename(path("~WRD0001.tmp"), path("word.txt")).unwrap();
    std::fs::remove_file(path("~WRL0002.tmp")).unwrap();
    // LibreOffice locks, writes in place, unlocks.
    live.home.write(".~lock.office.txt#", ",me,here;");
    live.home.write("office.txt", "second words by office");
    std::fs::remove_file(path(".~lock.office.txt#")).unwrap();
    let after = [
        ("vim.txt", "by vim"),
        ("word.txt", "by word"),
        ("office.txt", "by office"),
    ]
    .map(|(name, words)| live.says(name, words).id);
    assert_eq!(after, before);
    live.settle();
    let open = live.open();
    let files = open.runtime.block_on(open.store.all_files()).unwrap();
    assert_eq!(files.len(), 3, "{files:#?}");
    live.assert_sound();
}

#[test]
fn a_storm_of_events_and_renames_loses_nothing() {
    let home = Home::new();
    home.write("a.txt", "dewberry");
    home.write("b.txt", "dewberry as well");
    let live = Live::new(home);
    let before = live.read("a.txt");
    let (a, b) = (live.home.path("a.txt"), live.home.path("b.txt"));
    // More events than the system keeps; two files in turn, since equal events become one.
    for _ in 0..15_000 {
        drop(std::fs::File::options().append(true).open(&a).unwrap());
        drop(std::fs::File::options().append(true).open(&b).unwrap());
    }
    let mut name = a;
    for round in 0..1_000 {
        let next = live.home.path(&format!("renamed{round}.txt"));
        std::fs::rename(&name, &next).unwrap();
        name = next;
    }
    live.home.write("last.txt", "salmonberry");
    let after = live.read("renamed999.txt");
    assert_eq!((after.id, after.document), (before.id, before.document));
    live.says("last.txt", "salmonberry");
    live.read("b.txt");
    live.settle();
    let open = live.open();
    let files = open.runtime.block_on(open.store.all_files()).unwrap();
    assert_eq!(files.len(), 3, "{files:#?}");
    live.assert_sound();
}

#[test]
fn a_file_deep_in_thousands_of_folders_is_followed() {
    let home = Home::new();
    for i in 0..3_000 {
        let folder = home.path(&format!("{}/{}/{}", i / 300, i / 30, i));
        std::fs::create_dir_all(folder).unwrap();
    }
    home.write("0/0/7/a.txt", "serviceberry");
    let live = Live::new(home);
    live.read("0/0/7/a.txt");
    live.home.write("9/99/2999/b.txt", "thimbleberry");
    live.says("9/99/2999/b.txt", "thimbleberry");
    // A whole tree that comes at once, as from an archive.
    for i in 0..300 {
        let folder = live.home.path(&format!("new/{}/{i}", i / 20));
        std::fs::create_dir_all(folder).unwrap();
    }
    live.home.write("new/14/299/c.txt", "snowberry");
    live.says("new/14/299/c.txt", "snowberry");
    live.assert_sound();
}

#[test]
fn a_result_whose_file_is_gone_is_not_shown_and_is_looked_for() {
    let home = Home::new();
    home.write("gone.txt", "huckleberry");
    home.write("stays.txt", "huckleberry too");
    home.write("copy.txt", "huckleberry");
    home.add();
    // Nobody follows the folder.
    std::fs::remove_file(home.path("gone.txt")).unwrap();
    let found = home.by_words("huckleberry");
    assert!(
        found.len() == 2 && !found.iter().any(|path| path.ends_with("gone.txt")),
        "{found:?}"
    );
    std::fs::remove_file(home.path("copy.txt")).unwrap();
    let found = home.by_words("huckleberry");
    assert!(
        found.len() == 1 && found[0].ends_with("stays.txt"),
        "{found:?}"
    );
    // Whoever may write the library looks.
    let programs = Path::new(crate::support::PROGRAM).parent().unwrap();
    let dirs = nuthatch::dirs::Dirs::new(home.library(), programs);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = runtime
        .block_on(nuthatch::engine::Engine::open(dirs))
        .unwrap();
    let request = nuthatch::search::SearchRequest {
        query: "huckleberry".into(),
        limit: 10,
        ..nuthatch::search::SearchRequest::default()
    };
    let found = runtime.block_on(engine.search(&request, drop)).unwrap();
    assert_eq!((found.results.len(), found.gone.len()), (1, 2));
    crate::support::wait_for("the ledger to know", || {
        let found = runtime.block_on(engine.search(&request, drop)).unwrap();
        found.gone.is_empty().then_some(())
    });
    runtime.block_on(engine.close());
}

/// Said past what holds the output of tests back, so that it is heard.
#[cfg(target_os = "linux")]
fn skipped(why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// A shell in namespaces of its own, as root there; `None`, with a word, where there are none.
#[cfg(target_os = "linux")]
struct Namespace {
    shell: std::process::Child,
    output: std::io::BufReader<std::process::ChildStdout>,
}

#[cfg(target_os = "linux")]
impl Namespace {
    fn new() -> Option<Self> {
        use std::process::{Command, Stdio};
        let allowed = Command::new("unshare").args(["-rm", "true"]).output();
        if !allowed.is_ok_and(|output| output.status.success()) {
            skipped("this system allows no namespaces (unshare -rm)");
            return None;
        }
        let mut shell = Command::new("unshare")
            .args(["-rm", "--kill-child", "sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = std::io::BufReader::new(shell.stdout.take().unwrap());
        Some(Self { shell, output })
    }

    /// What a command prints; one that fails ends the test.
    fn run(&mut self, command: &str) -> String {
        use std::io::{BufRead, Write};
        let stdin = self.shell.stdin.as_mut().unwrap();
        writeln!(stdin, "{command}\ncode=$?; echo; echo \"ended with $code\"").unwrap();
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "{command} ended the shell"
            );
            match line.strip_prefix("ended with ") {
                Some(code) => {
                    assert_eq!(code.trim(), "0", "{command}: {printed}");
                    return printed;
                }
                None => printed.push_str(&line),
            }
        }
    }

    fn nuthatch(&mut self, home: &Home, arguments: &str) -> serde_json::Value {
        let library = home.library();
        let program = crate::support::PROGRAM;
        let command = format!(
            "{program} --library '{}' --json {arguments}",
            library.display()
        );
        serde_json::from_str(&self.run(&command)).unwrap()
    }

    /// Follows changes in the background.
    fn watch(&mut self, home: &Home) {
        let (program, library) = (crate::support::PROGRAM, home.library());
        let path = library.join("settings.toml");
        let settings = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, settings + crate::support::UNHURRIED).unwrap();
        self.run(&format!(
            "{program} --library '{}' watch >/dev/null 2>&1 & watching=$!",
            library.display()
        ));
    }
}

#[cfg(target_os = "linux")]
impl Drop for Namespace {
    fn drop(&mut self) {
        use std::io::Write;
        // What it has started in the background would go on without it.
        if let Some(mut stdin) = self.shell.stdin.take() {
            let _ = writeln!(stdin, "kill -9 $watching; exit");
        }
        let _ = self.shell.wait();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_drive_that_is_unplugged_is_away_with_its_results_and_comes_back() {
    let home = Home::new();
    let Some(mut space) = Namespace::new() else {
        return;
    };
    let drive = home.root.path().join("drive");
    std::fs::create_dir(&drive).unwrap();
    std::fs::write(drive.join("a.txt"), "whitebeam").unwrap();
    let docs = home.docs();
    let plug = format!("mount --bind '{}' '{docs}'", drive.display());
    let unplug = format!("umount '{docs}'");
    space.run(&plug);
    space.nuthatch(&home, &format!("add '{docs}'"));
    space.watch(&home);
    let wait_until = |space: &mut Namespace, what: &str, away: bool| {
        wait_for(what, || {
            let status = space.nuthatch(&home, "status");
            (status["folders"][0]["away"] == away).then_some(())
        });
    };
    let find = |space: &mut Namespace, word: &str| {
        let found = space.nuthatch(&home, &format!("search --only words {word}"));
        found["results"].clone()
    };
    wait_for("the folder to be watched", || {
        let status = space.nuthatch(&home, "status");
        (status["folders"][0]["followed"] == "watched").then_some(())
    });
    // The place where it was mounted stays behind, empty.
    space.run(&unplug);
    assert!(std::fs::read_dir(&docs).unwrap().next().is_none());
    wait_until(&mut space, "the drive to be away", true);
    let found = find(&mut space, "whitebeam");
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["away"]),
        (1, &true.into())
    );
    std::fs::write(drive.join("b.txt"), "written elsewhere: wayfaring").unwrap();
    space.run(&plug);
    wait_until(&mut space, "the drive to be back", false);
    wait_for("what was written elsewhere", || {
        (find(&mut space, "wayfaring").as_array()?.len() == 1).then_some(())
    });
    // It is watched again.
    space.run(&format!("echo spindle > '{docs}/c.txt'"));
    wait_for("a change after it came back", || {
        (find(&mut space, "spindle").as_array()?.len() == 1).then_some(())
    });
    let found = find(&mut space, "whitebeam");
    assert_eq!(found[0]["away"], false);
    // What is deleted on the drive is gone, though the folder is empty as well then.
    space.run(&format!("rm '{docs}'/*"));
    wait_for("all to be gone", || {
        let status = space.nuthatch(&home, "status");
        (status["folders"][0]["files"] == 0 && status["folders"][0]["away"] == false).then_some(())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn folders_beyond_the_systems_limit_are_looked_at_from_time_to_time() {
    let home = Home::new();
    for i in 0..20 {
        home.write(&format!("{i}/a.txt"), format!("hornbeam number {i}"));
    }
    let Some(mut space) = Namespace::new() else {
        return;
    };
    std::fs::create_dir_all(home.library()).unwrap();
    std::fs::write(home.library().join("settings.toml"), "poll_seconds = 1\n").unwrap();
    let limit = "/proc/sys/user/max_inotify_watches";
    if space.run(&format!("echo 8 > {limit}; cat {limit}")).trim() != "8" {
        skipped("this system has no such limit for a namespace");
        return;
    }
    space.nuthatch(&home, &format!("add '{}'", home.docs()));
    space.watch(&home);
    let status = wait_for("the limit to be told", || {
        let status = space.nuthatch(&home, "status");
        let followed = status["folders"][0]["followed"].as_str()?;
        followed
            .contains("watches no more folders")
            .then(|| status.clone())
    });
    let notices = status["notices"].to_string();
    assert!(notices.contains("noticed late"), "{notices}");
    home.write("19/b.txt", "a late lime");
    wait_for("the folder to be looked at", || {
        let found = space.nuthatch(&home, "search --only words lime");
        (found["results"].as_array()?.len() == 1).then_some(())
    });
}

#[test]
#[cfg(unix)]
fn files_of_one_size_and_one_time_that_change_places_are_noticed() {
    let home = Home::new();
    let then = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(400_000);
    for (name, word) in [("a.txt", "kingfisher"), ("b.txt", "lapwingese")] {
        home.write(name, word);
        let file = std::fs::File::options().write(true).open(home.path(name));
        file.unwrap().set_modified(then).unwrap();
    }
    home.add();
    let (a, b, between) = (home.path("a.txt"), home.path("b.txt"), home.path("c.txt"));
    std::fs::rename(&a, &between).unwrap();
    std::fs::rename(&b, &a).unwrap();
    std::fs::rename(&between, &b).unwrap();
    home.add();
    for (word, name) in [("kingfisher", "b.txt"), ("lapwingese", "a.txt")] {
        let found = home.by_words(word);
        assert!(
            found.len() == 1 && found[0].ends_with(name),
            "{word}: {found:?}"
        );
    }
}
