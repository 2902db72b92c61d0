//! Of a preview: what its text is made of, and how it is set. Places and names, never markup.

use serde::Serialize;
use ts_rs::TS;

/// A part of a text.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Part {
    /// Its characters.
    pub span: (u32, u32),
    /// Heading level, from 1, if it is a heading.
    pub heading: Option<u32>,
    /// What the document itself calls the place: a range of cells, a chapter, a part of a mail.
    pub label: Option<String>,
    /// Line where it begins, from 1, for documents that have lines.
    pub line: Option<u32>,
}

/// Characters of a text, and how they are set.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Styled {
    /// The characters.
    pub span: (u32, u32),
    /// How.
    pub style: Style,
}

/// How characters are set.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Style {
    /// A part of a list's item.
    Item {
        /// Lists around it, its own included.
        depth: u32,
        /// What stands before it; absent where the item goes on.
        sign: Option<String>,
    },
    /// A part of what is quoted.
    Quote {
        /// Quotes around it, its own included.
        depth: u32,
    },
    /// A part that is code.
    CodeBlock,
    /// Stressed.
    Emphasis,
    /// Stressed more.
    Strong,
    /// Struck out.
    Struck,
    /// Code among words.
    Code,
    /// Words that led elsewhere in the document; they lead nowhere here.
    Link,
    /// A cell of a table.
    Cell {
        /// Its row, as the program counts that made it.
        row: u32,
        /// Its column, from 0.
        column: u32,
        /// It names the column.
        is_name: bool,
    },
}

/// A file inside another one.
#[derive(Debug, Clone, Serialize, TS)]
pub struct InnerFile {
    /// The file.
    pub file_id: u32,
    /// Its name there.
    pub name: String,
}
