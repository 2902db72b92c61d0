//! A user's own entries beside the built-in ones: `catalog.toml` in the folder of models, in the
//! same format. For models that the program does not know, and for newer revisions.
//!
//! Invariant: whatever is wrong with the file, the built-in entries stand.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Catalogue, ModelSpec, models};

/// Why a user's own catalogue is not used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It cannot be read.
    #[error("the model catalogue {path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is not what a catalogue looks like.
    #[error("the model catalogue {path} is not understood: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line and cause.
        reason: String,
    },
}

/// Every known model, the built-in ones first, and why the user's own catalogue in `folder` is not
/// among them, if there is one.
pub fn all_models(folder: &Path) -> (Vec<ModelSpec>, Option<CatalogueError>) {
    let mut models = models();
    match own(folder, &models) {
        Ok(own) => {
            models.extend(own);
            (models, None)
        }
        Err(error) => (models, Some(error)),
    }
}

fn own(folder: &Path, known: &[ModelSpec]) -> Result<Vec<ModelSpec>, CatalogueError> {
    let path = folder.join("catalog.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(CatalogueError::Unreadable { path, source }),
    };
    let malformed = |reason: String| CatalogueError::Malformed {
        path: path.clone(),
        reason,
    };
    let own = toml::from_str::<Catalogue>(&text)
        .map_err(|error| malformed(error.to_string()))?
        .model;
    for (i, model) in own.iter().enumerate() {
        if known
            .iter()
            .chain(&own[..i])
            .any(|other| other.id == model.id)
        {
            return Err(malformed(format!("the id {} is taken", model.id)));
        }
        model
            .check_names()
            .map_err(|error| malformed(error.to_string()))?;
    }
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = r#"
        [[model]]
        id = "mine"
        revision = "1"
        licence = "MIT"
        good_for = "tests"
        max_tokens = 512
        scripts = "all"
        files = [{ name = "model.onnx" }]
        kind = "encoder_reranker"
    "#;

    fn read(text: &str) -> (Vec<ModelSpec>, Option<CatalogueError>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("catalog.toml"), text).unwrap();
        all_models(folder.path())
    }

    #[test]
    fn a_users_own_entries_come_after_the_built_in_ones() {
        let (found, problem) = read(OWN);
        assert!(problem.is_none(), "{problem:?}");
        assert_eq!(found.len(), models().len() + 1);
        assert_eq!(found.last().map(ModelSpec::key), Some("mine@1".into()));
        let nowhere = tempfile::tempdir().unwrap();
        assert!(all_models(nowhere.path()).1.is_none());
    }

    #[test]
    fn a_broken_catalogue_is_told_of_and_leaves_the_built_in_ones() {
        let taken = OWN.replace("mine", "zerank-2");
        let twice = format!("{OWN}{OWN}");
        let elsewhere = OWN.replace("model.onnx", "../model.onnx");
        let program = OWN.replace("model.onnx", "model.py");
        for broken in ["model = 3", &taken, &twice, &elsewhere, &program] {
            let (found, problem) = read(broken);
            assert_eq!(found, models());
            let problem = problem.unwrap().to_string();
            assert!(problem.contains("catalog.toml"), "{problem}");
        }
    }
}
