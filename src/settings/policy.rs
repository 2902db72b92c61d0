//! What an administrator has set for everybody on this machine: settings that are fixed, folders that are
//! given, folders that are allowed, and where models come from.
//!
//! Owns how the file is read. The path comes from whoever starts the program (`place`), and from a test as
//! plain data (`Dirs::with_policy`): no environment variable names it, or every user could do without.
//! Invariants: what is understood of a file is obeyed and the rest is told; and what cannot be understood
//! never permits more: a file that cannot be read whole forbids connections, a list of allowed folders
//! that cannot be read allows none.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue, ValueDeserializer},
};

use super::Settings;

const FOLDERS: &str = "folders";
const ONLY_BELOW: &str = "folders_only_below";
const MODELS: &str = "models";
const NEVER_CONNECT: &str = "never_connect";
/// Settings that permit a connection or forbid one, with the value that does not permit it.
const CAREFUL: [(&str, bool); 2] = [(NEVER_CONNECT, true), ("chat_server_may_be_remote", false)];

/// An administrator's policy; without a file, one that sets nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    file: Option<PathBuf>,
    fixed: Table,
    /// Folders that every library has; `~/` is the user's home.
    pub folders: Vec<PathBuf>,
    /// Only what lies in one of these may be added; `None` allows all.
    pub only_below: Option<Vec<PathBuf>>,
    /// Where models come from.
    pub models: ModelsFrom,
    /// What was not understood, a sentence each.
    pub problems: Vec<String>,
}

/// Where models come from, as far as the policy says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelsFrom {
    /// The Hub's address, or a mirror's.
    pub url: Option<String>,
    /// The proxy's address.
    pub proxy: Option<String>,
    /// Hosts that are reached without it, separated by commas.
    pub no_proxy: Option<String>,
    /// Certificates in PEM that are trusted instead of the usual ones.
    pub ca_file: Option<PathBuf>,
}

impl Policy {
    /// Reads the policy in a file; where there is none, nothing is set.
    pub fn load(path: Option<&Path>) -> Self {
        let Some(path) = path else {
            return Self::default();
        };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::of(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => {
                let mut policy = Self {
                    file: Some(path.to_owned()),
                    ..Self::default()
                };
                policy.distrust(format!("it cannot be read ({error})"));
                policy
            }
        }
    }

