//! `field:value` in a query: the value may stand behind a space, be quoted, be two words of a date, or be
//! several in parentheses.

use std::ops::Range;

use super::{Node, Parser, Part, SCHEMES, operator};
use crate::search::parse::{
    dates::is_one_value,
    fields::{self, Field, Value},
    lex::{Kind, Lexeme},
};

impl<'a> Parser<'a, '_> {
    /// A field with its value, which may be the next lexeme, or a group of values.
    pub(super) fn field(
        &mut self,
        field: Field,
        value: &'a str,
        text: &'a str,
        span: Range<usize>,
    ) -> Option<Node> {
        if !value.is_empty() {
            return self.field_with(field, value, span);
        }
        match self.peek().cloned() {
            Some(Lexeme {
                kind: Kind::Quoted(text, is_closed),
                span: quoted,
                ..
            }) => {
                self.at += 1;
                if !is_closed {
                    self.hint(
                        &(quoted.start..quoted.start + 1),
                        "This quote is never closed, so all that follows belongs to the field",
                        None,
                    );
                }
                let value = Value {
                    text,
                    is_quoted: true,
                };
                self.field_node(field, value, span.start..quoted.end)
            }
            Some(Lexeme {
                kind: Kind::Open,
                is_glued: true,
                ..
            }) => {
                self.at += 1;
                self.values(field, span)
            }
            Some(Lexeme {
                kind: kind @ Kind::Bare(next),
                span: next_span,
                ..
            }) if operator(kind).is_none() => {
                // `type: pdf` is a field; in `Subject: Monday` the first word is only a word.
                let value = Value {
                    text: next,
                    is_quoted: false,
                };
                if fields::condition(field, value, self.context.today).is_err() {
                    return Some(Node {
                        kind: Part::Word(text.to_owned()),
                        span,
                        is_required: false,
                    });
                }
                self.at += 1;
                self.field_with(field, next, span.start..next_span.end)
            }
            _ => {
                self.hint(
                    &span,
                    &format!("{}: says nothing to look for", field.name()),
                    Some("Write its value right behind it"),
                );
                None
            }
        }
    }

    /// A value of a date may be two words.
    fn field_with(&mut self, field: Field, value: &str, span: Range<usize>) -> Option<Node> {
        let two = match self.peek() {
            Some(Lexeme {
                kind: Kind::Bare(next),
                span: next_span,
                ..
            }) if field.is_date() && is_one_value(value, next, self.context.today) => {
                Some((format!("{value} {next}"), span.start..next_span.end))
            }
            _ => None,
        };
        let (text, span) = match &two {
            Some((text, span)) => {
                self.at += 1;
                (text.as_str(), span.clone())
            }
            None => (value, span),
        };
        let value = Value {
            text,
            is_quoted: false,
        };
        self.field_node(field, value, span)
    }

    pub(super) fn field_node(
        &mut self,
        field: Field,
        value: Value<'_>,
        span: Range<usize>,
    ) -> Option<Node> {
        match fields::condition(field, value, self.context.today) {
            Ok(condition) => Some(Node {
                kind: Part::Field {
                    shown: format!("{}: {}", field.name(), value.text),
                    condition,
                },
                span,
                is_required: false,
            }),
            Err((message, advice)) => {
                self.hint(&span, &message, Some(&advice));
                None
            }
        }
    }

    /// `type:(slides OR pdf)`: one of the values.
    fn values(&mut self, field: Field, span: Range<usize>) -> Option<Node> {
        let (mut any, mut end) = (Vec::new(), span.end);
        while let Some(lexeme) = self.next() {
            end = lexeme.span.end;
            let (text, is_quoted) = match lexeme.kind {
                Kind::Close => break,
                Kind::Bare(_) if operator(lexeme.kind).is_some() => continue,
                Kind::Bare(text) => (text, false),
                Kind::Quoted(text, _) => (text, true),
                Kind::Open => continue,
            };
            any.extend(self.field_node(field, Value { text, is_quoted }, lexeme.span));
        }
        match any.len() {
            0 => None,
            _ => Some(Node {
                span: span.start..end,
                is_required: false,
                kind: Part::Any(any),
            }),
        }
    }

    pub(super) fn unknown_field(&mut self, name: &str, value: &str, span: &Range<usize>) {
        let is_name = name.len() >= 2 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_value = value.starts_with(char::is_alphanumeric);
        let is_scheme = SCHEMES.contains(&name.to_ascii_lowercase().as_str());
        if is_name && is_value && !is_scheme {
            let message = format!("There is no field “{name}”, so these are plain words");
            let advice = format!("Fields are {}", fields::names());
            self.hint(
                &(span.start..span.start + name.len()),
                &message,
                Some(&advice),
            );
        }
    }
}

/// A field's name and its value: `size:>1MB`, `size>1MB`.
pub(super) fn divide(text: &str) -> Option<(&str, &str)> {
    let at = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .filter(|&at| at > 0)?;
    let (name, rest) = text.split_at(at);
    match rest.as_bytes().first() {
        Some(b':') => Some((name, &rest[1..])),
        Some(b'>' | b'<' | b'=') => {
            let can_compare = matches!(
                Field::named(name),
                Some(Field::Date | Field::Modified | Field::Size)
            );
            can_compare.then_some((name, rest))
        }
        _ => None,
    }
}
