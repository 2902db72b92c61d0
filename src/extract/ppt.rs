//! Old presentations (ppt, `PowerPoint` 97 to 2003): titles, texts and notes of the slides.
//!
//! The file is a heap of records, of which each save appends the changed ones; what is valid is
//! found backwards from the last edit through the directories of objects. A slide's text stands in
//! the document's outline or in the slide's own shapes. Invariant: every offset is checked, and what
//! refers to itself ends at a limit.

use std::collections::HashMap;

use encoding_rs::WINDOWS_1252;

use super::{
    Failure, Input, limit,
    ole::{self, Streams},
};
use crate::document::{Mark, Text, Unit};

/// What the stream `Current User` begins with if the presentation is encrypted.
const ENCRYPTED: u32 = 0xf3d1_c4df;
const MAX_EDITS: usize = 1000;
const MAX_OBJECTS: usize = 1 << 20;
const MAX_SLIDES: usize = 10_000;
/// Records in records, at most; the programs write less than twenty.
const MAX_DEPTH: u32 = 64;

/// Kinds of records, as the specification (MS-PPT) names them.
mod kind {
    pub(super) const USER_EDIT: u16 = 0x0ff5;
    pub(super) const OBJECTS: u16 = 0x1772;
    pub(super) const SLIDE_LIST: u16 = 0x0ff0;
    pub(super) const SLIDE_ENTRY: u16 = 0x03f3;
    pub(super) const SLIDE_ATOM: u16 = 0x03ef;
    pub(super) const TEXT_HEADER: u16 = 0x0f9f;
    pub(super) const WIDE_TEXT: u16 = 0x0fa0;
    pub(super) const NARROW_TEXT: u16 = 0x0fa8;
}
/// Which list of slides a list is.
const SLIDES: u16 = 0;
const NOTES: u16 = 2;
/// Which text a text is: a title, or one in the middle of a slide.
const TITLES: [u32; 2] = [0, 6];

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut streams = Streams::open(input)?;
    let main = streams.stream("/PowerPoint Document")?;
    let main = main.ok_or_else(|| damaged("it has no slides"))?;
    let user = streams.stream("/Current User")?.unwrap_or_default();
    if number(&user, 12) == Some(ENCRYPTED) {
        return Err(ole::locked());
    }
    let lost = || damaged("the order of its slides is lost");
    let last_edit = number(&user, 16).ok_or_else(lost)? as usize;
    let objects = objects(&main, last_edit).ok_or_else(lost)?;
    let mut text = read(&main, &objects, input.max_text_bytes).ok_or_else(lost)?;
    if text.text.is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// One record's head and content.
#[derive(Debug, Clone, Copy)]
struct Record<'a> {
    kind: u16,
    instance: u16,
    is_container: bool,
    content: &'a [u8],
}

/// The record at the beginning of these bytes, and the rest. A length beyond the end is cut.
fn record(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let head = number(bytes, 0)?;
    let length = number(bytes, 4)? as usize;
    let rest = bytes.get(8..)?;
    let (content, rest) = rest.split_at(length.min(rest.len()));
    let record = Record {
        kind: (head >> 16) as u16,
        instance: (head as u16) >> 4,
        is_container: head & 0xf == 0xf,
        content,
    };
    Some((record, rest))
}

fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (record, rest) = record(bytes)?;
        bytes = rest;
        Some(record)
    })
}

fn at(main: &[u8], offset: usize) -> Option<Record<'_>> {
    Some(record(main.get(offset..)?)?.0)
}

/// Where the valid state of the presentation lies.
#[derive(Debug)]
struct Objects {
    offsets: HashMap<u32, usize>,
    document: u32,
}

/// Collects the directories of all edits, the last one's first.
fn objects(main: &[u8], last_edit: usize) -> Option<Objects> {
    let mut offsets = HashMap::new();
    let mut document = None;
    let mut edit = last_edit;
    let mut n_bytes_left = main.len();
    for _ in 0..MAX_EDITS {
        let Some(record) = at(main, edit).filter(|record| record.kind == kind::USER_EDIT) else {
            break;
        };
        document = document.or(number(record.content, 16));
        let directory = number(record.content, 12)? as usize;
        if let Some(directory) = at(main, directory).filter(|found| found.kind == kind::OBJECTS) {
            // Honest directories do not lie in each other.
            n_bytes_left = n_bytes_left.checked_sub(directory.content.len())?;
            add_objects(directory.content, &mut offsets);
        }
        edit = match number(record.content, 8)? as usize {
            earlier if (1..edit).contains(&earlier) => earlier,
            _ => break,
        };
    }
    document.map(|document| Objects { offsets, document })
}

/// Runs of offsets: a head with the first number and how many follow, then the offsets.
fn add_objects(mut directory: &[u8], offsets: &mut HashMap<u32, usize>) {
    while let Some(head) = number(directory, 0) {
        let (first, n) = (head & 0xf_ffff, head >> 20);
        for i in 0..n {
            if let Some(offset) = number(directory, 4 + i as usize * 4)
                && offsets.len() < MAX_OBJECTS
            {
                offsets.entry(first + i).or_insert(offset as usize);
            }
        }
        directory = directory.get(4 + n as usize * 4..).unwrap_or_default();
    }
}

