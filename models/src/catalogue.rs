//! The models that Nuthatch knows, as data: `catalog.toml`, embedded.
//!
//! Owns what a model *is* (kind, files, licence, and what its kind needs to be run), not where it
//! lies or whether it runs. A new model is a new entry in `catalog.toml`.

mod arrival;
mod files;
mod generator;
mod own;
mod stamp;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

pub use files::{FileError, ModelFile};
pub use generator::GeneratorSpec;
pub use own::{CatalogueError, all_models};

/// One model at one revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// Stable name, also the folder name.
    pub id: String,
    /// Where it is fetched from: owner and name on the Hub. None where it only ships with the program.
    pub repository: Option<String>,
    /// Revision of the weights; embeddings and scores are keyed by id and revision.
    pub revision: String,
    /// SPDX licence of the weights at this revision.
    pub licence: String,
    /// What it is good for, in a sentence.
    pub good_for: String,
    /// Tokens after which a text is cut; for a reranker, those of the whole prompt; for a generator,
    /// those of the whole conversation with what it writes. 0 for a model that is given no texts.
    #[serde(default)]
    pub max_tokens: usize,
    /// What it can read.
    pub scripts: Scripts,
    /// Memory of the device in MiB that it takes to run, working space included, by what its
    /// weights are held as; estimates. Empty where any machine has enough.
    #[serde(default)]
    pub memory_mib: BTreeMap<Precision, u64>,
    /// What the files take, roughly; for files of unknown size.
    pub size_mib: Option<u64>,
    /// The files, all of them needed.
    pub files: Vec<ModelFile>,
    /// What it does, and what that takes.
    pub kind: Kind,
}

/// What a model does, with the data that only its kind has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Turns a text into a vector.
    Embedding(EmbeddingSpec),
    /// Judges a passage by the answer token of a causal language model.
    CausalReranker(CausalSpec),
    /// Judges a passage by the one logit of an encoder that reads query and passage together.
    EncoderReranker,
    /// Reads the text in a picture: `detection.onnx` finds lines, `recognition.onnx` reads them.
    TextReader,
    /// Goes on writing where a conversation stops: one GGUF file, with its tokenizer in it.
    Generator(GeneratorSpec),
}

/// What an embedding model needs to be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingSpec {
    /// Length of an embedding.
    pub dimensions: usize,
    /// How token vectors become one vector.
    pub pooling: Pooling,
    /// Put before a query.
    pub query_prefix: String,
    /// Put before a passage.
    pub passage_prefix: String,
    /// From this similarity on, two sentences that differ in one word are taken to say the same; absent
    /// where it was not measured.
    #[serde(default)]
    pub restated_from: Option<f32>,
}

/// The prompt of a causal reranker, and how its answer becomes a score.
///
/// The prompt is `prefix query middle passage suffix`, or with [`Order::PassageFirst`]
/// `prefix passage middle query suffix`. Its fixed parts are token ids, so that no text of the
/// user's can change how they are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CausalSpec {
    /// Ids before the first text.
    pub prefix: Vec<u32>,
    /// Ids between the texts.
    pub middle: Vec<u32>,
    /// Ids after the second text; the last one's answer is the score.
    pub suffix: Vec<u32>,
    /// Which text comes first.
    pub order: Order,
    /// Encoded together with the query, in front of it: what a tokenizer would merge with it.
    #[serde(default)]
    pub query_lead: String,
    /// Encoded together with the query, behind it.
    #[serde(default)]
    pub query_tail: String,
    /// Encoded together with the passage, in front of it.
    #[serde(default)]
    pub passage_lead: String,
    /// The token whose logit says that the passage answers the query.
    pub true_id: u32,
    /// The token whose logit is subtracted.
    pub false_id: Option<u32>,
    /// What the logit is divided by before the sigmoid.
    pub scale: f32,
}

/// Which text a prompt shows first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The query, so that all passages share it.
    QueryFirst,
    /// The passage.
    PassageFirst,
}

/// What a model's weights are held as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 16 bits with the range of 32.
    Bf16,
    /// 16 bits.
    F16,
    /// 8 bits in blocks with a scale each.
    #[serde(rename = "q8_0")]
    Q8_0,
    /// 6 bits in blocks with a scale each.
    #[serde(rename = "q6_k")]
    Q6K,
}

/// How token vectors become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Mean over the text's tokens.
    Mean,
    /// The first token.
    Cls,
}

