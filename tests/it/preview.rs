//! What a preview shows is exactly what was found: the right page, the passage's own text, whole
//! characters.

use std::path::Path;

use nuthatch::{
    dirs::Dirs,
    document::{FileId, Style},
    engine::{Engine, Error, Preview},
    search::{Only, SearchRequest, SearchResult},
};

use crate::support::{Home, PROGRAM, pdf};

async fn open(home: &Home) -> Engine {
    let programs = Path::new(PROGRAM).parent().unwrap();
    let engine = Engine::open(Dirs::new(home.library(), programs))
        .await
        .unwrap();
    engine.add_folder(Path::new(&home.docs())).await.unwrap();
    engine.settle().await.unwrap();
    engine
}

async fn first(engine: &Engine, query: &str) -> SearchResult {
    let request = SearchRequest {
        query: query.into(),
        limit: 5,
        only: Some(Only::Words),
        typing: false,
        ..SearchRequest::default()
    };
    let found = engine.search(&request, drop).await.unwrap();
    found.results.into_iter().next().unwrap()
}

async fn preview_of(engine: &Engine, result: &SearchResult, query: &str) -> Preview {
    let passage = result.passage.as_ref().map(|passage| passage.id);
    engine
        .preview(result.file.id, passage, query)
        .await
        .unwrap()
}

fn characters(text: &str, (start, end): (usize, usize)) -> String {
    assert!(start <= end && end <= text.chars().count());
    text.chars().skip(start).take(end - start).collect()
}

fn lit(preview: &Preview) -> Vec<String> {
    let highlights = preview.highlights.iter();
    highlights
        .map(|&range| characters(&preview.text, range))
        .collect()
}

#[tokio::test]
async fn a_passage_in_a_long_text_is_shown_with_its_surroundings() {
    let home = Home::new();
    let mut paragraphs: Vec<String> = (0..200)
        .map(|i| format!("Absatz {i} erzählt von Grünfinken 🐦 und Bäumen.\nZweite Zeile über Öl."))
        .collect();
    paragraphs[120] = "Der Kleiber über uns hämmert Haselnüsse auf.".into();
    let text = paragraphs.join("\n\n");
    home.write("vögel.txt", &text);
    let engine = open(&home).await;
    let result = first(&engine, "Haselnüsse").await;
    let preview = preview_of(&engine, &result, "Haselnüsse").await;

    assert!(text.contains(&preview.text), "it is a piece of the text");
    assert_eq!(
        characters(&preview.text, preview.passage.unwrap()),
        result.text
    );
    assert_eq!(lit(&preview), ["Haselnüsse"]);
    assert!(preview.more_before && preview.more_after);
    assert!(preview.text.chars().count() <= 3_000);
    assert!(preview.text.starts_with("Absatz") && preview.text.ends_with("Öl."));
    let first_line = preview.text.lines().next().unwrap();
    let line = text.lines().position(|line| line == first_line).unwrap() + 1;
    assert_eq!(preview.line, Some(line as u32));
    assert_eq!((preview.page, preview.n_pages), (None, None));
}

#[tokio::test]
async fn a_short_text_is_shown_whole() {
    let home = Home::new();
    home.write("tee.md", "# Grüner Tee\n\nEr zieht bei achtzig Grad.\n");
    let path = home.path("tee.md").canonicalize().unwrap();
    let engine = open(&home).await;
    let result = first(&engine, "achtzig").await;
    let preview = preview_of(&engine, &result, "achtzig Grad").await;
    assert!(!preview.more_before && !preview.more_after);
    assert_eq!(preview.line, Some(1));
    assert_eq!(lit(&preview), ["achtzig", "Grad"]);
    assert_eq!(preview.path, path);
    assert_eq!(engine.file_path(result.file.id).await.unwrap(), path);
    let unaimed = engine.preview(result.file.id, None, "").await.unwrap();
    assert_eq!(unaimed.text, preview.text);
    assert_eq!((unaimed.passage, unaimed.highlights.len()), (None, 0));
}

#[tokio::test]
async fn a_document_with_pages_is_shown_by_the_page() {
    let home = Home::new();
    home.write(
        "contract.pdf",
        pdf(&[
            "The tenancy begins in May.",
            "",
            "The deposit is repaid with interest.",
            "The notice period is three months.",
        ]),
    );
    let engine = open(&home).await;
    let result = first(&engine, "deposit").await;
    let preview = preview_of(&engine, &result, "deposit").await;
    assert_eq!((preview.page, preview.n_pages), (Some(3), Some(4)));
    assert_eq!(preview.text.trim(), "The deposit is repaid with interest.");
    assert_eq!(
        characters(&preview.text, preview.passage.unwrap()),
        result.text
    );
    assert_eq!(lit(&preview), ["deposit"]);
    assert!(!preview.more_before && !preview.more_after);

    let file = result.file.id;
    let turned = engine.preview_page(file, 4, "notice").await.unwrap();
    assert_eq!(turned.page, Some(4));
    assert_eq!(turned.text.trim(), "The notice period is three months.");
    assert_eq!(
        (lit(&turned), turned.passage),
        (vec!["notice".into()], None)
    );
    let blank = engine.preview_page(file, 2, "notice").await.unwrap();
    assert_eq!((blank.page, blank.text.as_str()), (Some(2), ""));
    let beyond = engine.preview_page(file, 99, "").await.unwrap();
    assert_eq!(beyond.page, Some(4));
}

