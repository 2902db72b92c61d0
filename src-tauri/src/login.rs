//! Starting with the desktop: an entry in the folder that every Linux desktop reads (XDG autostart).
//!
//! Owns that one file. On macOS and Windows there is no such entry yet, which whoever turns it on is
//! told. Invariant: the entry starts this very program, with its library, without showing its window.

use std::{fs, io, path::Path, path::PathBuf};

use crate::wire::{ErrorCode, IpcError};

/// The entry's name; the desktop's settings show it as "Nuthatch".
const ENTRY: &str = "nuthatch.desktop";

/// Writes the entry, or takes it away. `library` is named where it is not the usual one.
pub(crate) fn set(is_on: bool, library: Option<&Path>) -> Result<(), IpcError> {
    if !cfg!(target_os = "linux") {
        return if is_on { Err(elsewhere()) } else { Ok(()) };
    }
    let program = std::env::current_exe();
    let done = match (folder(), program) {
        (Some(folder), Ok(program)) => put(&folder, is_on.then(|| entry(&program, library))),
        _ => Err(io::Error::other("your home folder is not known")),
    };
    done.map_err(|error| IpcError {
        code: ErrorCode::Disk,
        message: format!("The entry for the start of the desktop could not be changed: {error}"),
        hint: Some("Add nuthatch-desktop --hidden in your desktop's settings instead".into()),
    })
}

/// A portable window has no entry.
pub(crate) fn portable() -> IpcError {
    IpcError {
        code: ErrorCode::Refused,
        message: "A portable Nuthatch does not start with the desktop: it writes nothing outside its folder"
            .into(),
        hint: Some("Add nuthatch-desktop --hidden in your desktop's settings".into()),
    }
}

fn elsewhere() -> IpcError {
    IpcError {
        code: ErrorCode::Refused,
        message: "Starting with the desktop is not there for this system yet".into(),
        hint: Some("Add nuthatch-desktop --hidden in the system's settings".into()),
    }
}

fn folder() -> Option<PathBuf> {
    let chosen = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = chosen
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".config")));
    config.map(|config| config.join("autostart"))
}

fn put(folder: &Path, entry: Option<String>) -> io::Result<()> {
    let path = folder.join(ENTRY);
    match entry {
        Some(entry) => {
            fs::create_dir_all(folder)?;
            fs::write(path, entry)
        }
        None => match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    }
}

fn entry(program: &Path, library: Option<&Path>) -> String {
    let mut command = format!("{} --hidden", quoted(program));
    if let Some(library) = library {
        command.push_str(&format!(" --library {}", quoted(library)));
    }
    // Once the program is gone, no desktop looks for it in vain.
    let tried = program.to_string_lossy().replace('\\', "\\\\");
    format!(
        "[Desktop Entry]\nType=Application\nName=Nuthatch\nTryExec={tried}\nExec={command}\n\
         Terminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

/// As the desktop entry specification quotes: twice, for the file's strings and for its commands.
fn quoted(path: &Path) -> String {
    let mut quoted = String::from("\"");
    for character in path.to_string_lossy().chars() {
        match character {
            '\\' => quoted.push_str("\\\\\\\\"),
            '"' | '`' | '$' => {
                quoted.push_str("\\\\");
                quoted.push(character);
            }
            '%' => quoted.push_str("%%"),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_starts_this_program_without_its_window_and_goes_again() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("autostart");
        let entry = entry(Path::new("/opt/My Apps/nuthatch-desktop"), None);
        put(&folder, Some(entry)).expect("written");
        let written = fs::read_to_string(folder.join(ENTRY)).expect("read");
        assert!(
            written.contains("\nExec=\"/opt/My Apps/nuthatch-desktop\" --hidden\n"),
            "{written}"
        );
        assert!(
            written.contains("\nTryExec=/opt/My Apps/nuthatch-desktop\n"),
            "{written}"
        );
        put(&folder, None).expect("taken away");
        assert!(!folder.join(ENTRY).exists());
        put(&folder, None).expect("it may be gone already");
    }

    #[test]
    fn signs_that_mean_something_in_a_command_are_quoted() {
        let entry = entry(Path::new("/a/50% \"$x`\\"), Some(Path::new("/lib")));
        assert!(
            entry.contains(r#"Exec="/a/50%% \\"\\$x\\`\\\\" --hidden --library "/lib""#),
            "{entry}"
        );
    }
}
