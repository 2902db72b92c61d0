//! A document's outline as headings: which entries lead to which page.
//!
//! Invariant: an outline that goes round in a circle, or never ends, is cut.

use std::collections::HashMap;

use pdfium_render::prelude::{PdfBookmark, PdfDocument};

const MAX_ENTRIES: usize = 10_000;
/// Deeper entries count as this deep.
const MAX_LEVEL: u8 = 6;

/// Titles with their levels, by the page (from 1) that they lead to.
pub(super) fn headings(document: &PdfDocument<'_>) -> HashMap<u32, Vec<(String, u8)>> {
    let mut headings: HashMap<u32, Vec<(String, u8)>> = HashMap::new();
    let mut open: Vec<(PdfBookmark<'_>, u8)> = Vec::new();
    open.extend(document.bookmarks().root().map(|first| (first, 1)));
    let mut n_seen = 0;
    while let Some((entry, level)) = open.pop() {
        n_seen += 1;
        if n_seen > MAX_ENTRIES {
            break;
        }
        let page = entry.destination().and_then(|to| to.page_index().ok());
        if let (Some(title), Some(page)) = (entry.title(), page)
            && let Ok(page) = u32::try_from(page)
        {
            headings.entry(page + 1).or_default().push((title, level));
        }
        open.extend(entry.next_sibling().map(|next| (next, level)));
        let below = (level + 1).min(MAX_LEVEL);
        open.extend(entry.first_child().map(|child| (child, below)));
    }
    headings
}
