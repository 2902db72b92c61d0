//! How Markdown has its text set: lists, quotes, code, tables, emphasis.
//!
//! Is told the same events as the reader, in places of the part that is being read, and turns them
//! into places of the text. Knows no events' text. Invariant: nothing reaches beyond the part that it
//! was met in.

use pulldown_cmark::{Tag, TagEnd};

use crate::document::{Style, Styled, Text};

/// What the part that is being read stands in, and what of it is set how.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// The lists around it: the number of the next item, where they are numbered.
    lists: Vec<Option<u64>>,
    n_quotes: u8,
    is_code: bool,
    /// What stands before the item that has begun, until a part has taken it.
    sign: Option<String>,
    /// The cell, in a table.
    row: u32,
    column: u32,
    is_head: bool,
    /// What has begun in the part: where, and how it is set.
    open: Vec<(usize, Style)>,
    closed: Vec<Styled>,
}

impl Set {
    /// Something begins at this place of the part.
    pub(super) fn start(&mut self, tag: &Tag<'_>, at: usize) {
        let words = match tag {
            Tag::List(first) => {
                self.lists.push(*first);
                return;
            }
            Tag::Item => {
                self.sign = Some(self.next_sign());
                return;
            }
            Tag::BlockQuote(_) => {
                self.n_quotes = self.n_quotes.saturating_add(1);
                return;
            }
            Tag::CodeBlock(_) => {
                self.is_code = true;
                return;
            }
            Tag::Table(_) => {
                self.row = 0;
                return;
            }
            Tag::TableHead => {
                (self.is_head, self.column) = (true, 0);
                return;
            }
            Tag::TableRow => {
                self.row += 1;
                self.column = 0;
                return;
            }
            Tag::TableCell => {
                let (row, column, is_name) = (self.row, self.column, self.is_head);
                self.column += 1;
                Style::Cell {
                    row,
                    column,
                    is_name,
                }
            }
            Tag::Emphasis => Style::Emphasis,
            Tag::Strong => Style::Strong,
            Tag::Strikethrough => Style::Struck,
            Tag::Link { .. } => Style::Link,
            _ => return,
        };
        self.open.push((at, words));
    }

    /// Something around the part has ended, after the part has.
    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Item => self.sign = None,
            TagEnd::BlockQuote(_) => self.n_quotes = self.n_quotes.saturating_sub(1),
            TagEnd::CodeBlock => self.is_code = false,
            TagEnd::TableHead => self.is_head = false,
            _ => {}
        }
    }

    /// What was opened last is closed at this place of the part.
    pub(super) fn close(&mut self, end: usize) {
        if let Some((start, style)) = self.open.pop() {
            self.words(start, end, style);
        }
    }

    /// Some words of the part are set so.
    pub(super) fn words(&mut self, start: usize, end: usize, style: Style) {
        if start < end {
            self.closed.push(Styled { start, end, style });
        }
    }

    /// The item that has begun is a task.
    pub(super) fn task(&mut self, is_done: bool) {
        self.sign = Some(if is_done { "☑" } else { "☐" }.into());
    }

    /// A part begins anew; what was met before it belongs to nothing.
    pub(super) fn clear(&mut self) {
        self.closed.clear();
        // The reader clears when a row begins, of which nothing is open yet.
        self.open.clear();
    }

    /// The part has become text: where, if at all, without so many blank lines before it.
    pub(super) fn end_part(&mut self, pushed: Option<usize>, n_blank: usize, text: &mut Text) {
        let closed = std::mem::take(&mut self.closed);
        self.open.clear();
        let Some(start) = pushed else { return };
        let end = text.text.len();
        for block in self.blocks() {
            text.styles.push(Styled {
                start,
                end,
                style: block,
            });
        }
        let place = |at: usize| (start + at.saturating_sub(n_blank)).min(end);
        let words = closed.into_iter().map(|words| Styled {
            start: place(words.start),
            end: place(words.end),
            style: words.style,
        });
        text.styles
            .extend(words.filter(|words| words.start < words.end));
    }

    /// What a part that ends here stands in.
    fn blocks(&mut self) -> impl Iterator<Item = Style> + use<> {
        let depth = self.lists.len().min(usize::from(u8::MAX)) as u8;
        let item = (depth > 0).then(|| Style::Item {
            depth,
            sign: self.sign.take(),
        });
        let quote = (self.n_quotes > 0).then_some(Style::Quote {
            depth: self.n_quotes,
        });
        let code = self.is_code.then_some(Style::CodeBlock);
        item.into_iter().chain(quote).chain(code)
    }

    fn next_sign(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}.", *number - 1)
            }
            _ => "•".into(),
        }
    }
}