    fn of(path: &Path, text: &str) -> Self {
        let mut policy = Self {
            file: Some(path.to_owned()),
            ..Self::default()
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        let broken: Vec<Range<usize>> = errors.iter().filter_map(toml::de::Error::span).collect();
        for (key, value) in table.into_inner() {
            let name = key.get_ref().to_string();
            // What was made up for a value that is missing stands nowhere.
            let end = value.span().end.max(key.span().end);
            let lines = lines(text, key.span().start..end);
            let is_broken = broken
                .iter()
                .any(|error| error.start <= lines.end && error.end >= lines.start);
            let value = if is_broken { None } else { plain(value) };
            policy.take(name, value);
        }
        if let Some(error) = errors.first() {
            let line = error.span().map(|span| line_number(text, span.start));
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            policy.distrust(format!("{place}{}", error.message()));
        }
        policy
    }

    /// Takes one key; `None` is a value that cannot be read.
    fn take(&mut self, key: String, value: Option<Value>) {
        let taken = match key.as_str() {
            FOLDERS => list(value).map(|folders| self.folders = folders),
            ONLY_BELOW => {
                let folders = list(value);
                // A limit that cannot be read is still meant as one.
                self.only_below = Some(folders.clone().unwrap_or_default());
                folders.map(|_| ())
            }
            MODELS => value
                .and_then(|value| ModelsFrom::deserialize(value).ok())
                .map(|models| self.models = models),
            _ => return self.take_setting(key, value),
        };
        if taken.is_none() {
            self.problems
                .push(format!("the value of {key} is not understood"));
        }
    }

    fn take_setting(&mut self, key: String, value: Option<Value>) {
        let known = Table::try_from(Settings::default()).unwrap_or_default();
        if !known.contains_key(&key) {
            self.problems.push(format!("there is no key {key}"));
            return;
        }
        let careful = CAREFUL.iter().find(|(name, _)| *name == key);
        let fits = value.filter(|value| {
            let alone = Table::from_iter([(key.clone(), value.clone())]);
            Settings::deserialize(alone).is_ok()
        });
        match (fits, careful) {
            (Some(value), _) => {
                self.fixed.insert(key, value);
            }
            (None, careful) => {
                self.problems
                    .push(format!("the value of {key} is not understood"));
                if let Some(&(_, value)) = careful {
                    self.fixed.insert(key, Value::Boolean(value));
                }
            }
        }
    }

    /// Of a file that cannot be read whole nobody knows whether it forbids connections.
    fn distrust(&mut self, problem: String) {
        self.problems.push(problem);
        self.fixed
            .insert(NEVER_CONNECT.into(), Value::Boolean(true));
    }

    /// The file, where there is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The settings that it fixes.
    pub fn fixed(&self) -> impl Iterator<Item = &str> {
        self.fixed.keys().map(String::as_str)
    }

    /// Whether it fixes a setting.
    pub fn fixes(&self, key: &str) -> bool {
        self.fixed.contains_key(key)
    }

    /// Puts what it fixes in the place of what a user wrote.
    pub(super) fn over(&self, mut settings: Table) -> Table {
        settings.extend(self.fixed.clone());
        settings
    }

    /// What a user's notice says of it, if there is something wrong with it.
    pub fn problem(&self) -> Option<String> {
        let (file, problems) = (self.file()?, &self.problems);
        (!problems.is_empty()).then(|| {
            let shown = file.display();
            format!(
                "Your administrator's policy {shown} is not understood in full: {}",
                problems.join("; ")
            )
        })
    }
}

fn plain(value: Spanned<DeValue<'_>>) -> Option<Value> {
    Value::deserialize(ValueDeserializer::from(value)).ok()
}

/// Folders that are named in full.
fn list(value: Option<Value>) -> Option<Vec<PathBuf>> {
    let folders: Vec<PathBuf> = value?.try_into().ok()?;
    let is_full = |folder: &PathBuf| folder.is_absolute() || folder.starts_with("~");
    folders.iter().all(is_full).then_some(folders)
}

/// From the beginning of the first line to the end of the last one.
fn lines(text: &str, range: Range<usize>) -> Range<usize> {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    start..range.end + after.find('\n').unwrap_or(after.len())
}

fn line_number(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Policy {
        Policy::of(Path::new("/etc/nuthatch/policy.toml"), text)
    }

    fn obeyed(policy: &Policy) -> Settings {
        let folder = tempfile::tempdir().unwrap();
        Settings::load(&folder.path().join("settings.toml"), policy).unwrap()
    }

    #[test]
    fn what_an_administrator_sets_is_taken() {
        let policy = policy(
            "never_connect = true\nmax_file_mib = 9\nindex_cores = \"full\"\n\
             folders = [\"/srv/handbook\", \"~/Documents\"]\nfolders_only_below = [\"/srv\"]\n\
             [models]\nurl = \"https://models.example\"\nproxy = \"http://proxy.example:3128\"\n",
        );
        assert_eq!(policy.problems, [""; 0]);
        assert_eq!(policy.problem(), None);
        let settings = obeyed(&policy);
        assert!(settings.never_connect && settings.max_file_mib == 9);
        assert!(policy.fixes("index_cores") && !policy.fixes("tray"));
        assert_eq!(
            policy.folders,
            ["/srv/handbook", "~/Documents"].map(PathBuf::from)
        );
        assert_eq!(policy.only_below, Some(vec!["/srv".into()]));
        assert_eq!(policy.models.url.as_deref(), Some("https://models.example"));
    }

    #[test]
    fn a_policy_goes_before_what_a_user_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "never_connect = false\nmeaning = false\n").unwrap();
        let settings = Settings::load(&path, &policy("never_connect = true\n")).unwrap();
        assert!(settings.never_connect && !settings.meaning);
    }

    #[test]
    fn what_is_not_understood_is_told_and_the_rest_is_obeyed() {
        let policy = policy(
            "never_conect = true\nmax_file_mib = \"large\"\nkeep_history = false\n\
             folders = [\"relative\"]\n[models]\nadress = \"x\"\n",
        );
        let settings = obeyed(&policy);
        assert!(!settings.keep_history && !settings.never_connect);
        assert_eq!(settings.max_file_mib, Settings::default().max_file_mib);
        assert_eq!(
            policy.problems,
            [
                "the value of folders is not understood",
                "the value of max_file_mib is not understood",
                "the value of models is not understood",
                "there is no key never_conect",
            ]
        );
    }

    #[test]
    fn what_cannot_be_understood_permits_nothing() {
        for text in [
            "never_connect = \"yes\"\n",
            "never_connect = \n",
            "keep_history = false\nthis is no toml\n",
            "[models\nurl = \"x\"\n",
        ] {
            let policy = policy(text);
            assert!(obeyed(&policy).never_connect, "{text}");
            assert!(!policy.problems.is_empty(), "{text}");
        }
        let remote = policy("chat_server_may_be_remote = 1\n");
        assert!(remote.fixes("chat_server_may_be_remote"));
        assert!(!obeyed(&remote).chat_server_may_be_remote);
        for limit in ["17", "[\"relative\"]", "[", ""] {
            let policy = policy(&format!("folders_only_below = {limit}\n"));
            assert_eq!(policy.only_below, Some(Vec::new()), "{limit}");
        }
    }

    #[test]
    fn of_a_file_with_a_slip_the_other_lines_are_obeyed() {
        let policy = policy("keep_history = false\nmax_file_mib = = 3\nmeaning = false\n");
        let settings = obeyed(&policy);
        assert!(!settings.keep_history && !settings.meaning && settings.never_connect);
        assert!(!policy.fixes("max_file_mib"));
        let problem = policy.problem().unwrap();
        assert!(problem.contains("line 2"), "{problem}");
    }

    #[test]
    fn a_file_that_may_not_be_read_forbids_connections_and_a_missing_one_sets_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Policy::load(Some(&folder.path().join("policy.toml")));
        assert_eq!(missing, Policy::default());
        // A folder in its place cannot be read by anybody, the tests' root included.
        let unreadable = Policy::load(Some(folder.path()));
        assert!(obeyed(&unreadable).never_connect);
        assert!(unreadable.problem().unwrap().contains("cannot be read"));
        std::fs::write(folder.path().join("latin.toml"), b"# caf\xe9\n").unwrap();
        let latin = Policy::load(Some(&folder.path().join("latin.toml")));
        assert!(obeyed(&latin).never_connect);
    }

    #[test]
    fn a_setting_that_is_fixed_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let policy = policy("keep_history = false\n");
        let error = Settings::write(&path, &policy, "keep_history", true).unwrap_err();
        assert!(error.to_string().contains("policy.toml"), "{error}");
        assert!(!path.exists());
        Settings::write(&path, &policy, "meaning", false).unwrap();
        // What the policy fixes does not get into the user's file by that.
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, "meaning = false\n");
    }
}
