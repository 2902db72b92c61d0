//! The bench's arguments: `key=value`, each with a default.

use std::{collections::HashMap, path::Path};

use anyhow::{Context, bail};
use candle_core::DType;
use nuthatch_models::Precision;

pub(crate) struct Arguments(HashMap<String, String>);

impl Arguments {
    pub(crate) fn read() -> Self {
        let pair = |argument: String| {
            let (key, value) = argument.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        };
        Self(std::env::args().skip(1).filter_map(pair).collect())
    }

    pub(crate) fn text<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        self.0.get(key).map_or(default, String::as_str)
    }

    pub(crate) fn path(&self, key: &str) -> Option<&Path> {
        self.0.get(key).map(Path::new)
    }

    pub(crate) fn number(&self, key: &str, default: usize) -> anyhow::Result<usize> {
        Ok(*self.numbers(key, &[default])?.first().unwrap_or(&default))
    }

    /// One or more, between commas.
    pub(crate) fn numbers(&self, key: &str, default: &[usize]) -> anyhow::Result<Vec<usize>> {
        let Some(value) = self.0.get(key) else {
            return Ok(default.to_vec());
        };
        let number = |part: &str| part.parse().with_context(|| format!("{key}={value}"));
        value.split(',').map(number).collect()
    }

    /// Shortest and longest: a range, or half to one and a half times a number.
    pub(crate) fn lengths(&self) -> anyhow::Result<(usize, usize)> {
        let value = self.text("tokens", "250");
        let number = |part: &str| {
            let number = part.parse::<usize>();
            number.with_context(|| format!("tokens={value}"))
        };
        match value.split_once('-') {
            Some((least, most)) => Ok((number(least)?, number(most)?)),
            None => number(value).map(|n| (n / 2, n + n / 2)),
        }
    }

    pub(crate) fn dtype(&self) -> anyhow::Result<DType> {
        match self.text("dtype", "f32") {
            "f32" => Ok(DType::F32),
            "bf16" => Ok(DType::BF16),
            "f16" => Ok(DType::F16),
            other => bail!("no type is called {other}"),
        }
    }

    /// What a checkpoint is read as: as it is stored, unless said otherwise.
    pub(crate) fn precision(&self) -> anyhow::Result<Option<Precision>> {
        if !self.0.contains_key("dtype") {
            return Ok(None);
        }
        Ok(match self.dtype()? {
            DType::BF16 => Some(Precision::Bf16),
            DType::F16 => Some(Precision::F16),
            _ => Some(Precision::F32),
        })
    }

    /// What the device could compute at most, in TFLOP/s.
    pub(crate) fn peak(&self) -> anyhow::Result<Option<f64>> {
        let parse = |value: &String| value.parse().with_context(|| format!("peak={value}"));
        self.0.get("peak").map(parse).transpose()
    }
}
