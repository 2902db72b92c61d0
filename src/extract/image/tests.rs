//! Pictures made here, among them ones that lie about themselves.

use std::ops::ControlFlow;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use super::*;
use crate::extract::tests::input;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = vec![200; width as usize * height as usize];
    PngEncoder::new(&mut bytes)
        .write_image(&pixels, width, height, ExtendedColorType::L8)
        .unwrap();
    bytes
}

/// Pages of one grey each, one row of so many pixels high and wide.
fn tiff(greys: &[u8]) -> Vec<u8> {
    let (width, height) = (100_u32, 50_u32);
    let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
    for (i, &grey) in greys.iter().enumerate() {
        let at = bytes.len() as u32;
        let entries: [(u16, u16, u32); 8] = [
            (256, 4, width),
            (257, 4, height),
            (258, 3, 8),
            (259, 3, 1),
            (262, 3, 1),
            (273, 4, at + 2 + 12 * 8 + 4),
            (278, 4, height),
            (279, 4, width * height),
        ];
        bytes.extend(8_u16.to_le_bytes());
        for (tag, kind, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        let is_last = i + 1 == greys.len();
        let next = at + 2 + 12 * 8 + 4 + width * height;
        bytes.extend((if is_last { 0 } else { next }).to_le_bytes());
        bytes.extend(vec![grey; (width * height) as usize]);
    }
    bytes
}

fn shown(bytes: &[u8], wanted: &[u32]) -> Vec<PagePicture> {
    let mut found = Vec::new();
    let mut give = |picture| {
        found.push(picture);
        ControlFlow::Continue(())
    };
    pictures(
        &input("a", bytes),
        &mut |page| wanted.contains(&page),
        &mut give,
    )
    .unwrap();
    found
}

#[test]
fn a_picture_is_a_page_to_be_recognised() {
    let text = parse(&input("a.png", &png(200, 100))).unwrap();
    assert_eq!((text.n_pages, text.scans.len()), (Some(1), 1));
    let found = shown(&png(200, 100), &[1]);
    let picture = found[0].shown.as_ref().unwrap();
    assert_eq!((picture.width(), picture.height()), (200, 100));
    assert_eq!(picture.pixels()[0], 200);
}

#[test]
fn an_icon_is_skipped_and_a_large_picture_made_smaller() {
    let skipped = parse(&input("a.png", &png(16, 16))).unwrap_err();
    assert!(matches!(skipped, Failure::Skipped(_)));
    let found = shown(&png(4480, 100), &[1]);
    let picture = found[0].shown.as_ref().unwrap();
    assert_eq!((picture.width(), picture.height()), (MAX_SIDE, 50));
}

#[test]
fn every_page_of_a_tiff_file_has_its_picture() {
    let bytes = tiff(&[10, 20, 30]);
    assert!(is_one(&bytes));
    let text = parse(&input("a.tif", &bytes)).unwrap();
    assert_eq!((text.n_pages, text.scans.len()), (Some(3), 3));
    let found = shown(&bytes, &[1, 3]);
    let greys = found.iter().map(|found| {
        let picture = found.shown.as_ref().unwrap();
        (found.page, picture.pixels()[0])
    });
    assert_eq!(greys.collect::<Vec<_>>(), [(1, 10), (3, 30)]);
}

#[test]
fn pages_that_go_round_in_a_circle_end() {
    let mut bytes = tiff(&[10, 20]);
    let first = 8_u32.to_le_bytes();
    let at = bytes.len() - 5000 - 4;
    bytes[at..at + 4].copy_from_slice(&first);
    assert_eq!(directories(&bytes).len(), 2);
}

#[test]
fn a_picture_that_promises_more_than_memory_holds_fails_with_a_reason() {
    let mut bytes = png(200, 100);
    bytes[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&100_000_u32.to_be_bytes());
    match parse(&input("a.png", &bytes)) {
        Err(failure) => assert!(matches!(failure, Failure::Failed(_))),
        Ok(_) => assert!(shown(&bytes, &[1])[0].shown.is_err()),
    }
}

#[test]
fn texts_that_begin_like_pictures_are_none() {
    assert!(!is_one(b"BMW and Mini"));
    assert!(!is_one(b"II. The second part"));
    assert!(!is_one(b"RIFF and raff"));
}
