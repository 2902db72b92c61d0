//! Whether an open library is sound, for tests and for finding out what went wrong.

use super::{Engine, Result};
use crate::indexing;

impl Engine {
    /// Compares everything derived with the store; a sentence for each discrepancy. A library
    /// that is being written meanwhile shows some that are none.
    pub async fn check(&self) -> Result<Vec<String>> {
        self.load_vectors().await?;
        let lexical = self.lexical.clone();
        Ok(indexing::check(&self.store, lexical, &self.vectors).await?)
    }
}
