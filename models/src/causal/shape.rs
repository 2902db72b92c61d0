//! What a Qwen3 checkpoint looks like inside: layers, widths, heads, constants of the arithmetic.
//!
//! Owns reading them out of `config.json` or a GGUF file's metadata, in every spelling that is
//! about; knows no weights. Invariant: a checkpoint that the forward pass would compute wrongly
//! (biases, sliding window, scaled rotations, another activation) is refused, never approximated.

use candle_core::quantized::gguf_file::{Content, Value};
use serde::Deserialize;

/// The measures of one checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Decoder layers.
    pub n_layers: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Width inside the gated MLP.
    pub intermediate: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key and value heads; each serves `n_heads / n_kv_heads` query heads.
    pub n_kv_heads: usize,
    /// Width of a head; `n_heads * head_dim` need not be `hidden`.
    pub head_dim: usize,
    /// Rows of the embedding table.
    pub vocabulary: usize,
    /// Longest sequence, in tokens.
    pub max_positions: usize,
    /// Base of the rotary angles.
    pub rope_theta: f64,
    /// Added to the mean square in every RMS norm.
    pub rms_eps: f64,
    /// Whether the head's rows are those of the embedding table.
    pub is_tied: bool,
}

/// The fields of `config.json` that matter. `dtype` and `torch_dtype` are not among them: the
/// tensors themselves say what they are stored as.
#[derive(Deserialize)]
struct ConfigFile {
    model_type: String,
    num_hidden_layers: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_attention_heads: usize,
    num_key_value_heads: usize,
    head_dim: Option<usize>,
    vocab_size: usize,
    max_position_embeddings: usize,
    rms_norm_eps: f64,
    hidden_act: String,
    /// At the top until transformers 4, inside `rope_parameters` since 5.
    rope_theta: Option<f64>,
    rope_parameters: Option<RopeParameters>,
    rope_scaling: Option<serde_json::Value>,
    #[serde(default)]
    tie_word_embeddings: bool,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    use_sliding_window: bool,
}

#[derive(Deserialize)]
struct RopeParameters {
    rope_theta: f64,
    rope_type: Option<String>,
}

impl Shape {
    /// Reads `config.json`; the error says what is missing or not supported.
    pub(super) fn from_config(json: &[u8]) -> Result<Self, String> {
        let config: ConfigFile = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        config.refuse_what_is_not_computed()?;
        let rope_theta = config
            .rope_parameters
            .as_ref()
            .map(|rope| rope.rope_theta)
            .or(config.rope_theta)
            .ok_or("it has no rope_theta")?;
        Self {
            n_layers: config.num_hidden_layers,
            hidden: config.hidden_size,
            intermediate: config.intermediate_size,
            n_heads: config.num_attention_heads,
            n_kv_heads: config.num_key_value_heads,
            // The default of transformers' Qwen3Config.
            head_dim: config.head_dim.unwrap_or(128),
            vocabulary: config.vocab_size,
            max_positions: config.max_position_embeddings,
            rope_theta,
            rms_eps: config.rms_norm_eps,
            is_tied: config.tie_word_embeddings,
        }
        .checked()
    }

    /// Reads a GGUF file's metadata; the error says what is missing or not supported.
    pub(super) fn from_gguf(content: &Content) -> Result<Self, String> {
        let value = |key: &str| {
            let found = content.metadata.get(key);
            found.ok_or_else(|| format!("it has no {key}"))
        };
        let architecture = value("general.architecture")?.to_string();
        let architecture = architecture.map_err(|error| error.to_string())?;
        if architecture != "qwen3" {
            return Err(format!("its architecture is {architecture}, not qwen3"));
        }
        let count = |key: &str| whole(value(&format!("qwen3.{key}"))?);
        let real = |key: &str| {
            let number = value(&format!("qwen3.{key}"))?.to_f32();
            number.map(f64::from).map_err(|error| error.to_string())
        };
        let embedding = content.tensor_infos.get("token_embd.weight");
        let embedding = embedding.ok_or("it has no token_embd.weight")?;
        Self {
            n_layers: count("block_count")?,
            hidden: count("embedding_length")?,
            intermediate: count("feed_forward_length")?,
            n_heads: count("attention.head_count")?,
            n_kv_heads: count("attention.head_count_kv")?,
            head_dim: count("attention.key_length")?,
            vocabulary: embedding.shape.dims().first().copied().unwrap_or(0),
            max_positions: count("context_length")?,
            rope_theta: real("rope.freq_base")?,
            // A GGUF file holds it as f32, whose 1e-6 is not the f64 one.
            rms_eps: real("attention.layer_norm_rms_epsilon")?,
            is_tied: !content.tensor_infos.contains_key("output.weight"),
        }
        .checked()
    }

