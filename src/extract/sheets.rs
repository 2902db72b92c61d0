//! Workbooks (xlsx, xlsm, xlsb, xls, ods): the cells of every sheet, hidden ones too, in blocks of
//! some rows, each of which knows its range.
//!
//! `calamine` reads the cells; `sheets/blocks.rs` lays them out as text. A formula gives the value
//! that was computed last. What calamine holds in memory whole is measured first, since it has no
//! limits of its own. Invariant: memory follows the cells that hold something, never the size that
//! a sheet claims to have (xls and ods apart, whose size the format itself bounds).

mod blocks;
mod comments;

use std::io::Cursor;

use calamine::{Cell, Data, DataRef, Ods, Range, Reader, SheetType, Xls, Xlsb, Xlsx, XlsxError};

use self::{
    blocks::{Blocks, Wanted},
    comments::Comment,
};
use super::{
    Failure, Input, limit, office_xml,
    ole::{self, Streams},
    opendocument, properties,
    zipped::Parts,
};
use crate::document::{Mark, Text, Unit};

/// Sheets of one workbook, at most.
const MAX_SHEETS: usize = 10_000;

type Bytes<'a> = Cursor<&'a [u8]>;

/// What is wrong with a sheet.
type Complaint = Option<String>;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut text = Text {
        unit: Unit::Sheet,
        ..Text::default()
    };
    let complaint = if input.bytes().starts_with(&ole::MAGIC) {
        Streams::open(input)?;
        old(input, &mut text)?
    } else {
        zipped(input, &mut text)?
    };
    if text.text.is_empty() {
        return Err(match complaint {
            Some(reason) => Failure::Failed(reason),
            None => Failure::Skipped("there is nothing in its cells".into()),
        });
    }
    text.partial = complaint;
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

fn zipped(input: &Input<'_>, text: &mut Text) -> Result<Complaint, Failure> {
    let mut parts = Parts::open(input)?;
    let names = parts.names();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let is_open_document = has("content.xml") && has("mimetype");
    if is_open_document {
        if opendocument::is_locked(&mut parts) {
            return Err(ole::locked());
        }
        if let Ok(Some(meta)) = parts.part("meta.xml") {
            properties::open_document(&meta, text);
        }
    } else {
        properties::core(&mut parts, text);
    }
    // calamine looks for the end of a table for ever.
    let is_cut = is_open_document && !office_xml::is_whole(&parts.needed("content.xml")?);
    if is_cut {
        let reason = parts.cut();
        let reason = reason.unwrap_or_else(|| damaged("content.xml ends too early"));
        return Err(Failure::Failed(reason));
    }
    let comments = comments::read(&mut parts);
    parts.measure(|name| {
        let name = name.to_ascii_lowercase();
        name != "content.xml" && !name.contains("media/")
    })?;
    if is_open_document {
        ods(input, text)
    } else if has("xl/workbook.bin") {
        xlsb(input, text)
    } else {
        xlsx(input, &comments, text)
    }
}

