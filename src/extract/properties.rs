//! What an office document says of itself: its title, who wrote it and when.
//!
//! Owns the two forms in which that is written, Office's core properties and Open Document's
//! metadata. Invariant: a value that is no title, name or date is left out; none of it is damage.

use std::ops::RangeInclusive;

use quick_xml::{Reader, events::Event};

use super::{office_xml::entity, zipped::Parts};
use crate::document::Text;

/// Of a value, so much is kept.
const MAX_VALUE_BYTES: usize = 1000;
/// Years of documents; programs write zero for an unset date, which is 1601 or 1900.
const YEARS: RangeInclusive<u16> = 1901..=9998;

/// Where each value stands; of several names the first that has one.
struct Names {
    title: &'static [&'static str],
    author: &'static [&'static str],
    written: &'static [&'static str],
}

const CORE: Names = Names {
    title: &["title"],
    author: &["creator"],
    written: &["created", "modified"],
};
const OPEN_DOCUMENT: Names = Names {
    title: &["title"],
    author: &["initial-creator", "creator"],
    written: &["creation-date", "date"],
};

/// Takes over the core properties of an Office document.
pub(super) fn core(parts: &mut Parts<'_>, text: &mut Text) {
    if let Ok(Some(xml)) = parts.part("docProps/core.xml") {
        describe(&xml, &CORE, text);
    }
}

/// Takes over the metadata of an Open Document file.
pub(super) fn open_document(xml: &[u8], text: &mut Text) {
    describe(xml, &OPEN_DOCUMENT, text);
}

fn describe(xml: &[u8], names: &Names, text: &mut Text) {
    let values = values(xml);
    let first = |names: &[&str]| {
        let mut found = names
            .iter()
            .filter_map(|wanted| values.iter().find(|(name, _)| name == wanted));
        found.next().map(|(_, value)| value.clone())
    };
    text.title = first(names.title);
    text.author = first(names.author);
    text.written = first(names.written).and_then(|value| date(&value));
}

/// Every element that holds text, in order.
fn values(xml: &[u8]) -> Vec<(String, String)> {
    let mut reader = Reader::from_reader(xml);
    let (mut found, mut value) = (Vec::new(), String::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                // A flat document is all in one part; what follows is its content.
                if ["body", "styles"].contains(&start.local_name().as_ref()) {
                    break;
                }
                value.clear();
            }
            Ok(Event::Text(content)) if value.len() < MAX_VALUE_BYTES => {
                value.push_str(&content.xml10_content());
            }
            Ok(Event::GeneralRef(reference)) if value.len() < MAX_VALUE_BYTES => {
                value.push_str(&entity(&reference));
            }
            Ok(Event::End(end)) => {
                let shown = value.trim();
                if !shown.is_empty() && found.len() < 100 {
                    let end_at = shown.floor_char_boundary(MAX_VALUE_BYTES);
                    let kept = shown.get(..end_at).unwrap_or_default().to_owned();
                    found.push((end.local_name().as_ref().to_owned(), kept));
                }
                value.clear();
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    found
}

/// A date of ISO 8601 down to the second, if it is one.
pub(super) fn date(value: &str) -> Option<String> {
    let (day, time) = value
        .split_once('T')
        .map_or((value, None), |(day, time)| (day, Some(time)));
    let mut fields = day.split('-');
    let year: u16 = number(fields.next()?, 4)?;
    let month: u16 = number(fields.next()?, 2)?;
    let of_month: u16 = number(fields.next()?, 2)?;
    let is_real =
        YEARS.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&of_month);
    if !is_real || fields.next().is_some() {
        return None;
    }
    let Some(time) = time else {
        return Some(day.to_owned());
    };
    let Some(clock) = time.get(..8).filter(|clock| is_clock(clock)) else {
        return Some(day.to_owned());
    };
    let rest = time.get(8..).unwrap_or_default();
    let zone = rest.trim_start_matches(['.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    let is_zone = zone == "Z"
        || (zone.len() == 6
            && zone.starts_with(['+', '-'])
            && zone
                .get(1..)
                .is_some_and(|zone| is_clock(&format!("{zone}:00"))));
    Some(format!("{day}T{clock}{}", if is_zone { zone } else { "" }))
}

fn is_clock(clock: &str) -> bool {
    let fields: Vec<Option<u16>> = clock.split(':').map(|field| number(field, 2)).collect();
    matches!(
        fields.as_slice(),
        [Some(0..=23), Some(0..=59), Some(0..=60)]
    )
}

fn number(digits: &str, n_digits: usize) -> Option<u16> {
    let is_number = digits.len() == n_digits && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_kept_to_the_second_and_what_is_none_is_left_out() {
        for (written, kept) in [
            ("2024-02-29T10:11:12Z", Some("2024-02-29T10:11:12Z")),
            ("2007-03-15T18:00:00.123456789", Some("2007-03-15T18:00:00")),
            (
                "2024-02-29T10:11:12.5+02:00",
                Some("2024-02-29T10:11:12+02:00"),
            ),
            ("2024-02-29", Some("2024-02-29")),
            ("2024-02-29Tnoon", Some("2024-02-29")),
            ("1601-01-01T00:00:00Z", None),
            ("2024-13-01", None),
            ("2024-1-1", None),
            ("+024-01-01", None),
            ("yesterday", None),
        ] {
            assert_eq!(date(written).as_deref(), kept, "{written}");
        }
    }

    #[test]
    fn core_properties_are_taken_over_and_empty_ones_are_not() {
        let mut text = Text::default();
        let xml = "<cp:coreProperties><dc:title> </dc:title><dc:creator>Ada &amp; Co</dc:creator>\
                   <dcterms:created>2020-01-02T03:04:05Z</dcterms:created></cp:coreProperties>";
        describe(xml.as_bytes(), &CORE, &mut text);
        assert_eq!(text.title, None);
        assert_eq!(text.author.as_deref(), Some("Ada & Co"));
        assert_eq!(text.written.as_deref(), Some("2020-01-02T03:04:05Z"));
    }
}