/// A slide, or the page of notes of one.
#[derive(Debug, Default)]
struct Slide<'a> {
    /// Its record.
    object: Option<Record<'a>>,
    /// What other slides call it by.
    id: u32,
    texts: Vec<Said>,
}

#[derive(Debug)]
struct Said {
    text: String,
    is_title: bool,
}

fn read(main: &[u8], objects: &Objects, max_text_bytes: usize) -> Option<Text> {
    let document = at(main, *objects.offsets.get(&objects.document)?)?;
    let slides = listed(main, objects, document, SLIDES);
    let notes = listed(main, objects, document, NOTES);
    let mut text = Text {
        unit: Unit::Slide,
        n_pages: Some(slides.len() as u32),
        ..Text::default()
    };
    for (i, slide) in slides.iter().enumerate() {
        let mark = Mark {
            page: Some(i as u32 + 1),
            ..Mark::default()
        };
        let (titles, rest): (Vec<_>, Vec<_>) = slide.texts.iter().partition(|said| said.is_title);
        for said in titles.into_iter().chain(rest) {
            let heading = said.is_title.then_some(1);
            text.push(
                &said.text,
                Mark {
                    heading,
                    ..mark.clone()
                },
            );
        }
        let of_slide = slide.object.and_then(notes_of);
        let page = notes.iter().find(|page| of_slide == Some(page.id));
        for said in page.iter().flat_map(|page| &page.texts) {
            let label = Some("notes".to_owned());
            text.push(
                &said.text,
                Mark {
                    label,
                    ..mark.clone()
                },
            );
        }
        if text.text.len() > max_text_bytes {
            break;
        }
    }
    Some(text)
}

/// The number of a slide's notes, which is 0 if it has none.
fn notes_of(slide: Record<'_>) -> Option<u32> {
    let atom = records(slide.content).find(|record| record.kind == kind::SLIDE_ATOM)?;
    number(atom.content, 16).filter(|&notes| notes != 0)
}

/// The slides of one of the document's lists, with the texts of the list and of their own shapes.
fn listed<'a>(
    main: &'a [u8],
    objects: &Objects,
    document: Record<'a>,
    which: u16,
) -> Vec<Slide<'a>> {
    let list = records(document.content)
        .find(|record| record.kind == kind::SLIDE_LIST && record.instance == which);
    let mut slides: Vec<Slide<'_>> = Vec::new();
    let mut is_title = false;
    for record in list.iter().flat_map(|list| records(list.content)) {
        if record.kind == kind::SLIDE_ENTRY && slides.len() < MAX_SLIDES {
            let object = number(record.content, 0)
                .and_then(|reference| objects.offsets.get(&reference))
                .and_then(|&offset| at(main, offset));
            slides.push(Slide {
                object,
                id: number(record.content, 12).unwrap_or_default(),
                texts: Vec::new(),
            });
        } else if let Some(slide) = slides.last_mut() {
            add_text(record, &mut is_title, &mut slide.texts);
        }
    }
    // Nor do honest slides.
    let mut n_bytes_left = main.len();
    for slide in &mut slides {
        if let Some(object) = slide.object {
            let Some(left) = n_bytes_left.checked_sub(object.content.len()) else {
                break;
            };
            n_bytes_left = left;
            add_shapes(object.content, 0, &mut slide.texts);
        }
    }
    slides
}

/// The texts of everything in a record.
fn add_shapes(content: &[u8], depth: u32, texts: &mut Vec<Said>) {
    let mut is_title = false;
    for record in records(content) {
        if record.is_container && depth < MAX_DEPTH {
            add_shapes(record.content, depth + 1, texts);
        } else {
            add_text(record, &mut is_title, texts);
        }
    }
}

fn add_text(record: Record<'_>, is_title: &mut bool, texts: &mut Vec<Said>) {
    let text = match record.kind {
        kind::TEXT_HEADER => {
            *is_title = number(record.content, 0).is_some_and(|which| TITLES.contains(&which));
            return;
        }
        kind::WIDE_TEXT => {
            let (units, _) = record.content.as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            String::from_utf16_lossy(&units)
        }
        kind::NARROW_TEXT => {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(record.content);
            text.into_owned()
        }
        _ => return,
    };
    let text = text.replace(['\r', '\u{b}'], "\n");
    let text = text.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "");
    // A lone star is the place of the slide's number or the date.
    if !["", "*"].contains(&text.trim()) {
        let is_title = *is_title;
        texts.push(Said { text, is_title });
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn damaged(reason: &str) -> Failure {
    Failure::Failed(format!("the document is damaged: {reason}"))
}

#[cfg(test)]
#[path = "ppt/tests.rs"]
mod tests;
