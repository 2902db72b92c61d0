//! The vectors in memory, which answer searches by meaning while indexing changes them.

use std::{collections::HashSet, sync::PoisonError};

use super::Parts;
use crate::{document::DocumentId, store::VectorRow, vectors::Vectors};

impl Parts {
    /// The model whose vectors are in memory; another one than that which embeds until that is done.
    pub(super) fn serving(&self) -> String {
        let vectors = self.vectors.read();
        vectors
            .unwrap_or_else(PoisonError::into_inner)
            .model()
            .to_owned()
    }

    /// Whether there are vectors of one of these documents.
    pub(super) fn holds_vectors(&self, documents: &HashSet<DocumentId>) -> bool {
        let vectors = self.vectors.read();
        vectors
            .unwrap_or_else(PoisonError::into_inner)
            .has_any(documents)
    }

    pub(super) fn write_vectors(&self, write: impl FnOnce(&mut Vectors)) {
        write(&mut self.vectors.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn put_vectors(&self, rows: &[VectorRow]) {
        self.write_vectors(|vectors| {
            for row in rows {
                if !vectors.put(row.passage, row.document, &row.vector) {
                    tracing::warn!(
                        passage = row.passage.0,
                        "a stored vector has the wrong length"
                    );
                }
            }
        });
    }
}
