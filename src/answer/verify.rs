//! Whether a written sentence stands in the sources, and where: code looks it up, no model is asked.
//!
//! A sentence is *quoted* when its words are a source's own, *supported* when a few sentences of one
//! source have its words, its numbers and names, its polarity, and about its meaning; else it is *not
//! found*. What a model writes of pages and passage numbers is taken out before (`references.rs`). Owns
//! these rules; the figures behind the thresholds are in `docs/answers.md`. Invariant: no citation without
//! a range of a source's text that bears it.

use std::{collections::HashSet, ops::Range, time::Duration};

use nuthatch_models::{ModelWorker, Role};

use super::{
    Source, Standing,
    claims::{self, Claim},
    quotes::{Normal, quoted},
};
use crate::{
    document::Unit,
    lexical::tokens::{self, Endings, Form, is_function_word, is_stop_word},
};

/// Of a sentence's telling words, so many stand in what supports it.
const SUPPORT_COVERAGE: f32 = 0.6;
/// So near in meaning is what supports it.
const SUPPORT_SIMILARITY: f32 = 0.5;
/// Of its telling words, so many stand in the quotes of a sentence that is called quoted.
const QUOTED_COVERAGE: f32 = 0.6;
/// Sentences of a source in a row that are looked at as one.
const WINDOW: usize = 3;
/// Windows that are compared in meaning.
const N_COMPARED: usize = 3;
/// A slow or busy machine calls nothing supported.
const PATIENCE: Duration = Duration::from_secs(5);
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
    windows: Vec<Window>,
}

/// A few sentences of a source in a row.
struct Window {
    source: usize,
    range: Range<usize>,
    /// Folded words and their stems.
    words: HashSet<String>,
    is_negated: bool,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(sources: &'a [Source]) -> Self {
        let texts = || sources.iter().map(|source| source.text.as_str());
        let named = |source: &Source| {
            format!(
                "{}\n{}\n{}",
                source.title.as_deref().unwrap_or_default(),
                source.context,
                source.text
            )
        };
        Self {
            normal: texts().map(Normal::of).collect(),
            known: sources
                .iter()
                .map(|source| claims::known(&named(source)))
                .collect(),
            windows: sources
                .iter()
                .enumerate()
                .flat_map(|(n, source)| windows(n, source))
                .collect(),
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

    /// Where the sentence stands word for word, or the quotes that it is mostly made of; else nothing.
    fn quotes(&self, sentence: &str) -> Vec<(usize, Range<usize>)> {
        if let Some(whole) = self.find(sentence) {
            return vec![whole];
        }
        let parts = quoted(sentence);
        let mut found = Vec::new();
        let mut said = String::new();
        for part in &parts {
            let quote = sentence.get(part.clone()).unwrap_or_default();
            // One invented quote, and nothing in the sentence is taken on trust.
            let Some(place) = self.find(quote) else {
                return Vec::new();
            };
            found.push(place);
            said.push_str(quote);
            said.push(' ');
        }
        let endings = Endings::of(None);
        let said = words(&said, &endings);
        if found.is_empty() || coverage(&telling(sentence), &said, &endings) < QUOTED_COVERAGE {
            return Vec::new();
        }
        found
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

    /// The sentences of a source that say as much.
    async fn support(
        &self,
        sentence: &str,
        claims: &[Claim],
        model: Option<&ModelWorker>,
    ) -> Option<(usize, Range<usize>)> {
        let telling = telling(sentence);
        let is_negated = is_negated(sentence);
        let mut near: Vec<(f32, &Window)> = Vec::new();
        for window in self
            .windows
            .iter()
            .filter(|window| window.is_negated == is_negated)
        {
            let source = self.sources.get(window.source)?;
            let endings = Endings::of(source.language.as_deref());
            let covered = coverage(&telling, &window.words, &endings);
            let known = &window.words;
            let has_claims = claims.iter().all(|claim| {
                known.contains(&claim.key) || (!claim.is_number && self.names(window.source, claim))
            });
            if covered >= SUPPORT_COVERAGE && has_claims {
                near.push((covered, window));
            }
        }
        // The shortest of those that have most.
        near.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.range.len().cmp(&y.range.len())));
        near.truncate(N_COMPARED);
        let model = model?;
        let text = |window: &Window| {
            let source = self.sources.get(window.source);
            source
                .and_then(|source| source.text.get(window.range.clone()))
                .unwrap_or_default()
                .to_owned()
        };
        let mut texts = vec![sentence.to_owned()];
        texts.extend(near.iter().map(|(_, window)| text(window)));
        let embedding = model.embed(Role::Passage, texts);
        let vectors = tokio::time::timeout(PATIENCE, embedding).await.ok()?.ok()?;
        let (own, others) = vectors.split_first()?;
        let similar = |other: &Vec<f32>| own.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
        let best = near
            .iter()
            .zip(others)
            .map(|((_, window), vector)| (similar(vector), window))
            .max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        (best.0 >= SUPPORT_SIMILARITY).then(|| (best.1.source, best.1.range.clone()))
    }

    /// A name of the document itself: its title, its headings.
    fn names(&self, source: usize, claim: &Claim) -> bool {
        let Some(source) = self.sources.get(source) else {
            return false;
        };
        let heading = format!(
            "{} {}",
            source.title.as_deref().unwrap_or_default(),
            source.context
        );
        claims::is_known(claim, &claims::known(&heading))
    }
}

fn windows(n: usize, source: &Source) -> Vec<Window> {
    let endings = Endings::of(source.language.as_deref());
    let sentences = source.sentences();
    let mut all = Vec::new();
    // Rows of a table say nothing of each other.
    let most = if source.unit == Unit::Sheet {
        1
    } else {
        WINDOW
    };
    for length in 1..=most {
        for run in sentences.windows(length) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let range = first.start..last.end;
            let text = source.text.get(range.clone()).unwrap_or_default();
            all.push(Window {
                source: n,
                words: words(text, &endings)
                    .into_iter()
                    .chain(claims::known(text))
                    .collect(),
                is_negated: is_negated(text),
                range,
            });
        }
    }
    all
}

/// The words of a text that say something, folded.
fn telling(text: &str) -> Vec<String> {
    let words = tokens::tokens(text)
        .into_iter()
        .filter(|token| token.form != Form::Whole && token.form != Form::Tail);
    words
        .map(|token| token.word)
        .filter(|word| !is_stop_word(word) && !is_function_word(word))
        .collect()
}

fn words(text: &str, endings: &Endings) -> HashSet<String> {
    let tokens = tokens::tokens(text);
    tokens
        .into_iter()
        .flat_map(|token| [endings.cut(&token.word).into_owned(), token.word])
        .collect()
}

fn coverage(telling: &[String], words: &HashSet<String>, endings: &Endings) -> f32 {
    if telling.is_empty() {
        return 0.0;
    }
    let has = |word: &&String| words.contains(*word) || words.contains(endings.cut(word).as_ref());
    telling.iter().filter(has).count() as f32 / telling.len() as f32
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
    fn nothing_is_called_supported_without_a_look_at_its_meaning() {
        let found = looked_up("The insurer has paid 12,400 euros for repairs.");
        assert_eq!(found.standing, Standing::NotFound);
        assert!(found.unfounded.is_empty());
    }

    #[test]
    fn a_negation_is_seen() {
        assert!(is_negated("It isn’t due."));
        assert!(is_negated("Der Mieter darf nicht kündigen."));
        assert!(!is_negated("A notable knot."));
    }
}
