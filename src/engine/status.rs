//! What can be told about a library: its state at one moment, and why a file is or is not found.
//!
//! Reads the store and the file system; changes nothing. Invariant: every path has an answer.

use std::path::{Path, PathBuf};

use super::{
    Activity, Engine, HeldFolder, Result,
    folders::located,
    following::Followed,
    models,
    obeyed::{gives, policy},
};
use crate::{
    document::{FileState, PathKey},
    indexing,
    search::Notice,
    store,
};

/// Why a folder is not watched that could be.
const LIMIT: &str = "the system watches no more folders";

/// The library at one moment.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// The chosen folders with their number of files.
    pub folders: Vec<FolderStatus>,
    /// Number of files by state.
    pub files: Vec<(FileState, u64)>,
    /// Passages that can be found.
    pub n_passages: u64,
    /// Passages without an embedding.
    pub n_to_embed: u64,
    /// Pages that are pictures, whose text is still to be recognised.
    pub n_to_recognise: u64,
    /// What was forgotten at the user's wish and is left out since.
    pub exclusions: Vec<PathBuf>,
    /// Bytes on disk by part.
    pub bytes: Vec<(&'static str, u64)>,
    /// What is missing, and how to get it.
    pub notices: Vec<Notice>,
    /// What is being done now, and why nothing is.
    pub now: Activity,
    /// Folders that look generated, are left out, and are asked about; the largest first.
    pub held_back: Vec<HeldFolder>,
    /// Only what lies in one of these may be added; `None` allows all.
    pub only_below: Option<Vec<PathBuf>>,
}

/// One chosen folder.
#[derive(Debug, Clone)]
pub struct FolderStatus {
    /// Its path.
    pub path: PathBuf,
    /// It cannot be reached now.
    pub away: bool,
    /// Files of it in the library.
    pub n_files: u64,
    /// When all of it was looked at last, in seconds since 1970.
    pub looked_at: Option<i64>,
    /// How changes in it are noticed, in words; what the process that followed it last found.
    pub followed: Option<String>,
    /// The administrator's policy sets it: it cannot be removed.
    pub is_given: bool,
}

/// State of a path, and why.
#[derive(Debug, Clone)]
pub struct Why {
    /// A state's name, or `unknown` for a path outside the library.
    pub state: &'static str,
    /// The reason, in a sentence.
    pub reason: String,
}

impl Engine {
    /// What the library takes up, part by part; looks at all of it.
    pub async fn sizes(&self) -> Result<store::Sizes> {
        let mut sizes = self.store.sizes().await?;
        let words = self.lexical.as_ref();
        let n_bytes = words.map_or(0, |lexical| lexical.size_bytes());
        sizes.parts.push(("words".into(), n_bytes));
        Ok(sizes)
    }

    /// The library at this moment.
    pub async fn status(&self) -> Result<Status> {
        let counts = self.store.counts().await?;
        let excluded = self.store.exclusions().await?;
        let is_to_erase = self.store.is_to_erase().await?;
        let total = |wanted: &dyn Fn(&store::StateCount) -> bool| {
            counts
                .iter()
                .filter(|count| wanted(count))
                .map(|count| count.n_files)
                .sum::<u64>()
        };
        let policy = policy(&self.dirs);
        let folders = self
            .store
            .folders()
            .await?
            .into_iter()
            .map(|folder| FolderStatus {
                is_given: gives(&self.dirs, &policy, &folder.path.to_path()),
                path: folder.path.to_path(),
                away: folder.away,
                n_files: total(&|count| count.folder == folder.id),
                looked_at: folder.looked_at,
                followed: folder
                    .followed
                    .as_deref()
                    .and_then(|name| self.followed(name)),
            });
        let folders: Vec<FolderStatus> = folders.collect();
        Ok(Status {
            notices: self.notices(&folders, is_to_erase).await?,
            exclusions: excluded.iter().map(PathKey::to_path).collect(),
            folders,
            files: FileState::ALL
                .iter()
                .map(|&state| (state, total(&|count| count.state == state)))
                .collect(),
            n_passages: self.store.count_passages().await?,
            n_to_embed: self.store.count_to_embed().await?,
            n_to_recognise: self.store.count_to_recognise().await?,
            bytes: vec![
                ("database", self.store.size_bytes().await?),
                (
                    "words",
                    self.lexical
                        .as_ref()
                        .map_or(0, |lexical| lexical.size_bytes()),
                ),
            ],
            now: self.activity(),
            held_back: self.unanswered().await?,
            only_below: policy.only_below,
        })
    }

    async fn unanswered(&self) -> Result<Vec<HeldFolder>> {
        let mut held = self.held_folders().await?;
        held.retain(|held| held.answer.is_none());
        Ok(held)
    }

    /// How a folder is followed, in words; the database has the word for it.
    fn followed(&self, name: &str) -> Option<String> {
        let seconds = self.between_polls.as_secs();
        let followed = Followed::ALL
            .into_iter()
            .find(|known| known.name() == name)?;
        Some(match followed {
            Followed::Watched => "watched".into(),
            Followed::Network => format!("looked at every {seconds} s: it lies on a network"),
            Followed::Limit => format!("looked at every {seconds} s: {LIMIT}"),
            Followed::Refused => format!("looked at every {seconds} s: it cannot be watched"),
        })
    }

