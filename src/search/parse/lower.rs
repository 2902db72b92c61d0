//! A tree into what the retrievers take: scored words, a condition, a text for the embedding, chips.

use super::{
    Chip, ChipKind, Context, Hint, ParsedQuery, terms,
    tree::{Node, Part, Tree},
};
use crate::lexical::{
    Condition, FuzzyWord, Phrase, TextTest, WordQuery,
    tokens::{self, Form, Token, is_lone_character, tokens},
};

/// What a tree asks for.
pub(super) fn lower(
    query: &str,
    tree: &Tree,
    context: Context<'_>,
    hints: &mut Vec<Hint>,
) -> ParsedQuery {
    let mut parsed = ParsedQuery::default();
    let mut scored = Scored::default();
    let mut conditions = Vec::new();
    let typed = typed_word(query, tree, context);
    for part in &tree.parts {
        scored.add(part);
        let is_typed = typed
            .as_ref()
            .is_some_and(|(node, _)| std::ptr::eq(*node, part));
        if tree.is_boolean || is_condition(part, context) {
            conditions.extend(match &typed {
                Some((_, word)) if is_typed => {
                    Some(Condition::Text(TextTest::Prefix(word.clone())))
                }
                _ => condition(part, context),
            });
            parsed.chips.extend(chip(part));
        } else if let Part::Prefix(_) | Part::Fuzzy(..) = part.kind {
            parsed.chips.extend(chip(part));
        }
    }
    parsed.condition = all(conditions);
    parsed.is_exhaustive = tree.is_boolean;
    let near_only = scored.near_only();
    let typed = typed.map(|(_, word)| word);
    let (letter, prefix): (Option<String>, Option<String>) = match typed {
        Some(word) if is_lone(&word) => (Some(word).filter(|_| tree.parts.len() == 1), None),
        typed => (None, typed),
    };
    parsed.words = WordQuery {
        prefix,
        letter,
        near_only,
        ..scored.words
    };
    let text = scored.text.join(" ");
    parsed.words.terms = terms::terms(&text, context.languages, hints);
    parsed.words.characters = terms::characters(&text);
    // Signs alone mean nothing to a model either.
    let says_something = scored.text.iter().any(|text| !tokens(text).is_empty());
    if says_something {
        parsed.meaning = scored.text.join(" ");
    }
    let is_blank = query.chars().all(super::lex::is_space);
    if parsed.is_empty() && !is_blank && hints.is_empty() && !context.typing {
        hints.push(Hint {
            message: "There is nothing in this query to look for".into(),
            advice: Some("Add a word".into()),
            span: (0, query.len()),
        });
    }
    parsed
}

/// All of some conditions; `None` without one.
pub(super) fn all(mut conditions: Vec<Condition>) -> Option<Condition> {
    match conditions.len() {
        0 => None,
        1 => conditions.pop(),
        _ => Some(Condition::All(conditions)),
    }
}

/// The word at the end that is still being typed.
fn typed_word<'a>(query: &str, tree: &'a Tree, context: Context<'_>) -> Option<(&'a Node, String)> {
    let last = tree
        .parts
        .last()
        .filter(|last| context.typing && last.span.end == query.len())?;
    let Part::Word(text) = &last.kind else {
        return None;
    };
    let word = tokens(text)
        .into_iter()
        .rfind(|token| token.form != Form::Tail)?;
    Some((last, word.word))
}

fn is_lone(word: &str) -> bool {
    word.chars().nth(1).is_none()
}

/// Whether a part of a query without operators is a condition.
fn is_condition(part: &Node, context: Context<'_>) -> bool {
    match &part.kind {
        Part::Word(_) | Part::Prefix(_) | Part::Fuzzy(..) => part.is_required,
        // Its last word is not finished yet.
        Part::Phrase { is_closed, .. } => *is_closed || !context.typing,
        Part::All(parts) if !part.is_required => {
            parts.iter().any(|part| is_condition(part, context))
        }
        _ => true,
    }
}

/// What a part asks of a file; `None` where it asks nothing.
fn condition(part: &Node, context: Context<'_>) -> Option<Condition> {
    let several = |parts: &[Node]| -> Vec<Condition> {
        parts
            .iter()
            .filter_map(|part| condition(part, context))
            .collect()
    };
    match &part.kind {
        Part::Word(text) => in_any_form(text, context),
        Part::Phrase { text, slop, .. } => as_written(text, *slop),
        Part::Prefix(prefix) => Some(Condition::Text(TextTest::Prefix(prefix.clone()))),
        Part::Fuzzy(word, distance) => Some(Condition::Text(TextTest::Fuzzy(FuzzyWord {
            word: word.clone(),
            distance: *distance,
        }))),
        Part::Field { condition, .. } => Some(condition.clone()),
        // What must not be there must not be there as it is written: another form of it may.
        Part::Not(part) => match &part.kind {
            Part::Word(text) => as_written(text, 0),
            _ => condition(part, context),
        }
        .map(|condition| Condition::Not(Box::new(condition))),
        Part::All(parts) => all(several(parts)),
        Part::Any(parts) => {
            let mut any = several(parts);
            match any.len() {
                0 | 1 => any.pop(),
                _ => Some(Condition::Any(any)),
            }
        }
    }
}

