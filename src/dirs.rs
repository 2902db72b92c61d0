//! Where things live: the library, and what came with the program.
//!
//! Built once at each edge and passed down, so that the window and the command line see one
//! library and a test sees none of the user's. Creates nothing and reads no environment.

use std::path::{Path, PathBuf};

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

    /// One of our executables, e.g. `nuthatch`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Folders in which models may lie: the user's own first, then what shipped.
    pub fn models(&self) -> [PathBuf; 3] {
        [
            self.users.join("models"),
            self.programs.join("models"),
            self.programs.join("../lib/nuthatch/models"),
        ]
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

    /// A library that ships beside the executables, or below `lib/nuthatch` in a system package.
    fn shipped(&self, names: &[&str]) -> Option<PathBuf> {
        [self.programs.clone(), self.programs.join("../lib/nuthatch")]
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
