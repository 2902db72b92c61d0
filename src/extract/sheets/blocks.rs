//! Cells into text: rows into lines, lines into blocks that are small enough to be cited.
//!
//! The cells of a row are divided by ` · `: unlike a tab it survives where white space is folded,
//! in a snippet as in a window, and it is no word that anybody looks for. A table that goes over
//! several blocks repeats its first row in each, so that a block can be understood by itself; its
//! range is that of the rows it adds. Invariant: a block's range is exactly what lies between its
//! first and its last cell, and nothing depends on the size that the sheet claims.

use calamine::{Data, ExcelDateTime};

use crate::document::{Mark, Style, Styled, Text};

/// Between the cells of a row.
const CELL_BREAK: &str = " · ";
/// A block has no more rows than this, ...
const MAX_ROWS: u32 = 30;
/// ... and is ended before it is longer.
const MAX_BLOCK_BYTES: usize = 1500;
/// A gap of so many empty rows ends a block, so that its range stays small.
const MAX_GAP: u32 = 20;
/// A first row that is longer is no row of names.
const MAX_HEADER_BYTES: usize = 300;

/// What is wanted of a sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) max_text_bytes: usize,
    /// Where cells stand is wanted, too.
    pub(super) with_layout: bool,
}

/// One sheet's cells on their way into the text.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    text: &'a mut Text,
    wanted: Wanted,
    sheet: &'a str,
    number: u32,
    is_named: bool,
    /// The row that is being read, from 0, with its cells so far.
    row: u32,
    line: String,
    cells: Vec<Cell>,
    columns: Option<(u32, u32)>,
    n_cells: u32,
    has_numbers: bool,
    /// The names of the columns of the table that is being read.
    header: Option<Row>,
    /// No row of several cells was met in it yet.
    seeks_header: bool,
    block: Option<Block>,
    last_row: Option<u32>,
}

/// A row as it is written, with its cells.
#[derive(Debug, Clone, Default)]
struct Row {
    line: String,
    cells: Vec<Cell>,
}

/// Where a cell stands in its line.
#[derive(Debug, Clone, Copy)]
struct Cell {
    start: usize,
    end: usize,
    row: u32,
    column: u32,
}

/// Rows that become one part of the text.
#[derive(Debug)]
struct Block {
    lines: String,
    cells: Vec<Styled>,
    rows: (u32, u32),
    columns: (u32, u32),
    n_rows: u32,
}

impl Block {
    fn push(&mut self, row: &Row, is_name: bool) {
        if !self.lines.is_empty() {
            self.lines.push('\n');
        }
        let at = self.lines.len();
        self.lines.push_str(&row.line);
        self.cells.extend(row.cells.iter().map(|cell| Styled {
            start: at + cell.start,
            end: at + cell.end,
            style: Style::Cell {
                row: cell.row,
                column: cell.column,
                is_name,
            },
        }));
    }
}

impl<'a> Blocks<'a> {
    pub(super) fn new(sheet: &'a str, number: u32, wanted: Wanted, text: &'a mut Text) -> Self {
        Self {
            text,
            wanted,
            sheet,
            number,
            is_named: false,
            row: 0,
            line: String::new(),
            cells: Vec::new(),
            columns: None,
            n_cells: 0,
            has_numbers: false,
            header: None,
            seeks_header: true,
            block: None,
            last_row: None,
        }
    }

    /// There is more text than may be kept.
    pub(super) fn is_full(&self) -> bool {
        self.text.text.len() > self.wanted.max_text_bytes
            || self.line.len() > self.wanted.max_text_bytes
    }

    /// One cell, at its row and column from 0. Empty ones are passed over.
    pub(super) fn cell(&mut self, row: u32, column: u32, value: &Data) {
        let shown = shown(value);
        if shown.is_empty() {
            return;
        }
        if row != self.row {
            self.end_row();
            self.row = row;
        }
        if self.n_cells > 0 {
            self.line.push_str(CELL_BREAK);
        }
        let start = self.line.len();
        self.line.push_str(&shown);
        self.cells.push(Cell {
            start,
            end: self.line.len(),
            row,
            column,
        });
        self.n_cells += 1;
        self.has_numbers |= !matches!(value, Data::String(_));
        let (first, last) = self.columns.unwrap_or((column, column));
        self.columns = Some((first.min(column), last.max(column)));
    }