/// Every sheet with its number, as long as there is room for its text.
fn each(
    sheets: &[calamine::Sheet],
    comments: &[Comment],
    input: &Input<'_>,
    text: &mut Text,
    mut read: impl FnMut(&str, &mut Blocks<'_>) -> Complaint,
) -> Complaint {
    let mut complaint = None;
    let wanted = Wanted {
        max_text_bytes: input.max_text_bytes,
        with_layout: input.with_layout,
    };
    text.n_pages = Some(sheets.len() as u32);
    for (i, sheet) in sheets.iter().take(MAX_SHEETS).enumerate() {
        if sheet.typ != SheetType::WorkSheet && sheet.typ != SheetType::MacroSheet {
            continue;
        }
        let mut blocks = Blocks::new(&sheet.name, i as u32 + 1, wanted, text);
        let of_sheet = read(&sheet.name, &mut blocks);
        blocks.finish();
        for comment in comments
            .iter()
            .filter(|comment| comment.sheet == i as u32 + 1)
        {
            let mark = Mark {
                page: Some(comment.sheet),
                label: Some(format!("{}!{}", sheet.name, comment.cell)),
                ..Mark::default()
            };
            text.push(&comment.text, mark);
        }
        complaint = complaint.or(of_sheet.map(|reason| damaged(&reason)));
        if text.text.len() > input.max_text_bytes {
            break;
        }
    }
    complaint
}

fn xlsx(input: &Input<'_>, comments: &[Comment], text: &mut Text) -> Result<Complaint, Failure> {
    let mut book: Xlsx<Bytes<'_>> =
        Xlsx::new(Cursor::new(input.bytes())).map_err(|error| failed(&error))?;
    let sheets = book.sheets_metadata().to_vec();
    Ok(each(&sheets, comments, input, text, |name, blocks| {
        let mut cells = match book.worksheet_cells_reader(name) {
            Ok(cells) => cells,
            // A chart or a dialogue that fills a sheet of its own.
            Err(XlsxError::NotAWorksheet(_)) => return None,
            Err(error) => return Some(error.to_string()),
        };
        stream(blocks, || cells.next_cell())
    }))
}

fn xlsb(input: &Input<'_>, text: &mut Text) -> Result<Complaint, Failure> {
    let mut book: Xlsb<Bytes<'_>> =
        Xlsb::new(Cursor::new(input.bytes())).map_err(|error| failed(&error))?;
    let sheets = book.sheets_metadata().to_vec();
    Ok(each(&sheets, &[], input, text, |name, blocks| {
        match book.worksheet_cells_reader(name) {
            Ok(mut cells) => stream(blocks, || cells.next_cell()),
            Err(error) => Some(error.to_string()),
        }
    }))
}

fn stream<'a, E: std::fmt::Display>(
    blocks: &mut Blocks<'_>,
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>, E>,
) -> Complaint {
    loop {
        match next() {
            Ok(Some(cell)) => {
                let (row, column) = cell.get_position();
                blocks.cell(row, column, &Data::from(cell.get_value().clone()));
                if blocks.is_full() {
                    return None;
                }
            }
            Ok(None) => return None,
            Err(error) => return Some(error.to_string()),
        }
    }
}

fn ods(input: &Input<'_>, text: &mut Text) -> Result<Complaint, Failure> {
    let mut book: Ods<Bytes<'_>> =
        Ods::new(Cursor::new(input.bytes())).map_err(|error| failed(&error))?;
    let sheets = book.sheets_metadata().to_vec();
    Ok(each(&sheets, &[], input, text, |name, blocks| {
        range(blocks, book.worksheet_range(name))
    }))
}

fn old(input: &Input<'_>, text: &mut Text) -> Result<Complaint, Failure> {
    let mut book: Xls<Bytes<'_>> =
        Xls::new(Cursor::new(input.bytes())).map_err(|error| failed(&error))?;
    if let Ok(said) = book.workbook_properties() {
        let kept = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
        text.title = kept(said.title);
        text.author = kept(said.creator);
        text.written = said.created.and_then(|at| properties::date(&at));
    }
    let sheets = book.sheets_metadata().to_vec();
    Ok(each(&sheets, &[], input, text, |name, blocks| {
        range(blocks, book.worksheet_range(name))
    }))
}

fn range<E: std::fmt::Display>(
    blocks: &mut Blocks<'_>,
    range: Result<Range<Data>, E>,
) -> Complaint {
    let range = match range {
        Ok(range) => range,
        Err(error) => return Some(error.to_string()),
    };
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        blocks.cell(first_row + row as u32, first_column + column as u32, value);
        if blocks.is_full() {
            break;
        }
    }
    None
}

/// calamine's own words for a password differ from format to format.
fn failed(error: &dyn std::fmt::Display) -> Failure {
    let said = error.to_string();
    if said.contains("password protected") {
        return ole::locked();
    }
    Failure::Failed(damaged(&said))
}

fn damaged(reason: &str) -> String {
    format!("the workbook is damaged: {reason}")
}

#[cfg(test)]
mod tests;
