//! How much of a query its best hits have: whether words have found what was asked for, or only what
//! they could.
//!
//! Reads postings at a few entries. Knows nothing of what follows from it (`search::fusion`).

use tantivy::{
    DocAddress, DocSet, Searcher, Term,
    schema::{Field, IndexRecordOption},
};

use crate::lexical::{
    Coverage, Result, WordTerm, schema::Fields, score::rarity, tokens::is_function_word,
};

/// Of longer queries no passage has most; they say what they mean in many words.
const SHORT_TERMS: usize = 8;
/// More words than these need not be looked at to know whether a passage has any.
const MAX_TERMS: usize = 32;

/// The share of a query's weight that the best covered of some entries has. `passages` and `files` are
/// entries of each kind.
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
    let weights = telling
        .iter()
        .map(|term| rarity(searcher, fields, term))
        .collect::<Result<Vec<f32>>>()?;
    let whole: f32 = weights.iter().sum();
    let mut best = 0.0_f32;
    for (entries, is_passage) in [(passages, true), (files, false)] {
        for &entry in entries {
            let mut covered = 0.0;
            for (term, weight) in telling.iter().zip(&weights) {
                let has = if is_passage {
                    has_any(searcher, &[fields.stems, fields.title], &term.stems, entry)?
                } else {
                    has_any(
                        searcher,
                        &[fields.name],
                        std::slice::from_ref(&term.word),
                        entry,
                    )?
                };
                covered += if has { *weight } else { 0.0 };
            }
            best = best.max(covered / whole);
        }
    }
    Ok(Some(Coverage {
        share: best,
        is_short: telling.len() <= SHORT_TERMS,
    }))
}

fn has_any(
    searcher: &Searcher,
    fields: &[Field],
    forms: &[String],
    entry: DocAddress,
) -> Result<bool> {
    let segment = searcher.segment_reader(entry.segment_ord);
    for &field in fields {
        let index = segment.inverted_index(field)?;
        for form in forms {
            let term = Term::from_field_text(field, form);
            let postings = index
                .read_postings(&term, IndexRecordOption::Basic)
                .map_err(tantivy::TantivyError::from)?;
            if postings.is_some_and(|mut postings| {
                postings.doc() == entry.doc_id
                    || postings.doc() < entry.doc_id && postings.seek(entry.doc_id) == entry.doc_id
            }) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
