//! What a decoder looks like inside, out of a GGUF file's metadata.
//!
//! Knows no weights. The three families differ in what is here and in which tensors the file has.
//! Invariant: a file that the forward pass would compute wrongly (another family, scaled rotations,
//! experts, a sliding window) is refused, never approximated.

use candle_core::quantized::gguf_file::{Content, Value};

/// The measures of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Layers.
    pub n_layers: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Width inside the gated MLP.
    pub intermediate: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key and value heads; each serves `n_heads / n_kv_heads` query heads.
    pub n_kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Rows of the embedding table.
    pub vocabulary: usize,
    /// Longest sequence, in tokens.
    pub max_positions: usize,
    /// Base of the rotary angles.
    pub rope_theta: f64,
    /// Which two numbers of a head are rotated together.
    pub rotation: Rotation,
    /// Added to the mean square in every RMS norm.
    pub rms_eps: f64,
    /// Whether queries, keys and values have a bias.
    pub has_biases: bool,
    /// Whether queries and keys are normed, head by head.
    pub has_head_norms: bool,
}

/// Which two numbers of a head are rotated together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Neighbours: the converter to GGUF reorders the rows of the llama family so.
    Neighbours,
    /// One of each half.
    Halves,
}

/// Settings that change the arithmetic, below the family's name; each of them has to be absent.
const REFUSED: [(&str, &str); 5] = [
    ("rope.scaling.type", "scaled rotary positions"),
    ("rope.scaling.factor", "scaled rotary positions"),
    ("attention.sliding_window", "a sliding window"),
    ("expert_count", "experts"),
    ("logit_scale", "scaled logits"),
];

impl Shape {
    /// Reads the metadata; the error says what is missing or not supported.
    pub(super) fn from_gguf(content: &Content) -> Result<Self, String> {
        let family = text(content, "general.architecture")?;
        let (rotation, has_biases, has_head_norms) = match family {
            "llama" => (Rotation::Neighbours, false, false),
            "qwen2" => (Rotation::Halves, true, false),
            "qwen3" => (Rotation::Halves, false, true),
            other => return Err(format!("its architecture {other} is not supported")),
        };
        let found = |key: &str| content.metadata.get(&format!("{family}.{key}"));
        let refused = REFUSED
            .iter()
            .find(|(key, _)| found(key).is_some_and(|value| !is_none(value)));
        if let Some((_, what)) = refused {
            return Err(format!("it has {what}, which is not supported"));
        }
        let wanted = |key: &str| found(key).ok_or_else(|| format!("it has no {family}.{key}"));
        let count = |key: &str| whole(wanted(key)?);
        let real = |key: &str| {
            let number = wanted(key)?.to_f32();
            number.map(f64::from).map_err(|error| error.to_string())
        };
        let (hidden, n_heads) = (count("embedding_length")?, count("attention.head_count")?);
        let head_dim = match found("attention.key_length") {
            Some(width) => whole(width)?,
            None => hidden.checked_div(n_heads).unwrap_or(0),
        };
        let embedding = content.tensor_infos.get("token_embd.weight");
        let embedding = embedding.ok_or("it has no token_embd.weight")?;
        let shape = Self {
            n_layers: count("block_count")?,
            hidden,
            intermediate: count("feed_forward_length")?,
            n_heads,
            n_kv_heads: found("attention.head_count_kv").map_or(Ok(n_heads), whole)?,
            head_dim,
            vocabulary: embedding.shape.dims().first().copied().unwrap_or(0),
            max_positions: count("context_length")?,
            rope_theta: if found("rope.freq_base").is_some() {
                real("rope.freq_base")?
            } else {
                10_000.0
            },
            rotation,
            rms_eps: real("attention.layer_norm_rms_epsilon")?,
            has_biases,
            has_head_norms,
        };
        let n_rotated = found("rope.dimension_count").map_or(Ok(head_dim), whole)?;
        if n_rotated != head_dim {
            return Err("it rotates a part of each head, which is not supported".into());
        }
        shape.checked()
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

/// A text of the metadata.
pub(super) fn text<'a>(content: &'a Content, key: &str) -> Result<&'a str, String> {
    let value = content.metadata.get(key);
    let value = value.ok_or_else(|| format!("it has no {key}"))?;
    let text = value.to_string().map_err(|error| error.to_string())?;
    Ok(text)
}

fn is_none(value: &Value) -> bool {
    let is_zero = value.to_u64().is_ok_and(|number| number == 0);
    is_zero || value.to_string().is_ok_and(|kind| kind == "none")
}

fn whole(value: &Value) -> Result<usize, String> {
    let number = value.to_u64().map_err(|error| error.to_string())?;
    usize::try_from(number).map_err(|error| error.to_string())
}
