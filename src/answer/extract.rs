//! The best sentences of the sources: an answer that needs no model to write it.
//!
//! Owns what makes a sentence answer a question: it has the question's telling words, means about the
//! same, comes from a passage that was found early, and has the kind of thing that is asked for. The
//! weights are chosen by hand on the development sets; `docs/answers.md` has the figures.
//! Invariant: a chosen range lies in its source's text, so an extracted sentence is a quotation.

use std::{ops::Range, time::Duration};

use nuthatch_models::{ModelWorker, Role};

use super::{
    Evidence, Source,
    claims::claims,
    question::{Kind, Question},
};
use crate::lexical::tokens::Endings;

/// Sentences that an answer is chosen from: those that have most of the question's words.
const N_CANDIDATES: usize = 6;
/// Shorter ones are headings and scraps.
const MIN_CHARS: usize = 16;
/// Longer ones are tables and lists, of which only the beginning is compared.
const MAX_CHARS: usize = 600;
/// Sentences of an answer, at most.
const MOST_SENTENCES: usize = 3;
/// A further sentence is as good as the best one, almost.
const NEARLY_AS_GOOD: f32 = 0.9;
/// A slow or busy machine answers by words alone.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What each of a sentence's merits counts.
const COVERAGE: f32 = 0.5;
const SIMILARITY: f32 = 0.5;
const PRIOR: f32 = 0.15;
const KIND: f32 = 0.15;

/// A sentence of a source.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) source: usize,
    pub(super) range: Range<usize>,
    /// The share of the question's words in it, those just around it counting half.
    coverage: f32,
    /// The share of the question's words in it alone.
    own_coverage: f32,
    /// The same, those around it counting in full.
    wide_coverage: f32,
    similarity: Option<f32>,
    /// 1 if it has what is asked for, 0 if not, half where that cannot be told.
    kind: f32,
    prior: f32,
}

impl Candidate {
    fn score(&self) -> f32 {
        let similarity = self.similarity.unwrap_or(0.0);
        COVERAGE * self.coverage + SIMILARITY * similarity + PRIOR * self.prior + KIND * self.kind
    }
}

/// The best sentences of all sources, the best first, as far as words tell.
pub(super) fn candidates(question: &Question, sources: &[Source]) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (n, source) in sources.iter().enumerate() {
        let endings = Endings::of(source.language.as_deref());
        let heading = format!(
            "{} {}",
            source.title.as_deref().unwrap_or_default(),
            source.context
        );
        let heading = question.met(&heading, &endings);
        let mut before = vec![false; heading.len()];
        for range in source.sentences() {
            let text = source.text.get(range.clone()).unwrap_or_default();
            let met = question.met(text, &endings);
            let around = either(&either(&met, &before), &heading);
            if text.chars().count() >= MIN_CHARS {
                let (own, wide) = (question.share(&met), question.share(&around));
                all.push(Candidate {
                    source: n,
                    coverage: own.midpoint(wide),
                    own_coverage: own,
                    wide_coverage: wide,
                    similarity: None,
                    kind: has_kind(question.kind, text),
                    prior: 1.0 / (n + 1) as f32,
                    range,
                });
            }
            before = met;
        }
    }
    sort(&mut all);
    all.truncate(N_CANDIDATES);
    all
}

/// Compares them with the question in meaning, and puts the best first again.
pub(super) async fn compare(
    model: &ModelWorker,
    query: &[f32],
    sources: &[Source],
    candidates: &mut [Candidate],
) {
    let texts = candidates.iter().map(|candidate| {
        let text = sources
            .get(candidate.source)
            .and_then(|source| source.text.get(candidate.range.clone()));
        text.unwrap_or_default().chars().take(MAX_CHARS).collect()
    });
    let embedding = model.embed(Role::Passage, texts.collect());
    let Ok(Ok(vectors)) = tokio::time::timeout(PATIENCE, embedding).await else {
        return;
    };
    for (candidate, vector) in candidates.iter_mut().zip(vectors) {
        candidate.similarity = Some(vector.iter().zip(query).map(|(a, b)| a * b).sum());
    }
    sort(candidates);
}

/// The sentences that make the answer: the best, and others of the same source that are nearly as good.
pub(super) fn choose(candidates: &[Candidate]) -> Vec<Candidate> {
    let Some(best) = candidates.first() else {
        return Vec::new();
    };
    let mut chosen: Vec<Candidate> = candidates
        .iter()
        .filter(|one| one.source == best.source && one.score() >= NEARLY_AS_GOOD * best.score())
        .take(MOST_SENTENCES)
        .cloned()
        .collect();
    // In the order in which they stand there.
    chosen.sort_by_key(|one| one.range.start);
    chosen
}