/// The writing that a model was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scripts {
    /// Latin letters; other writing is noise to it.
    Latin,
    /// Any.
    All,
}

#[derive(Deserialize)]
struct Catalogue {
    model: Vec<ModelSpec>,
}

/// Every model of the catalogue; the first is the default embedding model.
///
/// # Panics
/// If the embedded catalogue is malformed, which a test rules out.
pub fn models() -> Vec<ModelSpec> {
    #[expect(clippy::expect_used, reason = "embedded data, checked by a test")]
    toml::from_str::<Catalogue>(include_str!("../catalog.toml"))
        .expect("catalog.toml parses")
        .model
}

impl ModelSpec {
    /// Whether most letters of a text are of a script that the model knows.
    pub fn reads(&self, text: &str) -> bool {
        let is_latin =
            |letter: char| letter < '\u{250}' || ('\u{1e00}'..='\u{1eff}').contains(&letter);
        let letters = || text.chars().filter(|character| character.is_alphabetic());
        let n_latin = letters().filter(|&letter| is_latin(letter)).count();
        self.scripts == Scripts::All || 2 * n_latin >= letters().count()
    }

    /// See [`EmbeddingSpec::restated_from`].
    pub fn restated_from(&self) -> Option<f32> {
        match &self.kind {
            Kind::Embedding(spec) => spec.restated_from,
            _ => None,
        }
    }

    /// The embedding model that ships with the program.
    ///
    /// # Panics
    /// If the embedded catalogue is empty, which a test rules out.
    pub fn default_embedding() -> Self {
        models().swap_remove(0)
    }

    /// The model that reads text in pictures and ships with the program, if there is one.
    pub fn default_text_reader() -> Option<Self> {
        models()
            .into_iter()
            .find(|model| model.kind == Kind::TextReader)
    }

    /// Whether it comes with the program, and not from elsewhere.
    pub fn ships(&self) -> bool {
        self.repository.is_none()
    }

    /// Where the model's files lie, below the folder that holds all models.
    pub fn directory(&self, models: &Path) -> PathBuf {
        models.join(&self.id).join(&self.revision)
    }

    /// Whether every file is there; says nothing about their content.
    pub fn is_present(&self, models: &Path) -> bool {
        let directory = self.directory(models);
        self.files
            .iter()
            .all(|file| directory.join(&file.name).is_file())
    }

    /// What the files take: exactly where each one's size is known, else roughly, if at all.
    pub fn size_bytes(&self) -> Option<u64> {
        let sizes = self.files.iter().map(|file| file.size_bytes);
        sizes
            .sum::<Option<u64>>()
            .or_else(|| self.size_mib.map(|mib| mib << 20))
    }

    /// Whether its licence forbids commercial use, so that a person has to accept it first.
    pub fn needs_acceptance(&self) -> bool {
        self.licence
            .split('-')
            .any(|part| part.eq_ignore_ascii_case("NC"))
    }

    /// What embeddings are keyed by: model and revision.
    pub fn key(&self) -> String {
        format!("{}@{}", self.id, self.revision)
    }

    /// Whether it judges passages.
    pub fn is_reranker(&self) -> bool {
        matches!(self.kind, Kind::CausalReranker(_) | Kind::EncoderReranker)
    }

    /// Whether it writes text.
    pub fn is_generator(&self) -> bool {
        matches!(self.kind, Kind::Generator(_))
    }

    /// A reranker's score brought to 0…1, comparable between queries; it orders and labels, and is
    /// no probability in the strict sense.
    pub fn probability(&self, score: f32) -> f32 {
        let scale = match &self.kind {
            Kind::CausalReranker(causal) => causal.scale,
            _ => 1.0,
        };
        1.0 / (1.0 + (-score / scale).exp())
    }

    /// Length of an embedding; 0 if the model gives none.
    pub fn dimensions(&self) -> usize {
        match &self.kind {
            Kind::Embedding(embedding) => embedding.dimensions,
            _ => 0,
        }
    }
}

