//! What is obeyed: the user's settings under the administrator's policy, and what that policy allows.
//!
//! The only way in which the engine and both programs get at settings. Invariant: what a policy says is
//! held here, below every page and verb; it is read anew each time, so that it counts without a restart
//! wherever a setting does.

use std::path::{Path, PathBuf};

use nuthatch_models::install::Source;
use toml_edit::Value;

use super::{Engine, Error, Result};
use crate::{
    dirs::Dirs,
    document::PathKey,
    search::Notice,
    settings::{self, Policy, Settings},
};

/// The administrator's policy.
pub fn policy(dirs: &Dirs) -> Policy {
    Policy::load(dirs.policy())
}

/// The user's settings, with what the policy fixes.
pub fn settings(dirs: &Dirs) -> std::result::Result<Settings, settings::Error> {
    Settings::load(&dirs.settings(), &policy(dirs))
}

/// Those of a user whose file cannot be read: the defaults, with what the policy fixes.
pub fn settings_or_defaults(dirs: &Dirs) -> Settings {
    settings(dirs).unwrap_or_else(|_| Settings::defaults(&policy(dirs)))
}

/// Writes one of the user's settings, unless the policy fixes it.
pub fn write_setting(
    dirs: &Dirs,
    key: &str,
    value: impl Into<Value>,
) -> std::result::Result<(), settings::Error> {
    Settings::write(&dirs.settings(), &policy(dirs), key, value)
}

/// Where models are fetched from: as the user says, unless the policy does. A token of his goes to no address
/// but the one that he meant it for.
pub(super) fn source(dirs: &Dirs, settings: &Settings, source: Source) -> Source {
    let policy = policy(dirs);
    let from = &policy.models;
    let is_elsewhere = from.url.as_ref().is_some_and(|url| *url != source.base_url);
    Source {
        record: Some(dirs.connections()),
        is_forbidden: settings.never_connect || Settings::defaults(&policy).never_connect,
        base_url: from.url.clone().unwrap_or(source.base_url),
        token: source.token.filter(|_| !is_elsewhere),
        proxy: from.proxy.clone().or(source.proxy),
        no_proxy: from.no_proxy.clone().or(source.no_proxy),
        ca_file: from.ca_file.clone().or(source.ca_file),
        first_wait: source.first_wait,
    }
}

impl Engine {
    /// Whether a folder may be added, as far as the policy goes.
    pub fn may_add(&self, folder: &Path) -> bool {
        let path = folder.canonicalize();
        path.is_ok_and(|path| self.refuse_forbidden(&path).is_ok())
    }

    /// Refuses a folder that may not be added.
    pub(super) fn refuse_forbidden(&self, folder: &Path) -> Result<()> {
        let policy = policy(&self.dirs);
        let Some(allowed) = &policy.only_below else {
            return Ok(());
        };
        let given = policy.folders.iter().chain(allowed);
        let mut roots = given.filter_map(|root| there(&self.dirs, root));
        if roots.any(|root| folder.starts_with(root)) {
            return Ok(());
        }
        let shown: Vec<String> = allowed
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let where_to = if shown.is_empty() {
            "no folder may be added".into()
        } else {
            format!("only folders in {} may be added", shown.join(", "))
        };
        Err(forbidden(&policy, where_to))
    }

    /// Refuses to remove a folder that every library has.
    pub(super) fn refuse_given(&self, folder: &Path) -> Result<()> {
        let policy = policy(&self.dirs);
        if gives(&self.dirs, &policy, folder) {
            let what = format!("{} is in every library here", folder.display());
            return Err(forbidden(&policy, what));
        }
        Ok(())
    }

    /// Adds the folders that every library has, as far as they are there.
    pub(super) async fn ensure_given_folders(&self) -> Result<()> {
        let known = self.store.folders().await?;
        for folder in policy(&self.dirs).folders {
            let Some(path) = there(&self.dirs, &folder) else {
                continue;
            };
            let key = PathKey::of(&path);
            if path.is_dir() && !known.iter().any(|known| known.path == key) {
                self.store.add_folder(&key).await?;
            }
        }
        Ok(())
    }

    /// What is wrong with the policy.
    pub(super) fn policy_notices(&self) -> Vec<Notice> {
        let policy = policy(&self.dirs);
        let away = policy.folders.iter();
        let away = away.filter(|folder| there(&self.dirs, folder).is_none());
        let away = away.map(|folder| Notice {
            message: format!(
                "The folder {}, which your administrator has set, is not there",
                folder.display()
            ),
            hint: Some("It is added when Nuthatch starts and finds it".into()),
        });
        let problem = policy.problem().map(|message| Notice {
            message,
            hint: Some(if policy.fixes("never_connect") {
                "Tell your administrator; what is understood of it is obeyed, and nothing is connected to".into()
            } else {
                "Tell your administrator; what is understood of it is obeyed".into()
            }),
        });
        problem.into_iter().chain(away).collect()
    }
}

fn forbidden(policy: &Policy, what: String) -> Error {
    Error::Forbidden {
        what,
        policy: policy.file().map(Path::to_owned).unwrap_or_default(),
    }
}

/// Whether the policy sets this folder.
pub(super) fn gives(dirs: &Dirs, policy: &Policy, folder: &Path) -> bool {
    let mut given = policy.folders.iter();
    given.any(|path| there(dirs, path).is_some_and(|given| given == folder))
}

/// A folder of the policy as the ledger has it, if it is there.
fn there(dirs: &Dirs, folder: &Path) -> Option<PathBuf> {
    let path = match folder.strip_prefix("~") {
        Ok(below) => dirs.home()?.join(below),
        Err(_) => folder.to_owned(),
    };
    path.canonicalize().ok()
}
