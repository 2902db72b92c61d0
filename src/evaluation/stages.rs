//! Every stage asked the same questions, alone and together, through the engine's face.
//!
//! Knows nothing of answers.

use super::Result;
use crate::{
    engine::Engine,
    search::{Only, RerankMode, SearchRequest, SearchResults},
};

/// A stage's name, its retriever, and how far it reranks.
const STAGES: [(&str, Option<Only>, RerankMode); 4] = [
    ("words", Some(Only::Words), RerankMode::Off),
    ("meaning", Some(Only::Meaning), RerankMode::Off),
    ("hybrid", None, RerankMode::Off),
    ("rerank", None, RerankMode::Whole),
];

/// What each stage makes of the answers to each query; `rerank` only where something judged.
pub(super) async fn each_stage<'a, T>(
    engine: &Engine,
    queries: impl Iterator<Item = &'a str> + Clone,
    limit: usize,
    mut judge: impl FnMut(usize, &SearchResults) -> T,
) -> Result<Vec<(&'static str, Vec<T>)>> {
    let mut stages = Vec::new();
    for (stage, only, reranking) in STAGES {
        let is_rerank = reranking == RerankMode::Whole;
        let mut judged = Vec::new();
        let mut n_reranked = 0;
        for (i, query) in queries.clone().enumerate() {
            let request = SearchRequest {
                query: query.to_owned(),
                limit,
                only,
                reranking,
                ..SearchRequest::default()
            };
            let found = engine.search(&request, drop).await?;
            n_reranked += found.reranked.n_judged;
            judged.push(judge(i, &found));
            if is_rerank && n_reranked == 0 {
                break;
            }
        }
        if !is_rerank || n_reranked > 0 {
            stages.push((stage, judged));
        }
    }
    Ok(stages)
}
