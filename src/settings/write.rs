//! Changing one setting in the user's file.
//!
//! Owns nothing but the way it is written. Invariant: comments, order and unknown keys stay, and the
//! file is at every moment either the old one or the new one.

use std::{
    io::{self, Write},
    path::Path,
};

use toml_edit::{DocumentMut, Value, value};

use super::{Error, Policy, Settings};

impl Settings {
    /// Sets one setting. One that is not known, a value of the wrong type, or one that the administrator has
    /// set, is refused.
    pub fn write(
        path: &Path,
        policy: &Policy,
        key: &str,
        new: impl Into<Value>,
    ) -> Result<(), Error> {
        policy.refuse(key)?;
        let shown = path.display().to_string();
        // Also refuses a file that could not be read afterwards.
        Self::load(path, policy)?;
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(|source| Error::Unreadable {
                path: shown.clone(),
                source,
            })?,
        };
        let mut document: DocumentMut = text.parse().map_err(|error| Error::Malformed {
            path: shown.clone(),
            reason: format!("{error}"),
        })?;
        let new = new.into();
        // An item that is there keeps the comment behind it.
        match document.get_mut(key).and_then(|item| item.as_value_mut()) {
            Some(old) => {
                let decor = old.decor().clone();
                *old = new;
                *old.decor_mut() = decor;
            }
            None => {
                document.insert(key, value(new));
            }
        }
        let text = document.to_string();
        refuse_nonsense(&text, key).map_err(|reason| Error::Malformed {
            path: shown.clone(),
            reason,
        })?;
        replace(path, &text).map_err(|source| Error::Unwritable {
            path: shown,
            source,
        })
    }
}

/// What is written must be read again, and be obeyed.
fn refuse_nonsense(text: &str, key: &str) -> Result<(), String> {
    let settings: Settings = toml::from_str(text).map_err(|error| error.to_string())?;
    let known = toml::Value::try_from(&settings).map_err(|error| error.to_string())?;
    known
        .get(key)
        .map(|_| ())
        .ok_or_else(|| format!("there is no setting {key}"))
}

impl Policy {
    /// Refuses a setting that is fixed.
    pub fn refuse(&self, key: &str) -> Result<(), Error> {
        if !self.fixes(key) {
            return Ok(());
        }
        let file = self.file().map(|file| file.display().to_string());
        Err(Error::Fixed {
            key: key.to_owned(),
            policy: file.unwrap_or_default(),
        })
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No policy.
    fn free() -> Policy {
        Policy::default()
    }

    #[test]
    fn choosing_a_reranker_keeps_all_else_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library/settings.toml");
        Settings::write(&path, &free(), "reranker", "zerank-2").unwrap();
        assert_eq!(Settings::load(&path, &free()).unwrap().reranker, "zerank-2");

        let text =
            "# mine\nfrom_the_future = true\nreranker = \"none\" # for now\n\n[later]\nx = 1\n";
        std::fs::write(&path, text).unwrap();
        Settings::write(&path, &free(), "reranker", "auto").unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, text.replace("\"none\"", "\"auto\""));

        std::fs::write(&path, "[later]\nx = 1\n").unwrap();
        Settings::write(&path, &free(), "reranker", "auto").unwrap();
        assert_eq!(Settings::load(&path, &free()).unwrap().reranker, "auto");
    }

    #[test]
    fn a_setting_is_written_if_there_is_one_and_its_value_fits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        Settings::write(&path, &free(), "rerank_budget_ms", 750).unwrap();
        Settings::write(&path, &free(), "meaning", false).unwrap();
        let written = Settings::load(&path, &free()).unwrap();
        assert_eq!((written.rerank_budget_ms, written.meaning), (750, false));
        let text = std::fs::read_to_string(&path).unwrap();
        for refused in [
            Settings::write(&path, &free(), "meanings", true),
            Settings::write(&path, &free(), "rerank_budget_ms", -1),
            Settings::write(&path, &free(), "meaning", "perhaps"),
        ] {
            assert!(
                matches!(refused, Err(Error::Malformed { .. })),
                "{refused:?}"
            );
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_file_that_makes_no_sense_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        for text in ["reranker = ", "extract_seconds = \"soon\"\n"] {
            std::fs::write(&path, text).unwrap();
            let error = Settings::write(&path, &free(), "reranker", "none").unwrap_err();
            assert!(matches!(error, Error::Malformed { .. }), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
