//! How much of a query its best hits have: whether words have found what was asked for, or only what
//! they could.
//!
//! Reads postings at a few entries. Knows nothing of what follows from it (`search::fusion`).

use tantivy::{
    DocAddress, DocId, DocSet, Searcher, SegmentOrdinal, Term,
    postings::SegmentPostings,
    schema::{Field, IndexRecordOption},
};

use crate::lexical::{
    Coverage, Result, WordTerm,
    schema::Fields,
    score::{n_having, rarity},
    tokens::is_function_word,
};

/// Of longer queries no passage has most; they say what they mean in many words.
const SHORT_TERMS: usize = 8;
/// Hits of each kind of which one may cover the query.
const N_BEST: usize = 3;
/// A word or two that many passages have are asked for as such.
const MIN_CROWDED: usize = 3;
/// Passages that neither count as the best nor as the others.
const N_BETWEEN: usize = 2;
/// Passages that are looked at in all: the others are the sixth to the tenth.
pub(super) const N_PASSAGES: usize = 10;
/// More words than these need not be looked at to know whether a passage has any.
const MAX_TERMS: usize = 32;

/// How much of a query's weight passages have, in order, and files. The best of each decide how much is
/// covered, and the passages that follow, whether others have as much.
pub(super) fn coverage(
    searcher: &Searcher,
    fields: Fields,
    terms: &[WordTerm],
    passages: &[DocAddress],
    files: &[DocAddress],
) -> Result<Option<Coverage>> {
    let telling = terms.iter().filter(|term| !is_function_word(&term.word));
    let telling: Vec<&WordTerm> = telling.take(MAX_TERMS).collect();
    if telling.is_empty() {
        return Ok(None);
    }
    let is_short = telling.len() <= SHORT_TERMS;
    let is_crowdable = is_short && telling.len() >= MIN_CROWDED;
    let n_looked_at = if is_crowdable { N_PASSAGES } else { N_BEST };
    let looked_at = passages.get(..n_looked_at).unwrap_or(passages);
    let best_files = files.get(..N_BEST).unwrap_or(files);
    let (mut of_passages, mut of_files) = (vec![0.0; looked_at.len()], vec![0.0; best_files.len()]);
    let n_telling = telling.len();
    let (mut whole, mut n_unknown) = (0.0, 0);
    for term in telling {
        let n = n_having(searcher, fields, term)?;
        n_unknown += usize::from(n == 0 && !is_named(searcher, fields, term)?);
        let weight = rarity(searcher, n)?;
        whole += weight;
        let in_text = [fields.stems, fields.title];
        let add = |covered: &mut [f32], has: Vec<bool>| {
            for (covered, has) in covered.iter_mut().zip(has) {
                *covered += if has { weight } else { 0.0 };
            }
        };
        add(
            &mut of_passages,
            having(searcher, &in_text, &term.stems, looked_at)?,
        );
        let word = std::slice::from_ref(&term.word);
        add(
            &mut of_files,
            having(searcher, &[fields.name], word, best_files)?,
        );
    }
    let (best, others) = of_passages.split_at(N_BEST.min(of_passages.len()));
    let best = best.iter().chain(&of_files).copied().fold(0.0, f32::max);
    let others = others.get(N_BETWEEN..).unwrap_or_default();
    let crowd = others.iter().sum::<f32>() / others.len().max(1) as f32;
    Ok(Some(Coverage {
        share: best / whole,
        crowd: if best > 0.0 {
            (crowd / best).min(1.0)
        } else {
            0.0
        },
        unknown: n_unknown as f32 / n_telling as f32,
        is_short,
    }))
}

/// Whether a file or a folder is called by a word.
fn is_named(searcher: &Searcher, fields: Fields, term: &WordTerm) -> Result<bool> {
    for field in [fields.name, fields.folder] {
        if searcher.doc_freq(&Term::from_field_text(field, &term.word))? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Which of some entries have one of these forms in one of these fields.
fn having(
    searcher: &Searcher,
    fields: &[Field],
    forms: &[String],
    entries: &[DocAddress],
) -> Result<Vec<bool>> {
    let mut has = vec![false; entries.len()];
    let mut ascending: Vec<usize> = (0..entries.len()).collect();
    ascending.sort_unstable_by_key(|&i| entries.get(i));
    for &field in fields {
        for form in forms {
            let term = Term::from_field_text(field, form);
            let mut open: Option<(SegmentOrdinal, Option<SegmentPostings>)> = None;
            for &i in &ascending {
                let (Some(&entry), Some(has)) = (entries.get(i), has.get_mut(i)) else {
                    continue;
                };
                if open
                    .as_ref()
                    .is_none_or(|(segment, _)| *segment != entry.segment_ord)
                {
                    let index = searcher
                        .segment_reader(entry.segment_ord)
                        .inverted_index(field)?;
                    let postings = index
                        .read_postings(&term, IndexRecordOption::Basic)
                        .map_err(tantivy::TantivyError::from)?;
                    open = Some((entry.segment_ord, postings));
                }
                if let Some((_, Some(postings))) = &mut open {
                    *has |= is_at(postings, entry.doc_id);
                }
            }
        }
    }
    Ok(has)
}

/// Moves postings to an entry that follows; whether it is among them.
fn is_at(postings: &mut SegmentPostings, entry: DocId) -> bool {
    postings.doc() == entry || postings.doc() < entry && postings.seek(entry) == entry
}