    pub(super) fn finish(mut self) {
        self.end_row();
        self.end_block();
    }

    fn end_row(&mut self) {
        let (line, cells) = (
            std::mem::take(&mut self.line),
            std::mem::take(&mut self.cells),
        );
        let line = Row { line, cells };
        let Some(columns) = self.columns.take() else {
            return;
        };
        // A table may have its title above the names.
        let is_row = self.n_cells > 1;
        let is_header = is_row && !self.has_numbers && line.line.len() <= MAX_HEADER_BYTES;
        self.n_cells = 0;
        self.has_numbers = false;
        // Rows may come in any order: one that lies before the last begins anew.
        let gap = self.last_row.map(|last| self.row.checked_sub(last));
        self.last_row = Some(self.row);
        let is_first = gap != Some(Some(1));
        if is_first {
            self.header = None;
            self.seeks_header = true;
        }
        let is_far = gap.is_some_and(|gap| gap.is_none_or(|gap| gap > MAX_GAP));
        let is_full = self.block.as_ref().is_some_and(|block| {
            block.n_rows >= MAX_ROWS || block.lines.len() + line.line.len() > MAX_BLOCK_BYTES
        });
        if is_far || is_full {
            self.end_block();
        }
        let names = self.seeks_header && is_row;
        self.add(&line, columns, names && is_header);
        if names {
            self.seeks_header = false;
            self.header = is_header.then_some(line);
        }
    }

    fn add(&mut self, line: &Row, columns: (u32, u32), is_header: bool) {
        if let Some(block) = &mut self.block {
            block.push(line, is_header);
            block.rows = (block.rows.0.min(self.row), block.rows.1.max(self.row));
            block.columns = (
                block.columns.0.min(columns.0),
                block.columns.1.max(columns.1),
            );
            block.n_rows += 1;
            return;
        }
        let mut block = Block {
            lines: String::new(),
            cells: Vec::new(),
            rows: (self.row, self.row),
            columns,
            n_rows: 1,
        };
        if let Some(header) = &self.header {
            block.push(header, true);
        }
        block.push(line, is_header);
        self.block = Some(block);
    }

    fn end_block(&mut self) {
        let Some(block) = self.block.take() else {
            return;
        };
        if !self.is_named {
            self.is_named = true;
            let mark = Mark {
                page: Some(self.number),
                heading: Some(1),
                ..Mark::default()
            };
            self.text.push(self.sheet, mark);
        }
        let mark = Mark {
            page: Some(self.number),
            label: Some(self.label(&block)),
            ..Mark::default()
        };
        let n_marks = self.text.marks.len();
        self.text.push(&block.lines, mark);
        if let Some(start) = self.text.marks.get(n_marks).map(|mark| mark.start) {
            let cells = block.cells.into_iter().map(|cell| Styled {
                start: start + cell.start,
                end: start + cell.end,
                ..cell
            });
            self.text
                .styles
                .extend(cells.filter(|_| self.wanted.with_layout));
        }
    }

    /// `Budget!A1:F20`, as the programs write it without their quotes.
    fn label(&self, block: &Block) -> String {
        let first = address(block.rows.0, block.columns.0);
        let last = address(block.rows.1, block.columns.1);
        if first == last {
            format!("{}!{first}", self.sheet)
        } else {
            format!("{}!{first}:{last}", self.sheet)
        }
    }
}

