//! A presentation of two saves made here: what was saved last is read, and damage costs a reason.

use std::io::{Cursor, Write};

use super::{ENCRYPTED, kind};
use crate::{
    document::{Text, Unit},
    extract::{Failure, zipped::tests::input},
};

fn record(is_container: bool, instance: u16, kind: u16, content: &[u8]) -> Vec<u8> {
    let head = (instance << 4) | if is_container { 0xf } else { 0 };
    let length = content.len() as u32;
    let head = [head.to_le_bytes(), kind.to_le_bytes()].concat();
    [&head, &length.to_le_bytes()[..], content].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn text(which: u32, text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [
        record(false, 0, kind::TEXT_HEADER, &numbers(&[which])),
        record(false, 0, kind::WIDE_TEXT, &units),
    ]
    .concat()
}

/// A slide with these notes, whose text is in a shape.
fn slide(notes: u32, shapes: &[u8]) -> Vec<u8> {
    let atom = record(
        false,
        0,
        kind::SLIDE_ATOM,
        &numbers(&[0, 0, 0, 0, notes, 0]),
    );
    let drawing = record(true, 0, 0x040c, &record(true, 0, 0xf00d, shapes));
    record(true, 0, 0x03ee, &[atom, drawing].concat())
}

/// Two slides, the first of which was changed by a second save.
fn main_stream() -> (Vec<u8>, u32) {
    let mut main = Vec::new();
    let mut offsets = Vec::new();
    let entry = |object, id| record(false, 0, kind::SLIDE_ENTRY, &numbers(&[object, 0, 0, id]));
    let narrow = [
        record(false, 0, kind::TEXT_HEADER, &numbers(&[1])),
        record(false, 0, kind::NARROW_TEXT, b"caf\xe9\rtea"),
    ]
    .concat();
    let slides = [entry(2, 256), text(0, "Metals"), narrow, entry(3, 257)].concat();
    let list = record(true, 0, kind::SLIDE_LIST, &slides);
    let notes = record(true, 2, kind::SLIDE_LIST, &entry(4, 300));
    let objects = [
        record(true, 0, 0x03e8, &[list, notes].concat()),
        slide(0, &text(1, "old words")),
        slide(300, &text(4, "Second")),
        record(true, 0, 0x03f0, &text(2, "Speak slowly")),
    ];
    for object in objects {
        offsets.push(main.len() as u32);
        main.extend(object);
    }
    let edit = |main: &mut Vec<u8>, earlier: u32, first: u32, offsets: &[u32]| {
        let directory = main.len() as u32;
        let head = first | ((offsets.len() as u32) << 20);
        let content = [numbers(&[head]), numbers(offsets)].concat();
        main.extend(record(false, 0, kind::OBJECTS, &content));
        let edit = main.len() as u32;
        let content = numbers(&[0, 0, earlier, directory, 1, 4, 0]);
        main.extend(record(false, 0, kind::USER_EDIT, &content));
        edit
    };
    let first = edit(&mut main, 0, 1, &offsets);
    let changed = main.len() as u32;
    main.extend(slide(0, &text(4, "new words")));
    let last = edit(&mut main, first, 2, &[changed]);
    (main, last)
}

fn file(main: &[u8], token: u32, last_edit: u32) -> Vec<u8> {
    let user = numbers(&[0, 20, 20, token, last_edit, 0]);
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in [("/PowerPoint Document", main), ("/Current User", &user)] {
        file.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    file.into_inner().into_inner()
}

fn read(main: &[u8], token: u32, last_edit: u32) -> Result<Text, Failure> {
    super::parse(&input(&file(main, token, last_edit)))
}

#[test]
fn slides_are_read_as_they_were_saved_last_with_their_notes() {
    let (main, last) = main_stream();
    let text = read(&main, 0, last).unwrap();
    assert_eq!(
        text.text,
        "Metals\n\ncaf\u{e9}\ntea\n\nnew words\n\nSecond\n\nSpeak slowly"
    );
    let pages: Vec<_> = text.marks.iter().map(|mark| mark.page.unwrap()).collect();
    assert_eq!(pages, [1, 1, 1, 2, 2]);
    assert_eq!(text.marks[0].heading, Some(1));
    assert_eq!(text.marks[4].label.as_deref(), Some("notes"));
    assert_eq!((text.n_pages, text.unit), (Some(2), Unit::Slide));
}

#[test]
fn a_locked_presentation_and_one_that_is_damaged_anywhere_cost_a_reason_at_most() {
    let (main, last) = main_stream();
    let locked = read(&main, ENCRYPTED, last).unwrap_err();
    assert!(locked.to_string().contains("password"));
    assert!(read(&main, 0, u32::MAX).is_err());
    for i in 0..main.len() {
        let mut broken = main.clone();
        broken[i] = !broken[i];
        let _ = read(&broken, 0, last);
        let _ = read(&main[..i], 0, last);
    }
}