/// What was found, in figures.
pub(super) fn evidence(
    question: &Question,
    sources: &[Source],
    candidates: &[Candidate],
) -> Evidence {
    let most = |values: &mut dyn Iterator<Item = f32>| values.fold(0.0, f32::max);
    let pairs =
        |source: &Source| question.pairs(&source.text, &Endings::of(source.language.as_deref()));
    Evidence {
        own_coverage: most(&mut candidates.iter().map(|one| one.own_coverage)),
        wide_coverage: most(&mut candidates.iter().map(|one| one.wide_coverage)),
        similarity: candidates
            .iter()
            .filter_map(|one| one.similarity)
            .reduce(f32::max),
        pairs: most(&mut sources.iter().map(pairs)),
        word_lead: word_lead(sources),
        meaning_lead: meaning_lead(sources),
        agreement: agreement(sources),
        judged: sources
            .iter()
            .filter_map(|source| source.judged)
            .reduce(f32::max),
    }
}

fn meaning_lead(sources: &[Source]) -> f32 {
    let mut similarities: Vec<f32> = sources
        .iter()
        .filter_map(|source| source.similarity)
        .collect();
    similarities.sort_by(|a, b| b.total_cmp(a));
    match (
        similarities.first(),
        similarities.get(4).or(similarities.last()),
    ) {
        (Some(nearest), Some(fifth)) => nearest - fifth,
        _ => 0.0,
    }
}

fn word_lead(sources: &[Source]) -> f32 {
    let mut scores: Vec<f32> = sources
        .iter()
        .filter_map(|source| source.by_words)
        .collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    match scores.as_slice() {
        &[best, second, ..] if best > 0.0 => (best - second) / best,
        [_] => 1.0,
        _ => 0.0,
    }
}

/// Among the sources themselves, so that it means the same where some of what was found is left out.
fn agreement(sources: &[Source]) -> f32 {
    let best = |score: &dyn Fn(&Source) -> Option<f32>| {
        let scores = sources
            .iter()
            .enumerate()
            .filter_map(|(n, source)| Some((n, score(source)?)));
        scores
            .max_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(n, _)| n)
    };
    let words = best(&|source| source.by_words);
    let meaning = best(&|source| source.similarity);
    match (words, meaning) {
        (Some(words), Some(meaning)) => f32::from(u8::from(words == meaning)),
        _ => 0.5,
    }
}

fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| b.score().total_cmp(&a.score()));
}

fn either(a: &[bool], b: &[bool]) -> Vec<bool> {
    let at = |of: &[bool], i: usize| of.get(i).copied().unwrap_or(false);
    (0..a.len().max(b.len()))
        .map(|i| at(a, i) || at(b, i))
        .collect()
}

/// Whether a sentence has the kind of thing that is asked for.
fn has_kind(kind: Kind, sentence: &str) -> f32 {
    let claims = claims(sentence);
    let is_year = |key: &str| {
        key.len() == 4 && key.starts_with(['1', '2']) && key.bytes().all(|b| b.is_ascii_digit())
    };
    let has = match kind {
        Kind::Open => return 0.5,
        Kind::Date => {
            claims
                .iter()
                .any(|claim| claim.is_number && (is_year(&claim.key) || claim.key.contains('-')))
                || has_word(sentence, MONTHS)
                || has_word(sentence, TIMES)
        }
        Kind::Number => claims.iter().any(|claim| claim.is_number) || has_word(sentence, NUMERALS),
        Kind::Name => claims.iter().any(|claim| !claim.is_number),
    };
    f32::from(u8::from(has))
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
];
const TIMES: &[&str] = &[
    "century",
    "centuries",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "yesterday",
    "today",
    "tomorrow",
    "jahrhundert",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
];
const NUMERALS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "twenty", "thirty", "forty", "fifty", "hundred", "thousand", "million", "billion",
    "half", "third", "quarter", "dozen", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht",
    "neun", "zehn",
];

fn has_word(sentence: &str, words: &[&str]) -> bool {
    let lower = sentence.to_lowercase();
    let mut parts = lower.split(|c: char| !c.is_alphanumeric());
    parts.any(|part| words.contains(&part))
}
