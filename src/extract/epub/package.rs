//! A book's package: what it is called, who wrote it, its files in reading order and its contents.
//!
//! Invariant: paths are those of the archive, wherever the package lies in it.

use std::collections::HashMap;

use crate::extract::{
    Failure, html, written,
    xml::{Events, Piece, attribute, collapse},
    zipped::Parts,
};

/// Chapters at most.
const MAX_CHAPTERS: usize = 10_000;

/// What the package says.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) written: Option<String>,
    /// Paths of the chapters.
    pub(super) spine: Vec<String>,
    /// Paths of the tables of contents, best first.
    contents: Vec<String>,
}

/// An entry of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TocEntry {
    /// Id of the element in the chapter's file where it begins, if not at its beginning.
    pub(super) anchor: Option<String>,
    pub(super) title: String,
}

impl Package {
    pub(super) fn of(parts: &mut Parts<'_>) -> Result<Self, Failure> {
        let container = html::decode(&parts.needed("META-INF/container.xml")?);
        let mut events = Events::new(&container);
        let path = loop {
            match events.next() {
                Ok(Some(Piece::Open(start))) if start.local_name().as_ref() == "rootfile" => {
                    break attribute(&start, "full-path");
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => break None,
            }
        };
        let path = path.ok_or_else(|| {
            Failure::Failed("the book is damaged: its container names no package".into())
        })?;
        let source = html::decode(&parts.needed(&path)?);
        let package = Self::read(&source, &path);
        if package.spine.is_empty() {
            return Err(Failure::Failed(
                "the book is damaged: it lists no chapters".into(),
            ));
        }
        Ok(package)
    }

    fn read(source: &str, path: &str) -> Self {
        let mut package = Self::default();
        let mut authors = Vec::new();
        let mut files = HashMap::new();
        let mut toc_id = None;
        let (mut navigation, mut other) = (None, None);
        let mut text = String::new();
        let mut events = Events::new(source);
        while let Ok(Some(piece)) = events.next() {
            match piece {
                Piece::Open(start) => {
                    text.clear();
                    match start.local_name().as_ref() {
                        "item" => {
                            let href = attribute(&start, "href").unwrap_or_default();
                            let file = resolved(path, &href).0;
                            let is = |name: &str, value: &str| {
                                let said = attribute(&start, name).unwrap_or_default();
                                said.split_whitespace().any(|word| word == value)
                            };
                            if is("properties", "nav") {
                                navigation = Some(file.clone());
                            } else if is("media-type", "application/x-dtbncx+xml") {
                                other = Some(file.clone());
                            }
                            files.insert(attribute(&start, "id").unwrap_or_default(), file);
                        }
                        "spine" => toc_id = attribute(&start, "toc"),
                        "itemref" if package.spine.len() < MAX_CHAPTERS => {
                            let id = attribute(&start, "idref").unwrap_or_default();
                            package.spine.extend(files.get(&id).cloned());
                        }
                        _ => {}
                    }
                }
                Piece::Text(more) => text.push_str(&more),
                Piece::Close(name) => {
                    let value = collapse(&text);
                    text.clear();
                    match name.as_str() {
                        _ if value.is_empty() => {}
                        "title" => package.title = package.title.or(Some(value)),
                        "creator" => authors.push(value),
                        "date" => {
                            package.written = package.written.or_else(|| written::iso(&value));
                        }
                        _ => {}
                    }
                }
            }
        }
        package.author = (!authors.is_empty()).then(|| authors.join(", "));
        let named = toc_id.and_then(|id| files.remove(&id));
        package.contents = [navigation, named, other].into_iter().flatten().collect();
        package
    }

    /// The entries of the first table of contents that has some, by the file they point into.
    pub(super) fn contents(&self, parts: &mut Parts<'_>) -> HashMap<String, Vec<TocEntry>> {
        for path in &self.contents {
            let Ok(Some(source)) = parts.part(path) else {
                continue;
            };
            let found = entries(&html::decode(&source), path);
            if !found.is_empty() {
                return found;
            }
        }
        HashMap::new()
    }
}

/// Both kinds: `navPoint`s with a label and a content, and links in a navigation page.
fn entries(source: &str, path: &str) -> HashMap<String, Vec<TocEntry>> {
    let mut found: HashMap<String, Vec<TocEntry>> = HashMap::new();
    let mut add = |target: &str, title: &str| {
        let (file, anchor) = resolved(path, target);
        let title = collapse(title);
        if !title.is_empty() {
            found
                .entry(file)
                .or_default()
                .push(TocEntry { anchor, title });
        }
    };
    let mut events = Events::new(source);
    let mut text = String::new();
    let mut link = None;
    // A page of navigation may hold lists of pages and landmarks besides.
    let mut in_other_list = false;
    while let Ok(Some(piece)) = events.next() {
        match piece {
            Piece::Open(start) => match start.local_name().as_ref() {
                "nav" => {
                    in_other_list = attribute(&start, "type").is_some_and(|kind| kind != "toc");
                }
                "a" if !in_other_list => {
                    link = attribute(&start, "href");
                    text.clear();
                }
                "navLabel" => text.clear(),
                "pageList" | "navList" => in_other_list = true,
                "content" if !in_other_list => {
                    add(&attribute(&start, "src").unwrap_or_default(), &text);
                }
                _ => {}
            },
            Piece::Text(more) => text.push_str(&more),
            Piece::Close(name) => match name.as_str() {
                "a" => {
                    if let Some(target) = link.take() {
                        add(&target, &text);
                    }
                }
                "pageList" | "navList" | "nav" => in_other_list = false,
                _ => {}
            },
        }
    }
    found
}

/// A reference in the file at `base` as a path of the archive and an element's id.
pub(super) fn resolved(base: &str, reference: &str) -> (String, Option<String>) {
    let (path, anchor) = match reference.split_once('#') {
        Some((path, anchor)) => (
            path,
            Some(unescaped(anchor)).filter(|anchor| !anchor.is_empty()),
        ),
        None => (reference, None),
    };
    if path.is_empty() {
        return (base.to_owned(), anchor);
    }
    let mut folders: Vec<&str> = base.split('/').collect();
    folders.pop();
    let path = unescaped(path);
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                folders.pop();
            }
            step => folders.push(step),
        }
    }
    (folders.join("/"), anchor)
}

/// `%20` and the like as what they stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let code = after
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(b'%'));
        rest = code.and_then(|_| after.get(2..)).unwrap_or(after);
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_to_paths_of_the_archive() {
        for (reference, path, anchor) in [
            ("a%20b.xhtml", "OPS/text/a b.xhtml", None),
            ("../img/./x.svg#p%201", "OPS/img/x.svg", Some("p 1")),
            ("/../../../x", "x", None),
            ("#top", "OPS/text/toc.xhtml", Some("top")),
            ("100%", "OPS/text/100%", None),
        ] {
            let expected = (path.to_owned(), anchor.map(str::to_owned));
            assert_eq!(
                resolved("OPS/text/toc.xhtml", reference),
                expected,
                "{reference}"
            );
        }
    }
}
