//! What a parent says to `nuthatch-models`, and what it answers; one answer per request, in order.
//!
//! The worker's first frame is [`build`], so that a parent never talks to a worker that was built
//! from other sources; from then on every request is answered by one [`Answer`].
//! Invariant: whatever changes the shape of a message changes [`build`].

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{ModelSpec, Precision},
    picture::{Lines, Picture},
    priority::Priority,
};

/// Largest message in either direction: 256 texts of 64 KiB, with room to spare.
pub const MAX_FRAME_BYTES: usize = 64 << 20;

/// Largest first frame of a worker, which only names its build.
pub const MAX_GREETING_BYTES: usize = 256;

/// The sources that give messages their shape.
const SOURCES: [&[u8]; 5] = [
    include_bytes!("protocol.rs"),
    include_bytes!("catalogue.rs"),
    include_bytes!("catalogue/files.rs"),
    include_bytes!("catalogue/generator.rs"),
    include_bytes!("picture.rs"),
];

/// What parent and worker must agree on: the version, and a hash of what gives messages their
/// shape, so that nobody has to remember to raise a number.
pub fn build() -> String {
    const HASH: u64 = fnv1a(&SOURCES);
    format!("{} ({HASH:016x})", env!("CARGO_PKG_VERSION"))
}

/// Fowler, Noll and Vo's hash, since it can be computed while compiling.
const fn fnv1a(texts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < texts.len() {
        let mut rest = texts[i];
        while let [byte, after @ ..] = rest {
            hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
            rest = after;
        }
        i += 1;
    }
    hash
}

/// A request to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Load a model; must come before texts.
    Open {
        /// What the model is.
        spec: Box<ModelSpec>,
        /// The folder with the model's files.
        directory: PathBuf,
        /// The ONNX Runtime shared library; causal rerankers do without.
        runtime: PathBuf,
        /// Threads for one inference.
        n_threads: usize,
        /// How much right of way the worker has from now on.
        priority: Priority,
        /// What it is computed on.
        device: Device,
        /// What its weights are held as; `None` is as they are stored.
        precision: Option<Precision>,
    },
    /// Embed texts, each cut to the model's limit.
    Embed {
        /// On which side of a search the texts stand.
        role: Role,
        /// The texts.
        texts: Vec<String>,
    },
    /// Judge how well each passage answers the query.
    Rerank {
        /// What the user asks.
        query: String,
        /// The passages, each cut where the model's prompt would be too long.
        passages: Vec<String>,
    },
    /// Read the text in a picture.
    Read(Picture),
    /// Begin to write the turn that follows these, and do the first slice of the work. Whatever was
    /// being written before is given up.
    Write {
        /// The conversation so far.
        turns: Vec<Turn>,
        /// Tokens after which to end.
        max_tokens: usize,
    },
    /// Do the next slice.
    WriteOn,
    /// Say how many tokens the prompt of a conversation has.
    Count(Vec<Turn>),
    /// Say what models could be computed on; needs no model.
    Devices,
    /// Rerank texts of the worker's own, or read and write some, and say how long it took.
    Measure,
}

/// One turn of a conversation. Its text is data: nothing in it becomes a mark of the template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks.
    pub role: Speaker,
    /// What is said.
    pub text: String,
}

/// Who speaks in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speaker {
    /// The program.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// Why a model stopped writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// It said that it is done.
    Done,
    /// It wrote as many tokens as it was allowed to.
    Length,
    /// Its context is full.
    Context,
    /// It wrote the same over and over.
    Loop,
}

/// An answer of the worker.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked for.
    pub response: Response,
    /// Memory that the process holds for itself, without mapped files and without what a generator
    /// keeps of a conversation, which has its own limit; `None` where it is not known.
    pub resident_bytes: Option<u64>,
}

/// What a worker makes of a request.
#[derive(Debug, Serialize, Deserialize)]
pub enum Response {
    /// The model is loaded.
    Ready,
    /// One unit-length vector of the model's dimensions per text, in order.
    Embedded(Vec<Vec<f32>>),
    /// One score per passage, in order, before the catalogue's scale and sigmoid; `None` for an
    /// empty passage.
    Scored(Vec<Option<f32>>),
    /// The lines in the picture.
    Lines(Lines),
    /// What one slice of writing brought: nothing yet, while the prompt is being read.
    Written {
        /// Whole characters.
        text: String,
        /// Tokens that were written in this slice; those of the prompt are not among them.
        n_tokens: usize,
        /// Why nothing follows.
        end: Option<End>,
    },
    /// So many tokens.
    Counted(usize),
    /// What models could be computed on.
    Devices(Vec<DeviceReport>),
    /// How long the worker's own texts took.
    Measured {
        /// Tokens of all prompts, whether or not a shared part was computed once.
        n_tokens: usize,
        /// How long they took.
        seconds: f64,
    },
    /// The request failed; the worker goes on.
    Failed(String),
}

/// On which side of a search a text stands; some models want a different prefix for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// What the user asks.
    Query,
    /// What is searched.
    Passage,
}

/// What a model is computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Device {
    /// The processor.
    Cpu,
    /// A graphics card, by its number among those the worker reports.
    Gpu(usize),
}

/// The kinds of device there are workers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceKind {
    /// The processor.
    Cpu,
    /// A graphics card of NVIDIA's.
    Cuda,
    /// The graphics cores of a Mac.
    Metal,
}

/// What one device is, as its worker sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// Its maker's name for it.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// Its number among those of its kind.
    pub ordinal: usize,
    /// All of its memory.
    pub memory_bytes: Option<u64>,
    /// What of that is free now.
    pub free_bytes: Option<u64>,
    /// Why it cannot be used.
    pub problem: Option<String>,
}

impl DeviceReport {
    /// How a request names it.
    pub fn device(&self) -> Device {
        match self.kind {
            DeviceKind::Cpu => Device::Cpu,
            DeviceKind::Cuda | DeviceKind::Metal => Device::Gpu(self.ordinal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_source_is_another_build() {
        assert_ne!(fnv1a(&[b"one", b"two"]), fnv1a(&[b"one", b"tow"]));
        assert_eq!(fnv1a(&[b"a"]), 0xaf63_dc4c_8601_ec8c);
        assert!(build().len() < MAX_GREETING_BYTES);
    }
}
