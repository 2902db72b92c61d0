//! Opens a document at a page, in the program that the user has for it, where that can be told one.
//!
//! Owns which programs can, and how. On Linux the desktop is asked which program it is; one that lies
//! in a container of its own, or that nobody here knows, opens the document at its beginning, which the
//! caller is told. Invariant: the program is the user's own choice, never another.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::portable;

/// Programs that can be told a page, by the name of their desktop entry, and how; all count from 1.
const PROGRAMS: [(&str, &str, &str); 7] = [
    ("evince", "evince", "--page-index="),
    ("papers", "papers", "--page-index="),
    ("atril", "atril", "--page-index="),
    ("xreader", "xreader", "--page-index="),
    ("okular", "okular", "--page="),
    ("zathura", "zathura", "--page="),
    ("sioyek", "sioyek", "--page="),
];

/// Opens a document at a page; `false` where that is not possible, and nothing was done.
pub(crate) fn open_at(path: &Path, page: u32) -> bool {
    let Some(kind) = kind(path) else {
        return false;
    };
    let Some((program, option)) = chosen(kind) else {
        return false;
    };
    let mut command = Command::new(program);
    command
        .arg(argument(option, page))
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    portable::give_back(&mut command).spawn().is_ok()
}

/// What the desktop calls this kind of document; for kinds that have pages.
fn kind(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_string_lossy().to_ascii_lowercase();
    (cfg!(target_os = "linux") && extension == "pdf").then_some("application/pdf")
}

/// The user's program for a kind, where it can be told a page and is here to be started.
fn chosen(kind: &str) -> Option<(PathBuf, &'static str)> {
    let asked = portable::give_back(&mut Command::new("xdg-mime"))
        .args(["query", "default", kind])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let (name, option) = known(&String::from_utf8_lossy(&asked.stdout))?;
    let folders = std::env::var_os("PATH").unwrap_or_default();
    Some((installed(name, &folders)?, option))
}

/// By a desktop entry: `org.gnome.Evince.desktop`, `okularApplication_pdf.desktop`.
fn known(entry: &str) -> Option<(&'static str, &'static str)> {
    let entry = entry.trim().to_ascii_lowercase();
    let entry = entry.strip_suffix(".desktop").unwrap_or(&entry);
    let last = entry.rsplit('.').next().unwrap_or(entry);
    // What follows the name is the part of the program for this kind.
    let is_one = |name: &str| {
        let rest = last.strip_prefix(name);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with("application") || rest.starts_with('-')
        })
    };
    let found = PROGRAMS.iter().find(|(name, ..)| is_one(name));
    found.map(|&(_, program, option)| (program, option))
}

fn installed(program: &str, folders: &OsString) -> Option<PathBuf> {
    std::env::split_paths(folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn argument(option: &str, page: u32) -> String {
    format!("{option}{page}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_its_desktop_entry() {
        for (entry, program) in [
            ("org.gnome.Evince.desktop\n", Some("evince")),
            ("evince.desktop", Some("evince")),
            ("org.gnome.Papers.desktop", Some("papers")),
            ("okularApplication_pdf.desktop", Some("okular")),
            ("org.kde.okular.desktop", Some("okular")),
            ("org.pwmt.zathura.desktop", Some("zathura")),
            ("org.pwmt.zathura-pdf-mupdf.desktop", Some("zathura")),
            ("atril.desktop", Some("atril")),
            ("firefox.desktop", None),
            ("", None),
        ] {
            assert_eq!(known(entry).map(|(program, _)| program), program, "{entry}");
        }
        assert_eq!(argument("--page-index=", 4), "--page-index=4");
    }

    #[test]
    fn only_what_has_pages_is_opened_at_one() {
        assert_eq!(kind(Path::new("/a/b.txt")), None);
        assert!(!open_at(Path::new("/a/b.docx"), 2));
    }
}
