//! The committed prompts of the tiny checkpoint, with what `transformers` computes on them.

use std::path::{Path, PathBuf};

use nuthatch_models::catalogue::CausalSpec;
use serde::Deserialize;

/// One query with passages, in the prompts of several families.
#[derive(Deserialize)]
pub(crate) struct Reference {
    pub(crate) query: String,
    pub(crate) passages: Vec<String>,
    pub(crate) prompts: Vec<Prompted>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "each test looks at its own part")]
pub(crate) struct Prompted {
    pub(crate) name: String,
    pub(crate) spec: CausalSpec,
    /// Of each whole prompt.
    pub(crate) ids: Vec<Vec<u32>>,
    pub(crate) scores: Vec<f32>,
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tiny/tied")
}

pub(crate) fn reference() -> Reference {
    let json = std::fs::read(folder().join("prompts.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

pub(crate) fn assert_near(found: &[Option<f32>], wanted: &[f32]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found.unwrap() - wanted).abs() < 1e-4, "{found:?} {wanted}");
    }
}
