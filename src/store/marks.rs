//! A document's marks as they are stored: two compressed lists.
//!
//! Labels are few and long, so they stand apart, and libraries from before there were any read as
//! they did. Pure. Invariant: what [`write`] makes, [`read`] gives back.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::documents::ZSTD_LEVEL;
use crate::document::Mark;

/// A mark without its label.
#[derive(Serialize, Deserialize)]
struct Place {
    start: usize,
    page: Option<u32>,
    line: Option<u32>,
    heading: Option<u8>,
}

/// The marks, and the labels of those that have one; `None` where they cannot be written.
pub(super) fn write(marks: &[Mark]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let places: Vec<Place> = marks
        .iter()
        .map(|mark| Place {
            start: mark.start,
            page: mark.page,
            line: mark.line,
            heading: mark.heading,
        })
        .collect();
    let labels: Vec<(u32, &str)> = (0..)
        .zip(marks)
        .filter_map(|(i, mark)| Some((i, mark.label.as_deref()?)))
        .collect();
    let labels = if labels.is_empty() {
        None
    } else {
        Some(pack(&labels)?)
    };
    Some((pack(&places)?, labels))
}

/// The marks back; `None` if they are damaged.
pub(super) fn read(marks: &[u8], labels: Option<&[u8]>) -> Option<Vec<Mark>> {
    let places: Vec<Place> = unpack(marks)?;
    let mut marks: Vec<Mark> = places
        .into_iter()
        .map(|place| Mark {
            start: place.start,
            page: place.page,
            label: None,
            line: place.line,
            heading: place.heading,
        })
        .collect();
    let labels: Vec<(u32, String)> = labels.map_or(Some(Vec::new()), unpack)?;
    for (i, label) in labels {
        marks.get_mut(i as usize)?.label = Some(label);
    }
    Some(marks)
}

fn pack(value: &impl Serialize) -> Option<Vec<u8>> {
    let bytes = postcard::to_stdvec(value).ok()?;
    zstd::encode_all(bytes.as_slice(), ZSTD_LEVEL).ok()
}

fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    postcard::from_bytes(&zstd::decode_all(packed).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_with_their_labels() {
        let labelled = Mark {
            start: 7,
            page: Some(2),
            label: Some("iv".into()),
            ..Mark::default()
        };
        for marks in [
            vec![],
            vec![Mark::default()],
            vec![Mark::default(), labelled.clone()],
        ] {
            let (packed, labels) = write(&marks).unwrap();
            assert_eq!(labels.is_some(), marks.contains(&labelled));
            assert_eq!(read(&packed, labels.as_deref()).unwrap(), marks);
        }
        assert!(read(b"no", None).is_none());
    }
}
