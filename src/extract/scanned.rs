//! Recognised lines into text: their reading order, and their place among what a page already says.
//!
//! A model finds lines in no order. Columns are told from rows by the white between them: the page is
//! cut there, again and again (after Nagy and Seth's X-Y trees, 1984). Pure. Invariant: every line is
//! in the text once, under the page that it stands on.

use nuthatch_models::picture::{Bounds, Line, Lines, Picture};

use super::pictures::Frame;
use crate::document::{Mark, ScannedLine, Text, TextBox};

/// A page of more lines is not cut at headings, since that looks at each pair of them.
const MAX_CUT: usize = 600;
/// White that divides columns is so many times as wide as a line is high, ...
const COLUMN_GAP: f32 = 1.2;
/// ... columns have so many rows, and are so many times as wide as a line is high.
const COLUMN_ROWS: usize = 3;
const COLUMN_WIDTH: f32 = 8.0;
/// So much white, in heights of a line, ends a paragraph.
const PARAGRAPH_GAP: f32 = 1.0;
/// So much white divides the cells of a row.
const CELL_GAP: f32 = 1.5;

/// The lines of a picture in reading order, those of one row joined.
pub fn ordered(found: &Lines, picture: &Picture, frame: Option<&Frame>) -> Vec<ScannedLine> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let in_picture = |bounds: Bounds| {
        if found.is_upside_down {
            bounds.upside_down(width, height)
        } else {
            bounds
        }
    };
    let lines: Vec<&Line> = found.lines.iter().collect();
    let unit = line_height(&lines);
    let rows = if runs_down(&lines) {
        let mut columns = lines;
        columns.sort_by(|a, b| b.bounds.right.total_cmp(&a.bounds.right));
        columns.into_iter().map(|line| vec![line]).collect()
    } else {
        let mut rows = Vec::new();
        arrange(lines, unit, &mut rows);
        rows
    };
    let mut before: Option<Bounds> = None;
    rows.into_iter()
        .map(|row| {
            let bounds = around(&row);
            let follows = before.is_some_and(|before| {
                let gap = bounds.top - before.bottom;
                gap > -unit && gap < PARAGRAPH_GAP * unit
            });
            before = Some(bounds);
            let confidence = mean_confidence(&row);
            ScannedLine {
                text: joined(&row, unit),
                confidence: (confidence * 100.0).round().clamp(0.0, 100.0) as u8,
                rectangle: frame.map(|frame| frame.place(in_picture(bounds), width, height)),
                is_first: !follows,
            }
        })
        .collect()
}

/// Puts recognised pages in: behind what the page itself says, each with its confidence.
pub fn merged(text: &Text, pages: &[(u32, Vec<ScannedLine>)], with_layout: bool) -> Text {
    let mut whole = Text {
        text: String::new(),
        marks: Vec::new(),
        boxes: Vec::new(),
        ..text.clone()
    };
    let mut pages = pages.iter().peekable();
    for (i, mark) in text.marks.iter().enumerate() {
        let page = mark.page.unwrap_or_default();
        while let Some((number, lines)) = pages.next_if(|(number, _)| *number < page) {
            push_page(&mut whole, text, *number, lines, with_layout);
        }
        let end = text
            .marks
            .get(i + 1)
            .map_or(text.text.len(), |next| next.start);
        let shift = push_part(&mut whole, text, mark, end);
        let of_part = text.boxes.iter();
        let of_part = of_part.filter(|line| (mark.start..end).contains(&line.start));
        whole.boxes.extend(of_part.map(|line| TextBox {
            start: (line.start as isize + shift) as usize,
            end: (line.end as isize + shift) as usize,
            ..*line
        }));
    }
    for (number, lines) in pages {
        push_page(&mut whole, text, *number, lines, with_layout);
    }
    whole
}

/// Returns how far it was moved.
fn push_part(whole: &mut Text, text: &Text, mark: &Mark, end: usize) -> isize {
    let part = text.text.get(mark.start..end).unwrap_or_default();
    let n_marks = whole.marks.len();
    whole.push(part, mark.clone());
    let start = whole
        .marks
        .get(n_marks)
        .map_or(mark.start, |mark| mark.start);
    start as isize - mark.start as isize
}

fn push_page(whole: &mut Text, text: &Text, page: u32, lines: &[ScannedLine], with_layout: bool) {
    let scan = text.scans.iter().find(|scan| scan.page == page);
    let n_chars: usize = lines.iter().map(|line| line.text.len()).sum();
    let sum: usize = lines
        .iter()
        .map(|line| usize::from(line.confidence) * line.text.len())
        .sum();
    let mut part = String::new();
    let mut spans = Vec::new();
    for line in lines {
        if !part.is_empty() {
            part.push_str(if line.is_first { "\n\n" } else { "\n" });
        }
        let start = part.len();
        part.push_str(&line.text);
        spans.push((start, part.len(), line.rectangle));
    }
    let n_marks = whole.marks.len();
    let mark = Mark {
        page: Some(page),
        label: scan.and_then(|scan| scan.label.clone()),
        confidence: Some((sum / n_chars.max(1)) as u8),
        ..Mark::default()
    };
    whole.push(&part, mark);
    let at = whole.marks.get(n_marks).map(|mark| mark.start);
    let Some(at) = at.filter(|_| with_layout) else {
        return;
    };
    for (start, end, rectangle) in spans {
        whole.boxes.extend(rectangle.map(|rectangle| TextBox {
            start: at + start,
            end: at + end,
            page,
            rectangle,
        }));
    }
}

