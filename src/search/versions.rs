//! Which results are versions of one document: folded into one row, with the newest in front.
//!
//! Two files are versions when their names are the same but for what people and programs add to tell
//! versions apart (`v2`, `final`, `copy`, a date), and much of their text is. Text alone would fold
//! invoices of one template together, names alone every `report.pdf`. Only what was found is folded, so a
//! passage that only an old version has is still found there.

use std::collections::{BTreeSet, HashMap};

use super::{Error, Search, SearchResult};
use crate::{
    cpu,
    document::DocumentId,
    lexical::{
        WordQuery,
        tokens::{fold, steps},
    },
};

/// So much of a document's beginning is compared, in bytes.
const N_COMPARED: usize = 16_384;
/// Words in a row that are compared as one.
const SHINGLE_WORDS: usize = 3;
/// The smallest hashes of a text stand for all of it (a bottom-k sketch: Thorup, "Bottom-k and priority
/// sampling", 2013); with 64 the share that two texts have in common is known to about 0.06.
const SKETCH_SIZE: usize = 64;
/// The share of two texts that versions have in common at least.
const LEAST_COMMON: f64 = 0.4;
/// Names of fewer letters say nothing.
const MIN_NAME_CHARS: usize = 3;

/// What stands for a text.
type Sketch = BTreeSet<u64>;

/// Folds versions together: each group stands where its best result stood, and shows its newest.
pub(super) async fn fold_versions(
    search: &Search,
    query: &WordQuery,
    results: Vec<SearchResult>,
) -> Result<Vec<SearchResult>, Error> {
    // Whoever asks for a version wants that one.
    if query.terms.iter().any(|term| tells_versions(&term.word)) {
        return Ok(results);
    }
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, result) in results.iter().enumerate() {
        if let Some(name) = base_name(result) {
            by_name.entry(name).or_default().push(place);
        }
    }
    by_name.retain(|_, places| places.len() > 1);
    if by_name.is_empty() {
        return Ok(results);
    }
    let places: Vec<usize> = by_name.values().flatten().copied().collect();
    let sketches = sketches(search, &results, &places).await?;
    let mut leader: Vec<usize> = (0..results.len()).collect();
    for places in by_name.values() {
        for (nth, &place) in places.iter().enumerate() {
            let earlier = places.iter().take(nth).copied();
            let alike = |&other: &usize| {
                let pair = sketches.get(&place).zip(sketches.get(&other));
                pair.is_some_and(|(a, b)| common(a, b) >= LEAST_COMMON)
            };
            if let Some(other) = earlier.filter(|&other| leader[other] == other).find(alike) {
                leader[place] = other;
            }
        }
    }
    Ok(fold_groups(results, &leader))
}

/// `leader` says for each result at whose place it stands.
fn fold_groups(results: Vec<SearchResult>, leader: &[usize]) -> Vec<SearchResult> {
    let mut groups: Vec<(usize, Vec<SearchResult>)> = Vec::new();
    for (result, &leader) in results.into_iter().zip(leader) {
        match groups.iter_mut().find(|(first, _)| *first == leader) {
            Some((_, group)) => group.push(result),
            None => groups.push((leader, vec![result])),
        }
    }
    let folded = groups.into_iter().filter_map(|(_, mut group)| {
        group.sort_by_key(|result| std::cmp::Reverse(result.file.seen.modified_ns));
        let mut group = group.into_iter();
        let mut newest = group.next()?;
        for mut older in group {
            newest.versions.push(older.file);
            newest.versions.append(&mut older.versions);
        }
        newest
            .versions
            .sort_by_key(|file| std::cmp::Reverse(file.seen.modified_ns));
        Some(newest)
    });
    folded.collect()
}

async fn sketches(
    search: &Search,
    results: &[SearchResult],
    places: &[usize],
) -> Result<HashMap<usize, Sketch>, Error> {
    let documents: Vec<(usize, (DocumentId, usize, usize))> = places
        .iter()
        .filter_map(|&place| {
            let document = results.get(place)?.document.as_ref()?;
            let end = document.n_text_bytes.min(N_COMPARED);
            Some((place, (document.id, 0, end)))
        })
        .collect();
    let spans: Vec<_> = documents.iter().map(|&(_, span)| span).collect();
    let texts = search.store.texts(&spans).await?;
    let sketches =
        cpu::run(move || texts.iter().map(|text| sketch(text)).collect::<Vec<_>>()).await?;
    let places = documents.into_iter().map(|(place, _)| place);
    Ok(places.zip(sketches).collect())
}

