//! Which segments of the word index become one.
//!
//! tantivy's own policy by size, but what is large stays as it is: a merge reads all that it merges,
//! which then counts as this program's memory, and a search reads several large segments side by side.
//! Knows numbers of entries alone.

use tantivy::{
    index::SegmentMeta,
    indexer::{LogMergePolicy, MergeCandidate, MergePolicy},
};

/// A segment of more entries is merged with no other: with eight of these a merge maps 200 MB.
const MAX_ENTRIES: usize = 100_000;
/// A larger one is written anew when so much of it is deleted.
const DELETED_SHARE: f64 = 0.4;

/// The policy.
#[derive(Debug)]
pub(super) struct Merging(LogMergePolicy);

impl Default for Merging {
    fn default() -> Self {
        let mut by_size = LogMergePolicy::default();
        by_size.set_max_docs_before_merge(MAX_ENTRIES);
        Self(by_size)
    }
}

impl MergePolicy for Merging {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let (hollow, others): (Vec<&SegmentMeta>, Vec<&SegmentMeta>) =
            segments.iter().partition(|segment| is_hollow(segment));
        let others: Vec<SegmentMeta> = others.into_iter().cloned().collect();
        let alone = hollow
            .into_iter()
            .map(|segment| MergeCandidate(vec![segment.id()]));
        let mut candidates = self.0.compute_merge_candidates(&others);
        candidates.extend(alone);
        candidates
    }
}

fn is_hollow(segment: &SegmentMeta) -> bool {
    let n_deleted = f64::from(segment.num_deleted_docs());
    let n = f64::from(segment.max_doc());
    n > MAX_ENTRIES as f64 && n_deleted > DELETED_SHARE * n
}
