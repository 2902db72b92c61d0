//! A model out of a folder: a memory stick, another machine's models, or what the Hub's own tools keep.
//!
//! Owns where in such a folder a file may lie, and what a file that is named alone stands for; takes nothing that the catalogue does not name, and
//! leaves the folder as it is. Invariant: nothing is copied before every file was found.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use super::{
    Error, OnProgress, Outcome, Progress,
    folders::{Staging, at},
};
use crate::catalogue::{FileError, ModelFile, ModelSpec};

const PIECE_BYTES: usize = 1 << 20;
/// What a file is called until it was checked.
const PART: &str = "part";
/// What Git checks out in the place of a large file that was not fetched.
const POINTER: &[u8] = b"version https://git-lfs";

/// Copies a model's files out of `from`, checked like a download. Links in it are followed. A file
/// stands for the folder that it lies in, and for the only file of its kind that the model has.
pub fn import(
    spec: &ModelSpec,
    models: &Path,
    from: &Path,
    on_progress: &mut OnProgress<'_>,
) -> Result<Outcome, Error> {
    spec.check_names()?;
    let found = find(spec, from)?;
    let staging = Staging::empty(spec, models)?;
    match copy_all(spec, &found, staging.folder(), on_progress) {
        Ok(ControlFlow::Continue(())) => staging.finish().map(Outcome::Installed),
        Ok(ControlFlow::Break(())) => staging.clear().map(|()| Outcome::Stopped),
        Err(error) => {
            staging.clear()?;
            Err(error)
        }
    }
}

/// The place of every file, or which there are none of.
fn find(spec: &ModelSpec, from: &Path) -> Result<Vec<PathBuf>, Error> {
    let named = from.is_file().then_some(from);
    let from = named.and_then(Path::parent).unwrap_or(from);
    let folders = folders(spec, from);
    let mut best: Option<Vec<String>> = None;
    for folder in &folders {
        let places: Vec<Option<PathBuf>> = spec
            .files
            .iter()
            .map(|file| stand_in(spec, file, named).or_else(|| place(file, folder)))
            .collect();
        let pairs = spec.files.iter().zip(&places);
        let missing: Vec<String> = pairs
            .filter(|(_, place)| place.is_none())
            .map(|(file, _)| file.remote().to_owned())
            .collect();
        if missing.is_empty() {
            return Ok(places.into_iter().flatten().collect());
        }
        if best.as_ref().is_none_or(|best| missing.len() < best.len()) {
            best = Some(missing);
        }
    }
    Err(Error::Missing {
        folder: from.to_owned(),
        names: best.unwrap_or_default(),
    })
}

/// Folders in which a model's files may lie together.
fn folders(spec: &ModelSpec, from: &Path) -> Vec<PathBuf> {
    let mut folders = vec![from.to_owned(), from.join(&spec.id), spec.directory(from)];
    let mut repositories = vec![from.to_owned()];
    if let Some(repository) = &spec.repository {
        folders.extend(repository.rsplit('/').next().map(|name| from.join(name)));
        let cached = format!("models--{}", repository.replace('/', "--"));
        repositories.extend([from.join(&cached), from.join("hub").join(&cached)]);
    }
    for repository in repositories {
        let snapshots = repository.join("snapshots");
        let named = fs::read_to_string(repository.join("refs").join(&spec.revision));
        folders.push(snapshots.join(&spec.revision));
        folders.extend(
            named
                .ok()
                .filter(|name| !name.contains(['/', '\\', '.']))
                .map(|name| snapshots.join(name.trim())),
        );
    }
    folders
}

/// The file that was named, if it is a file's only possible content.
fn stand_in(spec: &ModelSpec, file: &ModelFile, named: Option<&Path>) -> Option<PathBuf> {
    let kind = |name: &str| Path::new(name).extension().map(OsStr::to_owned);
    let wanted = kind(&file.name);
    let mut same = spec.files.iter().filter(|file| kind(&file.name) == wanted);
    let is_only_one = same.next().is_some() && same.next().is_none();
    named
        .filter(|named| is_only_one && named.extension() == wanted.as_deref())
        .map(Path::to_owned)
}

/// A file under its own name, or where the repository has it.
fn place(file: &ModelFile, folder: &Path) -> Option<PathBuf> {
    [file.name.as_str(), file.remote()]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|path| path.is_file())
}

fn copy_all(
    spec: &ModelSpec,
    found: &[PathBuf],
    folder: &Path,
    on_progress: &mut OnProgress<'_>,
) -> Result<ControlFlow<()>, Error> {
    for (i_file, (file, from)) in spec.files.iter().zip(found).enumerate() {
        if is_pointer(from) {
            return Err(Error::Pointer { path: from.clone() });
        }
        let n_bytes_total = fs::metadata(from).ok().map(|metadata| metadata.len());
        let mut step = |n_bytes| {
            on_progress(Progress {
                file: &file.name,
                i_file,
                n_files: spec.files.len(),
                n_bytes,
                n_bytes_total,
            })
        };
        let part = folder.join(PART);
        if copy(from, &part, &mut step)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        // The person's own file is what the error should name.
        file.admit(&part, folder, None)
            .map_err(|error| match error {
                FileError::Damaged { .. } => FileError::Damaged { path: from.clone() },
                error => error,
            })?;
    }
    Ok(ControlFlow::Continue(()))
}

fn copy(
    from: &Path,
    to: &Path,
    step: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Error> {
    let unreadable = |source| FileError::Unreadable {
        path: from.to_owned(),
        source,
    };
    let mut source = File::open(from).map_err(unreadable)?;
    let mut target = at(to, File::create)?;
    let mut buffer = vec![0; PIECE_BYTES];
    let mut n_bytes = 0;
    loop {
        let n = source.read(&mut buffer).map_err(unreadable)?;
        if n == 0 {
            break;
        }
        let piece = buffer.get(..n).unwrap_or_default();
        at(to, |_| target.write_all(piece))?;
        n_bytes += n as u64;
        if step(n_bytes).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    at(to, |_| target.sync_all())?;
    Ok(ControlFlow::Continue(()))
}

/// Whether a file only names its content, as Git LFS leaves it.
pub(super) fn is_pointer(path: &Path) -> bool {
    let read = |mut file: File| -> io::Result<bool> {
        let mut start = [0; POINTER.len()];
        file.read_exact(&mut start)?;
        Ok(start == POINTER)
    };
    File::open(path).and_then(read).unwrap_or(false)
}
