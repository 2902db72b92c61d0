//! Word documents (docx): paragraphs, headings, tables, notes, headers and footers.
//!
//! Walks the XML parts itself: libraries drop headers, footers and notes. What a style means its name
//! says, which is English in every language's program, as its id is not.

use std::{collections::HashMap, path::Path};

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
/// Styles made from styles, at most.
const MAX_STYLE_DEPTH: usize = 16;
const MAX_HEADING: u8 = 6;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut parts = Parts::open(input)?;
    let main = parts.needed("word/document.xml")?;
    let styles = parts.part("word/styles.xml").ok().flatten();
    let styles = Styles::read(&styles.unwrap_or_default());
    let mut text = Text::default();
    let mut complaint = read(&main, &styles, &mut text, input.max_text_bytes).err();
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
        let result = result.and_then(|xml| {
            let xml = xml.unwrap_or_default();
            read(&xml, &styles, &mut text, input.max_text_bytes)
        });
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
fn read(xml: &[u8], styles: &Styles, text: &mut Text, max_text_bytes: usize) -> Result<(), String> {
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
                "pStyle" => mark.heading = styles.heading_of(&start),
                _ => {}
            },
            Ok(Event::Empty(start)) => match start.local_name().as_ref() {
                "tab" if in_run => paragraph.push('\t'),
                "br" | "cr" => paragraph.push('\n'),
                "noBreakHyphen" => paragraph.push('-'),
                "pStyle" => mark.heading = styles.heading_of(&start),
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

/// What the document says of its styles, by id.
#[derive(Debug, Default)]
struct Styles(HashMap<String, Style>);

#[derive(Debug, Default)]
struct Style {
    heading: Option<u8>,
    /// It is like this one, where it says nothing itself.
    based_on: Option<String>,
}

impl Styles {
    /// As far as the part is whole.
    fn read(xml: &[u8]) -> Self {
        let mut reader = Reader::from_reader(xml);
        let mut styles = HashMap::new();
        let mut id = String::new();
        while let Ok(Event::Start(element) | Event::Empty(element)) = next_element(&mut reader) {
            let style: &mut Style = styles.entry(id.clone()).or_default();
            match element.local_name().as_ref() {
                "style" => id = attribute(&element, "styleId").unwrap_or_default(),
                "name" => style.heading = style.heading.or_else(|| heading(&element)),
                "outlineLvl" => style.heading = style.heading.or_else(|| outline(&element)),
                "basedOn" => style.based_on = attribute(&element, "val"),
                _ => {}
            }
        }
        // What stands before the first style.
        styles.remove("");
        Self(styles)
    }

    /// By what the style's id means, if the document says nothing of it.
    fn heading_of(&self, named: &BytesStart<'_>) -> Option<u8> {
        let mut id = attribute(named, "val")?;
        if !self.0.contains_key(&id) {
            return heading(named);
        }
        for _ in 0..MAX_STYLE_DEPTH {
            let style = self.0.get(&id)?;
            if style.heading.is_some() {
                return style.heading;
            }
            id.clone_from(style.based_on.as_ref()?);
        }
        None
    }
}

/// The next beginning of an element, or the end.
fn next_element<'a>(reader: &mut Reader<&'a [u8]>) -> quick_xml::Result<Event<'a>> {
    loop {
        let event = reader.read_event()?;
        if matches!(event, Event::Start(_) | Event::Empty(_) | Event::Eof) {
            return Ok(event);
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
    let level = level.trim().parse().ok()?;
    (1..=MAX_HEADING).contains(&level).then_some(level)
}

fn outline(level: &BytesStart<'_>) -> Option<u8> {
    let level: u8 = attribute(level, "val")?.parse().ok()?;
    (level < MAX_HEADING).then(|| level + 1)
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

    #[test]
    fn a_heading_is_known_by_its_style_s_name_in_any_language() {
        let styles = "<w:styles><w:style w:styleId='Titre1'><w:name w:val='heading 1'/></w:style>\
                      <w:style w:styleId='Kapitel'><w:name w:val='Kapitel'/><w:basedOn w:val='Titre1'/>\
                      </w:style><w:style w:styleId='Loop'><w:basedOn w:val='Loop'/></w:style>\
                      <w:style w:styleId='Deep'><w:pPr><w:outlineLvl w:val='2'/></w:pPr></w:style>\
                      </w:styles>";
        let ids = ["Titre1", "Kapitel", "Loop", "Deep", "Heading2"];
        let paragraphs = ids.map(|id| {
            format!("<w:p><w:pPr><w:pStyle w:val='{id}'/></w:pPr><w:r><w:t>{id}</w:t></w:r></w:p>")
        });
        let body = format!("<w:document><w:body>{}", paragraphs.concat());
        let letter = zip(&[
            ("word/document.xml", body),
            ("word/styles.xml", styles.into()),
        ]);
        let text = super::parse(&input(&letter)).unwrap();
        let headings: Vec<_> = text.marks.iter().map(|mark| mark.heading).collect();
        assert_eq!(headings, [Some(1), Some(1), None, Some(3), Some(2)]);
    }
}