impl CausalSpec {
    /// The tokens whose logits make the score.
    pub fn answers(&self) -> Vec<u32> {
        [Some(self.true_id), self.false_id]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The score that the logits of [`Self::answers`] make: it orders passages, without a unit.
    pub fn score(&self, logits: &[f32]) -> f32 {
        let logit = |i: usize| logits.get(i).copied().unwrap_or(0.0);
        logit(0) - logit(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_for_latin_letters_is_not_asked_about_other_writing() {
        let spec = ModelSpec::default_embedding();
        for text in [
            "notice period",
            "Kündigungsfrist",
            "Việt",
            "2024",
            "",
            "C++ и",
        ] {
            assert!(spec.reads(text), "{text}");
        }
        for text in ["срок", "通知期間", "ระยะเวลา", "a مهلة"] {
            assert!(!spec.reads(text), "{text}");
        }
        let spec = ModelSpec {
            scripts: Scripts::All,
            ..spec
        };
        assert!(spec.reads("срок"));
    }

    fn model(id: &str) -> ModelSpec {
        models().into_iter().find(|model| model.id == id).unwrap()
    }

    fn causal(id: &str) -> CausalSpec {
        match model(id).kind {
            Kind::CausalReranker(causal) => causal,
            other => panic!("{id} is {other:?}"),
        }
    }

    #[test]
    fn what_ships_with_the_program_has_every_hash() {
        assert_eq!(ModelSpec::default_embedding().dimensions(), 384);
        let shipped = models().into_iter().filter(ModelSpec::ships);
        let shipped: Vec<ModelSpec> = shipped.collect();
        assert_eq!(shipped.len(), 2);
        for file in shipped.iter().flat_map(|spec| &spec.files) {
            assert_eq!(file.sha256.as_ref().map(String::len), Some(64));
            assert!(file.size_bytes > Some(0), "{}", file.name);
        }
    }

    #[test]
    fn ids_are_unique_and_every_hash_is_full() {
        let models = models();
        let ids: std::collections::BTreeSet<&str> =
            models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids.len(), models.len());
        for file in models.iter().flat_map(|model| &model.files) {
            let n_digits = file.sha256.as_ref().map_or(64, String::len);
            assert_eq!(n_digits, 64, "{}", file.name);
        }
    }

    #[test]
    fn every_entry_names_files_that_may_be_fetched() {
        for model in models() {
            model.check_names().unwrap();
            assert!(model.size_bytes() > Some(1 << 20), "{}", model.id);
        }
    }

    #[test]
    fn a_licence_against_commercial_use_is_accepted_first() {
        let licensed = |licence: &str| ModelSpec {
            licence: licence.into(),
            ..ModelSpec::default_embedding()
        };
        for licence in ["CC-BY-NC-4.0", "cc-by-nc-sa-4.0", "CC-BY-NC-ND-3.0"] {
            assert!(licensed(licence).needs_acceptance(), "{licence}");
        }
        for licence in ["Apache-2.0", "MIT", "CC-BY-SA-4.0", "NCSA"] {
            assert!(!licensed(licence).needs_acceptance(), "{licence}");
        }
    }

    #[test]
    fn the_zerank_prompts_are_the_published_ids() {
        for id in ["zerank-2", "zerank-1-small"] {
            let spec = causal(id);
            assert_eq!(spec.prefix, [151_644, 8948, 198]);
            assert_eq!(spec.middle, [151_645, 198, 151_644, 872, 198]);
            assert_eq!(spec.suffix, [151_645, 198, 151_644, 77_091, 198]);
            assert_eq!(spec.order, Order::QueryFirst);
            assert_eq!(spec.answers(), [9454]);
        }
    }

    #[test]
    fn the_qwen_prompts_end_in_the_published_ids() {
        for id in ["qwen3-reranker-0.6b", "qwen3-reranker-4b"] {
            let spec = causal(id);
            let end = [
                151_645, 198, 151_644, 77_091, 198, 151_667, 271, 151_668, 271,
            ];
            assert_eq!(spec.suffix, end);
            assert_eq!(spec.answers(), [9693, 2152]);
        }
    }

    #[test]
    fn scores_become_what_the_models_cards_print() {
        let zerank = model("zerank-2");
        for (logit, wanted) in [(5.5784, 0.7532), (-4.5025, 0.2889), (13.3449, 0.9352)] {
            let found = zerank.probability(logit);
            assert!((found - wanted).abs() < 1e-4, "{found}");
        }
        let qwen = model("qwen3-reranker-0.6b");
        // The softmax of two logits is the sigmoid of their difference.
        let found = qwen.probability(causal(&qwen.id).score(&[2.0, 1.0]));
        assert!((found - 0.731_058_6).abs() < 1e-6, "{found}");
    }
}
