//! Whether a written sentence stands in the sources, and where: code looks it up, no model is asked.
//!
//! A sentence is *quoted* when its words are a source's own, *supported* when one sentence of a source
//! bears it (`bearing.rs`) with its numbers and its polarity, and about its meaning; else it is *not found*. What a model writes of pages and passage numbers is taken out before (`references.rs`). Owns
//! these rules; the figures behind the thresholds are in `docs/answers.md`. Invariant: no citation without
//! a range of a source's text that bears it.

use std::{collections::HashSet, ops::Range, time::Duration};

use nuthatch_models::{ModelWorker, Role};

use super::{
    Source, Standing,
    bearing::{Bearing, Statement},
    claims::{self, Claim},
    quotes::{Normal, quoted},
};
use crate::{document::Unit, lexical::tokens::Endings};

/// So near in meaning is what supports it.
const SUPPORT_SIMILARITY: f32 = 0.5;
/// Sentences that are compared in meaning.
const N_COMPARED: usize = 3;
/// A slow or busy machine calls nothing supported.
const PATIENCE: Duration = Duration::from_secs(5);
/// What stands between the cells of a row, as tables are read.
const COLUMN: &str = " · ";
/// Words that turn a sentence into its opposite.
const NEGATIONS: &[&str] = &[
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot",
    "can't", "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "won't",
    "wouldn't", "nicht", "kein", "keine", "keinen", "keinem", "keiner", "nie", "niemals", "ohne",
    "niemand", "nichts",
];

/// What was found of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) standing: Standing,
    /// Sources with the byte ranges of their texts that bear it, the best first.
    pub(super) ranges: Vec<(usize, Range<usize>)>,
    /// Byte ranges of the sentence: numbers, dates and names that stand in no source.
    pub(super) unfounded: Vec<Range<usize>>,
}

/// Sources, made ready for being looked up.
pub(super) struct Shelf<'a> {
    sources: &'a [Source],
    normal: Vec<Normal>,
    known: Vec<HashSet<String>>,
    sentences: Vec<Stored>,
    /// The stems of all telling words.
    stems: HashSet<String>,
}

/// A sentence of a source.
struct Stored {
    source: usize,
    range: Range<usize>,
    statement: Statement,
    /// Its numbers, and the years of its headings.
    numbers: HashSet<String>,
    /// Stems that lead to it: of headings, and of names in the sentences before.
    led_by: HashSet<String>,
    is_negated: bool,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(sources: &'a [Source]) -> Self {
        let named = |source: &Source| format!("{}\n{}", heading(source), source.text);
        let sentences: Vec<Stored> = (0..).zip(sources).flat_map(stored).collect();
        let stems = sentences
            .iter()
            .flat_map(|sentence| sentence.statement.stems().map(str::to_owned))
            .collect();
        Self {
            normal: sources
                .iter()
                .map(|source| Normal::of(&source.text))
                .collect(),
            known: sources
                .iter()
                .map(|source| claims::known(&named(source)))
                .collect(),
            sentences,
            stems,
            sources,
        }
    }

    /// Looks a sentence up.
    pub(super) async fn look_up(&self, sentence: &str, model: Option<&ModelWorker>) -> Found {
        let claims = claims::claims(sentence);
        let is_unfounded = |claim: &&Claim| {
            !self
                .known
                .iter()
                .any(|known| claims::is_known(claim, known))
        };
        let unfounded: Vec<Range<usize>> = claims
            .iter()
            .filter(is_unfounded)
            .map(|claim| claim.span.clone())
            .collect();
        let quotes = self.quotes(sentence);
        if unfounded.is_empty() && !quotes.is_empty() {
            return Found {
                standing: Standing::Quoted,
                ranges: quotes,
                unfounded,
            };
        }
        let support = if unfounded.is_empty() {
            self.support(sentence, &claims, model).await
        } else {
            None
        };
        let standing = if support.is_some() {
            Standing::Supported
        } else {
            Standing::NotFound
        };
        let mut ranges: Vec<_> = support.into_iter().collect();
        if standing == Standing::Supported {
            ranges.extend(self.parts(sentence));
            ranges.dedup_by_key(|(source, _)| *source);
        }
        Found {
            standing,
            ranges,
            unfounded,
        }
    }

