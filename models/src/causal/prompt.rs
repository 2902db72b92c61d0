//! From query and passages to the token ids of a causal reranker's prompts.
//!
//! Owns the tokenizer and the order of a prompt's parts; knows no weights. Fixed parts come as ids
//! out of the catalogue and texts are encoded on their own: a text's ids are the same alone as
//! inside the prompt, because it stands between special tokens or carries along (`query_lead`
//! and the like) the characters that a tokenizer would merge with it.
//! Invariant: the query and the suffix are never cut, and no text becomes a special token, so that
//! a file with `<|im_end|>` in it stays a file that says so.
//! Start reading at [`Prompt::assemble`].

use std::path::Path;

use tokenizers::Tokenizer;

use super::Error;
use crate::catalogue::{CausalSpec, Order};

/// A tokenizer with the prompt of one model.
pub struct Prompt {
    tokenizer: Tokenizer,
    spec: CausalSpec,
    max_tokens: usize,
}

/// Prompts of one query with several passages: a part that all begin with, and the rest of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// Ids in front of every passage.
    pub shared: Vec<u32>,
    /// Each passage's further ids, ending in the suffix.
    pub own: Vec<Vec<u32>>,
}

impl Prompt {
    /// Reads `tokenizer.json`; prompts will hold at most `max_tokens` tokens.
    pub fn load(directory: &Path, spec: &CausalSpec, max_tokens: usize) -> Result<Self, Error> {
        let path = directory.join("tokenizer.json");
        let bytes = std::fs::read(&path).map_err(|source| Error::unreadable(&path, source))?;
        let malformed = |error: tokenizers::Error| Error::malformed(&path, error.to_string());
        let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(malformed)?;
        // Published files may carry limits of their own, which would cut or fill texts up.
        tokenizer.with_truncation(None).map_err(malformed)?;
        tokenizer.with_padding(None);
        tokenizer.set_encode_special_tokens(true);
        Ok(Self {
            tokenizer,
            spec: spec.clone(),
            max_tokens,
        })
    }

    /// The query's ids; `None` if it is nothing but white space.
    pub fn query(&self, text: &str) -> Result<Option<Vec<u32>>, Error> {
        self.encode(&self.spec.query_lead, text, &self.spec.query_tail)
    }

    /// A passage's ids, which depend on nothing else and may be kept; `None` if it is nothing but
    /// white space, which models score above irrelevant text.
    pub fn passage(&self, text: &str) -> Result<Option<Vec<u32>>, Error> {
        self.encode(&self.spec.passage_lead, text, "")
    }

    fn encode(&self, lead: &str, text: &str, tail: &str) -> Result<Option<Vec<u32>>, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let encoding = self
            .tokenizer
            .encode_fast(format!("{lead}{text}{tail}"), false)
            .map_err(|error| Error::Tokenizer(error.to_string()))?;
        Ok(Some(encoding.get_ids().to_vec()))
    }

    /// The prompts of `query` with each passage, whose tail is cut where a prompt would be longer
    /// than the model reads.
    pub fn assemble(&self, query: &[u32], passages: &[Vec<u32>]) -> Result<Assembled, Error> {
        let CausalSpec {
            prefix,
            middle,
            suffix,
            ..
        } = &self.spec;
        let n_kept = prefix.len() + query.len() + middle.len() + suffix.len();
        let room = self.max_tokens.saturating_sub(n_kept);
        if room == 0 {
            return Err(Error::TooLong {
                n_tokens: n_kept + 1,
                max_tokens: self.max_tokens,
            });
        }
        let cut = |passage: &Vec<u32>| passage.iter().take(room).copied().collect::<Vec<u32>>();
        let passages = passages.iter().map(cut);
        Ok(match self.spec.order {
            Order::QueryFirst => Assembled {
                shared: [prefix, query, middle].concat(),
                own: passages
                    .map(|ids| [ids.as_slice(), suffix].concat())
                    .collect(),
            },
            Order::PassageFirst => Assembled {
                shared: prefix.clone(),
                own: passages
                    .map(|ids| [ids.as_slice(), middle, query, suffix].concat())
                    .collect(),
            },
        })
    }
}
