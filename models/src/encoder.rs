//! One encoder reranker on ONNX Runtime, through fastembed: query and passage read together as
//! `[CLS] query [SEP] passage [SEP]`, judged by one logit.
//!
//! Owns the session and the tokenizer; knows nothing of pipes. Needs `config.json` (for the id of
//! the padding), `tokenizer.json` and one `.onnx` file whose output is called `logits`.
//! Invariant: an answer has one entry per passage, in order, that does not depend on the other
//! passages; an empty passage has no score; a pair that is too long loses its passage's tail.

use std::path::Path;

use anyhow::{Context, ensure};
use fastembed::{
    OnnxSource, RerankInitOptionsUserDefined, TextRerank, TokenizerFiles, UserDefinedRerankingModel,
};
use nuthatch_models::ModelSpec;
use tokenizers::{TruncationParams, TruncationStrategy};

use crate::onnx;

/// Pairs that are computed at once; they are sorted by length, so that few tokens are padding.
const BATCH: usize = 8;

/// A loaded encoder reranker.
pub(crate) struct EncoderReranker {
    model: TextRerank,
}

impl EncoderReranker {
    /// Loads the runtime library and opens a session.
    pub(crate) fn load(
        spec: &ModelSpec,
        directory: &Path,
        runtime: &Path,
        n_threads: usize,
    ) -> anyhow::Result<Self> {
        let environment = onnx::environment(runtime)?;
        let is_onnx = |name: &&str| Path::new(name).extension().is_some_and(|end| end == "onnx");
        let weights = spec
            .files
            .iter()
            .map(|file| file.name.as_str())
            .find(is_onnx);
        let weights =
            weights.with_context(|| format!("the model {} has no .onnx file", spec.id))?;
        // The last two are fastembed's condition; what they could say is set below.
        let limits = format!(
            r#"{{"model_max_length":{},"pad_token":"[PAD]"}}"#,
            spec.max_tokens
        );
        let files = TokenizerFiles {
            tokenizer_file: onnx::read(directory, "tokenizer.json")?,
            config_file: onnx::read(directory, "config.json")?,
            special_tokens_map_file: b"{}".to_vec(),
            tokenizer_config_file: limits.into_bytes(),
        };
        let source = OnnxSource::File(directory.join(weights));
        let options = RerankInitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(spec.max_tokens)
            .with_intra_threads(n_threads)
            .with_session_config(onnx::ASLEEP.0, onnx::ASLEEP.1);
        let model = UserDefinedRerankingModel::new(source, files);
        let mut model = TextRerank::try_new_from_user_defined(model, options)
            .with_context(|| format!("could not load the model {}", spec.id))?;
        let truncation = TruncationParams {
            max_length: spec.max_tokens,
            strategy: TruncationStrategy::OnlySecond,
            ..TruncationParams::default()
        };
        let truncated = model.tokenizer.with_truncation(Some(truncation));
        truncated.map_err(anyhow::Error::from_boxed)?;
        // A file with `[SEP]` in it stays a file that says so.
        model.tokenizer.set_encode_special_tokens(true);
        Ok(Self { model })
    }

    /// One logit per passage, in order; `None` for an empty passage, and for every passage if the
    /// query is empty.
    pub(crate) fn score(
        &mut self,
        query: &str,
        passages: &[String],
    ) -> anyhow::Result<Vec<Option<f32>>> {
        let mut scores = vec![None; passages.len()];
        let query = query.trim();
        let mut texts: Vec<(usize, &str)> = passages
            .iter()
            .map(|text| text.trim())
            .enumerate()
            .collect();
        texts.retain(|(_, text)| !text.is_empty());
        if query.is_empty() || texts.is_empty() {
            return Ok(scores);
        }
        self.check_query(query)?;
        texts.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        let sorted: Vec<&str> = texts.iter().map(|&(_, text)| text).collect();
        let found = self
            .model
            .rerank(query, sorted.as_slice(), false, Some(BATCH))?;
        for result in found {
            let place = texts
                .get(result.index)
                .and_then(|&(i, _)| scores.get_mut(i));
            *place.context("the model scored a passage that there is not")? = Some(result.score);
        }
        Ok(scores)
    }

    /// The tokenizer refuses what it may not cut, and of a pair that is never the query.
    fn check_query(&self, query: &str) -> anyhow::Result<()> {
        let fits = self.model.tokenizer.encode(query, true).is_ok();
        ensure!(fits, "the query is longer than the model reads");
        Ok(())
    }

    /// Tokens of all pairs, without padding.
    pub(crate) fn n_tokens(&self, query: &str, passages: &[String]) -> anyhow::Result<usize> {
        let n_tokens = |passage: &String| {
            let encoding = self.model.tokenizer.encode((query, passage.as_str()), true);
            Ok(encoding.map_err(anyhow::Error::from_boxed)?.len())
        };
        passages.iter().map(n_tokens).sum()
    }
}
