//! What people noted at the cells of an xlsx workbook.
//!
//! calamine does not read them. Invariant: a comment that is damaged or whose sheet is unknown is
//! left out; it never costs the cells.

use quick_xml::{Reader, events::Event};

use crate::extract::{
    office_xml::{Relation, attribute, entity, relations, target},
    zipped::Parts,
};

const MAIN: &str = "xl/workbook.xml";
/// Comments of one workbook, at most.
const MAX_COMMENTS: usize = 100_000;

/// A comment, and where it stands.
#[derive(Debug, Default)]
pub(super) struct Comment {
    /// Number of the sheet, from 1.
    pub(super) sheet: u32,
    /// The cell as the workbook writes it: `B3`.
    pub(super) cell: String,
    pub(super) text: String,
}

pub(super) fn read(parts: &mut Parts<'_>) -> Vec<Comment> {
    let related = relations(parts, MAIN);
    let Ok(Some(main)) = parts.part(MAIN) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (i, sheet) in sheets(&main, &related).into_iter().enumerate() {
        let of_sheet = sheet
            .map(|part| relations(parts, &part))
            .unwrap_or_default();
        for relation in of_sheet
            .iter()
            .filter(|relation| relation.kind == "comments")
        {
            if let Ok(Some(xml)) = parts.part(&relation.target) {
                add(&xml, i as u32 + 1, &mut found);
            }
        }
    }
    found
}

/// The sheets' parts in their order.
fn sheets(main: &[u8], related: &[Relation]) -> Vec<Option<String>> {
    let mut reader = Reader::from_reader(main);
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start))
                if start.local_name().as_ref() == "sheet" =>
            {
                found.push(target(&start, related));
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn add(xml: &[u8], sheet: u32, found: &mut Vec<Comment>) {
    let mut reader = Reader::from_reader(xml);
    let mut comment = Comment::default();
    let mut in_text = false;
    while found.len() < MAX_COMMENTS {
        match reader.read_event() {
            Ok(Event::Start(start)) => match start.local_name().as_ref() {
                "comment" => {
                    comment = Comment {
                        sheet,
                        cell: attribute(&start, "ref").unwrap_or_default(),
                        text: String::new(),
                    };
                }
                "t" => in_text = true,
                _ => {}
            },
            Ok(Event::Text(content)) if in_text => comment.text.push_str(&content.xml10_content()),
            Ok(Event::GeneralRef(reference)) if in_text => {
                comment.text.push_str(&entity(&reference));
            }
            Ok(Event::End(end)) => match end.local_name().as_ref() {
                "comment" => found.push(std::mem::take(&mut comment)),
                "t" => in_text = false,
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
