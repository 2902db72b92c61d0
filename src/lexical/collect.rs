//! The best passages of an index, with at most so many of one document.
//!
//! Without that limit a long document that repeats what is looked for fills the list alone, and
//! every other file with it is missed. Knows scores and document numbers, not how either comes about.
//! Invariant: the threshold handed to tantivy is the score that a further passage has to beat, so
//! that skipping blocks below it loses nothing.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use tantivy::{
    DocAddress, DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::Column,
    query::Weight,
};

use crate::document::{Admitted, DocumentId, PassageId};

/// Collects the `limit` best passages that are admitted, at most `per_document` of one document; best
/// first, ties in the order of the index.
#[derive(Debug, Clone)]
pub(super) struct BestPassages {
    pub(super) limit: usize,
    pub(super) per_document: usize,
    pub(super) admitted: Option<Arc<Admitted>>,
}

/// An entry that was found: score, place, document.
pub(super) type Found = (Score, DocAddress, u64);

/// What has been found in one segment.
pub(super) struct Best {
    wanted: BestPassages,
    segment: SegmentOrdinal,
    documents: Column<u64>,
    /// Read only where something is not admitted.
    passages: Option<Column<u64>>,
    /// All that is kept, the worst first.
    kept: BTreeMap<Key, u64>,
    /// The same by document.
    by_document: HashMap<u64, Vec<Key>>,
}

/// Score and entry, ordered so that the better one is larger. The bits of a positive float are
/// ordered like the float; BM25 is never negative.
type Key = (u32, Reverse<DocId>);

impl Collector for BestPassages {
    type Fruit = Vec<Found>;
    type Child = Best;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<Best> {
        let columns = reader.fast_fields();
        let passages = self.admitted.as_ref().map(|_| columns.u64("passage"));
        Ok(Best {
            wanted: self.clone(),
            segment,
            documents: columns.u64("document")?,
            passages: passages.transpose()?,
            kept: BTreeMap::new(),
            by_document: HashMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Vec<Found>>) -> tantivy::Result<Vec<Found>> {
        let mut all: Vec<Found> = segments.into_iter().flatten().collect();
        all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut n_of: HashMap<u64, usize> = HashMap::new();
        all.retain(|&(_, _, document)| {
            let n = n_of.entry(document).or_default();
            *n += 1;
            *n <= self.per_document
        });
        all.truncate(self.limit);
        Ok(all)
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<Vec<Found>> {
        let mut best = self.for_segment(segment, reader)?;
        let alive = reader.alive_bitset();
        weight.for_each_pruning(Score::MIN, reader, &mut |doc, score| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                best.collect(doc, score);
            }
            best.threshold()
        })?;
        Ok(best.harvest())
    }
}

impl SegmentCollector for Best {
    type Fruit = Vec<Found>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let key = (score.max(0.0).to_bits(), Reverse(doc));
        let document = self.documents.first(doc).unwrap_or_default();
        if !self.admits(doc, document) {
            return;
        }
        let of_document = self.by_document.entry(document).or_default();
        if of_document.len() == self.wanted.per_document {
            let worst = of_document.iter_mut().min();
            let Some(worst) = worst.filter(|worst| **worst < key) else {
                return;
            };
            self.kept.remove(worst);
            *worst = key;
        } else {
            of_document.push(key);
        }
        self.kept.insert(key, document);
        if self.kept.len() > self.wanted.limit
            && let Some((worst, document)) = self.kept.pop_first()
            && let Some(of_document) = self.by_document.get_mut(&document)
        {
            of_document.retain(|&key| key != worst);
        }
    }

    fn harvest(self) -> Vec<Found> {
        let found = self.kept.into_iter().rev();
        found
            .map(|((score, Reverse(doc)), document)| {
                let address = DocAddress::new(self.segment, doc);
                (Score::from_bits(score), address, document)
            })
            .collect()
    }
}

