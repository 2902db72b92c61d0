//! PDFs: pages keep their numbers and labels, and what hangs on them is read, too.

use std::io::Write as _;

use serde_json::Value;

use crate::support::{Home, nuthatch, pdf_of};

/// Pages i, ii, 1 and 2: text, nothing, text on its side, and a chapter with a comment and a filled-in
/// field; with an outline and an attached file.
fn book() -> Vec<u8> {
    let stream = |content: &str| {
        let n = content.len();
        format!("<< /Length {n} >>\nstream\n{content}\nendstream")
    };
    let page = |more: &str| {
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] \
             /Resources << /Font << /F1 3 0 R >> >> {more} >>"
        )
    };
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 12 0 R \
         /PageLabels << /Nums [0 << /S /r >> 2 << /S /D >>] >> \
         /Names << /EmbeddedFiles << /Names [(inventory.txt) 14 0 R] >> >> \
         /AcroForm << /Fields [17 0 R] /DA (/F1 12 Tf) /DR << /Font << /F1 3 0 R >> >> >> >>"
            .to_owned(),
        "<< /Type /Pages /Count 4 /Kids [4 0 R 5 0 R 6 0 R 7 0 R] >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        page("/Contents 8 0 R"),
        page("/Contents 9 0 R"),
        page("/Contents 10 0 R /Rotate 90"),
        page("/Contents 11 0 R /Annots [16 0 R 17 0 R]"),
        stream("BT /F1 12 Tf 72 700 Td (the preface praises the landlord) Tj ET"),
        stream(""),
        stream("BT /F1 12 Tf 72 700 Td (the plan lies on its side) Tj ET"),
        stream(
            "BT /F1 12 Tf 72 700 Td (before it) Tj 0 -20 Td (Notice Period) Tj \
             0 -20 Td (three months to the end of a quarter) Tj ET",
        ),
        "<< /Type /Outlines /First 13 0 R /Last 13 0 R /Count 1 >>".to_owned(),
        "<< /Title (Notice period) /Parent 12 0 R /Dest [7 0 R /Fit] >>".to_owned(),
        "<< /Type /Filespec /F (inventory.txt) /UF (inventory.txt) /EF << /F 15 0 R >> >>"
            .to_owned(),
        "<< /Type /EmbeddedFile /Length 20 >>\nstream\ntwo chairs and a lamp\nendstream".to_owned(),
        "<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (ask the lawyer) >>"
            .to_owned(),
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (tenant) /V (Ada Lovelace) \
         /Rect [100 100 300 120] /DA (/F1 12 Tf) /P 7 0 R >>"
            .to_owned(),
    ];
    pdf_of(&objects)
}

fn shown(home: &Home, name: &str) -> Value {
    let path = home.path(name).display().to_string();
    let output = nuthatch(&home.library(), &["read", &path]);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn block<'a>(shown: &'a Value, text: &str) -> &'a Value {
    let blocks = shown["blocks"].as_array().unwrap();
    let has = |block: &&Value| block["text"].as_str().unwrap().contains(text);
    blocks
        .iter()
        .find(has)
        .unwrap_or_else(|| panic!("{text} in {shown}"))
}

#[test]
fn blank_rotated_and_labelled_pages_keep_their_numbers() {
    let home = Home::new();
    home.write("book.pdf", book());
    let shown = shown(&home, "book.pdf");
    assert_eq!(shown["pages"], 4);
    assert_eq!(shown["state"], "indexed", "{shown}");
    let places = [
        ("the preface", 1, Some("i")),
        ("on its side", 3, Some("1")),
        ("three months", 4, Some("2")),
    ];
    for (text, page, label) in places {
        let found = block(&shown, text);
        assert_eq!(found["page"], page, "{text}");
        assert_eq!(found["label"].as_str(), label, "{text}");
    }
}

#[test]
fn an_entry_of_the_outline_is_a_heading_where_its_words_stand() {
    let home = Home::new();
    home.write("book.pdf", book());
    let shown = shown(&home, "book.pdf");
    assert_eq!(block(&shown, "Notice Period")["heading"], 1);
    assert_eq!(block(&shown, "before it")["heading"], Value::Null);
    assert_eq!(block(&shown, "three months")["heading"], Value::Null);
}

#[test]
fn comments_and_filled_in_fields_are_read_on_their_page() {
    let home = Home::new();
    home.write("book.pdf", book());
    let shown = shown(&home, "book.pdf");
    for (text, label) in [
        ("ask the lawyer", "2, comment"),
        ("Ada Lovelace", "2, field"),
    ] {
        let found = block(&shown, text);
        assert_eq!(found["page"], 4, "{text}");
        assert_eq!(found["label"], label);
    }
}