/// The name without its ending and without what tells versions apart.
fn base_name(result: &SearchResult) -> Option<String> {
    let path = result.file.seen.path.to_path();
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let words = steps(without_copy_number(&stem));
    let kept: Vec<String> = words
        .into_iter()
        .filter(|word| !tells_versions(word))
        .collect();
    let name = kept.join(" ");
    (name.chars().count() >= MIN_NAME_CHARS).then_some(name)
}

/// Without the number in parentheses that programs add to a second file of one name. A bare number
/// tells documents apart: chapters, invoices.
fn without_copy_number(stem: &str) -> &str {
    let numbered = stem
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('));
    match numbered {
        Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => stem,
    }
}

fn tells_versions(word: &str) -> bool {
    const MARKS: [&str; 22] = [
        "v",
        "version",
        "ver",
        "rev",
        "revision",
        "final",
        "draft",
        "copy",
        "kopie",
        "entwurf",
        "old",
        "new",
        "latest",
        "edited",
        "corrected",
        "signed",
        "backup",
        "bak",
        "of",
        "orig",
        "original",
        "fixed",
    ];
    let has_number = |mark: &str| {
        let number = word.strip_prefix(mark);
        number.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_date =
        word.len() == 8 && word.starts_with("20") && word.bytes().all(|byte| byte.is_ascii_digit());
    MARKS.contains(&word) || has_number("v") || has_number("rev") || has_number("draft") || is_date
}

fn sketch(text: &str) -> Sketch {
    let folded = fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let mut smallest = Sketch::new();
    for shingle in words.windows(SHINGLE_WORDS.min(words.len().max(1))) {
        let mut hasher = blake3::Hasher::new();
        for word in shingle {
            hasher.update(word.as_bytes()).update(b" ");
        }
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        smallest.insert(u64::from_le_bytes(bytes));
        if smallest.len() > SKETCH_SIZE {
            smallest.pop_last();
        }
    }
    smallest
}

/// The share of two texts that they have in common (Jaccard), as their sketches tell.
fn common(a: &Sketch, b: &Sketch) -> f64 {
    let both: Vec<u64> = a.union(b).copied().take(SKETCH_SIZE).collect();
    let n_common = both
        .iter()
        .filter(|hash| a.contains(hash) && b.contains(hash))
        .count();
    n_common as f64 / both.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_versions_apart_is_told_from_what_tells_documents_apart() {
        for mark in ["v2", "final", "copy", "20240305", "rev3"] {
            assert!(tells_versions(mark), "{mark}");
        }
        for word in ["invoice", "2024", "0017", "2", "vendor", "finals", "review"] {
            assert!(!tells_versions(word), "{word}");
        }
    }

    #[test]
    fn the_number_of_a_second_download_is_no_part_of_a_name() {
        assert_eq!(without_copy_number("contract (2)").trim(), "contract");
        assert_eq!(
            without_copy_number("contract (signed)"),
            "contract (signed)"
        );
        assert_eq!(without_copy_number("chapter 2"), "chapter 2");
    }

    #[test]
    fn sketches_tell_how_much_two_texts_have_in_common() {
        let words: Vec<String> = (0..2_000).map(|n| format!("word{n}")).collect();
        let half: Vec<String> = (1_000..3_000).map(|n| format!("word{n}")).collect();
        let (a, b) = (sketch(&words.join(" ")), sketch(&half.join(" ")));
        assert!((common(&a, &a) - 1.0).abs() < 1e-9);
        assert!(
            (common(&a, &b) - 1.0 / 3.0).abs() < 0.2,
            "{}",
            common(&a, &b)
        );
        assert!(common(&a, &sketch("something else")) < 1e-9);
        assert!(common(&sketch(""), &sketch("")) < 1e-9);
    }
}
