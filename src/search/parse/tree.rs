//! Lexemes into a tree of what was asked, with spans. Never fails: what has no meaning where it stands
//! is passed over, with a hint where the user may wonder.
//!
//! ```text
//! query        = { alternatives | "AND" }
//! alternatives = part { "OR" part }
//! part         = ["-" | "+" | "NOT"] ( word | "phrase" ["~" n] | prefix"*" | fuzzy"~" [n] | field:value | "(" query ")" )
//! ```
//!
//! Parentheses count only where there is an operator or a sign: in `Smith (2020)` they are punctuation.

mod field;

use std::ops::Range;

use super::{
    Context, Hint,
    fields::{Field, Value},
    lex::{Kind, Lexeme, lexemes},
};
use crate::lexical::{
    Condition,
    tokens::{steps, tokens},
    tolerance,
};
use field::divide;

/// Deeper nesting is flattened.
const MAX_DEPTH: usize = 24;
/// Words of a near phrase lie at most so far apart.
const MAX_SLOP: u32 = 100;
/// Before a colon, these are no fields that somebody misspelt.
const SCHEMES: [&str; 6] = ["http", "https", "file", "mailto", "ftp", "urn"];

/// What was asked.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// All of these, as far as they are conditions.
    pub(super) parts: Vec<Node>,
    /// The query has operators, so that every part is a condition.
    pub(super) is_boolean: bool,
}

/// A part of a query.
#[derive(Debug)]
pub(super) struct Node {
    /// In bytes.
    pub(super) span: Range<usize>,
    /// It has a plus before it.
    pub(super) is_required: bool,
    pub(super) kind: Part,
}

#[derive(Debug)]
pub(super) enum Part {
    Word(String),
    Phrase {
        text: String,
        slop: u32,
        is_closed: bool,
    },
    Prefix(String),
    Fuzzy(String, u8),
    Field {
        shown: String,
        condition: Condition,
    },
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// The tree of a query.
pub(super) fn parse(query: &str, context: Context<'_>, hints: &mut Vec<Hint>) -> Tree {
    let lexemes = lexemes(query);
    let is_boolean = lexemes.iter().any(|lexeme| operator(lexeme.kind).is_some());
    let mut parser = Parser {
        lexemes: &lexemes,
        at: 0,
        depth: 0,
        is_boolean,
        context,
        hints,
    };
    let mut parts = parser.parts();
    // A parenthesis that closes nothing.
    while let Some(lexeme) = parser.next() {
        parser.stray(&lexeme);
        parts.extend(parser.parts());
    }
    Tree { parts, is_boolean }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Not,
}

fn operator(kind: Kind<'_>) -> Option<Operator> {
    match kind {
        Kind::Bare("AND" | "&&") => Some(Operator::And),
        Kind::Bare("OR" | "||" | "|") => Some(Operator::Or),
        Kind::Bare("NOT") => Some(Operator::Not),
        _ => None,
    }
}

struct Parser<'a, 'b> {
    lexemes: &'b [Lexeme<'a>],
    at: usize,
    depth: usize,
    is_boolean: bool,
    context: Context<'b>,
    hints: &'b mut Vec<Hint>,
}

