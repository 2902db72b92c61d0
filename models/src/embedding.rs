//! One embedding model on ONNX Runtime, through fastembed.
//!
//! Owns the session and the tokenizer; knows nothing of pipes or of what the texts are for.
//! Invariant: every vector has unit length and the catalogue's dimensions.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use fastembed::{
    InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use nuthatch_models::{
    ModelSpec, Role,
    catalogue::{self, EmbeddingSpec, Kind},
};

use crate::onnx;

/// A loaded model.
pub(crate) struct EmbeddingModel {
    model: TextEmbedding,
    id: String,
    spec: EmbeddingSpec,
}

impl EmbeddingModel {
    /// Loads the runtime library and opens a session.
    pub(crate) fn load(
        spec: &ModelSpec,
        directory: &Path,
        runtime: &Path,
        n_threads: usize,
    ) -> anyhow::Result<Self> {
        let Kind::Embedding(embedding) = &spec.kind else {
            bail!("the model {} gives no embeddings", spec.id);
        };
        let environment = onnx::environment(runtime)?;
        let read = |name: &str| onnx::read(directory, name);
        let files = TokenizerFiles {
            tokenizer_file: read("tokenizer.json")?,
            config_file: read("config.json")?,
            special_tokens_map_file: read("special_tokens_map.json")?,
            tokenizer_config_file: read("tokenizer_config.json")?,
        };
        let pooling = match embedding.pooling {
            catalogue::Pooling::Mean => Pooling::Mean,
            catalogue::Pooling::Cls => Pooling::Cls,
        };
        let model =
            UserDefinedEmbeddingModel::new(read("model.onnx")?, files).with_pooling(pooling);
        let options = InitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(spec.max_tokens)
            .with_intra_threads(n_threads)
            .with_session_config(onnx::ASLEEP.0, onnx::ASLEEP.1);
        let model = TextEmbedding::try_new_from_user_defined(model, options)
            .with_context(|| format!("could not load the model {}", spec.id))?;
        Ok(Self {
            model,
            id: spec.id.clone(),
            spec: embedding.clone(),
        })
    }

    /// One unit-length vector per text, in order, all in one batch.
    pub(crate) fn embed(&mut self, role: Role, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let prefix = match role {
            Role::Query => &self.spec.query_prefix,
            Role::Passage => &self.spec.passage_prefix,
        };
        let texts: Vec<String> = texts.iter().map(|text| format!("{prefix}{text}")).collect();
        let vectors = self.model.embed(&texts, Some(texts.len()))?;
        ensure!(
            vectors
                .iter()
                .all(|vector| vector.len() == self.spec.dimensions),
            "the model {} does not give {} dimensions",
            self.id,
            self.spec.dimensions
        );
        Ok(vectors)
    }
}