/// `AB12` for row 11 and column 27.
fn address(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = u64::from(column) + 1;
    while left > 0 {
        letters.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

/// A value as a person would write it.
fn shown(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => float(*number),
        Data::Bool(true) => "TRUE".into(),
        Data::Bool(false) => "FALSE".into(),
        Data::DateTime(at) => moment(at),
        Data::DateTimeIso(at) => at.trim_end_matches("T00:00:00").to_owned(),
        Data::DurationIso(length) => length.clone(),
        Data::Error(error) => error.to_string(),
    }
}

/// Fifteen digits, as the programs compute: `0.3`, not `0.30000000000000004`.
fn float(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let size = rounded.abs();
    if size != 0.0 && !(1e-6..1e16).contains(&size) {
        format!("{rounded:e}")
    } else if rounded == 0.0 {
        "0".into()
    } else {
        rounded.to_string()
    }
}

fn moment(at: &ExcelDateTime) -> String {
    let days = at.as_f64();
    if !days.is_finite() {
        return String::new();
    }
    if at.is_duration() {
        let seconds = (days.abs() * 86_400.0).round() as u64;
        let sign = if days < 0.0 { "-" } else { "" };
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        return format!("{sign}{hours}:{minutes:02}:{:02}", seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let time = match (hour, minute, second) {
        (_, _, 0) => format!("{hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    if days < 1.0 {
        return time;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date} {time}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted {
        max_text_bytes: 1 << 20,
        with_layout: true,
    };

    #[test]
    fn an_address_counts_columns_in_letters() {
        for (row, column, written) in [
            (0, 0, "A1"),
            (9, 25, "Z10"),
            (0, 26, "AA1"),
            (1_048_575, 16_383, "XFD1048576"),
        ] {
            assert_eq!(address(row, column), written);
        }
        assert!(address(u32::MAX, u32::MAX).ends_with("4294967296"));
    }

    #[test]
    fn numbers_are_written_without_noise() {
        for (number, written) in [
            (0.1 + 0.2, "0.3"),
            (42.0, "42"),
            (-0.0, "0"),
            (1234.5, "1234.5"),
            (1e300, "1e300"),
            (2.5e-9, "2.5e-9"),
        ] {
            assert_eq!(float(number), written);
        }
    }

    #[test]
    fn a_long_table_repeats_its_names_and_every_block_knows_its_own_rows() {
        let mut text = Text::default();
        let mut blocks = Blocks::new("Staff", 2, WANTED, &mut text);
        for row in 0..70_u32 {
            let (name, pay) = if row == 0 {
                (Data::String("Name".into()), Data::String("Pay".into()))
            } else {
                (Data::String(format!("P{row}")), Data::Int(i64::from(row)))
            };
            blocks.cell(row + 3, 1, &name);
            blocks.cell(row + 3, 2, &pay);
        }
        blocks.finish();
        let labels: Vec<&str> = text
            .marks
            .iter()
            .filter_map(|mark| mark.label.as_deref())
            .collect();
        assert_eq!(labels, ["Staff!B4:C33", "Staff!B34:C63", "Staff!B64:C73"]);
        assert_eq!(text.text.matches("Name · Pay").count(), 3);
        assert_eq!(text.text.matches("P45 · 45").count(), 1);
        let named = text.styles.iter().filter(|cell| {
            matches!(
                cell.style,
                Style::Cell {
                    row: 3,
                    is_name: true,
                    ..
                }
            )
        });
        assert_eq!(named.count(), 6, "the names stand in each block");
        let paid = text.styles.iter().find(|cell| {
            matches!(
                cell.style,
                Style::Cell {
                    row: 48,
                    column: 2,
                    is_name: false
                }
            )
        });
        let paid = paid.map(|cell| &text.text[cell.start..cell.end]);
        assert_eq!(paid, Some("45"));
    }

    #[test]
    fn a_cell_at_the_far_end_has_a_block_of_its_own() {
        let mut text = Text::default();
        let mut blocks = Blocks::new("S", 1, WANTED, &mut text);
        blocks.cell(0, 0, &Data::String("near".into()));
        blocks.cell(1_048_575, 16_383, &Data::String("far".into()));
        blocks.finish();
        let labels: Vec<_> = text
            .marks
            .iter()
            .map(|mark| mark.label.as_deref())
            .collect();
        assert_eq!(labels, [None, Some("S!A1"), Some("S!XFD1048576")]);
    }
}
