//! A report that a user can read, and send to whoever helps him: what is installed, what the library
//! holds in numbers, and what went wrong, without a name, a path, a text or a query.
//!
//! One text file, since a user can read that before he sends it, with any program, and see that nothing
//! of his is in it; an archive would have to be trusted. Nothing sends it. Invariant: every text in it is a constant
//! of the program, a number, what the machine calls its parts, or has gone through `redact`; and making it changes nothing:
//! a library in use is read beside its writer, one that is absent, damaged, older or newer is told of as such.
//! Start reading at [`text`].

mod library;
mod system;

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::Path,
    time::SystemTime,
};

use super::models;
use crate::{dirs::Dirs, redact, settings::Settings};

/// How every report begins, by which it is known again.
const TITLE: &str = "Nuthatch: a report for support";
/// Of each file of the log.
const N_LOG_LINES: usize = 100;

/// The report on a library and the machine it lies on.
pub async fn text(dirs: &Dirs, now: SystemTime) -> String {
    let mut report = format!("{TITLE}\n\n");
    let _ = writeln!(report, "Made {} (UTC).", moment(now));
    report.push_str(
        "It holds numbers, versions, settings and states. It holds no name or path of a file or\n\
         folder, no text of one, and nothing you searched for. It stays on this machine unless you\n\
         send it; read it before you do.\n",
    );
    let settings = super::settings(dirs);
    system::tell(&mut report, dirs).await;
    tell_settings(&mut report, dirs, settings.as_ref());
    library::tell(&mut report, dirs, now).await;
    tell_log(&mut report, &dirs.logs());
    report
}

/// Writes a report. A file that is there is replaced only if it is a report as well.
pub fn write(path: &Path, report: &str) -> io::Result<()> {
    match std::fs::read(path) {
        Ok(found) if !found.starts_with(TITLE.as_bytes()) => {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "there is another file of this name, which is left as it is",
            ));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(report.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// Begins a part.
fn part(report: &mut String, title: &str) {
    let _ = writeln!(report, "\n{title}");
}

/// A line of a part.
fn line(report: &mut String, what: &str, value: impl std::fmt::Display) {
    let _ = writeln!(report, "  {what:<34} {value}");
}

fn moment(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(
        |_| "at a time that cannot be told".into(),
        |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

fn moment_of(seconds: i64) -> String {
    let seconds = std::time::Duration::from_secs(seconds.max(0) as u64);
    moment(SystemTime::UNIX_EPOCH + seconds)
}

/// Those that differ from the defaults; of words only those that the program knows.
fn tell_settings(
    report: &mut String,
    dirs: &Dirs,
    settings: Result<&Settings, &crate::settings::Error>,
) {
    part(report, "Settings that differ from the defaults");
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return line(report, "none can be read", redact::told(&error.to_string())),
    };
    let tables = [Settings::default(), settings.clone()].map(toml::Table::try_from);
    let [Ok(usual), Ok(found)] = tables else {
        return;
    };
    let known: Vec<String> = models::built_in().map(|spec| spec.id).collect();
    let mut n = 0;
    for (key, value) in found {
        if usual.get(&key) == Some(&value) {
            continue;
        }
        n += 1;
        let shown = match &value {
            toml::Value::String(text) if is_word(text, &known) => value.to_string(),
            toml::Value::Boolean(_) | toml::Value::Integer(_) => value.to_string(),
            _ => "set; not shown".into(),
        };
        line(report, &key, shown);
    }
    if n == 0 {
        line(report, "none", "");
    }
    let policy = super::policy(dirs);
    if policy.file().is_some() {
        let n_fixed = policy.fixed().count();
        line(report, "settings set by an administrator", n_fixed);
        line(
            report,
            "of the policy not understood",
            policy.problems.len(),
        );
    }
    let n_requests = super::fetching::connections(dirs).map_or(0, |all| all.len());
    line(report, "requests to the network, ever", n_requests);
}

/// A value that the program offers.
fn is_word(text: &str, models: &[String]) -> bool {
    let words = [
        "auto", "none", "server", "half", "full", "idle", "low", "normal", "",
    ];
    words.contains(&text) || models.iter().any(|id| id == text)
}

/// The last lines of each file; they were made without names (`logging`), and what does not look like
/// such a line is left out.
fn tell_log(report: &mut String, folder: &Path) {
    let mut n_files = 0;
    for program in ["nuthatch", "nuthatch-desktop"] {
        let files = [format!("{program}.1.log"), format!("{program}.log")];
        let read = |name: &String| std::fs::read_to_string(folder.join(name)).ok();
        let texts: Vec<String> = files.iter().filter_map(read).collect();
        let lines: Vec<&str> = texts.iter().flat_map(|text| text.lines()).collect();
        let lines: Vec<&str> = lines.into_iter().filter(|line| is_logged(line)).collect();
        if lines.is_empty() {
            continue;
        }
        n_files += 1;
        part(report, &format!("Log of {program}, its last lines"));
        for line in lines.iter().skip(lines.len().saturating_sub(N_LOG_LINES)) {
            let _ = writeln!(report, "  {line}");
        }
    }
    if n_files == 0 {
        part(report, "Log");
        line(report, "none", "");
    }
}

/// A time, a level, a module.
fn is_logged(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let time = words.next().unwrap_or_default();
    let level = words.next().unwrap_or_default();
    let is_time = time.len() > 19 && time.starts_with("20") && time.ends_with('Z');
    is_time && ["ERROR", "WARN", "INFO"].contains(&level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_replaces_a_report_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        let report = |what: &str| format!("{TITLE}\n{what}");
        write(&path, &report("one")).unwrap();
        write(&path, &report("two")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), report("two"));
        std::fs::write(&path, "my novel").unwrap();
        write(&path, &report("three")).unwrap_err();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "my novel");
    }

    #[test]
    fn settings_are_told_without_addresses_and_names_of_the_users_own() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs::new(folder.path(), folder.path());
        let settings = Settings {
            meaning: false,
            rerank_budget_ms: 777,
            reranker: "none".into(),
            embedding: "quabblethorn".into(),
            chat_server: "http://quabblethorn.example".into(),
            ..Settings::default()
        };
        let mut report = String::new();
        tell_settings(&mut report, &dirs, Ok(&settings));
        for told in ["meaning", "false", "777", "\"none\"", "set; not shown"] {
            assert!(report.contains(told), "{report}");
        }
        assert!(!report.contains("quabblethorn"), "{report}");
        assert!(!report.contains("max_text_mib"), "{report}");
    }

    #[test]
    fn only_lines_of_the_log_are_taken_from_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let lines = "2026-11-27T10:00:00.000000Z  INFO nuthatch: started\nquabblethorn\n";
        std::fs::write(folder.path().join("nuthatch.log"), lines).unwrap();
        let mut report = String::new();
        tell_log(&mut report, folder.path());
        assert!(report.contains("INFO nuthatch: started"), "{report}");
        assert!(!report.contains("quabblethorn"), "{report}");
    }
}
