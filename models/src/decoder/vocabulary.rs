//! The tokenizer inside a GGUF file: byte pairs over bytes, as all three families have it.
//!
//! Owns the way from text to tokens and from tokens to bytes; knows no template. The tokenizer that
//! is built here knows no special token at all, so no text can become one; whoever wants one asks
//! for it by name.
//! Invariant: a file whose way of cutting text is not known here is refused.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Content;
use tokenizers::{
    SplitDelimiterBehavior, Tokenizer,
    models::bpe::BPE,
    normalizers::NFC,
    pre_tokenizers::{
        PreTokenizerWrapper,
        byte_level::ByteLevel,
        digits::Digits,
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
};

use super::{Error, Weights, shape::text};

/// Qwen's rule for what may become one token, and Llama 3's, which takes three digits together.
const QWEN: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Types of tokens in a file that stand for no text: marks, and words of the template such as
/// `<think>`.
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;

/// A tokenizer with the names of its special tokens.
pub struct Vocabulary {
    tokenizer: Tokenizer,
    tokens: Vec<String>,
    special: HashMap<String, u32>,
    bytes: HashMap<char, u8>,
    end: Option<u32>,
    begin: Option<u32>,
}

impl Vocabulary {
    /// Builds the tokenizer of a file.
    pub fn load(weights: &Weights) -> Result<Self, Error> {
        Self::from_gguf(weights.content()).map_err(|reason| weights.malformed(reason))
    }

    fn from_gguf(content: &Content) -> Result<Self, String> {
        let model = text(content, "tokenizer.ggml.model")?;
        if model != "gpt2" {
            return Err(format!("its tokenizer {model} is not supported"));
        }
        let tokens = texts(content, "tokenizer.ggml.tokens")?;
        let id = |key: &str| {
            let value = content.metadata.get(&format!("tokenizer.ggml.{key}"))?;
            value.to_u64().ok().and_then(|id| u32::try_from(id).ok())
        };
        let adds = |key: &str| {
            let value = content.metadata.get(&format!("tokenizer.ggml.{key}"));
            value.is_some_and(|value| value.to_bool().unwrap_or(false))
        };
        Ok(Self {
            tokenizer: tokenizer(content, &tokens)?,
            special: special(content, &tokens)?,
            bytes: bytes(),
            end: id("eos_token_id"),
            begin: id("bos_token_id").filter(|_| adds("add_bos_token")),
            tokens,
        })
    }

    /// The tokens of a text, none of them special.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|error| Error::Tokenizer(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// What a token stands for; nothing where it is a mark.
    pub fn bytes(&self, id: u32) -> Vec<u8> {
        let Some(token) = self.tokens.get(id as usize) else {
            return Vec::new();
        };
        match self.special.get(token) {
            Some(_) => Vec::new(),
            None => token
                .chars()
                .filter_map(|character| self.bytes.get(&character).copied())
                .collect(),
        }
    }

    /// The special token of this name.
    pub fn special(&self, name: &str) -> Option<u32> {
        self.special.get(name).copied()
    }

    /// The first special token in a text of the template, with its place.
    pub fn first_special<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str, u32)> {
        let at = |(name, &id): (&String, &u32)| text.find(name).map(|at| (at, name.len(), id));
        let found = self.special.iter().filter_map(at);
        // The longest where several begin at one place.
        let first = found.min_by_key(|&(at, len, _)| (at, std::cmp::Reverse(len)));
        first.map(|(at, len, id)| (&text[..at], &text[at + len..], id))
    }

    /// What the file names as the end of a text.
    pub fn end(&self) -> Option<u32> {
        self.end
    }

    /// What the file wants in front of every text.
    pub fn begin(&self) -> Option<u32> {
        self.begin
    }
}

