//! Presentations (pptx): slides in the order in which they are shown, with tables, diagrams,
//! charts and the speaker's notes.
//!
//! A slide's number is its place in the presentation, hidden ones counted, as the programs number
//! them. A slide's title comes first, wherever it lies on the slide. Invariant: a slide that is
//! missing or damaged keeps its number, and the others theirs.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    Failure, Input, chart, limit,
    office_xml::{Relation, attribute, damaged, entity, relations, target},
    properties,
    zipped::Parts,
};
use crate::document::{Mark, Text, Unit};

/// Slides of one presentation, at most.
const MAX_SLIDES: usize = 10_000;
const MAIN: &str = "ppt/presentation.xml";
/// What stands on every slide or page alike, and numbers them.
const FURNITURE: [&str; 4] = ["sldNum", "dt", "ftr", "hdr"];
/// Between the cells of a row.
const CELL_BREAK: &str = " · ";

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut parts = Parts::open(input)?;
    let mut text = Text {
        unit: Unit::Slide,
        ..Text::default()
    };
    properties::core(&mut parts, &mut text);
    let (slides, mut complaint) = order(&mut parts)?;
    text.n_pages = Some(slides.len() as u32);
    for (i, slide) in slides.iter().take(MAX_SLIDES).enumerate() {
        let result = match slide {
            Some(part) => read_slide(&mut parts, part, i as u32 + 1, &mut text),
            None => Err(format!(
                "the document is damaged: slide {} is missing",
                i + 1
            )),
        };
        complaint = complaint.or(result.err());
        if text.text.len() > input.max_text_bytes {
            break;
        }
    }
    if slides.len() > MAX_SLIDES {
        complaint = complaint.or(Some(format!("only its first {MAX_SLIDES} slides are read")));
    }
    if text.text.is_empty() {
        return Err(match complaint {
            Some(reason) => Failure::Failed(reason),
            None => Failure::Skipped("there is no text in it".into()),
        });
    }
    text.partial = parts.cut().or(complaint);
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// The slides' parts as they are shown, and what is wrong with that list.
fn order(parts: &mut Parts<'_>) -> Result<(Vec<Option<String>>, Option<String>), Failure> {
    let related = relations(parts, MAIN);
    let listed = parts.part(MAIN)?.map(|main| listed(&main, &related));
    match listed {
        Some((slides, complaint)) if slides.iter().any(Option::is_some) => Ok((slides, complaint)),
        Some((slides, None)) if slides.is_empty() => Ok((slides, None)),
        _ => {
            let slides = numbered(parts.names());
            let reason = "the document is damaged: the order of its slides is lost";
            if slides.is_empty() {
                return Err(Failure::Failed(reason.into()));
            }
            Ok((slides, Some(reason.into())))
        }
    }
}

fn listed(main: &[u8], related: &[Relation]) -> (Vec<Option<String>>, Option<String>) {
    let mut reader = Reader::from_reader(main);
    let mut slides = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start))
                if start.local_name().as_ref() == "sldId" =>
            {
                slides.push(target(&start, related));
            }
            Ok(Event::Eof) => return (slides, None),
            Err(error) => return (slides, Some(damaged(&error))),
            Ok(_) => {}
        }
    }
}

