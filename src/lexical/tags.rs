//! What a file is, in words that no one wrote: the one spelling that entries and conditions share.

use crate::lexical::tokens::fold;

/// Something that is so of a file, or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// The ending of its name, without the dot.
    Ending(String),
    /// The language of its document as ISO 639-3.
    Language(String),
    /// Pages of its document are pictures.
    Scanned,
    /// There are files in it.
    HoldsFiles,
    /// It lies below this folder.
    Below(String),
}

impl Tag {
    /// The term of the index.
    pub(super) fn term(&self) -> String {
        match self {
            Self::Ending(ending) => format!("ending:{}", fold(ending)),
            Self::Language(language) => format!("language:{language}"),
            Self::Scanned => "scanned".into(),
            Self::HoldsFiles => "holds-files".into(),
            Self::Below(folder) => format!("below:{}", fold(folder.trim_end_matches(['/', '\\']))),
        }
    }
}