    async fn notices(&self, folders: &[FolderStatus], is_to_erase: bool) -> Result<Vec<Notice>> {
        let to_erase = is_to_erase.then(|| Notice {
            message: "Something that was forgotten is not yet erased from the disk".into(),
            hint: Some(
                "It is tried again; a program that searches the library may be in the way".into(),
            ),
        });
        let is_limited = |folder: &FolderStatus| {
            let followed = folder.followed.as_deref();
            followed.is_some_and(|followed| followed.ends_with(LIMIT))
        };
        let limit = folders.iter().any(is_limited).then(|| Notice {
            message: format!("Changes are noticed late in some folders: {LIMIT}"),
            hint: cfg!(target_os = "linux").then(|| {
                "Raise it: sudo sysctl fs.inotify.max_user_watches=1048576; to keep that, write \
                 the setting into a file in /etc/sysctl.d"
                    .into()
            }),
        });
        let trouble = self.progress.borrow().trouble.clone();
        let interrupted = trouble.map(|cause| Notice {
            message: format!("Indexing was interrupted: {cause}"),
            hint: Some("It is tried again; what was read so far can be found".into()),
        });
        let serving = self.serving();
        let former = self.former.as_ref().filter(|former| former.key == serving);
        let former = former.map(|former| Notice {
            message: format!(
                "Search by meaning still uses the model {}: {} has not embedded everything yet",
                former.key, self.model_key
            ),
            hint: None,
        });
        let no_model = self.model.as_ref().err().cloned();
        let (_, catalogue) = models::catalogue(&self.dirs);
        let salvaged = self
            .store
            .salvaged()
            .await?
            .map(|salvaged| salvaged_notice(&salvaged));
        let damaged = self.store.is_suspect().then(|| Notice {
            message: "The library's database is damaged".into(),
            hint: Some(
                "Close Nuthatch and start it again: it is looked at whole, and repaired".into(),
            ),
        });
        let lexical = self.lexical.as_ref();
        let building = lexical
            .filter(|lexical| lexical.is_being_built())
            .map(|_| Notice {
                message:
                    "The word index is being built anew, and some results are missing until then"
                        .into(),
                hint: None,
            });
        Ok(self
            .policy_notices()
            .into_iter()
            .chain(no_model)
            .chain(catalogue)
            .chain(salvaged)
            .chain(damaged)
            .chain(building)
            .chain(interrupted)
            .chain(former)
            .chain(to_erase)
            .chain(limit)
            .chain(self.offer().await?)
            .collect())
    }

    /// The state of a path, and why; for any path.
    pub async fn why(&self, path: &Path) -> Result<Why> {
        let resolved = located(path);
        if let Some(file) = self.store.file_at(&PathKey::of(&resolved)).await? {
            let reason = file
                .reason
                .unwrap_or_else(|| usual_reason(file.state).to_owned());
            return Ok(Why {
                state: file.state.name(),
                reason,
            });
        }
        let folders = self.store.folders().await?;
        let root = folders
            .iter()
            .map(|folder| folder.path.to_path())
            .find(|root| resolved.starts_with(root));
        let unknown = |reason: &str| Why {
            state: "unknown",
            reason: reason.to_owned(),
        };
        let excluded = self.store.exclusions().await?;
        let excluded = excluded.iter().map(PathKey::to_path);
        if let Some(excluded) = excluded.into_iter().find(|path| resolved.starts_with(path)) {
            let shown = excluded.display();
            return Ok(Why {
                state: "skipped",
                reason: format!(
                    "it was forgotten at your wish; `nuthatch forget --undo {shown}` ends that"
                ),
            });
        }
        let Ok(metadata) = resolved.symlink_metadata() else {
            return Ok(unknown("there is nothing at this path"));
        };
        let Some(root) = root else {
            return Ok(unknown("it is in none of the chosen folders"));
        };
        if metadata.is_symlink() {
            return Ok(Why {
                state: "skipped",
                reason: "it is a symbolic link; what it points to is found where it lies".into(),
            });
        }
        if let Some(holder) = indexing::holder(&self.store.held_folders().await?, &resolved) {
            return Ok(Why {
                state: "skipped",
                reason: held_reason(holder),
            });
        }
        Ok(
            match indexing::why_left_out(&root, &resolved, self.dirs.library()) {
                Some(reason) => Why {
                    state: "skipped",
                    reason,
                },
                None if metadata.is_dir() => unknown("it is a folder; ask about a file in it"),
                None => Why {
                    state: "waiting",
                    reason: "it is new and has not been looked at yet".into(),
                },
            },
        )
    }
}

fn held_reason(holder: &store::HeldFolder) -> String {
    let path = holder.path.to_path();
    let shown = path.display();
    match (holder.answer, holder.looks.as_str()) {
        (None, looks) => format!(
            "{shown} looks like {looks}, with {} files, and was left out; \
             `nuthatch include` reads it",
            holder.n_files
        ),
        (Some(_), _) => format!("you left {shown} out; `nuthatch include` reads it"),
    }
}

fn salvaged_notice(salvaged: &store::Salvaged) -> Notice {
    Notice {
        message: format!(
            "The library's database was damaged ({}). What could be read of it was taken into a new one: \
             {} folders, {} embeddings, {} recognised pages; the files are read again",
            salvaged.date, salvaged.n_folders, salvaged.n_embeddings, salvaged.n_pages
        ),
        hint: Some(format!(
            "The damaged one is kept as {}; delete it when you miss nothing",
            salvaged.kept.display()
        )),
    }
}

pub(super) fn usual_reason(state: FileState) -> &'static str {
    match state {
        FileState::Waiting => "it waits to be read",
        FileState::Indexed => "it was read whole; every word of it can be found",
        FileState::Partial => "it was read in part",
        FileState::Failed => "it could not be read",
        FileState::Skipped => "it was left out",
        FileState::Away => "its folder cannot be reached now",
    }
}