/// Slides by the numbers in their parts' names, which are mostly their order.
fn numbered(names: Vec<String>) -> Vec<Option<String>> {
    let mut found: Vec<(u32, String)> = names
        .into_iter()
        .filter_map(|name| {
            let number = name
                .strip_prefix("ppt/slides/slide")?
                .strip_suffix(".xml")?;
            Some((number.parse().ok()?, name))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| Some(name)).collect()
}

fn read_slide(
    parts: &mut Parts<'_>,
    part: &str,
    number: u32,
    text: &mut Text,
) -> Result<(), String> {
    let related = relations(parts, part);
    let (mut shapes, mut result) = read_part(parts, part);
    // Stable: the rest keeps the order in which it was drawn.
    shapes.sort_by_key(|shape| !shape.is_title);
    for shape in shapes {
        let mark = Mark {
            page: Some(number),
            heading: shape.is_title.then_some(1),
            ..Mark::default()
        };
        text.push(&shape.text, mark);
    }
    for relation in &related {
        let label = match relation.kind.as_str() {
            "diagramData" | "chart" => None,
            "notesSlide" => Some("notes"),
            "comments" => Some("comments"),
            _ => continue,
        };
        let (shapes, of_part) = match relation.kind.as_str() {
            "chart" => read_chart(parts, &relation.target),
            _ => read_part(parts, &relation.target),
        };
        result = result.and(of_part);
        for shape in shapes {
            let mark = Mark {
                page: Some(number),
                label: label.map(str::to_owned),
                ..Mark::default()
            };
            text.push(&shape.text, mark);
        }
    }
    result
}

/// What one shape, table or diagram says.
#[derive(Debug, Default)]
struct Shape {
    text: String,
    is_title: bool,
    is_furniture: bool,
}

impl Shape {
    fn add(&mut self, paragraph: &str) {
        if !paragraph.trim().is_empty() {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(paragraph.trim_end());
        }
    }
}

/// The shapes of one part, up to where it is damaged.
fn read_part(parts: &mut Parts<'_>, part: &str) -> (Vec<Shape>, Result<(), String>) {
    match parts.needed(part) {
        Ok(xml) => {
            let mut walk = Walk::default();
            let result = walk.read(&xml);
            walk.end_shape();
            (walk.shapes, result)
        }
        Err(failure) => (Vec::new(), Err(failure.to_string())),
    }
}

/// A chart as one shape.
fn read_chart(parts: &mut Parts<'_>, part: &str) -> (Vec<Shape>, Result<(), String>) {
    match parts.needed(part) {
        Ok(xml) => {
            let (text, result) = chart::read(&xml);
            let shape = Shape {
                text,
                ..Shape::default()
            };
            (vec![shape], result)
        }
        Err(failure) => (Vec::new(), Err(failure.to_string())),
    }
}

/// One part's text on its way into shapes.
#[derive(Debug, Default)]
struct Walk {
    shapes: Vec<Shape>,
    shape: Shape,
    paragraph: String,
    /// The row of a table that is being read, and its cell.
    row: Option<Vec<String>>,
    in_text: bool,
}

impl Walk {
    fn read(&mut self, xml: &[u8]) -> Result<(), String> {
        let mut reader = Reader::from_reader(xml);
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    // The same once more, for programs that cannot draw it as it is meant.
                    if start.local_name().as_ref() == "Fallback" {
                        let skipped = reader.read_to_end(start.name());
                        skipped.map_err(|error| damaged(&error))?;
                    } else {
                        self.start(&start);
                    }
                }
                Ok(Event::Empty(start)) => self.empty(&start),
                Ok(Event::Text(content)) if self.in_text => {
                    self.paragraph.push_str(&content.xml10_content());
                }
                Ok(Event::CData(content)) if self.in_text => {
                    self.paragraph.push_str(&content.xml10_content());
                }
                Ok(Event::GeneralRef(reference)) if self.in_text => {
                    self.paragraph.push_str(&entity(&reference));
                }
                Ok(Event::End(end)) => self.end(end.local_name().as_ref()),
                Ok(Event::Eof) => return Ok(()),
                Err(error) => {
                    self.end_paragraph();
                    return Err(damaged(&error));
                }
                Ok(_) => {}
            }
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            // A comment's text is `p:text`, everything else's `a:t`.
            "t" | "text" => self.in_text = true,
            "sp" | "graphicFrame" => self.end_shape(),
            "tr" => self.row = Some(Vec::new()),
            "tc" => {
                if let Some(row) = &mut self.row {
                    row.push(String::new());
                }
            }
            _ => self.empty(element),
        }
    }

    fn empty(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "br" => self.paragraph.push('\n'),
            "tab" => self.paragraph.push('\t'),
            "ph" => {
                let kind = attribute(element, "type").unwrap_or_default();
                self.shape.is_title = ["title", "ctrTitle"].contains(&kind.as_str());
                self.shape.is_furniture = FURNITURE.contains(&kind.as_str());
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "text" => {
                self.in_text = false;
                self.end_paragraph();
            }
            "p" => self.end_paragraph(),
            "tr" => {
                let mut row = self.row.take().unwrap_or_default();
                row.retain(|cell| !cell.is_empty());
                self.shape.add(&row.join(CELL_BREAK));
            }
            "sp" | "graphicFrame" => self.end_shape(),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        match self.row.as_mut().and_then(|row| row.last_mut()) {
            Some(cell) if !paragraph.trim().is_empty() => {
                if !cell.is_empty() {
                    cell.push(' ');
                }
                cell.push_str(paragraph.trim());
            }
            Some(_) => {}
            None => self.shape.add(&paragraph),
        }
    }

    fn end_shape(&mut self) {
        let shape = std::mem::take(&mut self.shape);
        if !shape.text.is_empty() && !shape.is_furniture {
            self.shapes.push(shape);
        }
    }
}

#[cfg(test)]
#[path = "pptx/tests.rs"]
mod tests;
