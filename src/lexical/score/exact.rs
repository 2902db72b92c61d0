//! Exact forms, scored after the best passages were found by stems.
//!
//! Where a passage has a word it has its stem, too; the exact form only moves passages a little. Asking for
//! both at once would read a third more postings, of a million passages as well; here a few hundred
//! entries are asked. Knows nothing of how they were found.

use std::collections::BTreeMap;

use tantivy::{
    DocSet, SegmentOrdinal,
    query::{EnableScoring, Query, Scorer},
};

use super::{EXACT_WEIGHT, Statistics, weight, word};
use crate::lexical::{Result, WordTerm, collect::Found, schema::Fields};

/// Adds what the exact forms of terms score to what was found, and puts it in order.
pub(super) fn add(
    statistics: &Statistics<'_>,
    fields: Fields,
    terms: &[&WordTerm],
    found: &mut [Found],
) -> Result<()> {
    let mut by_segment: BTreeMap<SegmentOrdinal, Vec<&mut Found>> = BTreeMap::new();
    for entry in found.iter_mut() {
        by_segment
            .entry(entry.1.segment_ord)
            .or_default()
            .push(entry);
    }
    for entries in by_segment.values_mut() {
        entries.sort_unstable_by_key(|entry| entry.1.doc_id);
    }
    let searcher = statistics.searcher;
    let scoring = EnableScoring::enabled_from_statistics_provider(statistics, searcher);
    for term in terms {
        let exact = word(fields.words, &term.word).weight(scoring)?;
        for (&segment, entries) in &mut by_segment {
            let boost = weight(term) * EXACT_WEIGHT;
            let mut scorer = exact.scorer(searcher.segment_reader(segment), boost)?;
            for entry in entries.iter_mut() {
                let wanted = entry.1.doc_id;
                if scorer.doc() < wanted {
                    scorer.seek(wanted);
                }
                if scorer.doc() == wanted {
                    entry.0 += scorer.score();
                }
            }
        }
    }
    found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(())
}