/// The height of most lines; 1 if there is none.
fn line_height(lines: &[&Line]) -> f32 {
    let mut heights: Vec<f32> = lines
        .iter()
        .map(|line| line.bounds.height().min(line.bounds.width()))
        .collect();
    heights.sort_by(f32::total_cmp);
    heights
        .get(heights.len() / 2)
        .copied()
        .unwrap_or(1.0)
        .max(1.0)
}

/// Whether most of it is written from the top down, right to left.
fn runs_down(lines: &[&Line]) -> bool {
    let length = |tall: bool| -> f32 {
        let lines = lines.iter().map(|line| line.bounds);
        let lines = lines.filter(|bounds| (bounds.height() > 2.0 * bounds.width()) == tall);
        lines
            .map(|bounds| bounds.height().max(bounds.width()))
            .sum()
    };
    length(true) > length(false)
}

/// Cuts lines into columns where they are some, below or above what goes across; else into rows.
fn arrange<'a>(mut lines: Vec<&'a Line>, unit: f32, rows: &mut Vec<Vec<&'a Line>>) {
    if let Some(middle) = column_gap(&lines, unit) {
        let (left, right) = lines
            .into_iter()
            .partition(|line| f32::midpoint(line.bounds.left, line.bounds.right) < middle);
        arrange(left, unit, rows);
        arrange(right, unit, rows);
        return;
    }
    lines.sort_by(|a, b| a.bounds.top.total_cmp(&b.bounds.top));
    if let Some(n_above) = row_gap(&lines, unit) {
        let below = lines.split_off(n_above);
        arrange(lines, unit, rows);
        arrange(below, unit, rows);
        return;
    }
    rows.extend(as_rows(lines, unit));
}

/// Where white runs down between two columns.
fn column_gap(lines: &[&Line], unit: f32) -> Option<f32> {
    if lines.len() < 2 * COLUMN_ROWS {
        return None;
    }
    let mut by_left: Vec<Bounds> = lines.iter().map(|line| line.bounds).collect();
    by_left.sort_by(|a, b| a.left.total_cmp(&b.left));
    let first = by_left.first()?.left;
    let last = by_left
        .iter()
        .map(|bounds| bounds.right)
        .fold(first, f32::max);
    let mut reach = first;
    for (i, bounds) in by_left.iter().enumerate() {
        let is_gap = i > 0 && bounds.left - reach >= COLUMN_GAP * unit;
        let are_columns = i >= COLUMN_ROWS
            && by_left.len() - i >= COLUMN_ROWS
            && reach - first >= COLUMN_WIDTH * unit
            && last - bounds.left >= COLUMN_WIDTH * unit;
        if is_gap && are_columns {
            return Some(f32::midpoint(reach, bounds.left));
        }
        reach = reach.max(bounds.right);
    }
    None
}

/// How many of these lines, sorted by their upper sides, stand above white that runs across and has
/// columns on one side of it.
fn row_gap(lines: &[&Line], unit: f32) -> Option<usize> {
    let mut reach = lines.first()?.bounds.bottom;
    if lines.len() > MAX_CUT {
        return None;
    }
    for (i, line) in lines.iter().enumerate().skip(1) {
        if line.bounds.top >= reach {
            let (above, below) = lines.split_at(i);
            if column_gap(below, unit).is_some() || column_gap(above, unit).is_some() {
                return Some(i);
            }
        }
        reach = reach.max(line.bounds.bottom);
    }
    None
}

/// Lines on the same height make a row, from left to right.
fn as_rows(lines: Vec<&Line>, unit: f32) -> Vec<Vec<&Line>> {
    let middle = |line: &Line| f32::midpoint(line.bounds.top, line.bounds.bottom);
    let mut lines = lines;
    lines.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut rows: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some(row)
                if row
                    .last()
                    .is_some_and(|last| middle(line) - middle(last) < unit / 2.0) =>
            {
                row.push(line);
            }
            _ => rows.push(vec![line]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.bounds.left.total_cmp(&b.bounds.left));
    }
    rows
}

fn joined(row: &[&Line], unit: f32) -> String {
    let mut text = String::new();
    let mut reach = None;
    for line in row {
        if let Some(reach) = reach {
            let is_cell = line.bounds.left - reach > CELL_GAP * unit;
            text.push(if is_cell { '\t' } else { ' ' });
        }
        text.push_str(&line.text);
        reach = Some(line.bounds.right);
    }
    text
}

fn around(row: &[&Line]) -> Bounds {
    let of = |side: fn(&Bounds) -> f32, pick: fn(f32, f32) -> f32| {
        let sides = row.iter().map(|line| side(&line.bounds));
        sides.reduce(pick).unwrap_or_default()
    };
    Bounds {
        left: of(|bounds| bounds.left, f32::min),
        top: of(|bounds| bounds.top, f32::min),
        right: of(|bounds| bounds.right, f32::max),
        bottom: of(|bounds| bounds.bottom, f32::max),
    }
}

fn mean_confidence(row: &[&Line]) -> f32 {
    let n_chars: usize = row.iter().map(|line| line.text.len()).sum();
    let sum: f32 = row
        .iter()
        .map(|line| line.confidence * line.text.len() as f32)
        .sum();
    sum / n_chars.max(1) as f32
}

#[cfg(test)]
#[path = "scanned/tests.rs"]
mod tests;
