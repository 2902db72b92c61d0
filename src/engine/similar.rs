//! Which passages a file has, for whoever wants more like it.

use std::path::Path;

use super::{Engine, Error, Result, folders::located};
use crate::document::{PassageId, PathKey};

impl Engine {
    /// The passages of a file, or of one page, slide, sheet or chapter of it.
    pub async fn passages_of(&self, path: &Path, page: Option<u32>) -> Result<Vec<PassageId>> {
        let key = PathKey::of(&located(path));
        let unknown = || Error::NotInLibrary {
            path: path.to_owned(),
        };
        let file = self.store.file_at(&key).await?.ok_or_else(unknown)?;
        let Some(document) = file.document else {
            return Ok(Vec::new());
        };
        let passages = self.store.passages_of(&[document]).await?.into_iter();
        let wanted = passages.filter(|passage| page.is_none() || passage.position.page == page);
        Ok(wanted.map(|passage| passage.id).collect())
    }
}