impl<'a> Parser<'a, '_> {
    fn peek(&self) -> Option<&Lexeme<'a>> {
        self.lexemes.get(self.at)
    }

    fn next(&mut self) -> Option<Lexeme<'a>> {
        let lexeme = self.lexemes.get(self.at)?;
        self.at += 1;
        Some(lexeme.clone())
    }

    fn hint(&mut self, span: &Range<usize>, message: &str, advice: Option<&str>) {
        // What is not finished yet is no mistake.
        let is_last = self.at >= self.lexemes.len();
        if !(self.context.typing && is_last) {
            self.hints.push(Hint {
                message: message.to_owned(),
                advice: advice.map(str::to_owned),
                span: (span.start, span.end),
            });
        }
    }

    fn stray(&mut self, lexeme: &Lexeme<'_>) {
        if self.is_boolean {
            self.hint(&lexeme.span, "This parenthesis closes nothing", None);
        }
    }

    /// Everything up to a closing parenthesis, which stays.
    fn parts(&mut self) -> Vec<Node> {
        let mut parts = Vec::new();
        while let Some(lexeme) = self.peek().cloned() {
            match (lexeme.kind, operator(lexeme.kind)) {
                (Kind::Close, _) => break,
                (_, Some(Operator::And)) => self.at += 1,
                (_, Some(Operator::Or)) => {
                    self.at += 1;
                    self.hint(
                        &lexeme.span,
                        "OR stands between two words or groups",
                        Some("Write: budget OR forecast"),
                    );
                }
                _ => parts.extend(self.alternatives()),
            }
        }
        parts
    }

    fn alternatives(&mut self) -> Option<Node> {
        let first = self.part();
        let mut any: Vec<Node> = first.into_iter().collect();
        while self
            .peek()
            .is_some_and(|next| operator(next.kind) == Some(Operator::Or))
        {
            let or = self.next()?;
            let ends = self.peek().is_none_or(|next| {
                next.kind == Kind::Close
                    || operator(next.kind).is_some_and(|next| next != Operator::Not)
            });
            if ends {
                self.hint(
                    &or.span,
                    "OR stands between two words or groups",
                    Some("Write: budget OR forecast"),
                );
                continue;
            }
            any.extend(self.part());
        }
        if any.len() < 2 {
            return any.pop();
        }
        Some(Node {
            span: any.first()?.span.start..any.last()?.span.end,
            is_required: false,
            kind: Part::Any(any),
        })
    }

    fn part(&mut self) -> Option<Node> {
        let lexeme = self.next()?;
        match lexeme.kind {
            Kind::Quoted(text, is_closed) => Some(self.phrase(text, is_closed, lexeme.span)),
            Kind::Open => self.group(&lexeme.span),
            Kind::Close => {
                self.at -= 1;
                None
            }
            Kind::Bare(_) if operator(lexeme.kind) == Some(Operator::Not) => {
                let next_is_part = self.peek().is_some_and(|next| next.kind != Kind::Close);
                if !next_is_part {
                    self.hint(
                        &lexeme.span,
                        "NOT stands before what must not be there",
                        Some("Write: budget NOT draft"),
                    );
                    return None;
                }
                self.signed(lexeme.span.start, Sign::Minus)
            }
            Kind::Bare(text) => self.bare(text, lexeme.span),
        }
    }

    /// What follows a sign.
    fn signed(&mut self, start: usize, sign: Sign) -> Option<Node> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let part = self.part();
        self.depth -= 1;
        part.map(|part| sign.on(part, start))
    }

    fn group(&mut self, open: &Range<usize>) -> Option<Node> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let parts = self.parts();
        self.depth -= 1;
        let end = if let Some(close) = self.next() {
            close.span.end
        } else {
            if self.is_boolean {
                self.hint(open, "This parenthesis is never closed", None);
            }
            parts.last().map_or(open.end, |last| last.span.end)
        };
        (!parts.is_empty()).then_some(Node {
            span: open.start..end,
            is_required: false,
            kind: Part::All(parts),
        })
    }

    /// A phrase, with how far its words may lie apart.
    fn phrase(&mut self, text: &str, is_closed: bool, span: Range<usize>) -> Node {
        let mut end = span.end;
        let mut slop = 0;
        if let Some(Lexeme {
            kind: Kind::Bare(next),
            span: next_span,
            is_glued: true,
        }) = self.peek().cloned()
            && let Some(number) = next.strip_prefix('~')
        {
            self.at += 1;
            end = next_span.end;
            slop = number.parse().unwrap_or(1).min(MAX_SLOP);
        }
        if !is_closed {
            self.hint(
                &(span.start..span.start + 1),
                "This quote is never closed, so all that follows is one phrase",
                None,
            );
        }
        Node {
            span: span.start..end,
            is_required: false,
            kind: Part::Phrase {
                text: text.trim().to_owned(),
                slop,
                is_closed,
            },
        }
    }

    fn bare(&mut self, text: &'a str, span: Range<usize>) -> Option<Node> {
        if let Some((sign, rest)) = Sign::before(text) {
            let next_is_glued = self.peek().is_some_and(|next| next.is_glued);
            let is_sign = rest.starts_with(char::is_alphanumeric)
                || rest.starts_with('*')
                || rest.is_empty() && next_is_glued;
            if rest.is_empty() && is_sign {
                return self.signed(span.start, sign);
            }
            if is_sign {
                let part = self.unsigned(rest, span.start + 1..span.end);
                return part.map(|part| sign.on(part, span.start));
            }
        }
        self.unsigned(text, span)
    }

    fn unsigned(&mut self, text: &'a str, span: Range<usize>) -> Option<Node> {
        if let Some((field, value)) = divide(text) {
            if let Some(field) = Field::named(field) {
                return self.field(field, value, text, span);
            }
            self.unknown_field(field, value, &span);
        }
        if let Some(ending) = text
            .strip_prefix("*.")
            .filter(|ending| !ending.contains('*'))
        {
            let value = Value {
                text: ending,
                is_quoted: false,
            };
            return self.field_node(Field::Ending, value, span);
        }
        Some(Node {
            kind: self.word(text, &span),
            span,
            is_required: false,
        })
    }

    fn word(&mut self, text: &str, span: &Range<usize>) -> Part {
        if let Some(word) = text.strip_suffix('*')
            && let [only] = steps(word).as_slice()
        {
            return Part::Prefix(only.clone());
        }
        if let Some((word, number)) = text.rsplit_once('~')
            && number.parse::<u8>().is_ok_and(|n| n <= 2) | number.is_empty()
            && let [only] = tokens(word).as_slice()
        {
            let given = number.parse().ok().filter(|&n| n > 0);
            let distance = given.or(tolerance(&only.word)).unwrap_or(1);
            return Part::Fuzzy(only.word.clone(), distance);
        }
        let inner_star = text.trim_matches('*').contains('*') || text.starts_with('*');
        if inner_star && text.chars().any(char::is_alphanumeric) {
            self.hint(
                span,
                "A star stands for letters only at the end of a word",
                Some("Write: contract*"),
            );
        }
        Part::Word(text.to_owned())
    }
}

#[derive(Debug, Clone, Copy)]
enum Sign {
    Plus,
    Minus,
}

impl Sign {
    fn before(text: &str) -> Option<(Self, &str)> {
        let minus = text
            .strip_prefix(['-', '−'])
            .map(|rest| (Self::Minus, rest));
        minus.or_else(|| text.strip_prefix('+').map(|rest| (Self::Plus, rest)))
    }

    fn on(self, node: Node, start: usize) -> Node {
        let span = start..node.span.end;
        match self {
            Self::Plus => Node {
                span,
                is_required: true,
                ..node
            },
            Self::Minus => Node {
                span,
                is_required: false,
                kind: Part::Not(Box::new(node)),
            },
        }
    }
}
