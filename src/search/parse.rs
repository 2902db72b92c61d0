//! What was typed, into what is looked for. Never fails: what cannot be obeyed is a [`Hint`].
//!
//! Plain words may occur or not; they only weigh. What carries a sign (`"a phrase"`, `+word`, `-word`,
//! `field:value`) is a condition. As soon as a query uses AND, OR or NOT, it is taken at its word: all
//! of it is a condition. `docs/query-language.md` is the users' page about it, and a test runs it.
//! Pure; knows folding and stems, no index. Start reading at [`parse`].

mod chips;
mod dates;
mod families;
mod fields;
mod lex;
mod lower;
mod sizes;
mod terms;
mod tree;

use jiff::civil::Date;

pub use chips::{Chip, ChipKind};
pub(super) use terms::term;

use crate::lexical::{Condition, WordQuery};

/// A longer query is cut, with a hint.
pub const MAX_QUERY_CHARS: usize = 2_000;
/// More words are dropped, with a hint: beyond this they only cost time.
pub const MAX_QUERY_WORDS: usize = 128;

/// What parsing needs to know besides the query.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The query is still being typed: its last word also stands for words that begin so, and what is
    /// not finished yet is no mistake.
    pub typing: bool,
    /// Languages of the library's documents (ISO 639-3).
    pub languages: &'a [String],
    /// What `today` and `last month` are counted from.
    pub today: Date,
}

/// A query, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedQuery {
    /// For the word index and the highlighter.
    pub words: WordQuery,
    /// What a file must be to be found.
    pub condition: Option<Condition>,
    /// The condition says all there is to say: what meets it is found, whatever it scores.
    pub is_exhaustive: bool,
    /// For the embedding: what was typed, without operators, fields and exclusions.
    pub meaning: String,
    /// What was understood, other than plain words.
    pub chips: Vec<Chip>,
    /// What could not be obeyed.
    pub hints: Vec<Hint>,
}

/// Something in a query that could not be obeyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What is the matter.
    pub message: String,
    /// What to write instead.
    pub advice: Option<String>,
    /// Where it stands in the query, in characters.
    pub span: (usize, usize),
}

impl ParsedQuery {
    /// There is nothing to look for, and nothing that files must be.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.condition.is_none()
    }

    /// What is left to ask for when nothing has the texts that must be there: the same words, which may
    /// be there, in the files that meet all other conditions. `None` where no text must be there.
    pub fn relaxed(&self) -> Option<Self> {
        let condition = self.condition.as_ref()?;
        let parts = match condition {
            Condition::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let kept: Vec<Condition> = parts
            .iter()
            .filter(|part| !must_hold_text(part))
            .cloned()
            .collect();
        // Nothing has the words near each other, then: they are lit wherever they stand.
        let words = WordQuery {
            near_only: Vec::new(),
            ..self.words.clone()
        };
        (kept.len() < parts.len()).then(|| Self {
            condition: lower::all(kept),
            is_exhaustive: false,
            words,
            ..self.clone()
        })
    }
}

fn must_hold_text(condition: &Condition) -> bool {
    match condition {
        Condition::Text(_) => true,
        Condition::File(_) | Condition::Not(_) => false,
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(must_hold_text),
    }
}

/// Understands a query.
pub fn parse(query: &str, context: Context<'_>) -> ParsedQuery {
    let mut hints = Vec::new();
    let query = begin(query, &mut hints);
    let tree = tree::parse(query, context, &mut hints);
    let mut parsed = lower::lower(query, &tree, context, &mut hints);
    parsed.words.has_every_stem = terms::has_every_stem(context.languages);
    parsed.hints = hints
        .into_iter()
        .map(|hint| in_characters(query, hint))
        .collect();
    for chip in &mut parsed.chips {
        chip.span = (
            characters(query, chip.span.0),
            characters(query, chip.span.1),
        );
    }
    parsed
}

/// Understands a query that has no syntax: every word of it is looked for.
pub fn parse_prose(query: &str, languages: &[String]) -> ParsedQuery {
    let mut hints = Vec::new();
    let query = begin(query, &mut hints);
    let mut parsed = ParsedQuery {
        meaning: query.trim().to_owned(),
        ..ParsedQuery::default()
    };
    parsed.words.terms = terms::terms(query, languages, &mut hints);
    parsed.words.characters = terms::characters(query);
    parsed.words.has_every_stem = terms::has_every_stem(languages);
    parsed.hints = hints
        .into_iter()
        .map(|hint| in_characters(query, hint))
        .collect();
    parsed
}

/// The part of the query that is used, with a hint if that is not all. Spans count from its beginning,
/// so nothing is trimmed there.
fn begin<'a>(query: &'a str, hints: &mut Vec<Hint>) -> &'a str {
    let Some((end, _)) = query.char_indices().nth(MAX_QUERY_CHARS) else {
        return query;
    };
    hints.push(Hint {
        message: format!("Only the first {MAX_QUERY_CHARS} characters of the query were used"),
        advice: Some("A sentence or two find more than a page".into()),
        span: (end, end),
    });
    &query[..end]
}

fn in_characters(query: &str, hint: Hint) -> Hint {
    let (start, end) = hint.span;
    Hint {
        span: (characters(query, start), characters(query, end)),
        ..hint
    }
}

fn characters(query: &str, byte: usize) -> usize {
    query.get(..byte).unwrap_or(query).chars().count()
}

#[cfg(test)]
mod tests;
