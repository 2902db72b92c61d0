//! What people, disks and other programs do wrong: a clear message, nothing lost, and the rest
//! goes on.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use nuthatch::{dirs::Dirs, engine::Engine, search::SearchRequest, store::Store};

use crate::support::{
    Home, PROGRAM, assert_sound, command, json, nuthatch, paths, view_of, wait_for,
};

/// Exit code and message of what must fail.
fn refused(library: &Path, arguments: &[&str]) -> (i32, String) {
    let output = nuthatch(library, arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{arguments:?}: {message}");
    assert!(!message.contains("panicked"), "{message}");
    (output.status.code().unwrap(), message)
}

fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is missing in {message:?}");
    }
}

/// A home whose library holds one file, with nothing left in the write-ahead log.
fn small_library() -> Home {
    let home = Home::new();
    home.write("a.txt", "apricot jam");
    home.add();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.library().join("library.db"))
            .await
            .unwrap();
        store.close().await;
    });
    home
}

#[test]
fn a_folder_that_is_a_file_is_refused_and_named() {
    let home = small_library();
    let file = home.path("a.txt").display().to_string();
    let (code, message) = refused(&home.library(), &["add", &file]);
    assert_eq!(code, 1);
    assert_says(&message, &[&file, "it is a file", "add the folder"]);
    let (code, message) = refused(&home.library(), &["remove", "/no/such/folder"]);
    assert_eq!(code, 3);
    assert_says(&message, &["/no/such/folder"]);
    assert_eq!(home.by_words("apricot").len(), 1);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_costs_itself_a_reason_and_nothing_else() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.write("open.txt", "apricot");
    home.write("locked.txt", "secret");
    home.write("locked/inside.txt", "secret too");
    let permit = |name: &str, mode| {
        std::fs::set_permissions(home.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    permit("locked.txt", 0o000);
    permit("locked", 0o000);
    home.add();
    assert_eq!(home.by_words("apricot").len(), 1);
    // The superuser reads everything: then there is nothing to refuse.
    if std::fs::File::open(home.path("locked.txt")).is_err() {
        let (state, reason) = home.why("locked.txt");
        assert_eq!(state, "failed");
        assert_says(&reason, &["permission"]);
        let locked = home.path("locked").display().to_string();
        let (_, message) = refused(&home.library(), &["add", &locked]);
        assert_says(&message, &[&locked, "cannot be read"]);
        assert!(home.by_words("secret").is_empty());
    }
    permit("locked", 0o755);
    permit("locked.txt", 0o644);
    home.write("locked.txt", "secret no more");
    home.add();
    assert_eq!(home.by_words("secret").len(), 2);
    assert_sound(&home.library());
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_found_and_followed() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let home = Home::new();
    let odd = home
        .root
        .path()
        .join("docs")
        .join(OsStr::from_bytes(b"caf\xe9.txt"));
    std::fs::write(&odd, "an odd name").unwrap();
    home.write("a.txt", "a plain name");
    home.add();
    assert_eq!(home.by_words("odd").len(), 1);
    assert!(view_of(&home.library()).contains_key(&odd));
    let output = command(&home.library(), &["why"])
        .arg(&odd)
        .output()
        .unwrap();
    assert_says(&String::from_utf8_lossy(&output.stdout), &["indexed"]);
    std::fs::remove_file(&odd).unwrap();
    home.add();
    assert!(home.by_words("odd").is_empty());
    assert_sound(&home.library());
}

#[cfg(unix)]
#[test]
fn links_pipes_sockets_and_devices_are_passed_by() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let home = Home::new();
    home.write("folder/a.txt", "apricot");
    symlink(home.root.path(), home.path("folder/loop")).unwrap();
    symlink("/no/such/target", home.path("dangling.txt")).unwrap();
    symlink("/dev/zero", home.path("zero.txt")).unwrap();
    symlink("self.txt", home.path("self.txt")).unwrap();
    let pipe = home.path("pipe.txt");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    // The name of a socket is short, so that any temporary folder will do.
    let short = tempfile::Builder::new().prefix("s").tempdir().unwrap();
    let socket = short.path().join("s.txt");
    let _listener = UnixListener::bind(&socket).unwrap();
    std::fs::rename(&socket, home.path("socket.txt")).unwrap();
    let status = home.add();
    assert_eq!(status["files"]["indexed"], 1, "{status}");
    assert_eq!(status["files"]["failed"], 0, "{status}");
    assert_eq!(view_of(&home.library()).len(), 1);
    for name in ["pipe.txt", "socket.txt"] {
        let (state, reason) = home.why(name);
        assert_eq!(state, "skipped", "{name}: {reason}");
        assert_says(&reason, &["pipe"]);
    }
    assert_says(&home.why("zero.txt").1, &["symbolic link"]);
    assert_says(&home.why("dangling.txt").1, &["symbolic link"]);
}

#[test]
fn a_file_of_two_gigabytes_is_read_in_part_or_skipped_with_a_reason() {
    let home = Home::new();
    home.write("a.txt", "apricot");
    for (name, start) in [
        ("zeros.txt", ""),
        ("log.txt", "the log begins with bramble\n"),
    ] {
        home.write(name, start.repeat(1_000));
        let file = std::fs::File::options()
            .write(true)
            .open(home.path(name))
            .unwrap();
        file.set_len(2 << 30).unwrap();
    }
    home.add();
    let (state, reason) = home.why("zeros.txt");
    assert_eq!(state, "skipped");
    assert_says(&reason, &["not text"]);
    let (state, reason) = home.why("log.txt");
    assert_eq!(state, "partial");
    assert_says(&reason, &["first 16 MB"]);
    assert_eq!(home.by_words("bramble").len(), 1);
    assert_eq!(home.by_words("apricot").len(), 1);
}

#[test]
fn a_line_of_thirty_megabytes_is_cut_and_found() {
    let home = Home::new();
    std::fs::create_dir(home.library()).unwrap();
    // Embedding all of it would take minutes and show nothing more.
    std::fs::write(home.library().join("settings.toml"), "max_text_mib = 1\n").unwrap();
    let mut line = "needle ".to_owned();
    line.push_str(&"haystack".repeat(30 << 17));
    home.write("line.txt", line);
    home.write("words.txt", "one word after another ".repeat(30_000));
    home.add();
    assert_eq!(home.why("line.txt").0, "partial");
    assert_eq!(home.why("words.txt").0, "indexed");
    assert_eq!(home.by_words("needle").len(), 1);
    assert_sound(&home.library());
}

#[test]
fn any_query_is_answered() {
    let home = small_library();
    let long = "apricot ".repeat(1_250);
    let queries = [
        "",
        "   ",
        "?!.,;:-()[]{}",
        "\"",
        "\"apricot",
        "apricot\" jam \"",
        "\"\" \"\"",
        "-",
        "-apricot",
        "--only",
        "apricot\0jam",
        "\0",
        "مربى المشمش",
        "\u{202e}toci\u{202c}",
        "🍑🍑 👩‍👩‍👧",
        "\u{301}\u{301}\u{301}",
        "ﷺ﷽",
        &long,
    ];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dirs = Dirs::new(home.library(), Path::new(PROGRAM).parent().unwrap());
    runtime.block_on(async {
        let engine = Engine::open_read_only(dirs).await.unwrap();
        for query in queries {
            for (limit, typing) in [(10, false), (10, true), (0, false), (usize::MAX, false)] {
                let query = query.to_owned();
                let request = SearchRequest {
                    query,
                    limit,
                    only: None,
                    typing,
                    ..SearchRequest::default()
                };
                let found = engine.search(&request, drop).await.unwrap();
                assert!(found.results.len() <= limit.min(1), "{request:?}");
            }
        }
    });
    assert!(
        json(&home.library(), &["search", ""])["results"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(
        paths(&json(
            &home.library(),
            &["search", "apricot", "--limit", "0"]
        ))
        .is_empty()
    );
    let most = u64::MAX.to_string();
    let found = json(&home.library(), &["search", "apricot", "--limit", &most]);
    assert_eq!(paths(&found).len(), 1);
    let long = json(&home.library(), &["search", "--only", "words", &long]);
    assert_eq!(paths(&long).len(), 1);
    assert_says(&long["hints"].to_string(), &["Only the first"]);
}

#[test]
fn a_library_that_is_not_there_yet_is_an_empty_answer_with_a_notice() {
    let home = Home::new();
    home.write("a.txt", "apricot");
    let shown = home.library().display().to_string();
    let found = home.search("apricot");
    assert!(paths(&found).is_empty());
    assert_says(
        &found["notices"][0].to_string(),
        &["no library at", &shown, "add a folder"],
    );
    let status = json(&home.library(), &["status"]);
    assert_eq!(status["passages"], 0);
    assert_says(
        &status["notices"][0].to_string(),
        &["no library at", &shown],
    );
    let (state, reason) = home.why("a.txt");
    assert_eq!(state, "unknown");
    assert_says(&reason, &["no library at", &shown]);
    assert!(!home.library().exists(), "asking makes nothing");
}

#[test]
fn output_that_nobody_reads_ends_quietly() {
    let home = small_library();
    for arguments in [&["search", "apricot"][..], &["status"]] {
        for json in [true, false] {
            let mut command = std::process::Command::new(PROGRAM);
            command.arg("--library").arg(home.library()).args(arguments);
            if json {
                command.arg("--json");
            }
            let mut child = command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
            assert!(output.stderr.is_empty(), "{output:?}");
        }
    }
}

#[test]
fn a_library_made_by_a_newer_program_is_refused_untouched() {
    let home = small_library();
    let database = home.library().join("library.db");
    let mut bytes = std::fs::read(&database).unwrap();
    // SQLite keeps `user_version` in bytes 60 to 63 of its header.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&database, &bytes).unwrap();
    for arguments in [
        &["add", &home.docs()][..],
        &["search", "apricot"],
        &["status"],
    ] {
        let (code, message) = refused(&home.library(), arguments);
        assert_eq!(code, 1);
        assert_says(&message, &["library.db", "newer", "99"]);
    }
    assert!(std::fs::read(&database).unwrap() == bytes);
}

#[test]
fn a_second_writer_is_told_who_holds_the_library_and_a_reader_works() {
    let home = small_library();
    let mut holder = command(&home.library(), &["watch"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut started = String::new();
    BufReader::new(holder.stderr.as_mut().unwrap())
        .read_line(&mut started)
        .unwrap();
    assert_says(&started, &["watching"]);
    let (code, message) = refused(&home.library(), &["add", &home.docs()]);
    assert_eq!(code, 4);
    assert_says(&message, &["in use", &holder.id().to_string()]);
    home.write("b.txt", "bilberry");
    wait_for("the reader to see what the writer wrote", || {
        (!home.by_words("bilberry").is_empty()).then_some(())
    });
    holder.kill().unwrap();
    holder.wait().unwrap();
    home.add();
    assert_sound(&home.library());
}

/// What is done, in words and in deed.
type Damage<T> = (&'static str, fn(&mut T));

#[test]
fn a_damaged_database_is_named_by_whoever_only_reads_and_kept_by_whoever_repairs_it() {
    let damage: [Damage<Vec<u8>>; 2] = [
        ("not a database", |bytes| bytes[..100].fill(b'x')),
        ("cut off", |bytes| {
            bytes.truncate(bytes.len() / 2 / 4096 * 4096);
        }),
    ];
    for (what, damage) in damage {
        let home = small_library();
        let database = home.library().join("library.db");
        let mut bytes = std::fs::read(&database).unwrap();
        damage(&mut bytes);
        std::fs::write(&database, &bytes).unwrap();
        for arguments in [&["search", "apricot"][..], &["status"]] {
            let (code, message) = refused(&home.library(), arguments);
            assert_eq!(code, 1, "{what}");
            assert_says(&message, &["library.db", "damaged", "it is repaired when"]);
        }
        assert!(std::fs::read(&database).unwrap() == bytes, "{what}");
        let status = home.add();
        let notices = status["notices"].to_string();
        assert_says(&notices, &["was damaged", "1 folders"]);
        assert_eq!(home.by_words("apricot").len(), 1, "{what}");
        let mut files = std::fs::read_dir(home.library()).unwrap();
        let kept = files.find_map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_kept = name.starts_with("library.db.damaged-");
            (is_kept && !name.ends_with("-wal")).then_some(path)
        });
        assert!(std::fs::read(kept.unwrap()).unwrap() == bytes, "{what}");
    }
}

fn largest_file(folder: PathBuf) -> PathBuf {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max_by_key(|path| path.metadata().unwrap().len())
        .unwrap()
}

#[test]
fn a_word_index_that_is_lost_or_damaged_is_made_anew_from_the_store() {
    let damage: [Damage<PathBuf>; 5] = [
        ("deleted", |index| std::fs::remove_dir_all(index).unwrap()),
        ("no list of segments", |index| {
            std::fs::remove_file(index.join("meta.json")).unwrap();
        }),
        ("garbage for a list", |index| {
            std::fs::write(index.join("meta.json"), "{ not json").unwrap();
        }),
        ("a file is missing", |index| {
            std::fs::remove_file(largest_file(index.clone())).unwrap();
        }),
        ("a file is cut", |index| {
            let file = largest_file(index.clone());
            std::fs::File::options()
                .write(true)
                .open(file)
                .unwrap()
                .set_len(7)
                .unwrap();
        }),
    ];
    for (what, damage) in damage {
        let home = Home::new();
        for i in 0..20 {
            home.write(&format!("{i}.txt"), format!("apricot number {i} and n{i}"));
        }
        home.add();
        let before = (home.by_words("apricot"), home.by_words("n7"));
        assert_eq!((before.0.len(), before.1.len()), (10, 1));
        let mut generations = std::fs::read_dir(home.library().join("index")).unwrap();
        damage(&mut generations.next().unwrap().unwrap().path());
        // Beside a missing index, a reader still answers.
        assert!(
            nuthatch(&home.library(), &["search", "apricot"])
                .status
                .success(),
            "{what}"
        );
        home.add();
        assert_eq!(
            (home.by_words("apricot"), home.by_words("n7")),
            before,
            "{what}"
        );
        assert_sound(&home.library());
    }
}

#[test]
fn a_mistake_in_the_settings_is_shown_with_its_place() {
    let home = small_library();
    let settings = home.library().join("settings.toml");
    std::fs::write(&settings, "max_text_mib = 4\nextract_seconds = \"soon\"\n").unwrap();
    for arguments in [&["add", &home.docs()][..], &["search", "apricot"]] {
        let (code, message) = refused(&home.library(), arguments);
        assert_eq!(code, 1);
        assert_says(&message, &["settings.toml", "line 2", "extract_seconds"]);
    }
}

#[test]
fn a_library_that_cannot_be_made_is_an_error_with_its_path() {
    let home = Home::new();
    home.write("a.txt", "apricot");
    let file = home.path("a.txt");
    for library in [file.clone(), file.join("below")] {
        let (code, message) = refused(&library, &["add", &home.docs()]);
        assert_eq!(code, 1);
        assert_says(&message, &[&library.display().to_string()]);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "apricot");
}

#[test]
fn a_file_that_lies_in_the_cloud_is_not_read_until_it_is_here() {
    let home = Home::new();
    home.write("report.txt.nextcloud", "a placeholder's own content");
    home.add();
    let (state, reason) = home.why("report.txt.nextcloud");
    assert_eq!(state, "skipped");
    assert!(reason.contains("cloud"), "{reason}");
    assert_eq!(home.by_words("placeholder"), [""; 0]);
    std::fs::remove_file(home.path("report.txt.nextcloud")).unwrap();
    home.write("report.txt", "the report itself");
    home.add();
    assert_eq!(home.by_words("report itself").len(), 1);
}
