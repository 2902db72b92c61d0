//! What the conditions of a query let through, as sets of ids that both retrievers ask.
//!
//! Plain sets; knows no condition. Invariant: a document is in it only if one of its files is.

use fixedbitset::FixedBitSet;

use super::{DocumentId, FileId, PassageId};

/// A set of ids, a bit for each id up to the largest.
pub type IdSet = FixedBitSet;

/// What may be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admitted {
    /// Files that meet the conditions.
    pub files: IdSet,
    /// The documents of these files.
    pub documents: IdSet,
    /// Passages that hold something of what must be there; `None` where no text is asked for, so
    /// that every passage of a document will do.
    pub evidence: Option<IdSet>,
}

impl Admitted {
    /// Whether a file may be found.
    pub fn has_file(&self, file: FileId) -> bool {
        self.files.contains(file.0 as usize)
    }

    /// Whether a document may be found.
    pub fn has_document(&self, document: DocumentId) -> bool {
        self.documents.contains(document.0 as usize)
    }

    /// Whether a passage of a document may be found.
    pub fn has_passage(&self, passage: PassageId, document: DocumentId) -> bool {
        let is_evidence = |set: &IdSet| set.contains(passage.0 as usize);
        self.has_document(document) && self.evidence.as_ref().is_none_or(is_evidence)
    }
}