#[tokio::test]
async fn a_file_without_text_or_outside_the_library_is_told_apart() {
    let home = Home::new();
    home.write("zyzzyva.bin", [0_u8, 1, 2, 3, 0, 0, 9]);
    let engine = open(&home).await;
    let result = first(&engine, "zyzzyva").await;
    let preview = engine.preview(result.file.id, None, "x").await.unwrap();
    assert_eq!((preview.text.as_str(), preview.page), ("", None));
    let gone = FileId(9_999);
    for outcome in [
        engine.preview(gone, None, "x").await.map(drop),
        engine.preview_page(gone, 1, "x").await.map(drop),
        engine.file_path(gone).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(Error::Forgotten)), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_page_is_drawn_with_the_line_of_the_passage_lit_where_it_stands() {
    let home = Home::new();
    home.write(
        "book.pdf",
        pdf(&["nothing of note", "the heron stands still"]),
    );
    home.write("note.txt", "the heron flies");
    let engine = open(&home).await;
    let found = first(&engine, "heron stands").await;
    let passage = found.passage.as_ref().map(|passage| passage.id);
    let page = found.passage.as_ref().unwrap().position.page.unwrap();
    let view = engine
        .page_view(found.file.id, page, passage)
        .await
        .unwrap()
        .unwrap();
    let [left, top, width, height] = view.lit[0];
    assert_eq!(view.lit.len(), 1);
    // Ink under the light, and none above it: the line is the page's first.
    let (columns, rows) = (view.picture.width() as f32, view.picture.height() as f32);
    let darkest = |from: f32, to: f32| {
        let row = view.picture.pixels().chunks(columns as usize);
        let rows = row
            .skip((from * rows) as usize)
            .take(((to - from) * rows) as usize);
        let cut = (left * columns) as usize..((left + width) * columns) as usize;
        rows.flat_map(|row| row[cut.clone()].to_vec())
            .min()
            .unwrap()
    };
    assert!(darkest(top, top + height) < 60, "no text is lit");
    assert!(
        darkest(0.0, top - 0.002) > 250,
        "the text begins above the light"
    );
    // Within two points of 1/72 inch, on a page of 11 inches: the line stands at 700.
    let bottom = 792.0 * (1.0 - top - height);
    assert!((bottom - 700.0).abs() < 4.0, "{bottom}");

    let other = engine.page_view(found.file.id, 1, passage).await.unwrap();
    assert!(other.unwrap().lit.is_empty());
    let note = first(&engine, "flies").await;
    assert!(
        engine
            .page_view(note.file.id, 1, None)
            .await
            .unwrap()
            .is_none()
    );
    std::fs::write(home.path("book.pdf"), "no longer one").unwrap();
    let gone = engine.page_view(found.file.id, page, passage).await;
    assert!(!matches!(gone, Ok(Some(_))), "{gone:?}");
}

#[tokio::test]
async fn files_are_listed_by_state_page_by_page_with_their_reasons() {
    let home = Home::new();
    for n in 0..5 {
        home.write(&format!("{n}.pdf"), "not a PDF at all");
    }
    home.write("fine.txt", "a word");
    let engine = open(&home).await;
    let failed = nuthatch::document::FileState::Failed;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = engine.files(failed, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(last.id);
        seen.extend(page);
    }
    let names: std::collections::BTreeSet<_> = seen.iter().map(|file| file.path.clone()).collect();
    assert_eq!((seen.len(), names.len()), (5, 5));
    assert!(seen.iter().all(|file| !file.reason.is_empty()));
    let read = engine.files(nuthatch::document::FileState::Indexed, None, 9);
    assert_eq!(read.await.unwrap().len(), 1);
}

fn set(preview: &Preview, of: impl Fn(&Style) -> bool) -> Vec<String> {
    let styles = preview.styles.iter().filter(|(_, style)| of(style));
    styles
        .map(|&(span, _)| characters(&preview.text, span))
        .collect()
}

#[tokio::test]
async fn a_note_is_shown_as_it_is_set_and_the_words_found_stay_where_they_are() {
    let home = Home::new();
    home.write(
        "pier.md",
        "# The pier 🏗\n\n- a *hammer*\n- nails\n\n| Ship | Port |\n|---|---|\n| Aurora | Kiel |\n",
    );
    let engine = open(&home).await;
    let result = first(&engine, "hammer").await;
    let preview = preview_of(&engine, &result, "hammer").await;

    assert_eq!(lit(&preview), ["hammer"]);
    let heading = preview.parts.iter().find(|part| part.heading == Some(1));
    assert_eq!(
        characters(&preview.text, heading.unwrap().span).trim(),
        "The pier 🏗"
    );
    assert_eq!(set(&preview, |style| *style == Style::Emphasis), ["hammer"]);
    let items = set(&preview, |style| matches!(style, Style::Item { .. }));
    assert_eq!(items, ["a hammer", "nails"]);
    let cells = set(&preview, |style| matches!(style, Style::Cell { .. }));
    assert_eq!(cells, ["Ship", "Port", "Aurora", "Kiel"]);
    assert_eq!(preview.parts[1].line, Some(3));
}

#[tokio::test]
async fn a_note_that_says_something_else_by_now_is_shown_as_it_was_read_and_plain() {
    let home = Home::new();
    home.write("pier.md", "# Pier\n\nA *hammer*.\n");
    let engine = open(&home).await;
    let result = first(&engine, "hammer").await;
    // The folder is not followed, so nobody looks at it again.
    home.write("pier.md", "# Quay\n\nA *saw* and much more.\n");
    let preview = preview_of(&engine, &result, "hammer").await;
    assert_eq!(preview.styles, []);
    assert_eq!(lit(&preview), ["hammer"]);
}

#[tokio::test]
async fn a_mail_tells_its_headers_apart_and_what_hangs_on_it() {
    let home = Home::new();
    home.write(
        "bill.eml",
        "From: Ada <ada@example.org>\nTo: Bob <bob@example.org>\nSubject: The bill\n\
         Date: Fri, 1 Mar 2024 10:00:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n\
         The hammer is paid.\n--x\nContent-Type: text/plain; name=\"receipt.txt\"\n\
         Content-Disposition: attachment; filename=\"receipt.txt\"\n\nOne hammer, paid in Kiel.\n--x--\n",
    );
    let engine = open(&home).await;
    let result = first(&engine, "paid name:bill").await;
    let preview = engine
        .preview(result.file.id, None, "hammer")
        .await
        .unwrap();
    let labels: Vec<_> = preview
        .parts
        .iter()
        .map(|part| part.label.as_deref())
        .collect();
    assert_eq!(labels, [Some("headers"), Some("body")]);
    let headers = characters(&preview.text, preview.parts[0].span);
    assert!(
        headers.starts_with("From: Ada <ada@example.org>\nTo: Bob"),
        "{headers}"
    );
    let names: Vec<&str> = preview
        .inside
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(names, ["receipt.txt"]);
    let (inner, _) = preview.inside[0];
    let inner = engine.preview(inner, None, "hammer").await.unwrap();
    assert!(inner.text.contains("paid in Kiel") && inner.inside.is_empty());
}

#[tokio::test]
async fn further_passages_of_a_file_are_those_that_answer_best_first() {
    let home = Home::new();
    let filler = "The harbour was built of grey stone, and the pilots lived above it. ".repeat(24);
    let said = [
        "The lighthouse was lit in spring.",
        "Gulls and weather, nothing else.",
        "The lighthouse keeper painted the lighthouse lamp red.",
    ];
    let chapters = said.map(|sentence| format!("# Chapter\n\n{sentence}\n\n{filler}\n"));
    home.write("log.md", chapters.join("\n"));
    home.write(
        "other.md",
        "# Other\n\nThe lighthouse lamp of another harbour.\n",
    );
    let engine = open(&home).await;
    let result = first(&engine, "lighthouse lamp name:log").await;
    let found = engine
        .passages_in(result.file.id, "lighthouse lamp")
        .await
        .unwrap();

    assert!(found.len() > 1, "{found:?}");
    assert!(found[0].text.contains("lamp red"), "{}", found[0].text);
    assert!(found.iter().any(|one| one.text.contains("lit in spring")));
    let document = result.document.unwrap();
    assert!(found.iter().all(|one| one.passage.document == document.id));
    assert!(document.n_passages as usize >= found.len());
    let lit: Vec<_> = found[0]
        .highlights
        .iter()
        .map(|&span| characters(&found[0].text, span))
        .collect();
    assert!(lit.contains(&"lamp".to_owned()), "{lit:?}");
    let nothing = engine.passages_in(result.file.id, "zyzzyva").await.unwrap();
    assert!(nothing.iter().all(|one| one.highlights.is_empty()));
}

#[tokio::test]
async fn a_title_that_a_program_wrote_for_want_of_one_is_no_title() {
    let home = Home::new();
    home.write(
        "offer.md",
        "---\ntitle: Microsoft Word - offer.doc\n---\n\nA heron.\n",
    );
    home.write(
        "north.md",
        "---\ntitle: Herons of the north\n---\n\nAnother crane.\n",
    );
    let engine = open(&home).await;
    let title = async |query: &str| first(&engine, query).await.document.unwrap().title;
    assert_eq!(title("heron name:offer").await, None);
    let kept = title("crane").await;
    assert_eq!(kept.as_deref(), Some("Herons of the north"));
}
