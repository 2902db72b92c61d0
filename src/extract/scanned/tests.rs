//! Pages as a model sees them: columns, tables, headings across, text that runs down.

use proptest::prelude::*;

use super::*;
use crate::document::Scan;

fn line(text: &str, left: f32, top: f32, right: f32) -> Line {
    Line {
        text: text.into(),
        confidence: 0.9,
        bounds: Bounds {
            left,
            top,
            right,
            bottom: top + 10.0,
        },
    }
}

fn page() -> Picture {
    Picture::new(1000, 1000, vec![255; 1_000_000]).unwrap()
}

fn seen(lines: &[Line]) -> Lines {
    Lines {
        lines: lines.to_vec(),
        is_upside_down: false,
    }
}

fn texts(lines: &[Line]) -> Vec<String> {
    let lines = ordered(&seen(lines), &page(), None);
    lines.into_iter().map(|line| line.text).collect()
}

#[test]
fn two_columns_under_a_heading_are_read_one_after_the_other() {
    let mut lines = vec![line("heading", 100.0, 0.0, 900.0)];
    for i in 0..4_u8 {
        let top = 40.0 + 12.0 * f32::from(i);
        lines.push(line(&format!("right {i}"), 520.0, top, 900.0));
        lines.push(line(&format!("left {i}"), 100.0, top + 1.0, 480.0));
    }
    let expected = [
        "heading", "left 0", "left 1", "left 2", "left 3", "right 0", "right 1", "right 2",
        "right 3",
    ];
    assert_eq!(texts(&lines), expected);
}

#[test]
fn narrow_cells_of_a_row_stay_in_it() {
    let mut lines = Vec::new();
    for i in 0..4_u8 {
        let top = 12.0 * f32::from(i);
        lines.push(line(&format!("{i}"), 300.0, top, 320.0));
        lines.push(line(&format!("item {i}"), 100.0, top + 2.0, 150.0));
    }
    assert_eq!(
        texts(&lines),
        ["item 0\t0", "item 1\t1", "item 2\t2", "item 3\t3"]
    );
}

#[test]
fn white_between_lines_begins_a_paragraph() {
    let lines = [
        line("a", 0.0, 0.0, 50.0),
        line("b", 0.0, 14.0, 50.0),
        line("c", 0.0, 60.0, 50.0),
    ];
    let firsts: Vec<bool> = ordered(&seen(&lines), &page(), None)
        .iter()
        .map(|line| line.is_first)
        .collect();
    assert_eq!(firsts, [true, false, true]);
}

#[test]
fn text_that_runs_down_is_read_from_the_right() {
    let column = |text: &str, left: f32| Line {
        bounds: Bounds {
            left,
            top: 0.0,
            right: left + 10.0,
            bottom: 200.0,
        },
        ..line(text, 0.0, 0.0, 0.0)
    };
    assert_eq!(texts(&[column("2", 20.0), column("1", 40.0)]), ["1", "2"]);
}

#[test]
fn recognised_pages_stand_between_the_others_with_their_confidence() {
    let mut text = Text {
        n_pages: Some(3),
        scans: vec![Scan {
            page: 2,
            label: Some("ii".into()),
        }],
        ..Text::default()
    };
    for page in [1, 3] {
        let mark = Mark {
            page: Some(page),
            ..Mark::default()
        };
        text.push(&format!("page {page}"), mark);
    }
    let lines = ordered(&seen(&[line("seen", 0.0, 0.0, 50.0)]), &page(), None);
    let whole = merged(&text, &[(2, lines)], false);
    assert_eq!(whole.text, "page 1\n\nseen\n\npage 3");
    let place = whole.position(whole.text.find("seen").unwrap());
    assert_eq!((place.page, place.label.as_deref()), (Some(2), Some("ii")));
    assert_eq!(place.confidence, Some(90));
    assert_eq!(whole.position(0).confidence, None);
}

proptest! {
    #[test]
    fn every_line_is_in_the_order_once(
        places in proptest::collection::vec((0_u16..900, 0_u16..900, 1_u16..400), 0..60)
    ) {
        let lines: Vec<Line> = places
            .iter()
            .enumerate()
            .map(|(i, &(left, top, width))| {
                let left = f32::from(left);
                line(&format!("w{i}"), left, f32::from(top), left + f32::from(width))
            })
            .collect();
        let mut words: Vec<String> = texts(&lines)
            .iter()
            .flat_map(|text| text.split_whitespace())
            .map(str::to_owned)
            .collect();
        words.sort();
        let mut expected: Vec<String> = lines.iter().map(|line| line.text.clone()).collect();
        expected.sort();
        prop_assert_eq!(words, expected);
    }
}
