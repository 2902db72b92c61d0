//! Tables as text: names of columns, exact lines, quotes that nobody closes.

use super::*;
use crate::extract::tests::input;

fn read(name: &str, source: &str) -> Text {
    parse(&input(name, source.as_bytes())).unwrap()
}

#[test]
fn rows_carry_the_names_of_their_columns_whatever_divides_them() {
    for divider in [",", ";", "\t", "|"] {
        let source = "name,port,year\nAurora,Kiel,1901\nBremen,,1902\n".replace(',', divider);
        let text = read("a.csv", &source);
        assert_eq!(
            text.text,
            "name | port | year\nname: Aurora | port: Kiel | year: 1901\nname: Bremen | year: 1902",
            "{divider:?}"
        );
        assert_eq!(text.marks[0].label.as_deref(), Some("rows 1-3"));
    }
}

#[test]
fn rows_without_names_are_kept_as_they_are() {
    assert_eq!(read("a.csv", "1,2\n3,4\n").text, "1 | 2\n3 | 4");
    assert_eq!(
        read("a.csv", "only one\ncolumn here\n").text,
        "only one\ncolumn here"
    );
}

#[test]
fn lines_are_exact_behind_blank_lines_and_breaks_in_cells() {
    let filler = "Aurora,a ship\n".repeat(200);
    let source = format!(
        "name,note\r\n\r\n\"Ada, \"\"the\"\" first\",\"two\nlines\"\n{filler}\nlast,planted\n"
    );
    let text = read("a.csv", &source);
    assert!(
        text.text
            .contains("name: Ada, \"the\" first | note: two\nlines\nname: Aurora")
    );
    let line = |words: &str| text.position(text.text.find(words).unwrap()).line;
    assert_eq!(line("Ada"), Some(3));
    assert_eq!(line("lines"), Some(4));
    assert_eq!(line("Aurora"), Some(5));
    assert_eq!(line("planted"), Some(206));
    let place = text.position(text.text.find("planted").unwrap());
    assert_eq!(place.label.as_deref(), Some("row 203"));
    assert!(text.marks.len() > 10, "{}", text.marks.len());
}

#[test]
fn a_quote_that_nobody_closes_swallows_nothing() {
    let source = format!("a,b\n\"open,1\n{}last,2\n", "x,y\n".repeat(50_000));
    let text = read("a.csv", &source);
    let at = text.text.find("last").unwrap();
    assert_eq!(text.position(at).line, Some(50_003));
    assert!(parse(&input("a.csv", b",,,\n,,\n")).is_err());
    let wide = (0..20_000)
        .map(|n| format!("c{n}"))
        .collect::<Vec<_>>()
        .join(",");
    assert!(
        read("a.csv", &format!("{wide}\n{wide}\n"))
            .text
            .contains("c19999")
    );
}

#[test]
fn cells_and_the_names_of_their_columns_are_told_to_who_asks() {
    let source = "name,port\nAurora,Kiel\n,Bergen\n";
    let mut asked = input("a.csv", source.as_bytes());
    asked.with_layout = true;
    let text = parse(&asked).unwrap();
    assert_eq!(
        text.text,
        read("a.csv", source).text,
        "asking changes no text"
    );
    let cells: Vec<_> = text
        .styles
        .iter()
        .map(|cell| match cell.style {
            Style::Cell {
                row,
                column,
                is_name,
            } => (&text.text[cell.start..cell.end], row, column, is_name),
            _ => panic!("{cell:?}"),
        })
        .collect();
    assert_eq!(
        cells,
        [
            ("name", 0, 0, true),
            ("port", 0, 1, true),
            ("name", 1, 0, true),
            ("Aurora", 1, 0, false),
            ("port", 1, 1, true),
            ("Kiel", 1, 1, false),
            ("port", 2, 1, true),
            ("Bergen", 2, 1, false),
        ]
    );
}