    /// Where the sentence stands word for word, or the quotes that it is made of; else nothing.
    fn quotes(&self, sentence: &str) -> Vec<(usize, Range<usize>)> {
        if let Some(whole) = self.find(sentence) {
            return vec![whole];
        }
        let mut found = Vec::new();
        let mut rest = sentence.to_owned();
        for part in quoted(sentence).into_iter().rev() {
            let quote = sentence.get(part.clone()).unwrap_or_default();
            // One invented quote, and nothing in the sentence is taken on trust.
            let Some(place) = self.find(quote) else {
                return Vec::new();
            };
            found.insert(0, place);
            rest.replace_range(part, " ");
        }
        // What stands around the quotes only says that they are some, or their sentences bear it, too.
        let says_nothing = |rest: &str| Statement::of(rest, &Endings::of(None)).is_reporting();
        if found.is_empty() || says_nothing(&rest) || self.bear(&found, sentence) {
            return found;
        }
        Vec::new()
    }

    /// Whether one of the sentences at these places bears a written one.
    fn bear(&self, places: &[(usize, Range<usize>)], sentence: &str) -> bool {
        let is_there = |stored: &&Stored| {
            places.iter().any(|(source, range)| {
                stored.source == *source
                    && range.start < stored.range.end
                    && stored.range.start < range.end
            })
        };
        self.sentences.iter().filter(is_there).any(|stored| {
            let written = Statement::of(sentence, &self.endings(stored));
            stored.statement.bears(&written, &stored.led_by) == Bearing::Whole
        })
    }

    fn endings(&self, stored: &Stored) -> Endings {
        let source = self.sources.get(stored.source);
        Endings::of(source.and_then(|source| source.language.as_deref()))
    }

    /// The quotes in a sentence that do stand in a source.
    fn parts(&self, sentence: &str) -> Vec<(usize, Range<usize>)> {
        quoted(sentence)
            .into_iter()
            .filter_map(|part| self.find(sentence.get(part)?))
            .collect()
    }

    fn find(&self, quote: &str) -> Option<(usize, Range<usize>)> {
        let mut places = self.normal.iter().enumerate();
        places.find_map(|(n, normal)| Some((n, normal.find(quote)?)))
    }

    /// The sentence of a source that says as much.
    async fn support(
        &self,
        sentence: &str,
        claims: &[Claim],
        model: Option<&ModelWorker>,
    ) -> Option<(usize, Range<usize>)> {
        let is_negated = is_negated(sentence);
        let mut near: Vec<(bool, &Stored)> = Vec::new();
        for stored in &self.sentences {
            let mut numbers = claims.iter().filter(|claim| claim.is_number);
            let has_numbers = numbers.all(|claim| stored.numbers.contains(&claim.key));
            if stored.is_negated != is_negated || !has_numbers {
                continue;
            }
            let written = Statement::of(sentence, &self.endings(stored));
            match stored.statement.bears(&written, &stored.led_by) {
                Bearing::Whole => near.push((true, stored)),
                // A word that stands elsewhere is another thing's.
                Bearing::But(word) if !self.stems.contains(&word) => near.push((false, stored)),
                Bearing::But(_) | Bearing::None => {}
            }
        }
        near.sort_by_key(|(is_whole, stored)| (!is_whole, stored.range.len()));
        near.truncate(N_COMPARED);
        let similarities = self.similarities(sentence, &near, model).await;
        let restated = model.and_then(|model| model.spec().restated_from());
        let is_enough = |is_whole: bool, similarity: Option<f32>| match similarity {
            Some(similarity) if is_whole => similarity >= SUPPORT_SIMILARITY,
            Some(similarity) => restated.is_some_and(|enough| similarity >= enough),
            // All of its words stand in one sentence.
            None => is_whole,
        };
        let mut similarities = similarities.into_iter();
        let mut near = near.into_iter();
        near.find(|(is_whole, _)| is_enough(*is_whole, similarities.next()))
            .map(|(_, stored)| (stored.source, stored.range.clone()))
    }

    /// Of a written sentence to some of the sources'; nothing without a model.
    async fn similarities(
        &self,
        sentence: &str,
        near: &[(bool, &Stored)],
        model: Option<&ModelWorker>,
    ) -> Vec<f32> {
        let Some(model) = model.filter(|_| !near.is_empty()) else {
            return Vec::new();
        };
        let text = |stored: &Stored| {
            let source = self.sources.get(stored.source);
            let text = source.and_then(|source| source.text.get(stored.range.clone()));
            text.unwrap_or_default().to_owned()
        };
        let mut texts = vec![sentence.to_owned()];
        texts.extend(near.iter().map(|(_, stored)| text(stored)));
        let embedding = model.embed(Role::Passage, texts);
        let Ok(Ok(vectors)) = tokio::time::timeout(PATIENCE, embedding).await else {
            return Vec::new();
        };
        let Some((own, others)) = vectors.split_first() else {
            return Vec::new();
        };
        let similar = |other: &Vec<f32>| own.iter().zip(other).map(|(a, b)| a * b).sum();
        others.iter().map(similar).collect()
    }
}

