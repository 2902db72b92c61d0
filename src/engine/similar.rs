//! Which passages a file has, and which of them answer a query: for whoever wants more of it, or like it.

use std::path::Path;

use super::{Engine, Error, Result, folders::located};
use crate::{
    document::{FileId, PassageId, PathKey},
    search::{FoundPassage, SearchRequest},
};

/// More of one file than this nobody reads in a list; its preview has them all.
const N_SHOWN: usize = 12;

impl Engine {
    /// The passages of a file that answer a query, best first.
    pub async fn passages_in(&self, file: FileId, query: &str) -> Result<Vec<FoundPassage>> {
        let file = self.store.file(file).await?.ok_or(Error::Forgotten)?;
        let document = match file.document {
            Some(id) => self.store.document(id).await?,
            None => None,
        };
        let Some(document) = document else {
            return Ok(Vec::new());
        };
        let request = SearchRequest {
            query: query.into(),
            limit: N_SHOWN,
            ..SearchRequest::default()
        };
        let search = self.searching(None).await?;
        Ok(search.within(&document, &request).await?)
    }

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
