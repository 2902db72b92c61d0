//! Documents made here: code pages, numbers, tables, notes, what is left out, and nesting without end.

use super::*;

fn text(source: &str) -> String {
    read(source.as_bytes(), 1 << 20).text
}

#[test]
fn paragraphs_lines_and_signs_come_out_as_they_look() {
    assert_eq!(
        text(
            r"{\rtf1 one\par two\line three\tab four \ldblquote five\rdblquote\emdash six\~seven\_eight co\-operate}"
        ),
        "one\n\ntwo\nthree\tfour “five”—six\u{a0}seven-eight cooperate"
    );
}

#[test]
fn characters_are_read_in_the_code_page_of_their_font() {
    assert_eq!(text(r"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe}"), "Grüße");
    let fonts =
        r"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Times CYR;}{\f2\fcharset128 MS Mincho;}}";
    assert_eq!(
        text(&format!(
            r"{{\rtf1\ansi\ansicpg1252{fonts}\f0 caf\'e9 {{\f1\'cf\'f0\'e8\'e2\'e5\'f2}} {{\f2\'93\'fa\'96\'7b}}\f0\'e9}}"
        )),
        "café Привет 日本é"
    );
}

#[test]
fn numbers_replace_their_substitutes() {
    assert_eq!(
        text(r"{\rtf1\uc1 \u8217?s \u-10179?\u-9177? \u26085\'93 x}"),
        "’s 🐧 日 x"
    );
    assert_eq!(
        text(r"{\rtf1\uc2 \u26085\'93\'fa!{\uc0 \u26412 !}}"),
        "日!本!"
    );
}

#[test]
fn cells_stand_apart_and_rows_below_each_other() {
    assert_eq!(
        text(
            r"{\rtf1 before\par\trowd\intbl flour\cell 500\par g\cell\row\trowd\intbl eggs\cell 3\cell\row\pard after\par}"
        ),
        "before\n\nflour\t500 g\neggs\t3\nafter"
    );
}

#[test]
fn styles_and_levels_make_headings() {
    let found = read(
        br"{\rtf1{\stylesheet{\s0 Normal;}{\s2\outlinelevel1 heading 2;}{\s3 heading 3;}}\pard\s2 Rent\par\pard body\par\pard\s3 Heating\par\pard\outlinelevel0 Top\par}",
        1 << 20,
    );
    let headings: Vec<_> = found.marks.iter().map(|mark| mark.heading).collect();
    assert_eq!(headings, [Some(2), None, Some(3), Some(1)]);
    assert_eq!(found.text, "Rent\n\nbody\n\nHeating\n\nTop");
}

#[test]
fn what_is_hidden_deleted_or_no_text_is_left_out_and_results_stay() {
    let source = r"{\rtf1{\colortbl;\red0;}{\*\generator Riched20;}{\pict\pngblip 89504e47}kept {\v hidden}{\deleted gone}\
        {\field{\*\fldinst HYPERLINK nowhere}{\fldrslt a link}} {\*\unknown thing}{\object{\*\objdata 00ff}{\result shown}}\bin3 }}} end}";
    let found = text(source);
    let words: Vec<&str> = found.split_whitespace().collect();
    assert_eq!(words, ["kept", "a", "link", "shown", "end"]);
}

#[test]
fn notes_follow_their_paragraph() {
    assert_eq!(
        text(r"{\rtf1 The rent{\footnote without heating\par} is due.\par Next}"),
        "The rent is due.\n\nwithout heating\n\nNext"
    );
}

#[test]
fn the_document_says_who_wrote_it_and_when() {
    let found = read(
        br"{\rtf1{\info{\title A lease}{\author M\'fcller}{\creatim\yr2024\mo3\dy1\hr9\min30}{\doccomm secret}}body}",
        1 << 20,
    );
    assert_eq!(found.title.as_deref(), Some("A lease"));
    assert_eq!(found.author.as_deref(), Some("Müller"));
    assert_eq!(found.written.as_deref(), Some("2024-03-01T09:30:00"));
    assert_eq!(found.text, "body");
}

#[test]
fn groups_without_end_and_bytes_that_are_not_there_do_no_harm() {
    let deep = format!(
        "{{\\rtf1 {}text{}",
        "{".repeat(1_000_000),
        "}".repeat(1_000_000)
    );
    assert_eq!(text(&deep), "text");
    assert_eq!(text(r"{\rtf1 a\bin2000000000 b"), "ab");
    assert_eq!(text(r"{\rtf1 a}}}}}\'4 after"), "a");
    assert_eq!(text(&format!("{{\\rtf1 {}x", "\\-".repeat(1_000_000))), "x");
}

#[test]
fn a_page_in_a_mails_rtf_gives_its_words_once() {
    let source = r"{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 }";
    assert_eq!(text(source), "Hello");
}

#[test]
fn a_font_holds_until_another_is_named_and_the_default_one_returns() {
    let fonts = r"{\fonttbl{\f0\fcharset204 A;}{\f1\fcharset0 B;}}";
    assert_eq!(
        text(&format!(
            r"{{\rtf1\ansi\ansicpg1252\deff0{fonts}\plain\'cf\'f0 {{\f1 caf\'e9}} \f1\plain\'e8}}"
        )),
        "Пр café и"
    );
}

#[test]
fn a_heading_below_a_table_or_with_a_number_or_a_note_is_that_line_only() {
    let found = read(
        br"{\rtf1\trowd\intbl flour\cell 3\cell\row\pard\outlinelevel0{\listtext\pard 1.\tab}Rent{\footnote\pard see below\par}\par\pard body\par}",
        1 << 20,
    );
    let parts: Vec<(Option<u8>, &str)> = found
        .marks
        .iter()
        .enumerate()
        .map(|(i, mark)| {
            let end = found
                .marks
                .get(i + 1)
                .map_or(found.text.len(), |next| next.start);
            (mark.heading, found.text[mark.start..end].trim())
        })
        .collect();
    let expected = [
        (None, "flour\t3"),
        (Some(1), "1.\tRent"),
        (None, "see below"),
        (None, "body"),
    ];
    assert_eq!(parts, expected);
}

#[test]
fn of_two_forms_one_is_read_and_a_text_box_stands_for_itself() {
    assert_eq!(text(r"{\rtf1{\upr{Pragu}{\*\ud{Pragu\u234 ?}}}}"), "Praguê");
    let info = r"{\rtf1{\info{\upr{\title x}{\*\ud{\title Lease}}}}body}";
    let found = read(info.as_bytes(), 1 << 20);
    assert_eq!(
        (found.text.as_str(), found.title.as_deref()),
        ("body", Some("Lease"))
    );
    let boxed = r"{\rtf1 before{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt boxed\par}}} after\par}";
    assert_eq!(text(boxed), "before after\n\nboxed");
    assert_eq!(
        text(r"{\rtf1 a{\*\moMath x}{\pict\par}b\u128512 ?c\'adc}"),
        "axb😀cc"
    );
}

#[test]
fn letters_that_a_mail_writes_for_old_readers_are_kept() {
    let source = r"{\rtf1\ansi\fromhtml1 M{\*\htmltag84 &uuml;}\htmlrtf \'fc\htmlrtf0 nchen}";
    assert_eq!(text(source), "München");
}

#[test]
fn a_file_that_ends_too_early_is_read_in_part() {
    let found = parse(&crate::extract::tests::input(
        "a.rtf",
        br"{\rtf1 the beginn",
    ))
    .unwrap();
    assert_eq!(found.text, "the beginn");
    assert!(found.partial.unwrap().contains("ends too early"));
}
