//! Pages made here: main text, rows, hidden parts, and nesting without end.

use super::*;

fn main_of(html: &str) -> Text {
    main_text(&parsed(html))
}

const LONG: &str = "The harbour office moved the quarterly budget meeting to Thursday at noon, \
    because the ferry with the auditors is late again and nobody wants to begin without them. \
    Whoever cannot come sends the figures before Wednesday evening, in the usual form, please.";

#[test]
fn menus_banners_and_what_is_hidden_are_left_out_of_a_page_with_text() {
    let page = format!(
        "<header><a>menuword</a></header><nav>navword</nav><aside>asideword</aside>\
        <div id=cookie-banner>cookieword</div><p hidden>hiddenword</p>\
        <p style='color: red; DISPLAY : none'>noneword</p><span aria-hidden=true>ariaword</span>\
        <main><header><h1>Minutes</h1></header><p>{LONG}</p><aside>a note in it</aside></main>\
        <footer>footword</footer><button>buttonword</button>"
    );
    let text = main_of(&page).text;
    assert_eq!(text, format!("Minutes\n\n{LONG}\n\na note in it"));
}

#[test]
fn a_page_that_is_only_a_menu_is_still_read_and_so_is_one_that_a_script_would_show() {
    let menu = main_of("<nav><ul><li>Ferries<li>Harbours</ul></nav><p>x</p>");
    assert_eq!(menu.text, "Ferries\n\nHarbours\n\nx");
    let covered = main_of("<body style='visibility:hidden'><p>shown later</p>");
    assert_eq!(covered.text, "shown later");
}

#[test]
fn a_header_with_the_title_stays() {
    let page = format!("<header><h1>Minutes</h1></header><p>{LONG}</p>");
    assert!(main_of(&page).text.starts_with("Minutes"));
}

#[test]
fn rows_of_a_table_are_lines_and_a_page_laid_out_as_a_table_is_paragraphs() {
    let data = "<table><tr><th>what<th>how much<tr><td><p>flour</p><td>500<br>g</table>";
    assert_eq!(read(data, 1 << 20).text, "what\thow much\n\nflour\t500 g");
    let layout = "<table><tr><td><h1>Tea</h1><p>Steep.</p><td><ul><li>one</ul></table>";
    let text = read(layout, 1 << 20);
    assert_eq!(text.text, "Tea\n\nSteep.\n\none");
    assert_eq!(text.marks[0].heading, Some(1));
}

#[test]
fn pictures_speak_formulas_are_read_and_readings_above_characters_are_not() {
    let page = "<p>See <img src=a alt='the old pier'> and <math alttext='a+b'><mi>a</mi></math>.</p>\
        <p><ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby></p><pre>  a\n   b</pre>";
    let text = read(page, 1 << 20).text;
    assert_eq!(text, "See the old pier and a+b .\n\n漢字\n\n  a\n   b");
}

#[test]
fn a_page_says_who_wrote_it_and_when() {
    let page = "<title>Pier</title><meta name=author content='Ada'>\
        <meta property='article:published_time' content='2024-03-01T10:20:00+01:00'><p>Text";
    let text = read(page, 1 << 20);
    assert_eq!(text.title.as_deref(), Some("Pier"));
    assert_eq!(text.author.as_deref(), Some("Ada"));
    assert_eq!(text.written.as_deref(), Some("2024-03-01T10:20:00"));
}

#[test]
fn an_empty_title_of_xhtml_does_not_swallow_the_page() {
    let page = "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>\
        <head><title/><script src='a'/></head><body><p>Found.</p></body></html>";
    assert_eq!(read(page, 1 << 20).text, "Found.");
}

#[test]
fn anchors_point_at_the_text_behind_them() {
    let ids = HashSet::from(["two".to_owned()]);
    let page = "<p id=one>First.</p><a id=two></a><h2>Second</h2><p>More.</p>";
    let (text, anchors) = read_with_anchors(page, &ids, 1 << 20);
    assert_eq!(
        anchors,
        [("two".to_owned(), text.text.find("Second").unwrap())]
    );
}

#[test]
fn nesting_and_size_have_no_hold_on_the_reader() {
    let deep = format!("{}deep{}", "<div>".repeat(2_000), "</div>".repeat(2_000));
    assert_eq!(main_of(&deep).text, "deep");
    let deeper = format!(
        "{}deep{}<p>behind",
        "<div>".repeat(50_000),
        "</div>".repeat(50_000)
    );
    let flat = flattened(&deeper);
    assert_eq!(flat.matches("<div>").count(), MAX_DEPTH);
    assert_eq!(flat.matches("</div>").count(), MAX_DEPTH);
    assert!(flat.contains("deep") && flat.ends_with("<p>behind"));
    let tables = format!("{}x", "<table><tr><td>".repeat(500));
    assert_eq!(read(&tables, 1 << 20).text, "x");
    let text = read(&format!("<p>{}", "word ".repeat(1_000)), 100);
    assert!(text.text.len() <= 100 && text.partial.is_some());
}

#[test]
fn elements_that_never_end_are_read_however_many_there_are() {
    let piece = "</html>p>text <b>bold</b><table><tr><td>1<td>2</table><pre>x</div>";
    let page = format!(
        "<!doctype html><main><p>first{}<p>last</main>",
        piece.repeat(12_000)
    );
    let text = main_of(&page).text;
    assert!(text.starts_with("first"), "{:?}", text.get(..40));
    assert!(text.ends_with("last"));
    assert_eq!(text.matches("bold").count(), 12_000);
}

#[test]
fn paragraphs_that_are_not_ended_stay_paragraphs() {
    let page = format!(
        "<html><body>{}",
        "<p>one<ul><li>two<li>three</ul>".repeat(3_000)
    );
    let text = main_of(&page);
    assert_eq!(text.marks.len(), 9_000);
}
