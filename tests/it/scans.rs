//! Text in pictures: recognised by the model that ships, found like any text, and said to be scanned.

use serde_json::Value;

use crate::{
    containers::zip,
    support::{Home, assert_sound, json, pdf_of, view_of},
};

/// 900 by 420 dots with "The caretaker received two brass keys" in the third line.
const RECEIPT: &[u8] = include_bytes!("../corpus/seeds/receipt.png");
const QUERY: &str = "who got the brass keys";

/// Page 1 says "stamp 7 of 9", page 2 is empty, page 3 (labelled `C-1`, and turned) shows the receipt.
fn scanned() -> Vec<u8> {
    let picture = image::load_from_memory(RECEIPT).unwrap().to_luma8();
    // As it lies in the scanner: a quarter turn to the left of how it is shown.
    let picture = image::imageops::rotate270(&picture);
    let (width, height) = picture.dimensions();
    let hex: Vec<String> = picture.iter().map(|grey| format!("{grey:02x}")).collect();
    let hex = hex.concat();
    let page = |content: u32, more: &str| {
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 900] /Contents {content} 0 R {more} \
             /Resources << /Font << /F1 3 0 R >> /XObject << /I 9 0 R >> >> >>"
        )
    };
    let stream = |content: &str| {
        let length = content.len();
        format!("<< /Length {length} >>\nstream\n{content}\nendstream")
    };
    pdf_of(&[
        "<< /Type /Catalog /Pages 2 0 R /PageLabels << /Nums [0 << /S /D >> \
         2 << /S /D /P (C-) >>] >> >>"
            .into(),
        "<< /Type /Pages /Count 3 /Kids [4 0 R 5 0 R 6 0 R] >>".into(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".into(),
        page(7, ""),
        page(10, ""),
        page(8, "/Rotate 90"),
        stream("BT /F1 12 Tf 72 700 Td (stamp 7 of 9) Tj ET"),
        stream("q 420 0 0 900 0 0 cm /I Do Q"),
        format!(
            "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace \
             /DeviceGray /BitsPerComponent 8 /Filter /ASCIIHexDecode /Length {} >>\nstream\n{hex}>\n\
             endstream",
            hex.len() + 1
        ),
        stream(""),
    ])
}

fn best(home: &Home, query: &str) -> Value {
    home.search(query)["results"][0].clone()
}

#[test]
fn a_picture_is_found_by_the_words_in_it_and_says_how_sure_the_model_is() {
    let home = Home::new();
    home.write("receipt.png", RECEIPT);
    home.write("note.txt", "two brass keys, typed");
    home.add();
    assert_eq!(home.why("receipt.png").0, "indexed");
    let found = home.search(QUERY);
    let results = found["results"].as_array().unwrap();
    let of = |name: &str| {
        let ends = |result: &&Value| result["path"].as_str().unwrap().ends_with(name);
        results.iter().find(ends).unwrap()
    };
    let passage = of("receipt.png")["passage"].as_str().unwrap();
    for line in [
        "Receipt for the bicycle shed",
        "The caretaker received two brass keys",
    ] {
        assert!(passage.contains(line), "{passage:?}");
    }
    assert_eq!(of("receipt.png")["page"], 1);
    assert!(of("receipt.png")["confidence"].as_u64().unwrap() > 80);
    assert_eq!(of("note.txt")["confidence"], Value::Null);
    assert_sound(&home.library());
}

#[test]
fn a_scanned_page_keeps_its_number_and_label_and_typed_ones_are_left_alone() {
    let home = Home::new();
    home.write("file.pdf", scanned());
    home.add();
    assert_eq!(home.why("file.pdf").0, "indexed");
    let scanned = best(&home, QUERY);
    assert_eq!(
        (&scanned["page"], &scanned["label"]),
        (&3.into(), &"C-1".into())
    );
    assert!(scanned["confidence"].as_u64().unwrap() > 80);
    let typed = best(&home, "stamp");
    assert_eq!(
        (&typed["page"], &typed["confidence"]),
        (&1.into(), &Value::Null)
    );
}

#[test]
fn a_recognised_line_knows_its_rectangle_on_the_turned_page() {
    let home = Home::new();
    home.write("file.pdf", scanned());
    let path = home.path("file.pdf");
    let read = json(&home.library(), &["read", path.to_str().unwrap()]);
    let blocks = read["blocks"].as_array().unwrap();
    let block = blocks.iter().find(|block| block["page"] == 3).unwrap();
    let first: Vec<f64> = block["lines"][0]["rectangle"]
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side.as_f64().unwrap())
        .collect();
    let [left, bottom, right, top] = first[..] else {
        panic!("{first:?}");
    };
    // The heading stands 40 to 75 dots below the upper side, 60 to 500 from the left one; a quarter
    // turn puts that at the left, from below upwards.
    assert!(
        (30.0..50.0).contains(&left) && (60.0..90.0).contains(&right),
        "{first:?}"
    );
    assert!(
        (45.0..70.0).contains(&bottom) && (400.0..620.0).contains(&top),
        "{first:?}"
    );
}

#[test]
fn a_picture_in_an_archive_is_recognised_too() {
    let home = Home::new();
    let inner = zip(&[("deep/receipt.png", RECEIPT)]);
    home.write(
        "box.zip",
        zip(&[("a.txt", b"apricots"), ("in.zip", &inner)]),
    );
    home.add();
    let found = best(&home, QUERY);
    let path = found["path"].as_str().unwrap();
    assert!(path.ends_with("box.zip/in.zip/deep/receipt.png"), "{path}");
    assert!(found["confidence"].as_u64().is_some());
}

#[test]
fn pictures_wait_with_a_reason_where_they_are_not_to_be_read_and_are_read_once_they_are() {
    let home = Home::new();
    home.write("receipt.png", RECEIPT);
    std::fs::create_dir_all(home.library()).unwrap();
    let settings = home.library().join("settings.toml");
    std::fs::write(&settings, "read_pictures = false\n").unwrap();
    home.add();
    let (state, reason) = home.why("receipt.png");
    assert_eq!(state, "partial");
    assert!(reason.contains("read_pictures"), "{reason}");
    std::fs::write(&settings, "read_pictures = true\n").unwrap();
    home.add();
    assert_eq!(home.why("receipt.png").0, "indexed");
    let before = view_of(&home.library());
    std::fs::write(&settings, "read_pictures = false\n").unwrap();
    home.add();
    assert_eq!(
        view_of(&home.library())[&home.path("receipt.png")]
            .document
            .as_ref()
            .map(|document| &document.text),
        before[&home.path("receipt.png")]
            .document
            .as_ref()
            .map(|document| &document.text),
        "what was recognised stays"
    );
}

#[test]
fn a_picture_without_text_is_skipped_and_a_damaged_one_fails() {
    let home = Home::new();
    let mut empty = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(300, 200, image::Luma([230]))
        .write_to(&mut empty, image::ImageFormat::Png)
        .unwrap();
    home.write("empty.png", empty.into_inner());
    home.write("cut.png", &RECEIPT[..RECEIPT.len() / 2]);
    home.add();
    let (state, reason) = home.why("empty.png");
    assert_eq!(
        (state.as_str(), reason.contains("no text")),
        ("skipped", true),
        "{reason}"
    );
    let (state, reason) = home.why("cut.png");
    assert_eq!(
        (state.as_str(), reason.contains("could not be read")),
        ("failed", true),
        "{reason}"
    );
}
