//! Small things that every reader of the office programs' XML needs: attributes, entities, relations of parts.
//!
//! Knows no format. Invariant: what XML does not define (entities of a document's own above all)
//! gives nothing, so that no expansion is ever done.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use super::zipped::Parts;

/// Relations of one part, at most.
const MAX_RELATIONS: usize = 100_000;

/// The attribute of this local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    attribute
        .normalized_value(XmlVersion::Implicit1_0)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// What a reference stands for: a character by number, or one of XML's own five.
pub(super) fn entity(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    quick_xml::escape::resolve_xml_entity(reference)
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn damaged(error: &dyn std::fmt::Display) -> String {
    format!("the document is damaged: {error}")
}

/// Whether every element that begins also ends, for a library that waits for an end without end.
pub(super) fn is_whole(xml: &[u8]) -> bool {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    let mut depth = 0_u32;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(_)) => depth += 1,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return depth == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// How one part of an office document points at another.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of its type's address: `slide`, `notesSlide`.
    pub(super) kind: String,
    /// The other part's full name.
    pub(super) target: String,
}

/// The relations of a part; none if they are missing or damaged.
pub(super) fn relations(parts: &mut Parts<'_>, part: &str) -> Vec<Relation> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let listed = parts.part(&format!("{folder}/_rels/{name}.rels"));
    let Ok(Some(xml)) = listed else {
        return Vec::new();
    };
    let mut reader = Reader::from_reader(xml.as_slice());
    let mut found = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) | Event::Empty(start)
                if start.local_name().as_ref() == "Relationship" =>
            {
                found.extend(relation(&start, folder));
            }
            Event::Eof => break,
            _ => {}
        }
        if found.len() >= MAX_RELATIONS {
            break;
        }
    }
    found
}

fn relation(element: &BytesStart<'_>, folder: &str) -> Option<Relation> {
    let kind = attribute(element, "Type")?;
    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
    Some(Relation {
        id: attribute(element, "Id")?,
        kind,
        target: resolve(folder, &attribute(element, "Target")?),
    })
}

/// The part that an element names by its relation. It may have an `id` of its own, too: the
/// relation's is the one in a name space.
pub(super) fn target(element: &BytesStart<'_>, related: &[Relation]) -> Option<String> {
    let mut ids = element.attributes().flatten();
    let id = ids.find(|id| id.key.prefix().is_some() && id.key.local_name().as_ref() == "id")?;
    let id = id.normalized_value(XmlVersion::Implicit1_0).ok()?;
    let found = related.iter().find(|relation| relation.id == id)?;
    Some(found.target.clone())
}

/// `ppt/notes/n1.xml` for `../notes/n1.xml`, as seen from `ppt/slides`.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_seen_from_the_folder_of_its_part() {
        assert_eq!(resolve("ppt/slides", "../notes/n1.xml"), "ppt/notes/n1.xml");
        assert_eq!(resolve("ppt", "slides/s1.xml"), "ppt/slides/s1.xml");
        assert_eq!(resolve("ppt", "/ppt/s1.xml"), "ppt/s1.xml");
        assert_eq!(resolve("a", "../../../b"), "b");
    }
}
