//! A document's marks as they are stored: compressed lists.
//!
//! Labels and confidences are few, so they stand apart, and libraries from before there were any read
//! as they did. Pure. Invariant: what [`write`] makes, [`read`] gives back.

use std::io;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::document::Mark;

/// zstd's level 3 gives most of the gain for a tenth of the time of the higher ones.
const ZSTD_LEVEL: i32 = 3;
/// Less is not compressed: setting up a compressor costs more than writing the few bytes it would save.
const MIN_BYTES: usize = 64;
/// The first byte of what compressing would make longer; a compressed list begins with another.
const PLAIN: u8 = 0;

/// A mark without its label.
#[derive(Serialize, Deserialize)]
struct Place {
    start: usize,
    page: Option<u32>,
    line: Option<u32>,
    heading: Option<u8>,
}

/// Marks as they are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) places: Vec<u8>,
    /// The labels of those that have one.
    pub(super) labels: Option<Vec<u8>>,
    /// The confidences of those that have one.
    pub(super) confidences: Option<Vec<u8>>,
}

/// The error is the compressor's.
pub(super) fn write(marks: &[Mark]) -> io::Result<Packed> {
    let places: Vec<Place> = marks
        .iter()
        .map(|mark| Place {
            start: mark.start,
            page: mark.page,
            line: mark.line,
            heading: mark.heading,
        })
        .collect();
    Ok(Packed {
        places: pack(&places)?,
        labels: pack_some(marks, |mark| mark.label.as_deref())?,
        confidences: pack_some(marks, |mark| mark.confidence)?,
    })
}

/// The marks back; `None` if they are damaged.
pub(super) fn read(packed: &Packed) -> Option<Vec<Mark>> {
    let places: Vec<Place> = unpack(&packed.places)?;
    let mut marks: Vec<Mark> = places
        .into_iter()
        .map(|place| Mark {
            start: place.start,
            page: place.page,
            line: place.line,
            heading: place.heading,
            ..Mark::default()
        })
        .collect();
    for (i, label) in unpack_some::<String>(packed.labels.as_deref())? {
        marks.get_mut(i as usize)?.label = Some(label);
    }
    for (i, confidence) in unpack_some::<u8>(packed.confidences.as_deref())? {
        marks.get_mut(i as usize)?.confidence = Some(confidence);
    }
    Some(marks)
}

/// What some marks have, with their numbers; `None` if none has it.
fn pack_some<'a, T: Serialize>(
    marks: &'a [Mark],
    of: impl Fn(&'a Mark) -> Option<T>,
) -> io::Result<Option<Vec<u8>>> {
    let some: Vec<(u32, T)> = (0..)
        .zip(marks)
        .filter_map(|(i, mark)| Some((i, of(mark)?)))
        .collect();
    if some.is_empty() {
        return Ok(None);
    }
    pack(&some).map(Some)
}

fn unpack_some<T: DeserializeOwned>(packed: Option<&[u8]>) -> Option<Vec<(u32, T)>> {
    packed.map_or(Some(Vec::new()), unpack)
}

pub(super) fn pack(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let plain = postcard::to_extend(value, vec![PLAIN]).map_err(io::Error::other)?;
    // In one piece, whose size is known: a stream would set up a window of megabytes for each document.
    if plain.len() < MIN_BYTES {
        return Ok(plain);
    }
    let compressed = zstd::bulk::compress(&plain[1..], ZSTD_LEVEL)?;
    Ok(if compressed.len() < plain.len() {
        compressed
    } else {
        plain
    })
}

pub(super) fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    match packed.split_first()? {
        (&PLAIN, plain) => postcard::from_bytes(plain).ok(),
        _ => postcard::from_bytes(&zstd::decode_all(packed).ok()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_with_what_only_some_of_them_have() {
        let labelled = Mark {
            start: 7,
            page: Some(2),
            label: Some("iv".into()),
            ..Mark::default()
        };
        let scanned = Mark {
            start: 9,
            confidence: Some(93),
            ..Mark::default()
        };
        for marks in [
            vec![],
            vec![Mark::default()],
            vec![Mark::default(), labelled.clone(), scanned.clone()],
        ] {
            let packed = write(&marks).unwrap();
            assert_eq!(packed.labels.is_some(), marks.contains(&labelled));
            assert_eq!(packed.confidences.is_some(), marks.contains(&scanned));
            assert_eq!(read(&packed).unwrap(), marks);
        }
        let damaged = Packed {
            places: b"no".into(),
            ..Packed::default()
        };
        assert!(read(&damaged).is_none());
    }
}
