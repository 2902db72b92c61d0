//! How a document has its text set: what is a list, emphasis, code, a cell of a table.
//!
//! Plain data, for those who draw a text; it is not stored, and nothing is found by it. Invariant: a
//! style covers whole characters of the text that it comes with, and is never markup to be run.

use serde::{Deserialize, Serialize};

/// A stretch of a text, and how it is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Styled {
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset after its last character.
    pub end: usize,
    /// How.
    pub style: Style,
}

/// How a stretch of a text is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// A part of a list's item.
    Item {
        /// Lists around it, its own included.
        depth: u8,
        /// What stands before it: `•`, `3.`, `☑`; nothing where the item goes on.
        sign: Option<String>,
    },
    /// A part of what is quoted.
    Quote {
        /// Quotes around it, its own included.
        depth: u8,
    },
    /// A part that is code.
    CodeBlock,
    /// Words that are stressed.
    Emphasis,
    /// Words that are stressed more.
    Strong,
    /// Words that were struck out.
    Struck,
    /// Code among words.
    Code,
    /// Words that lead elsewhere; where to is nobody's affair.
    Link,
    /// A cell of a table, or the name of a column.
    Cell {
        /// Its row, from 0; as the program counts that made it, where there is one.
        row: u32,
        /// Its column, from 0.
        column: u32,
        /// It names the column.
        is_name: bool,
    },
}
