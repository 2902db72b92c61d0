//! Tables as text (CSV, TSV): rows with the names of their columns, at their lines.
//!
//! Splits the text itself: line numbers must be exact behind blank lines and inside quotes, and a
//! quote that nobody closes must not swallow the rest of the file. Invariants: every row is kept,
//! however many cells it has; a block of rows is one part, about as long as a passage.

use super::{Failure, Input, finished, plain};
use crate::document::{Mark, Style, Styled, Text};

/// Beyond so many columns, their names are not said again in each row.
const MAX_NAMED_COLUMNS: usize = 40;
/// A block of rows is closed when it has so many words.
const BLOCK_WORDS: usize = 70;
/// A quoted cell that goes on for so many bytes was never meant to be quoted.
const MAX_QUOTED_BYTES: usize = 64 << 10;
/// Rows that are looked at to tell the delimiter.
const SAMPLE_ROWS: usize = 50;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let source = plain::clean(&plain::decode(input.bytes()));
    let mut text = Text::default();
    let delimiter = delimiter(&source, input.name);
    let rows = Rows::new(&source, delimiter);
    let first = Rows::new(&source, delimiter).next();
    let names = first.filter(|first| names_columns(first, &source, delimiter));
    let has_names = names.is_some();
    let mut block = Block::default();
    for (row, number) in rows.zip(1_u32..) {
        let names = names
            .as_ref()
            .filter(|names| number > 1 && names.cells.len() > 1);
        let mut cells = input.with_layout.then(Vec::new);
        let written = written(&row, names, |start, end, column, is_name| {
            let is_name = is_name || (has_names && number == 1);
            if let Some(cells) = &mut cells {
                let row = number - 1;
                let style = Style::Cell {
                    row,
                    column,
                    is_name,
                };
                cells.push(Styled { start, end, style });
            }
        });
        if written.is_empty() {
            continue;
        }
        block.take(&written, &row, number, &mut text);
        block.set(cells.unwrap_or_default(), written.len());
        if text.text.len() > input.max_text_bytes {
            break;
        }
    }
    block.close(&mut text);
    finished(text, input)
}

/// Rows that become one part.
#[derive(Default)]
struct Block {
    text: String,
    line: u32,
    /// Line on which the next row stands if nothing lies between.
    next_line: u32,
    first: u32,
    last: u32,
    n_words: usize,
    /// Its cells.
    cells: Vec<Styled>,
}

impl Block {
    fn take(&mut self, written: &str, row: &Row, number: u32, text: &mut Text) {
        if self.n_words >= BLOCK_WORDS || self.next_line != row.line {
            self.close(text);
        }
        if self.text.is_empty() {
            (self.line, self.first) = (row.line, number);
        } else {
            self.text.push('\n');
        }
        self.text.push_str(written);
        self.last = number;
        self.n_words += written
            .split(|character: char| !character.is_alphanumeric())
            .count();
        let breaks = written.bytes().filter(|&byte| byte == b'\n').count();
        self.next_line = row.line + breaks as u32 + 1;
    }

    /// The cells of the row that was taken last, which is so long.
    fn set(&mut self, cells: Vec<Styled>, n_bytes: usize) {
        let at = self.text.len() - n_bytes;
        self.cells.extend(cells.into_iter().map(|cell| Styled {
            start: at + cell.start,
            end: at + cell.end,
            ..cell
        }));
    }

    fn close(&mut self, text: &mut Text) {
        let label = if self.first == self.last {
            format!("row {}", self.first)
        } else {
            format!("rows {}-{}", self.first, self.last)
        };
        let mark = Mark {
            label: Some(label),
            line: Some(self.line),
            ..Mark::default()
        };
        let n_marks = text.marks.len();
        text.push(&self.text, mark);
        if let Some(start) = text.marks.get(n_marks).map(|mark| mark.start) {
            let end = text.text.len();
            let cells = self.cells.drain(..).map(|cell| Styled {
                start: start + cell.start,
                end: (start + cell.end).min(end),
                ..cell
            });
            text.styles
                .extend(cells.filter(|cell| cell.start < cell.end));
        }
        *self = Self::default();
    }
}

/// `name: value | name: value`, or the values alone; blank cells are left out. Line breaks inside
/// cells stay, so that lines count. `set` is told where each value and each name stands, of which column.
fn written(row: &Row, names: Option<&Row>, mut set: impl FnMut(usize, usize, u32, bool)) -> String {
    let names = names.filter(|names| names.cells.len() <= MAX_NAMED_COLUMNS);
    let mut written = String::new();
    for (at, cell) in row.cells.iter().enumerate() {
        // A break at the end of a cell would be trimmed, and count for nothing.
        let value = cell.trim_matches([' ', '\t']);
        if value.trim().is_empty() {
            continue;
        }
        if !written.is_empty() {
            written.push_str(" | ");
        }
        let name = names.and_then(|names| names.cells.get(at));
        if let Some(name) = name.map(|name| name.trim()).filter(|name| !name.is_empty()) {
            let start = written.len();
            written.push_str(&name.replace('\n', " "));
            set(start, written.len(), at as u32, true);
            written.push_str(": ");
        }
        let start = written.len();
        written.push_str(value);
        set(start, written.len(), at as u32, false);
    }
    written
}