    fn checked(self) -> Result<Self, String> {
        let counts = [
            self.n_layers,
            self.hidden,
            self.intermediate,
            self.n_heads,
            self.n_kv_heads,
            self.head_dim,
            self.vocabulary,
            self.max_positions,
        ];
        if counts.contains(&0) {
            return Err("one of its measures is zero".into());
        }
        if !self.n_heads.is_multiple_of(self.n_kv_heads) || !self.head_dim.is_multiple_of(2) {
            return Err("its heads do not divide evenly".into());
        }
        Ok(self)
    }
}

impl ConfigFile {
    fn refuse_what_is_not_computed(&self) -> Result<(), String> {
        let rope_type = self.rope_parameters.as_ref();
        let rope_type = rope_type.and_then(|rope| rope.rope_type.as_deref());
        let refused = [
            (self.model_type != "qwen3", "a model_type other than qwen3"),
            (self.hidden_act != "silu", "an activation other than silu"),
            (self.attention_bias, "biases in its attention"),
            (self.use_sliding_window, "a sliding window"),
            (
                self.rope_scaling.is_some() || rope_type.is_some_and(|kind| kind != "default"),
                "scaled rotary positions",
            ),
        ];
        match refused.iter().find(|(is_there, _)| *is_there) {
            Some((_, what)) => Err(format!("it has {what}, which is not supported")),
            None => Ok(()),
        }
    }
}

fn whole(value: &Value) -> Result<usize, String> {
    let number = value.to_u64().map_err(|error| error.to_string())?;
    usize::try_from(number).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(change: impl FnOnce(&mut serde_json::Value)) -> Result<Shape, String> {
        let mut config = serde_json::json!({
            "model_type": "qwen3", "num_hidden_layers": 2, "hidden_size": 64,
            "intermediate_size": 96, "num_attention_heads": 4, "num_key_value_heads": 2,
            "head_dim": 32, "vocab_size": 320, "max_position_embeddings": 512,
            "rms_norm_eps": 1e-6, "hidden_act": "silu", "rope_theta": 1e6, "rope_scaling": null,
            "tie_word_embeddings": true, "torch_dtype": "bfloat16",
        });
        change(&mut config);
        Shape::from_config(config.to_string().as_bytes())
    }

    #[test]
    fn both_spellings_of_the_rotary_base_are_read() {
        let old = config(|_| {}).unwrap();
        let new = config(|config| {
            config["rope_theta"].take();
            config["rope_parameters"] =
                serde_json::json!({ "rope_theta": 1e6, "rope_type": "default" });
        });
        assert_eq!(new.unwrap(), old);
        assert!(config(|config| config["rope_theta"] = serde_json::Value::Null).is_err());
    }

    #[test]
    fn what_would_be_computed_wrongly_is_refused() {
        for (key, value) in [
            ("model_type", "llama".into()),
            ("hidden_act", "gelu".into()),
            ("attention_bias", true.into()),
            ("use_sliding_window", true.into()),
            ("rope_scaling", serde_json::json!({ "rope_type": "yarn" })),
            ("num_key_value_heads", 3.into()),
            ("hidden_size", 0.into()),
        ] {
            assert!(config(|config| config[key] = value).is_err(), "{key}");
        }
    }
}
