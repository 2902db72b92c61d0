//! Where things live: the library, and what came with the program.
//!
//! Built once at each edge and passed down, so that the window and the command line see one
//! library and a test sees none of the user's. Creates nothing and reads no environment.

use std::path::{Path, PathBuf};

/// From `/usr/bin`, where a Linux package puts what no user starts by name.
const PACKAGED: &str = "../lib/nuthatch";
/// From the executables of an application on macOS, where its data lies.
const IN_AN_APP: &str = "../Resources";

/// Every path the engine uses.
#[derive(Debug, Clone)]
pub struct Dirs {
    library: PathBuf,
    /// Where the user's settings and models lie: in the library, unless it is one for measuring.
    users: PathBuf,
    programs: PathBuf,
    /// What an administrator has set for everybody, where there is such a file.
    policy: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl Dirs {
    /// A library in `library`, worked on by the executables in `programs`.
    pub fn new(library: impl Into<PathBuf>, programs: impl Into<PathBuf>) -> Self {
        let library = library.into();
        Self {
            users: library.clone(),
            library,
            programs: programs.into(),
            policy: None,
            home: None,
        }
    }

    /// The same under a policy, in which `~` is this home folder.
    #[must_use]
    pub fn with_policy(self, policy: impl Into<PathBuf>, home: Option<PathBuf>) -> Self {
        Self {
            policy: Some(policy.into()),
            home,
            ..self
        }
    }

    /// The administrator's file, which need not be there.
    pub fn policy(&self) -> Option<&Path> {
        self.policy.as_deref()
    }

    /// The user's home folder, as far as it is needed.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Another library with the settings and models of this one.
    #[must_use]
    pub fn with_library(&self, library: impl Into<PathBuf>) -> Self {
        Self {
            library: library.into(),
            ..self.clone()
        }
    }

    /// The folder that holds everything below.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// The `SQLite` database.
    pub fn database(&self) -> PathBuf {
        self.library.join("library.db")
    }

    /// Held by the one process that writes.
    pub fn lock(&self) -> PathBuf {
        self.library.join("library.lock")
    }

    /// The word index, one folder per format generation.
    pub fn index(&self) -> PathBuf {
        self.library.join("index")
    }

    /// The user's differences from the default settings.
    pub fn settings(&self) -> PathBuf {
        self.users.join("settings.toml")
    }

    /// Every request to the network that was ever made.
    pub fn connections(&self) -> PathBuf {
        self.users.join("connections.log")
    }

    /// What both programs log.
    pub fn logs(&self) -> PathBuf {
        self.library.join("logs")
    }

    /// The user's pause, for as long as there is one.
    pub fn pause(&self) -> PathBuf {
        self.library.join("paused")
    }

    /// What the process that writes is doing now, for others that ask.
    pub fn activity(&self) -> PathBuf {
        self.library.join("activity.json")
    }

    /// The folder of the executables, and of what ships with them.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// One of our executables, e.g. `nuthatch`: beside this one, or where a package puts those that no
    /// user starts.
    pub fn program(&self, name: &str) -> PathBuf {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let packaged = self.programs.join(PACKAGED).join(&file);
        let beside = self.programs.join(file);
        if !beside.is_file() && packaged.is_file() {
            return packaged;
        }
        beside
    }

    /// Folders in which models may lie: the user's own first, then what shipped.
    pub fn models(&self) -> [PathBuf; 4] {
        [
            self.users.join("models"),
            self.programs.join("models"),
            self.programs.join(PACKAGED).join("models"),
            self.programs.join(IN_AN_APP).join("models"),
        ]
    }

    /// The licences of everything that ships, if that was bundled.
    pub fn third_party(&self) -> Option<PathBuf> {
        self.shipped(&["THIRD-PARTY.txt"])
    }

    /// The ONNX Runtime library, if it is there.
    pub fn onnx_runtime(&self) -> Option<PathBuf> {
        self.shipped(&[
            "libonnxruntime.so",
            "libonnxruntime.dylib",
            "onnxruntime.dll",
        ])
    }

    /// The pdfium library, if it is there.
    pub fn pdfium(&self) -> Option<PathBuf> {
        self.shipped(&["libpdfium.so", "libpdfium.dylib", "pdfium.dll"])
    }

    /// A file that ships beside the executables, or where a package puts it.
    fn shipped(&self, names: &[&str]) -> Option<PathBuf> {
        ["", PACKAGED, "../Frameworks", IN_AN_APP]
            .map(|folder| self.programs.join(folder))
            .iter()
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
            .find(|path| path.is_file())
    }
}

/// Where the library lies unless the user says otherwise, given the user's home folder.
pub fn default_library(home: &Path) -> PathBuf {
    if cfg!(target_os = "macos") {
        home.join("Library/Application Support/Nuthatch")
    } else if cfg!(windows) {
        home.join("AppData/Local/Nuthatch")
    } else {
        home.join(".local/share/nuthatch")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_a_package_ships_is_found_from_its_executables() {
        let place = tempfile::tempdir().expect("a folder");
        let (bin, lib) = (place.path().join("bin"), place.path().join("lib/nuthatch"));
        fs::create_dir_all(&bin).expect("a folder");
        fs::create_dir_all(&lib).expect("a folder");
        let dirs = Dirs::new("/library", &bin);
        assert_eq!(dirs.program("nuthatch-models"), bin.join("nuthatch-models"));
        assert_eq!(dirs.third_party(), None);
        for name in ["nuthatch-models", "libpdfium.so", "THIRD-PARTY.txt"] {
            fs::write(lib.join(name), "").expect("a file");
        }
        let packaged = bin.join("../lib/nuthatch");
        assert_eq!(
            dirs.program("nuthatch-models"),
            packaged.join("nuthatch-models")
        );
        assert_eq!(dirs.pdfium(), Some(packaged.join("libpdfium.so")));
        assert_eq!(dirs.third_party(), Some(packaged.join("THIRD-PARTY.txt")));
    }
}