fn in_any_form(text: &str, context: Context<'_>) -> Option<Condition> {
    let tokens = tokens(text);
    match tokens.as_slice() {
        [only] if !is_lone_character(&only.word) => {
            let term = terms::term(&only.word, context.languages);
            Some(Condition::Text(TextTest::Word(term)))
        }
        _ => made_of(&tokens, 0),
    }
}

fn as_written(text: &str, slop: u32) -> Option<Condition> {
    made_of(&tokens(text), slop)
}

/// Words in a row; what is made of several may also stand there in one.
fn made_of(tokens: &[Token], slop: u32) -> Option<Condition> {
    let phrase = |words: Vec<String>| Condition::Text(TextTest::Phrase(Phrase { words, slop }));
    let steps: Vec<String> = tokens
        .iter()
        .filter(|token| token.form.is_step())
        .map(|token| token.word.clone())
        .collect();
    match (steps.as_slice(), tokens) {
        ([], _) => None,
        ([only], _) if is_lone_character(only) => {
            Some(Condition::Text(TextTest::Prefix(only.clone())))
        }
        (_, [whole, parts @ ..])
            if whole.form == Form::Whole
                && parts.iter().all(|part| part.span.end <= whole.span.end) =>
        {
            Some(Condition::Any(vec![
                phrase(vec![whole.word.clone()]),
                phrase(steps),
            ]))
        }
        _ => Some(phrase(steps)),
    }
}

/// What is looked for, whether it must be there or not.
#[derive(Default)]
struct Scored {
    text: Vec<String>,
    /// What of it must stand near each other, and what may stand alone.
    near: Vec<String>,
    alone: Vec<String>,
    words: WordQuery,
}

impl Scored {
    fn add(&mut self, part: &Node) {
        match &part.kind {
            Part::Word(text) => {
                self.text.push(text.clone());
                self.alone.push(text.clone());
                self.add_phrase(text, 0);
            }
            Part::Phrase { text, slop, .. } => {
                self.text.push(text.clone());
                let place = if *slop > 0 && tokens::steps(text).len() > 1 {
                    &mut self.near
                } else {
                    &mut self.alone
                };
                place.push(text.clone());
                self.add_phrase(text, *slop);
            }
            Part::Prefix(prefix) => {
                self.text.push(prefix.clone());
                self.words.prefixes.push(prefix.clone());
            }
            Part::Fuzzy(word, distance) => {
                self.text.push(word.clone());
                self.words.fuzzy.push(FuzzyWord {
                    word: word.clone(),
                    distance: *distance,
                });
            }
            Part::All(parts) | Part::Any(parts) => parts.iter().for_each(|part| self.add(part)),
            Part::Field { .. } | Part::Not(_) => {}
        }
    }

    fn near_only(&self) -> Vec<String> {
        let words = |texts: &[String]| -> Vec<String> {
            let tokens = texts.iter().flat_map(|text| tokens(text));
            tokens.map(|token| token.word).collect()
        };
        let alone = words(&self.alone);
        let mut near = words(&self.near);
        near.retain(|word| !alone.contains(word));
        near
    }

    /// What was written without a space (`GPT-4`, an address) means its parts together.
    fn add_phrase(&mut self, text: &str, slop: u32) {
        let tokens = tokens(text);
        let steps = tokens.iter().filter(|token| token.form.is_step());
        let words: Vec<String> = steps.map(|token| token.word.clone()).collect();
        match words.as_slice() {
            [only] if is_lone_character(only) => self.words.prefixes.push(only.clone()),
            [] | [_] => {}
            _ => self.words.phrases.push(Phrase { words, slop }),
        }
    }
}

fn chip(part: &Node) -> Option<Chip> {
    let kind = match &part.kind {
        Part::Word(_) | Part::All(_) => ChipKind::Required,
        Part::Phrase { slop: 0, .. } => ChipKind::Phrase,
        Part::Phrase { .. } => ChipKind::Near,
        Part::Prefix(_) => ChipKind::Prefix,
        Part::Fuzzy(..) => ChipKind::Fuzzy,
        Part::Field { .. } => ChipKind::Field,
        Part::Not(_) => ChipKind::Excluded,
        Part::Any(_) => ChipKind::Alternatives,
    };
    let text = shown(part);
    (!text.is_empty()).then_some(Chip {
        span: (part.span.start, part.span.end),
        kind,
        text,
    })
}

/// A part for reading.
fn shown(part: &Node) -> String {
    let several = |parts: &[Node], between: &str| {
        let parts: Vec<String> = parts
            .iter()
            .map(shown)
            .filter(|text| !text.is_empty())
            .collect();
        parts.join(between)
    };
    match &part.kind {
        Part::Word(text) => text.clone(),
        Part::Phrase { text, slop: 0, .. } => format!("“{text}”"),
        Part::Phrase { text, slop, .. } => format!("“{text}” within {slop}"),
        Part::Prefix(prefix) => format!("{prefix}…"),
        Part::Fuzzy(word, _) => format!("like {word}"),
        Part::Field { shown, .. } => shown.clone(),
        Part::Not(part) => format!("not {}", shown(part)),
        Part::All(parts) => several(parts, " and "),
        Part::Any(parts) => several(parts, " or "),
    }
}
