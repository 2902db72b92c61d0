//! Books (EPUB): their chapters in reading order, through the reader of web pages.
//!
//! Walks container, package and table of contents itself. Invariants: a chapter's number is its
//! place in the spine, blank and damaged ones included; a book that its seller has locked is said
//! to be so, one whose fonts only are scrambled is read.

mod package;

use std::collections::{HashMap, HashSet};

use package::{Package, TocEntry};

use super::{
    Failure, Input, append, html, limit,
    xml::{Events, Piece, attribute},
    zipped::Parts,
};
use crate::document::{Text, Unit};

/// Ways of scrambling that are used for fonts, and that keep nobody from reading.
const OF_FONTS: [&str; 2] = [
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
];

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let mut parts = Parts::open(input)?;
    let package = Package::of(&mut parts)?;
    let locked = locked(&mut parts);
    let is_locked = |path: &String| locked.contains(path);
    if package.spine.iter().any(is_locked) {
        return Err(Failure::Failed("it is locked by its seller (DRM)".into()));
    }
    let contents = package.contents(&mut parts);
    let mut text = Text {
        title: package.title,
        author: package.author,
        written: package.written,
        unit: Unit::Chapter,
        n_pages: Some(package.spine.len() as u32),
        ..Text::default()
    };
    let mut label = None;
    let mut damage = None;
    for (path, number) in package.spine.iter().zip(1..) {
        match parts.part(path) {
            Ok(Some(page)) => {
                let entries = contents.get(path).map(Vec::as_slice).unwrap_or_default();
                let left = input.max_text_bytes.saturating_sub(text.text.len()) + 1;
                let (page, labels) = chapter(&html::decode(&page), entries, left);
                // What no entry points to goes on with the chapter before, if there is a table.
                if contents.is_empty() {
                    label = first_heading(&page);
                }
                let mut labels = labels.into_iter().peekable();
                append(&mut text, &page, |mark| {
                    while let Some((_, title)) = labels.next_if(|&(start, _)| start <= mark.start) {
                        label = Some(title);
                    }
                    mark.page = Some(number);
                    mark.label.clone_from(&label);
                });
            }
            Ok(None) => {
                damage.get_or_insert_with(|| format!("its part {path} is missing"));
            }
            Err(failure) => {
                damage.get_or_insert(failure.to_string());
            }
        }
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
    text.partial = parts.cut().or(damage);
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// A chapter's text, and from which of its bytes on it is called what.
fn chapter(
    html: &str,
    entries: &[TocEntry],
    max_text_bytes: usize,
) -> (Text, Vec<(usize, String)>) {
    let by_id: HashMap<&String, &TocEntry> = entries
        .iter()
        .rev()
        .filter_map(|entry| Some((entry.anchor.as_ref()?, entry)))
        .collect();
    let ids: HashSet<String> = by_id.keys().map(|&id| id.clone()).collect();
    let (page, anchors) = html::read_with_anchors(html, &ids, max_text_bytes);
    let whole = entries.iter().find(|entry| entry.anchor.is_none());
    let whole = whole.map(|entry| (0, entry.title.clone()));
    let within = anchors.iter().filter_map(|(id, start)| {
        let entry = by_id.get(id)?;
        Some((*start, entry.title.clone()))
    });
    let labels = whole.into_iter().chain(within).collect();
    (page, labels)
}

fn first_heading(page: &Text) -> Option<String> {
    let mut marks = page.marks.iter().enumerate();
    let (at, mark) = marks.find(|(_, mark)| mark.heading.is_some())?;
    let end = page
        .marks
        .get(at + 1)
        .map_or(page.text.len(), |next| next.start);
    let heading = page.text.get(mark.start..end)?.trim().replace('\n', " ");
    Some(heading)
}

/// The parts that are encrypted and no fonts.
fn locked(parts: &mut Parts<'_>) -> HashSet<String> {
    let mut found = HashSet::new();
    let Ok(Some(list)) = parts.part("META-INF/encryption.xml") else {
        return found;
    };
    let list = html::decode(&list);
    let mut events = Events::new(&list);
    let mut is_font = false;
    while let Ok(Some(piece)) = events.next() {
        let Piece::Open(start) = piece else { continue };
        match start.local_name().as_ref() {
            "EncryptedData" => is_font = false,
            "EncryptionMethod" => {
                let way = attribute(&start, "Algorithm").unwrap_or_default();
                is_font |= OF_FONTS.contains(&way.as_str());
            }
            "CipherReference" if !is_font => {
                found.extend(attribute(&start, "URI").map(|path| package::resolved("", &path).0));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