#[test]
fn an_attached_file_is_found_inside_the_pdf() {
    let home = Home::new();
    home.write("book.pdf", book());
    home.add();
    let found = home.by_words("chairs lamp");
    assert_eq!(found, [format!("{}/book.pdf/inventory.txt", home.docs())]);
}

#[test]
fn a_line_knows_its_rectangle_on_the_page() {
    let home = Home::new();
    home.write("book.pdf", book());
    let shown = shown(&home, "book.pdf");
    let found = block(&shown, "three months");
    let line = &found["lines"][0];
    let length = line["end"].as_u64().unwrap() - line["start"].as_u64().unwrap();
    assert_eq!(length, "three months to the end of a quarter".len() as u64);
    let side = |i: usize| line["rectangle"][i].as_f64().unwrap();
    // Written from (72, 660) in 12 points.
    assert!((side(0) - 72.0).abs() < 2.0, "{line}");
    assert!(side(1) < 660.0 && side(1) > 650.0, "{line}");
    assert!(side(2) > 200.0 && side(2) < 300.0, "{line}");
    assert!(side(3) > 665.0 && side(3) < 676.0, "{line}");
}

/// A document of these pages: text, which is packed if it is much; nothing for a page that is missing.
fn pages(contents: &[Option<String>]) -> Vec<u8> {
    let kids: Vec<String> = (0..contents.len())
        .map(|i| format!("{} 0 R", 4 + 2 * i))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Count {} /Kids [{}] >>",
            kids.len(),
            kids.join(" ")
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (i, content) in contents.iter().enumerate() {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * i
        );
        objects.push(content.as_ref().map_or("null".to_owned(), |_| page));
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packed
            .write_all(content.as_deref().unwrap_or_default().as_bytes())
            .unwrap();
        let packed = packed.finish().unwrap();
        let digits: String = packed
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect();
        objects.push(format!(
            "<< /Length {} /Filter [/ASCIIHexDecode /FlateDecode] >>\nstream\n{digits}>\nendstream",
            digits.len() + 1
        ));
    }
    pdf_of(&objects)
}

fn says(text: &str) -> String {
    format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET")
}

#[test]
fn a_page_that_is_missing_costs_itself_only() {
    let home = Home::new();
    home.write(
        "gap.pdf",
        pages(&[
            Some(says("the first page")),
            None,
            Some(says("the third page")),
        ]),
    );
    let shown = shown(&home, "gap.pdf");
    assert_eq!(shown["state"], "partial", "{shown}");
    assert_eq!(shown["reason"], "1 of 3 pages could not be read");
    assert_eq!(block(&shown, "the first page")["page"], 1);
    assert_eq!(block(&shown, "the third page")["page"], 3);
}

/// More letters than fit into the memory of a reader.
#[cfg(target_os = "linux")]
#[test]
fn a_page_that_ends_its_reader_costs_itself_only() {
    let home = Home::new();
    let library = home.library();
    std::fs::create_dir_all(&library).unwrap();
    std::fs::write(library.join("settings.toml"), "extract_memory_mib = 300\n").unwrap();
    let endless = format!("BT /F1 12 Tf {} ET", "(a) Tj ".repeat(2_000_000));
    let contents = [
        Some(says("the first page")),
        Some(endless),
        Some(says("the third page")),
    ];
    home.write("bomb.pdf", pages(&contents));
    let shown = shown(&home, "bomb.pdf");
    assert_eq!(shown["state"], "partial", "{shown}");
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("page 2"), "{reason}");
    assert!(reason.contains("more than 300 MB"), "{reason}");
    assert_eq!(block(&shown, "the first page")["page"], 1);
    assert_eq!(block(&shown, "the third page")["page"], 3);
}

#[test]
fn what_was_read_before_the_time_was_up_is_kept() {
    let home = Home::new();
    let library = home.library();
    std::fs::create_dir_all(&library).unwrap();
    // One second: the second page takes far longer on any machine, the first one far less.
    std::fs::write(library.join("settings.toml"), "extract_seconds = 1\n").unwrap();
    let long = format!("BT /F1 12 Tf {} ET", "(a) Tj ".repeat(1_500_000));
    let mut contents = vec![Some(says("the first page"))];
    contents.extend(std::iter::repeat_n(Some(long), 20));
    home.write("long.pdf", pages(&contents));
    let shown = shown(&home, "long.pdf");
    assert_eq!(shown["state"], "partial", "{shown}");
    let reason = shown["reason"].as_str().unwrap();
    assert!(
        reason.contains("what was read before that is kept"),
        "{reason}"
    );
    assert_eq!(block(&shown, "the first page")["page"], 1);
    assert_eq!(shown["pages"], 21);
}