fn heading(source: &Source) -> String {
    format!(
        "{}\n{}",
        source.title.as_deref().unwrap_or_default(),
        source.context
    )
}

/// A source's sentences, each with what leads to it.
fn stored((n, source): (usize, &Source)) -> Vec<Stored> {
    let endings = Endings::of(source.language.as_deref());
    let heading = heading(source);
    let stems = |text: &str| -> Vec<String> {
        Statement::of(text, &endings)
            .stems()
            .map(str::to_owned)
            .collect()
    };
    let mut led_by: HashSet<String> = stems(&heading).into_iter().collect();
    let mut years = years(&heading);
    let mut all = Vec::new();
    let mut is_head = matches!(source.unit, Unit::Slide | Unit::Sheet);
    for range in source.sentences() {
        let text = source.text.get(range.clone()).unwrap_or_default();
        all.push(Stored {
            source: n,
            statement: Statement::of(text, &endings),
            numbers: claims::known(text)
                .into_iter()
                .chain(years.clone())
                .collect(),
            led_by: led_by.clone(),
            is_negated: is_negated(text),
            range,
        });
        let names = claims::claims(text)
            .into_iter()
            .filter(|claim| !claim.is_number);
        led_by.extend(names.flat_map(|claim| stems(&claim.key)));
        // The first line of a slide is its heading, the first row of a table says what its columns hold.
        if is_head {
            led_by.extend(stems(text));
            years.extend(self::years(text));
            is_head = source.unit == Unit::Sheet && !text.contains(COLUMN);
        }
    }
    all
}

fn years(text: &str) -> Vec<String> {
    let numbers = claims::claims(text)
        .into_iter()
        .filter(|claim| claim.is_number);
    numbers
        .map(|claim| claim.key)
        .filter(|key| key.len() == 4)
        .collect()
}

fn is_negated(text: &str) -> bool {
    let lower = text.to_lowercase().replace('’', "'");
    let mut parts = lower.split(|c: char| !c.is_alphanumeric() && c != '\'');
    parts.any(|part| NEGATIONS.contains(&part)) || lower.contains(['不', '没', '无'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::source;

    fn looked_up(sentence: &str) -> Found {
        let sources = [
            source(
                "The lease of Mara Lind runs until 31 March 2027. The rent is 900 euros a month. Pets are not allowed.",
            ),
            source(
                "The cellar was flooded in 2019. Repairs cost 12,400 euros, which the insurer paid.",
            ),
        ];
        let shelf = Shelf::new(&sources);
        let looking = shelf.look_up(sentence, None);
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime")
            .block_on(looking)
    }

    #[test]
    fn a_sentence_in_a_sources_own_words_is_quoted_where_it_stands() {
        let found = looked_up("the rent is 900 euros a month.");
        assert_eq!(found.standing, Standing::Quoted);
        assert_eq!(found.ranges, [(0, 49..78)]);
        let found = looked_up("The files say that \"the cellar was flooded in 2019\".");
        assert_eq!((found.standing, found.ranges[0].0), (Standing::Quoted, 1));
    }

    #[test]
    fn an_invented_quote_or_number_or_name_is_not_found() {
        for sentence in [
            "It says \"the rent is 950 euros a month\".",
            "The rent is 950 euros.",
            "The lease of Peter Lind runs until 2027.",
            "The cellar \"was flooded in 2019\" and \"the insurer refused to pay\".",
        ] {
            assert_eq!(
                looked_up(sentence).standing,
                Standing::NotFound,
                "{sentence}"
            );
        }
        let found = looked_up("The rent is 950 euros.");
        assert_eq!(found.unfounded.first(), Some(&(12..15)));
    }

    #[test]
    fn without_a_model_all_words_of_one_sentence_support_and_another_word_does_not() {
        let found = looked_up("In 2019 the cellar was flooded.");
        assert_eq!(found.standing, Standing::Supported);
        assert_eq!(found.ranges, [(1, 0..31)]);
        for sentence in [
            "In 2019 the cellar was drained.",
            "In 2019 the insurer was flooded.",
        ] {
            assert_eq!(
                looked_up(sentence).standing,
                Standing::NotFound,
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_negation_is_seen() {
        assert!(is_negated("It isn’t due."));
        assert!(is_negated("Der Mieter darf nicht kündigen."));
        assert!(!is_negated("A notable knot."));
    }
}
