//! A folder of made-up files, the same bytes everywhere: what the probes over made files search.
//!
//! Hand-written texts (`notes.txt`, `scripts.txt`) and families of files that are alike
//! ([`super::business`], [`super::writings`]), each in the format that its name says. Start at [`write`].

use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use zip::write::SimpleFileOptions;

use super::{business, writings};
use crate::support::{docx, pdf_of, word_paragraph};

/// The day of a file that no template dates.
const SOME_DAY: &str = "2023-07-01";
/// Characters in a line of a PDF, and lines on its page.
const PDF_COLUMNS: usize = 88;

/// A file before it has a format: paragraphs with empty lines between, pages with form feeds.
#[derive(Debug, Clone)]
pub(super) struct Made {
    path: String,
    date: String,
    text: String,
}

impl Made {
    pub(super) fn new(path: &str, date: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            date: date.to_owned(),
            text: text.to_owned(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let form = self.path.rsplit('.').next().unwrap();
        match form {
            "docx" => docx(&word_body(&self.text)),
            "odt" => odt(&self.text),
            "pdf" => pdf(&self.text),
            "html" => html(&self.text).into_bytes(),
            _ => self.text.clone().into_bytes(),
        }
    }
}

/// Every file: what it says, by its path.
pub(super) fn files() -> Vec<Made> {
    let mut files = [business::all(), writings::all()].concat();
    for source in [include_str!("notes.txt"), include_str!("scripts.txt")] {
        for piece in source.split("=== ").skip(1) {
            let (path, text) = piece.split_once('\n').unwrap();
            files.push(Made::new(path, SOME_DAY, text));
        }
    }
    files
}

/// Writes all below `folder`, dated as their texts say; returns their paths in it.
pub(super) fn write(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    for made in files() {
        let path = folder.join(&made.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = File::create(&path).unwrap();
        file.write_all(&made.bytes()).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(86_400 * day_number(&made.date)))
            .unwrap();
        paths.push(made.path);
    }
    paths
}

/// Days since 1970 (Hinnant, `chrono`-compatible low-level date algorithms).
fn day_number(date: &str) -> u64 {
    let number = |text: &str| text.parse::<u64>().unwrap();
    let (year, month, day) = (number(&date[..4]), number(&date[5..7]), number(&date[8..]));
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn paragraphs(page: &str) -> impl Iterator<Item = &str> {
    page.split("\n\n")
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn word_body(text: &str) -> String {
    let pages = text.split('\u{c}').map(|page| {
        paragraphs(page)
            .map(|paragraph| word_paragraph(&escaped(paragraph)))
            .collect::<String>()
    });
    let pages: Vec<String> = pages.collect();
    pages.join("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>")
}

fn html(text: &str) -> String {
    let (title, rest) = text.split_once("\n\n").unwrap();
    let title = escaped(title);
    let mut page =
        format!("<!doctype html><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1>\n");
    for paragraph in paragraphs(rest) {
        page += &format!("<p>{}</p>\n", escaped(paragraph));
    }
    page
}

fn odt(text: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    archive.start_file("mimetype", options).unwrap();
    write!(archive, "application/vnd.oasis.opendocument.text").unwrap();
    archive.start_file("content.xml", options).unwrap();
    let mut body = String::new();
    for paragraph in paragraphs(text) {
        body += &format!("<text:p>{}</text:p>", escaped(paragraph));
    }
    write!(
        archive,
        "<?xml version=\"1.0\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.3\">\
         <office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    .unwrap();
    archive.finish().unwrap().into_inner()
}

/// Lines of Helvetica, a form feed beginning a page. Latin-1 letters only, as its font has no others.
fn pdf(text: &str) -> Vec<u8> {
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let kids: Vec<String> = (0..pages.len())
        .map(|i| format!("{} 0 R", 4 + 2 * i))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Count {} /Kids [{}] >>",
            pages.len(),
            kids.join(" ")
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    for (i, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * i
        ));
        let mut stream = "BT /F1 11 Tf 14 TL 60 740 Td\n".to_owned();
        for paragraph in paragraphs(page) {
            for line in wrapped(paragraph) {
                stream += &format!("({}) Tj T*\n", pdf_string(&line));
            }
            stream += "T*\n";
        }
        stream += "ET";
        objects.push(format!(
            "<< /Length {} >>\nstream\n{stream}\nendstream",
            stream.len()
        ));
    }
    pdf_of(&objects)
}

fn wrapped(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            word.clone_into(line);
        } else if line.chars().count() + word.chars().count() < PDF_COLUMNS {
            *line += &format!(" {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn pdf_string(line: &str) -> String {
    let mut written = String::new();
    for character in line.chars() {
        match character {
            '(' | ')' | '\\' => written += &format!("\\{character}"),
            ' '..='~' => written.push(character),
            other => written += &format!("\\{:03o}", u32::from(other)),
        }
    }
    written
}
