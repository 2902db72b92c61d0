//! A tiny committed checkpoint as an installed model, with what a worker on it needs.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use nuthatch_models::{
    Device, MEMORY_GROWTH_LIMIT_BYTES, ModelSpec, Priority, WorkerConfig,
    catalogue::{Kind, ModelFile},
};

pub(crate) fn folder(checkpoint: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tiny")
        .join(checkpoint)
}

pub(crate) fn executable() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_nuthatch-models"))
}

/// Copies the checkpoint with its recorded hashes; the model lies there until the folder is dropped.
pub(crate) fn install(checkpoint: &str, id: &str, kind: Kind) -> (tempfile::TempDir, WorkerConfig) {
    let models = tempfile::tempdir().unwrap();
    let weights = match kind {
        Kind::CausalReranker(_) => "model.safetensors",
        Kind::Embedding(_) | Kind::EncoderReranker | Kind::TextReader => "model.onnx",
        Kind::Generator(_) => "model.gguf",
    };
    let file = |name: &str| ModelFile {
        name: name.into(),
        path: None,
        size_bytes: None,
        sha256: None,
    };
    let spec = ModelSpec {
        id: id.into(),
        revision: "1".into(),
        max_tokens: 512,
        files: ["config.json", "tokenizer.json", weights].map(file).into(),
        kind,
        ..ModelSpec::default_embedding()
    };
    for file in &spec.files {
        let copy = models.path().join(&file.name);
        std::fs::copy(folder(checkpoint).join(&file.name), &copy).unwrap();
        file.admit(&copy, models.path(), None).unwrap();
    }
    let config = on(spec, models.path());
    (models, config)
}

/// What a worker on an installed model needs.
pub(crate) fn on(spec: ModelSpec, directory: &Path) -> WorkerConfig {
    let library = [
        std::env::consts::DLL_PREFIX,
        "onnxruntime",
        std::env::consts::DLL_SUFFIX,
    ];
    WorkerConfig {
        runtime: executable().with_file_name(library.concat()),
        executable: executable(),
        spec,
        directory: directory.to_owned(),
        n_threads: 1,
        priority: Priority::Normal,
        device: Device::Cpu,
        precision: None,
        idle_timeout: Duration::from_mins(1),
        memory_growth_limit_bytes: MEMORY_GROWTH_LIMIT_BYTES,
    }
}
