//! The languages of the documents: which word endings a query tries, and whether the embedding model knows
//! them.

use std::sync::{Arc, PoisonError};

use nuthatch_models::{
    ModelSpec,
    catalogue::{Kind, Scripts},
};

use super::{Engine, Result, models};
use crate::search::Notice;

/// Another model is offered where so many documents are in other languages than English...
const MIN_FOREIGN: u64 = 5;
/// ... and they are at least this share of all, one in ten.
const FOREIGN_SHARE: u64 = 10;

impl Engine {
    /// All of them, the most common first; counted again when something was written since.
    pub(super) async fn languages(&self) -> Result<Arc<[String]>> {
        let sequence = self.store.sequence().await?;
        let known = || {
            self.languages
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some((counted_at, languages)) = &*known()
            && *counted_at == sequence
        {
            return Ok(Arc::clone(languages));
        }
        let counts = self.store.language_counts().await?.into_iter();
        let languages: Arc<[String]> = counts.map(|(language, _)| language).collect();
        *known() = Some((sequence, Arc::clone(&languages)));
        Ok(languages)
    }

    /// Offers a model for every language where the one that ships with the program does not know those of
    /// the documents. Who chose a model, be it that one, is not asked.
    pub(super) async fn offer(&self) -> Result<Option<Notice>> {
        let wanted = ModelSpec::default_embedding();
        if !self.is_embedding_auto || wanted.scripts == Scripts::All || self.model.is_err() {
            return Ok(None);
        }
        let counts = self.store.language_counts().await?;
        let n: u64 = counts.iter().map(|(_, n)| n).sum();
        let foreign = counts.iter().filter(|(language, _)| language != "eng");
        let n_foreign: u64 = foreign.map(|(_, n)| n).sum();
        if n_foreign < MIN_FOREIGN || n_foreign * FOREIGN_SHARE < n {
            return Ok(None);
        }
        let (known, _) = models::catalogue(&self.dirs);
        let is_for_all = |spec: &ModelSpec| {
            matches!(spec.kind, Kind::Embedding(_)) && spec.scripts == Scripts::All
        };
        Ok(known.into_iter().find(is_for_all).map(|spec| Notice {
            message: format!(
                "{n_foreign} of {n} documents are not in English, and the built-in model finds them by \
                 their words, hardly by meaning"
            ),
            hint: Some(self.how_to_get(&spec, &wanted)),
        }))
    }

    fn how_to_get(&self, spec: &ModelSpec, present: &ModelSpec) -> String {
        let is_installed = models::installed(&self.dirs)
            .iter()
            .any(|known| known.id == spec.id);
        let get = if is_installed {
            String::new()
        } else {
            let size = spec
                .size_mib
                .map_or_else(String::new, |mib| format!(" ({mib} MiB)"));
            format!("`nuthatch models get {}`{size}, then ", spec.id)
        };
        format!(
            "{get}`nuthatch models use {}`: one for every language, and all is found as before until it \
             has read everything. `nuthatch models use {}` keeps this one",
            spec.id, present.id
        )
    }
}