impl Best {
    fn admits(&self, doc: DocId, document: u64) -> bool {
        let Some((admitted, passages)) = self.wanted.admitted.as_ref().zip(self.passages.as_ref())
        else {
            return true;
        };
        let passage = PassageId(passages.first(doc).unwrap_or_default() as i64);
        admitted.has_passage(passage, DocumentId(document as i64))
    }

    /// Only what scores higher can still be kept.
    fn threshold(&self) -> Score {
        if self.kept.len() < self.wanted.limit {
            return Score::MIN;
        }
        let worst = self.kept.first_key_value();
        worst.map_or(Score::MIN, |(&(score, _), _)| Score::from_bits(score))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        document::{DocumentId, PassageId, Sequence},
        lexical::{Depth, Lexical, Op, PassageEntry, WordQuery, WordTerm},
    };

    const DEPTH: Depth = Depth {
        n_passages: 40,
        n_per_document: 3,
        n_files: 1,
    };

    /// Documents of so many passages each; the first passage of each says the word most densely.
    async fn index(folder: &std::path::Path, n_passages: &[i64]) -> Lexical {
        let lexical = Lexical::open(folder, "").unwrap();
        for (document, &n) in (1..).zip(n_passages) {
            let passages = (0..n).map(|i| PassageEntry {
                passage: PassageId(document * 10_000 + i),
                title: String::new(),
                text: format!("kingfisher {}", "river ".repeat(i as usize % 50)),
            });
            let op = Op::AddDocument {
                document: DocumentId(document),
                language: None,
                passages: passages.collect(),
            };
            // One segment for each.
            lexical.apply(vec![op], Sequence(document)).await.unwrap();
            lexical.commit().await.unwrap();
        }
        lexical
    }

    fn kingfisher() -> WordQuery {
        WordQuery {
            terms: vec![WordTerm {
                word: "kingfisher".into(),
                stems: vec!["kingfisher".into()],
                n_times: 1,
            }],
            ..WordQuery::default()
        }
    }

    #[tokio::test]
    async fn a_document_that_repeats_what_is_looked_for_hides_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut n_passages = vec![1; 12];
        n_passages.insert(0, 3_000);
        n_passages.push(2);
        let lexical = index(folder.path(), &n_passages).await;
        let found = lexical.search(&kingfisher(), DEPTH, None).unwrap().passages;
        let n_of = |document| {
            let of_it = found
                .iter()
                .filter(|hit| hit.document == DocumentId(document));
            of_it.count()
        };
        assert_eq!(n_of(1), DEPTH.n_per_document);
        assert!((2..=13).all(|document| n_of(document) == 1), "{found:?}");
        assert_eq!(n_of(14), 2);
        assert!(found.is_sorted_by(|a, b| a.score >= b.score));
    }

    #[tokio::test]
    async fn the_best_of_each_document_are_kept_and_the_best_of_all_come_first() {
        let folder = tempfile::tempdir().unwrap();
        let lexical = index(folder.path(), &[500, 30, 30]).await;
        let all = Depth {
            n_passages: 1_000,
            n_per_document: 1_000,
            n_files: 1,
        };
        let every = lexical.search(&kingfisher(), all, None).unwrap().passages;
        assert_eq!(every.len(), 560);
        let score = |depth| -> Vec<f32> {
            let hits = lexical.search(&kingfisher(), depth, None).unwrap();
            hits.passages.iter().map(|hit| hit.score).collect()
        };
        let expected: Vec<f32> = every.iter().take(40).map(|hit| hit.score).collect();
        let uncapped = Depth {
            n_per_document: 1_000,
            ..DEPTH
        };
        assert_eq!(score(uncapped), expected);

        let mut n_of = std::collections::HashMap::new();
        let capped: Vec<f32> = every
            .iter()
            .filter(|hit| {
                let n = n_of.entry(hit.document).or_insert(0);
                *n += 1;
                *n <= 3
            })
            .map(|hit| hit.score)
            .collect();
        assert_eq!(score(DEPTH), capped);
        let few = Depth {
            n_passages: 5,
            ..DEPTH
        };
        assert_eq!(score(few), capped[..5]);
    }
}