/// Whether the first row names the columns: words, each once, above something that is not all words
/// or that is not longer text of the same kind.
fn names_columns(first: &Row, source: &str, delimiter: char) -> bool {
    let filled: Vec<&str> = first.cells.iter().map(|cell| cell.trim()).collect();
    let is_name = |cell: &&str| {
        !cell.is_empty() && cell.len() <= 64 && !is_value(cell) && !cell.ends_with(['.', '?', '!'])
    };
    let mut sorted = filled.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let n_cells = filled.len();
    n_cells > 1
        && filled.iter().filter(|cell| !is_name(cell)).count() <= n_cells / 10
        && sorted.len() == n_cells
        && Rows::new(source, delimiter).nth(1).is_some()
}

/// A number, a date, a sum of money, an address of a mail: nothing that names a column.
fn is_value(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    digits * 2 > cell.chars().count() || cell.contains('@') || cell.contains("://")
}

/// The sign that divides most rows into equally many cells.
fn delimiter(source: &str, name: &str) -> char {
    let sample = source
        .get(..source.floor_char_boundary(64 << 10))
        .unwrap_or_default();
    let is_tabs = name.to_ascii_lowercase().ends_with(".tsv");
    let candidates = if is_tabs {
        ['\t', ',', ';', '|']
    } else {
        [',', ';', '\t', '|']
    };
    let rated = candidates.into_iter().map(|delimiter| {
        let rows = Rows::new(sample, delimiter).take(SAMPLE_ROWS);
        let mut counts: Vec<usize> = rows.map(|row| row.cells.len()).collect();
        counts.sort_unstable();
        let usual = counts.get(counts.len() / 2).copied().unwrap_or_default();
        let n_alike = counts.iter().filter(|&&count| count == usual).count();
        let share = if usual > 1 {
            n_alike * 100 / counts.len().max(1)
        } else {
            0
        };
        ((share / 10, usual), delimiter)
    });
    // Of equals, the first.
    let best = rated.rev().max_by_key(|&(rate, _)| rate);
    best.map_or(',', |(_, delimiter)| delimiter)
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    cells: Vec<String>,
    /// Where it begins, from 1.
    line: u32,
}

/// The rows of a text, blank lines left out.
struct Rows<'a> {
    rest: &'a str,
    line: u32,
    delimiter: char,
}

impl<'a> Rows<'a> {
    fn new(source: &'a str, delimiter: char) -> Self {
        Self {
            rest: source,
            line: 1,
            delimiter,
        }
    }

    /// One cell, what ended it, and what stands behind.
    fn cell(&self, rest: &'a str) -> (String, Option<char>, &'a str) {
        let start = rest.trim_start_matches(' ');
        if let Some(quoted) = start.strip_prefix('"')
            && let Some((mut cell, after)) = unquoted(quoted)
        {
            let end = after.find([self.delimiter, '\n']).unwrap_or(after.len());
            let (tail, after) = after.split_at(end);
            cell.push_str(tail.trim_end());
            let mut after = after.chars();
            let ended = after.next();
            return (cell, ended, after.as_str());
        }
        let end = rest.find([self.delimiter, '\n']).unwrap_or(rest.len());
        let (cell, after) = rest.split_at(end);
        let mut after = after.chars();
        let ended = after.next();
        (cell.to_owned(), ended, after.as_str())
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while let Some((line, after)) = self.rest.split_once('\n')
            && line.trim().is_empty()
        {
            self.rest = after;
            self.line += 1;
        }
        if self.rest.trim().is_empty() {
            return None;
        }
        let begun = self.rest;
        let mut cells = Vec::new();
        loop {
            let (cell, ended, after) = self.cell(self.rest);
            cells.push(cell);
            self.rest = after;
            if ended != Some(self.delimiter) {
                break;
            }
        }
        let line = self.line;
        let read = begun.len() - self.rest.len();
        let read = begun.get(..read).unwrap_or_default();
        self.line += read.matches('\n').count() as u32;
        Some(Row { cells, line })
    }
}

/// What stands before the closing quote, and what behind it; a doubled quote is one.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    let mut rest = quoted;
    loop {
        let (before, after) = rest.split_once('"')?;
        cell.push_str(before);
        if cell.len() > MAX_QUOTED_BYTES {
            return None;
        }
        match after.strip_prefix('"') {
            Some(after) => {
                cell.push('"');
                rest = after;
            }
            None => return Some((cell, after)),
        }
    }
}

#[cfg(test)]
mod tests;
