//! What is scored: token ids, made up or read from a file.

use std::path::Path;

use serde::Deserialize;

use crate::arguments::Arguments;

/// Fixed tokens of zerank-2's prompt before the query and after the passage.
const N_BEFORE: usize = 8;
const N_AFTER: usize = 5;
const YES: u32 = 9454;

#[derive(Deserialize)]
pub(crate) struct Passages {
    pub(crate) shared: Vec<u32>,
    pub(crate) own: Vec<Vec<u32>>,
    pub(crate) wanted: Vec<u32>,
}

impl Passages {
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(file)?)?)
    }

    pub(crate) fn made(n: usize, arguments: &Arguments) -> anyhow::Result<Self> {
        let (least, most) = arguments.lengths()?;
        let n_lengths = most.saturating_sub(least) + 1;
        let own = |i: usize| ids(i, least + i * 7919 % n_lengths + N_AFTER);
        Ok(Self {
            shared: ids(1, N_BEFORE + arguments.number("query", 15)?),
            own: (0..n).map(own).collect(),
            wanted: vec![YES],
        })
    }

    /// Tokens of all prompts.
    pub(crate) fn n_tokens(&self) -> usize {
        let prompt = |own: &Vec<u32>| self.shared.len() + own.len();
        self.own.iter().map(prompt).sum()
    }
}

fn ids(seed: usize, n: usize) -> Vec<u32> {
    let id = |i: usize| ((seed + i) * 7919 % 100_000) as u32;
    (0..n).map(id).collect()
}
