//! SHA-256 of a file, in the lower-case hex form in which the table pins it.
//!
//! Invariant: reads in blocks, so that a large file costs no memory.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

pub(crate) fn of_file(path: &Path) -> Result<String> {
    let unreadable = || format!("could not read {}", path.display());
    let mut file = File::open(path).with_context(unreadable)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 256 * 1024];
    loop {
        let n_bytes = file.read(&mut block).with_context(unreadable)?;
        if n_bytes == 0 {
            return Ok(format!("{:x}", hasher.finalize()));
        }
        hasher.update(&block[..n_bytes]);
    }
}
