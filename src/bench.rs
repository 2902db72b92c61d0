//! What indexing costs: made-up folders (`corpus`), how fast and how small they are indexed, and how
//! long queries take meanwhile (`queries`).
//!
//! For whoever changes something and wants to know. Knows the engine's face alone. Start reading at
//! [`index`].

pub mod corpus;
pub mod queries;
pub mod words;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    dirs::Dirs,
    engine::{self, Engine},
};

/// What indexing a folder cost.
#[derive(Debug, Clone, Default)]
pub struct Indexed {
    /// Files in the library.
    pub n_files: u64,
    /// Their bytes on disk.
    pub n_file_bytes: u64,
    /// Bytes of the text that was read out of them.
    pub n_text_bytes: u64,
    /// Passages.
    pub n_passages: u64,
    /// Until every file was read and could be found by its words.
    pub words: Duration,
    /// From then until every passage was embedded and every picture read.
    pub later: Duration,
    /// The most memory that this process held, in bytes, where the system tells.
    pub peak_memory: Option<u64>,
    /// Bytes of the library by part.
    pub parts: Vec<(String, u64)>,
}

/// Indexes `folder` into the library of `dirs`, by words only or with all that its settings ask for.
pub async fn index(folder: &Path, dirs: &Dirs) -> engine::Result<Indexed> {
    let began = Instant::now();
    let engine = Engine::open(dirs.clone()).await?;
    engine.add_folder(folder).await?;
    engine.settle_words().await?;
    let words = began.elapsed();
    engine.settle().await?;
    let later = began.elapsed().saturating_sub(words);
    let mut indexed = measured(&engine).await?;
    engine.close().await;
    indexed.words = words;
    indexed.later = later;
    indexed.peak_memory = peak_memory();
    Ok(indexed)
}

async fn measured(engine: &Engine) -> engine::Result<Indexed> {
    let sizes = engine.sizes().await?;
    let status = engine.status().await?;
    Ok(Indexed {
        n_files: status.files.iter().map(|(_, n)| n).sum(),
        n_file_bytes: sizes.n_file_bytes,
        n_text_bytes: sizes.n_text_bytes,
        n_passages: status.n_passages,
        parts: sizes.parts,
        ..Indexed::default()
    })
}

/// The high-water mark that Linux keeps.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
