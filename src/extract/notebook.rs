//! Notebooks (Jupyter): notes, code and written results, cell by cell.
//!
//! Reads formats 3 and 4. Pictures and other packed results are passed over. The file's own lines
//! mean nothing to a reader, so that a place is a cell. Invariant: cells before a damage are kept.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{Failure, Input, append, html, limit, markdown, plain};
use crate::document::{Mark, Text};

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let source = plain::decode(input.bytes());
    let mut cells = Vec::new();
    let mut json = serde_json::Deserializer::from_str(&source);
    let damage = Notebook(&mut cells).deserialize(&mut json).err();
    let damage = damage.map(|error| format!("the notebook is damaged: {error}"));
    let mut text = Text::default();
    for (cell, number) in cells.iter().zip(1_u32..) {
        push(cell, number, &mut text);
        if text.text.len() > input.max_text_bytes {
            break;
        }
    }
    if text.text.is_empty() {
        return Err(match damage {
            Some(reason) => Failure::Failed(reason),
            None => Failure::Skipped("there is no text in it".into()),
        });
    }
    text.partial = damage;
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

fn push(cell: &Cell, number: u32, text: &mut Text) {
    let place = Mark {
        label: Some(format!("cell {number}")),
        ..Mark::default()
    };
    let source = plain::clean(&format!("{}{}", cell.source.0, cell.input.0));
    match cell.kind.as_str() {
        "markdown" => {
            let note = markdown::read(&source);
            if text.title.is_none() && note.marks.iter().any(|mark| mark.heading == Some(1)) {
                text.title.clone_from(&note.title);
            }
            append(text, &note, |mark| {
                mark.line = None;
                mark.label.clone_from(&place.label);
            });
        }
        "heading" => {
            let level = cell.level.unwrap_or(1).clamp(1, 6);
            let title = source.trim();
            text.title = text.title.take().or_else(|| Some(title.to_owned()));
            let heading = Some(level);
            text.push(
                title,
                Mark {
                    heading,
                    ..place.clone()
                },
            );
        }
        _ => text.push(source.trim_matches('\n'), place.clone()),
    }
    for output in &cell.outputs {
        for written in [&output.text.0, &output.plain(), &output.traceback.0] {
            let written = plain::clean(written);
            text.push(written.trim_matches('\n'), place.clone());
        }
    }
}

/// A cell of any of the formats.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cell {
    #[serde(rename = "cell_type")]
    kind: String,
    source: Lines,
    /// Code of format 3.
    input: Lines,
    level: Option<u8>,
    outputs: Vec<Output>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Output {
    /// A stream's, or a result's in format 3.
    text: Lines,
    data: HashMap<String, Lines>,
    traceback: Lines,
}

impl Output {
    /// A result in letters; a page only where it has nothing else.
    fn plain(&self) -> String {
        let of = |kind: &str| self.data.get(kind).map(|lines| lines.0.as_str());
        match (of("text/plain"), of("text/html")) {
            (Some(plain), _) => plain.to_owned(),
            (None, Some(page)) => html::read(page, page.len()).text,
            (None, None) => String::new(),
        }
    }
}

/// Text, written as one string or as a list of its lines; nothing, if it is something else.
#[derive(Debug, Default)]
struct Lines(String);

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LinesVisitor)
    }
}

struct LinesVisitor;

impl<'de> Visitor<'de> for LinesVisitor {
    type Value = Lines;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Lines, E> {
        Ok(Lines(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Lines, A::Error> {
        let mut text = String::new();
        while let Some(line) = list.next_element::<Lines>()? {
            // Lines carry their end, those of a traceback do not.
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&line.0);
        }
        Ok(Lines(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lines, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lines::default())
    }

    fn visit_unit<E>(self) -> Result<Lines, E> {
        Ok(Lines::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Lines, E> {
        Ok(Lines::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Lines, E> {
        Ok(Lines::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Lines, E> {
        Ok(Lines::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Lines, E> {
        Ok(Lines::default())
    }
}

/// Collects cells as they are read, so that a damage behind them does not lose them: of a notebook,
/// or of a worksheet in one of format 3.
struct Notebook<'a>(&'a mut Vec<Cell>);

impl<'de> DeserializeSeed<'de> for Notebook<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Notebook<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a notebook")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "cells" => map.next_value_seed(Cells(self.0))?,
                "worksheets" => map.next_value_seed(Worksheets(self.0))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Cells<'a>(&'a mut Vec<Cell>);

impl<'de> DeserializeSeed<'de> for Cells<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Cells<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(cell) = list.next_element()? {
            self.0.push(cell);
        }
        Ok(())
    }
}

struct Worksheets<'a>(&'a mut Vec<Cell>);

impl<'de> DeserializeSeed<'de> for Worksheets<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Worksheets<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("worksheets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Notebook(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::input;

    const FOUR: &str = r##"{"nbformat": 4, "metadata": {"x": {}}, "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Tides\n", "\n", "Some **notes**."]},
        {"cell_type": "code", "source": "print('ebb')", "outputs": [
            {"output_type": "stream", "name": "stdout", "text": ["ebb\n"]},
            {"output_type": "display_data", "data": {"image/png": "QUJD", "text/plain": ["<Figure>"],
             "application/json": {"a": [1]}}},
            {"output_type": "error", "ename": "E", "traceback": ["\u001b[0;31mValueError\u001b[0m", "low"]}]}]}"##;

    fn place(text: &Text, words: &str) -> Option<String> {
        text.position(text.text.find(words).unwrap()).label
    }

    #[test]
    fn notes_code_and_written_results_stand_in_their_cells() {
        let text = parse(&input("a.ipynb", FOUR.as_bytes())).unwrap();
        assert_eq!(text.title.as_deref(), Some("Tides"));
        assert_eq!(
            text.text,
            "Tides\n\nSome notes.\n\nprint('ebb')\n\nebb\n\n<Figure>\n\nValueError\nlow"
        );
        assert_eq!(place(&text, "Some notes"), Some("cell 1".into()));
        assert_eq!(place(&text, "ValueError"), Some("cell 2".into()));
        assert!(text.marks.iter().all(|mark| mark.line.is_none()));
    }

    #[test]
    fn the_older_format_is_read_as_well() {
        let three = r#"{"nbformat": 3, "worksheets": [{"cells": [
            {"cell_type": "heading", "level": 2, "source": ["Ebb"]},
            {"cell_type": "code", "input": ["1 + 1"], "outputs": [{"output_type": "pyout", "text": ["2"]}]}]}]}"#;
        let text = parse(&input("a.ipynb", three.as_bytes())).unwrap();
        assert_eq!(text.text, "Ebb\n\n1 + 1\n\n2");
        assert_eq!(text.marks[0].heading, Some(2));
    }

    #[test]
    fn cells_before_a_damage_are_kept_and_depth_is_a_reason() {
        let cut = &FOUR[..FOUR.find("QUJD").unwrap()];
        let text = parse(&input("a.ipynb", cut.as_bytes())).unwrap();
        assert_eq!(text.text, "Tides\n\nSome notes.");
        assert!(text.partial.unwrap().contains("damaged"));
        let deep = format!("{{\"cells\": [{}", "[".repeat(100_000));
        assert!(matches!(
            parse(&input("a.ipynb", deep.as_bytes())),
            Err(Failure::Failed(_))
        ));
    }
}
