//! The passages of one document that answer a query, best first: what a result's one passage stands for.
//!
//! Asks both retrievers as any search does, of this document alone; nothing is reranked. Invariant:
//! without a model those that have the words are found all the same.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use super::{Error, Search, SearchRequest, show};
use crate::{
    cpu,
    document::{Admitted, DocumentId, IdSet, PassageId},
    lexical::{Depth, Lexical},
    store::{DocumentRow, PassageRow},
};

/// Passages taken from each retriever: a book has some thousand, of which these are enough to choose from.
const N_CANDIDATES: usize = 200;
/// A passage without any of the words is worth showing if it is among the nearest by so much of the
/// way from the farthest candidate to the nearest. By eye.
const NEAR: f32 = 0.75;

/// A passage with what is lit in it.
#[derive(Debug, Clone)]
pub struct FoundPassage {
    /// The passage.
    pub passage: PassageRow,
    /// Its text.
    pub text: String,
    /// Character ranges of `text` that match the query's words.
    pub highlights: Vec<(usize, usize)>,
}

impl Search {
    /// The passages of a document that answer a query, best first.
    pub async fn within(
        &self,
        document: &DocumentRow,
        request: &SearchRequest,
    ) -> Result<Vec<FoundPassage>, Error> {
        let mut parsed = self.parsed(request);
        let mut notices = Vec::new();
        self.correct(&mut parsed, &mut notices).await?;
        let condition = self.admitted(&parsed, &mut notices).await?;
        let evidence = condition.and_then(|admitted| admitted.evidence.clone());
        let admitted = Arc::new(only(document.id, evidence));
        let by_words = self.words_within(&parsed.words, &admitted).await?;
        let by_meaning = self.meaning_within(&parsed.meaning, &admitted).await?;
        let mut best = fused(&by_words, &by_meaning);
        best.truncate(request.limit);
        let rows = self.store.passages_by_id(&best).await?;
        let in_order = best
            .iter()
            .filter_map(|id| rows.iter().find(|row| row.id == *id).cloned());
        let rows: Vec<PassageRow> = in_order.collect();
        let spans: Vec<_> = rows.iter().map(show::span).collect();
        let texts = self.store.texts(&spans).await?.into_iter();
        let texts = texts
            .map(|text| (text, document.language.clone()))
            .collect();
        let lit = show::lit(parsed.words, texts).await?;
        let found = rows.into_iter().zip(lit);
        Ok(found
            .map(|(passage, (text, lit))| FoundPassage {
                passage,
                text,
                highlights: lit.ranges,
            })
            .collect())
    }

    async fn words_within(
        &self,
        words: &crate::lexical::WordQuery,
        admitted: &Arc<Admitted>,
    ) -> Result<Vec<(PassageId, f32)>, Error> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let depth = Depth {
            n_passages: N_CANDIDATES,
            n_per_document: N_CANDIDATES,
            n_files: 0,
        };
        let (words, admitted) = (words.clone(), Arc::clone(admitted));
        let search = move |index: &Lexical| index.search(&words, depth, Some(&admitted));
        let hits = self.ask(search, &mut Vec::new()).await?;
        let passages = hits.map(|hits| hits.passages).unwrap_or_default();
        Ok(passages
            .iter()
            .map(|hit| (hit.passage, hit.score))
            .collect())
    }

    /// None where the query cannot be embedded: the result above has said so.
    async fn meaning_within(
        &self,
        query: &str,
        admitted: &Arc<Admitted>,
    ) -> Result<Vec<(PassageId, f32)>, Error> {
        let Ok(model) = &self.model else {
            return Ok(Vec::new());
        };
        if query.is_empty() || !model.spec().reads(query) || self.has_no_vectors() {
            return Ok(Vec::new());
        }
        let Ok(embedded) = self.embed(model, query).await else {
            return Ok(Vec::new());
        };
        let (vectors, key) = (Arc::clone(&self.vectors), self.model_key.clone());
        let admitted = Arc::clone(admitted);
        let nearest = move || {
            let vectors = vectors.read().unwrap_or_else(PoisonError::into_inner);
            if vectors.model() != key {
                return Vec::new();
            }
            vectors.nearest(&embedded, N_CANDIDATES, N_CANDIDATES, Some(&admitted))
        };
        let nearest = cpu::run(nearest).await?;
        Ok(nearest
            .iter()
            .map(|neighbour| (neighbour.passage, neighbour.similarity))
            .collect())
    }
}

fn only(document: DocumentId, evidence: Option<IdSet>) -> Admitted {
    let mut documents = IdSet::new();
    documents.grow_and_insert(document.0 as usize);
    Admitted {
        files: IdSet::new(),
        documents,
        evidence,
    }
}

/// Both scores count alike, each brought to 0…1; one that has no word counts only if it is near.
fn fused(by_words: &[(PassageId, f32)], by_meaning: &[(PassageId, f32)]) -> Vec<PassageId> {
    let mut scores: HashMap<PassageId, f32> = HashMap::new();
    let most = by_words
        .iter()
        .fold(f32::EPSILON, |most, hit| most.max(hit.1));
    for (passage, score) in by_words {
        scores.insert(*passage, score / most);
    }
    let near = |pick: fn(f32, f32) -> f32, first: f32| {
        by_meaning
            .iter()
            .fold(first, |found, hit| pick(found, hit.1))
    };
    let (far, near) = (near(f32::min, f32::MAX), near(f32::max, f32::MIN));
    for (passage, similarity) in by_meaning {
        let closeness = (similarity - far) / (near - far).max(f32::EPSILON);
        match scores.get_mut(passage) {
            Some(score) => *score += closeness,
            None if closeness >= NEAR => {
                scores.insert(*passage, closeness);
            }
            None => {}
        }
    }
    let mut ordered: Vec<(PassageId, f32)> = scores.into_iter().collect();
    ordered.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ordered.into_iter().map(|(passage, _)| passage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_words_and_means_the_same_comes_first_and_what_is_far_is_left_out() {
        let at = |id: i64, score: f32| (PassageId(id), score);
        let by_words = [at(1, 8.0), at(2, 4.0)];
        let by_meaning = [at(2, 0.9), at(3, 0.8), at(1, 0.2), at(4, 0.1)];
        let order: Vec<i64> = fused(&by_words, &by_meaning)
            .iter()
            .map(|id| id.0)
            .collect();
        assert_eq!(order, [2, 1, 3]);
        assert_eq!(fused(&[], &[]), []);
        assert_eq!(fused(&[at(5, 0.0)], &[]), [PassageId(5)]);
    }
}