fn tokenizer(content: &Content, tokens: &[String]) -> Result<Tokenizer, String> {
    let ids = (0_u32..).zip(tokens).map(|(id, token)| (token.clone(), id));
    let vocabulary: tokenizers::models::bpe::Vocab = ids.collect();
    let merges = texts(content, "tokenizer.ggml.merges")?;
    let pair = |merge: &String| {
        let (left, right) = merge.split_once(' ')?;
        Some((left.to_owned(), right.to_owned()))
    };
    let merges: Option<Vec<(String, String)>> = merges.iter().map(pair).collect();
    let merges = merges.ok_or("a merge of its tokenizer has no two parts")?;
    let rule = text(content, "tokenizer.ggml.pre")?;
    let (cut, is_composed) = cut(rule)?;
    let pairs = BPE::builder()
        .vocab_and_merges(vocabulary, merges)
        .ignore_merges(rule == "llama-bpe")
        .build()
        .map_err(|error| error.to_string())?;
    let mut tokenizer = Tokenizer::new(pairs);
    tokenizer.with_pre_tokenizer(Some(cut));
    if is_composed {
        let composed = tokenizer.with_normalizer(Some(NFC));
        composed.map_err(|error| error.to_string())?;
    }
    Ok(tokenizer)
}

/// How text is cut into what may become one token, and whether its characters are composed before.
fn cut(rule: &str) -> Result<(Sequence, bool), String> {
    let by = |pattern: &str| {
        let pattern = SplitPattern::Regex(pattern.to_owned());
        Split::new(pattern, SplitDelimiterBehavior::Isolated, false)
            .map(PreTokenizerWrapper::from)
            .map_err(|error| error.to_string())
    };
    let as_bytes = |cuts_too| ByteLevel::new(false, false, cuts_too).into();
    Ok(match rule {
        "qwen2" => (Sequence::new(vec![by(QWEN)?, as_bytes(false)]), true),
        "llama-bpe" => (Sequence::new(vec![by(LLAMA_3)?, as_bytes(false)]), false),
        "smollm" => {
            let digits = Digits::new(true).into();
            (Sequence::new(vec![digits, as_bytes(true)]), false)
        }
        other => return Err(format!("its tokenizer's rule {other} is not supported")),
    })
}

fn special(content: &Content, tokens: &[String]) -> Result<HashMap<String, u32>, String> {
    let types = content.metadata.get("tokenizer.ggml.token_type");
    let types = types.ok_or("it has no tokenizer.ggml.token_type")?;
    let types = types.to_vec().map_err(|error| error.to_string())?;
    let mut special = HashMap::new();
    for ((id, token), kind) in (0_u32..).zip(tokens).zip(types) {
        // Files hold them as signed numbers.
        let kind = kind.to_i32().map_err(|error| error.to_string())?;
        if [CONTROL, USER_DEFINED].contains(&u64::from(kind.unsigned_abs())) && !token.is_empty() {
            special.insert(token.clone(), id);
        }
    }
    Ok(special)
}

fn texts(content: &Content, key: &str) -> Result<Vec<String>, String> {
    let list = content.metadata.get(key);
    let list = list.ok_or_else(|| format!("it has no {key}"))?;
    let list = list.to_vec().map_err(|error| error.to_string())?;
    let text = |value: &candle_core::quantized::gguf_file::Value| {
        let text = value.to_string().map_err(|error| error.to_string());
        text.cloned()
    };
    list.iter().map(text).collect()
}

/// The byte that each character of a token stands for: printable ones for themselves, the others
/// for a letter beyond Latin-1, in order.
fn bytes() -> HashMap<char, u8> {
    let is_shown = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let shown = (0..=u8::MAX).filter(is_shown);
    let hidden = (0..=u8::MAX).filter(|byte| !is_shown(byte));
    let letters = ('\u{100}'..).zip(hidden);
    let itself = shown.map(|byte| (char::from(byte), byte));
    itself.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_character_of_its_own() {
        let bytes = bytes();
        assert_eq!(bytes.len(), 256);
        assert_eq!(bytes.get(&'Ġ'), Some(&b' '));
        assert_eq!(bytes.get(&'Ċ'), Some(&b'\n'));
        assert_eq!(bytes.get(&'Ã'), Some(&0xc3));
    }

    #[test]
    fn a_rule_that_is_not_known_is_refused() {
        for rule in ["qwen2", "llama-bpe", "smollm"] {
            assert!(cut(rule).is_ok(), "{rule}");
        }
        assert!(cut("tekken").is_err_and(|reason| reason.contains("tekken")));
    }
}
