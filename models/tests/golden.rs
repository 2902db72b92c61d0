//! The check of a model, through the worker, on the tiny checkpoint: it gives scores, but not those
//! of a big model that it is passed off as.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use nuthatch_models::{
    Device, MEMORY_GROWTH_LIMIT_BYTES, ModelSpec, ModelWorker, WorkerConfig,
    catalogue::{CausalSpec, Kind, ModelFile},
    golden::{self, Checked},
};

/// The prompt that the tiny checkpoint was made with.
fn causal() -> CausalSpec {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tiny/tied/prompts.json");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    serde_json::from_value(json["prompts"][0]["spec"].clone()).unwrap()
}

/// The tiny checkpoint under a name of the catalogue's, and what its check gives.
async fn checked(id: &str) -> Vec<Checked> {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tiny/tied");
    let models = tempfile::tempdir().unwrap();
    let names = ["config.json", "tokenizer.json", "model.safetensors"];
    for name in names {
        std::fs::copy(tiny.join(name), models.path().join(name)).unwrap();
    }
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
        files: names.map(file).into(),
        kind: Kind::CausalReranker(causal()),
        ..ModelSpec::default_embedding()
    };
    for file in &spec.files {
        let path = models.path().join(&file.name);
        file.admit(&path, models.path(), None).unwrap();
    }
    let worker = ModelWorker::new(WorkerConfig {
        executable: PathBuf::from(env!("CARGO_BIN_EXE_nuthatch-models")),
        runtime: PathBuf::new(),
        spec,
        directory: models.path().to_owned(),
        n_threads: 1,
        device: Device::Cpu,
        precision: None,
        idle_timeout: Duration::from_mins(1),
        memory_growth_limit_bytes: MEMORY_GROWTH_LIMIT_BYTES,
    });
    golden::check(&worker.unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_model_of_unknown_scores_passes_with_any_numbers() {
    let rows = checked("tiny").await;
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(Checked::passed), "{rows:?}");
}

#[tokio::test]
async fn other_weights_do_not_pass_for_those_with_published_scores() {
    let rows = checked("zerank-2").await;
    let wanted = golden::rows("zerank-2");
    assert_eq!(rows.len(), wanted.len());
    assert!(
        rows.iter()
            .zip(wanted)
            .all(|(row, wanted)| row.row == *wanted)
    );
    let (empty, scored) = rows.split_last().unwrap();
    assert!(empty.passed() && scored.iter().all(|row| row.found.is_some()));
    assert!(!scored.iter().all(Checked::passed), "{rows:?}");
}
