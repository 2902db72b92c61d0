//! Word documents (docx): paragraphs, headings, tables, notes, headers and footers.
//!
//! Walks the XML parts itself: libraries drop headers, footers and notes.

use std::path::Path;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    Failure, Input, limit,
    office_xml::{attribute, damaged, entity},
    properties,
    zipped::Parts,
};
use crate::document::{Mark, Text};

/// Parts read after the main one, at most.
const MAX_EXTRA_PARTS: usize = 64;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut parts = Parts::open(input)?;
    let main = parts.needed("word/document.xml")?;
    let mut text = Text::default();
    let mut complaint = read(&main, &mut text, input.max_text_bytes).err();
    let mut extra: Vec<String> = parts
        .names()
        .into_iter()
        .filter(|name| {
            [
                "word/footnotes",
                "word/endnotes",
                "word/header",
                "word/footer",
                "word/comments",
            ]
            .iter()
            .any(|start| name.starts_with(start))
        })
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "xml")
        })
        .collect();
    extra.sort();
    for name in extra.iter().take(MAX_EXTRA_PARTS) {
        let result = parts.part(name).map_err(|failure| failure.to_string());
        let result =
            result.and_then(|xml| read(&xml.unwrap_or_default(), &mut text, input.max_text_bytes));
        complaint = complaint.or(result.err());
    }
    properties::core(&mut parts, &mut text);
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

/// Appends the paragraphs of one part. What was read before damage stays.
fn read(xml: &[u8], text: &mut Text, max_text_bytes: usize) -> Result<(), String> {
    let mut reader = Reader::from_reader(xml);
    let mut paragraph = String::new();
    let mut mark = Mark::default();
    let mut in_text = false;
    // A tab outside a run is a tab stop of the paragraph's form.
    let mut in_run = false;
    // Deleted text of tracked changes, and field codes, are not what a reader sees.
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => match start.local_name().as_ref() {
                "t" => in_text = true,
                "r" => in_run = true,
                // The same once more, for programs that cannot draw it as it is meant.
                "Fallback" => {
                    let skipped = reader.read_to_end(start.name());
                    skipped.map_err(|error| damaged(&error))?;
                }
                "pStyle" => mark.heading = heading(&start),
                _ => {}
            },
            Ok(Event::Empty(start)) => match start.local_name().as_ref() {
                "tab" if in_run => paragraph.push('\t'),
                "br" | "cr" => paragraph.push('\n'),
                "noBreakHyphen" => paragraph.push('-'),
                "pStyle" => mark.heading = heading(&start),
                "outlineLvl" => mark.heading = mark.heading.or_else(|| outline(&start)),
                _ => {}
            },
            Ok(Event::Text(content)) if in_text => paragraph.push_str(&content.xml10_content()),
            Ok(Event::GeneralRef(reference)) if in_text => {
                paragraph.push_str(&entity(&reference));
            }
            Ok(Event::End(end)) => match end.local_name().as_ref() {
                "t" => in_text = false,
                "r" => in_run = false,
                "p" => {
                    text.push(&std::mem::take(&mut paragraph), std::mem::take(&mut mark));
                    if text.text.len() > max_text_bytes {
                        return Ok(());
                    }
                }
                _ => {}
            },
            Ok(Event::Eof) => return Ok(()),
            Err(error) => {
                text.push(&paragraph, mark);
                return Err(damaged(&error));
            }
            _ => {}
        }
    }
}

/// `Heading1` … `Heading6` (or `heading 1`), `Title`.
fn heading(style: &BytesStart<'_>) -> Option<u8> {
    let name = attribute(style, "val")?.to_ascii_lowercase();
    if name == "title" {
        return Some(1);
    }
    let level = name
        .strip_prefix("heading")
        .or_else(|| name.strip_prefix("berschrift"))?;
    level
        .trim()
        .parse()
        .ok()
        .filter(|level| (1..=6).contains(level))
}

fn outline(level: &BytesStart<'_>) -> Option<u8> {
    attribute(level, "val")?
        .parse::<u8>()
        .ok()
        .filter(|&level| level < 6)
        .map(|level| level + 1)
}

#[cfg(test)]
mod tests {
    use crate::extract::zipped::tests::{input, zip};

    #[test]
    fn a_letter_says_who_wrote_it_and_when() {
        let body =
            "<w:document><w:body><w:p><w:r><w:t>Dear all</w:t></w:r></w:p></w:body></w:document>";
        let core = "<cp:coreProperties><dc:title>Notice</dc:title><dc:creator>Ada</dc:creator>\
                    <dcterms:created>2024-05-06T07:08:09Z</dcterms:created></cp:coreProperties>";
        let letter = zip(&[
            ("word/document.xml", body.into()),
            ("docProps/core.xml", core.into()),
        ]);
        let text = super::parse(&input(&letter)).unwrap();
        assert_eq!(text.text, "Dear all");
        assert_eq!(text.title.as_deref(), Some("Notice"));
        assert_eq!(text.author.as_deref(), Some("Ada"));
        assert_eq!(text.written.as_deref(), Some("2024-05-06T07:08:09Z"));
    }

    #[test]
    fn of_a_letter_that_unpacks_to_too_much_the_beginning_is_read() {
        let much = "<w:p><w:r><w:t>and so on</w:t></w:r></w:p>".to_owned() + &" ".repeat(17 << 20);
        let letter = zip(&[("word/document.xml", format!("<w:document><w:body>{much}"))]);
        let text = super::parse(&input(&letter)).unwrap();
        assert_eq!(text.text, "and so on");
        let reason = text.partial.unwrap();
        assert!(reason.contains("unpacks to more than 16 MB"), "{reason}");
    }
}
