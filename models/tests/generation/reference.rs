//! The files that are compared with llama.cpp, and what it said of them.

use std::path::{Path, PathBuf};

use nuthatch_models::{Speaker, Turn, catalogue::GeneratorSpec};
use serde::Deserialize;

/// Each has a tiny file.
pub(crate) const FAMILIES: [&str; 3] = ["llama", "qwen2", "qwen3"];

/// What llama.cpp makes of texts and prompts.
#[derive(Deserialize)]
pub(crate) struct Reference {
    pub(crate) texts: Vec<Text>,
    pub(crate) prompts: Vec<Prompt>,
}

#[derive(Deserialize)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) ids: Vec<u32>,
}

#[derive(Deserialize)]
pub(crate) struct Prompt {
    /// What the user says, behind a system turn that is always the same.
    pub(crate) user: String,
    pub(crate) ids: Vec<u32>,
    /// The likeliest next tokens with their log-probabilities, computed without rounding.
    pub(crate) top: Vec<(u32, f32)>,
    /// The same as llama.cpp has it, of real models only.
    pub(crate) theirs: Vec<(u32, f32)>,
    /// How it goes on, and by how much each token led.
    pub(crate) greedy: Vec<u32>,
    pub(crate) leads: Vec<f32>,
    pub(crate) text: String,
}

pub(crate) fn reference(name: &str) -> Reference {
    let json = std::fs::read(here().join(name).with_extension("json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// A folder with one model in it.
pub(crate) struct Place {
    pub(crate) name: String,
    folder: PathBuf,
    _copy: Option<tempfile::TempDir>,
}

impl Place {
    pub(crate) fn tiny(family: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = here().join(family).with_extension("gguf");
        std::fs::copy(file, folder.path().join("model.gguf")).unwrap();
        Self {
            name: family.into(),
            folder: folder.path().into(),
            _copy: Some(folder),
        }
    }

    /// Where `cargo xtask setup` puts the model that only tests need.
    pub(crate) fn real() -> Self {
        let beside = Path::new(env!("CARGO_BIN_EXE_nuthatch-models")).parent();
        let name = "smollm2-135m-instruct";
        let folder = beside.unwrap().join("test-models").join(name);
        assert!(
            folder.is_dir(),
            "`cargo xtask setup` fetches {}",
            folder.display()
        );
        Self {
            name: name.into(),
            folder,
            _copy: None,
        }
    }

    /// The same, where something is written beside it.
    pub(crate) fn real_copy() -> Self {
        let real = Self::real();
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = [real.folder(), folder.path()].map(|at| at.join("model.gguf"));
        std::fs::hard_link(&from, &to)
            .or_else(|_| std::fs::copy(from, to).map(drop))
            .unwrap();
        Self {
            folder: folder.path().into(),
            _copy: Some(folder),
            ..real
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generation")
}

/// The template of all of them.
pub(crate) fn chatml() -> GeneratorSpec {
    let turn = |role: &str| format!("<|im_start|>{role}\n");
    GeneratorSpec {
        begin: String::new(),
        system: turn("system"),
        user: turn("user"),
        assistant: turn("assistant"),
        close: "<|im_end|>\n".into(),
        answer: turn("assistant"),
        stop: vec!["<|im_end|>".into()],
    }
}

/// The turns in front of which the reference's prompts stand.
pub(crate) fn conversation(user: &str) -> Vec<Turn> {
    let said = |role, text: &str| Turn {
        role,
        text: text.into(),
    };
    vec![
        said(Speaker::System, "Answer from the passages."),
        said(Speaker::User, user),
    ]
}
