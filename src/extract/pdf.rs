//! PDF: the text of each page in reading order, through pdfium.
//!
//! A page without text keeps its number. Hyphens that only break a line are taken out.

use std::{cell::OnceCell, path::Path};

use pdfium_render::prelude::{Pdfium, PdfiumError, PdfiumInternalError};

use super::{Failure, Input, limit};
use crate::document::{Mark, Text};

// pdfium belongs to one thread, and its library is loaded once in the life of a process.
thread_local!(static PDFIUM: OnceCell<Result<Pdfium, String>> = const { OnceCell::new() });

/// Loads the library, which a reader that is shut in could not; what goes wrong is said of each PDF.
pub(super) fn load(library: &Path) {
    PDFIUM.with(|pdfium| {
        let bindings = Pdfium::bind_to_library(library);
        let loaded = bindings.map(Pdfium::new).map_err(|error| error.to_string());
        let _ = pdfium.set(loaded);
    });
}

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    PDFIUM.with(|pdfium| match pdfium.get() {
        Some(Ok(pdfium)) => read(pdfium, input),
        Some(Err(error)) => Err(Failure::Failed(format!(
            "PDF files cannot be read: {error}"
        ))),
        None => Err(Failure::Failed(
            "PDF files cannot be read: the pdfium library is missing; run the set-up again".into(),
        )),
    })
}

fn read(pdfium: &Pdfium, input: &Input<'_>) -> Result<Text, Failure> {
    let document = pdfium
        .load_pdf_from_byte_slice(input.bytes(), None)
        .map_err(|error| reason(&error))?;
    let title = document
        .metadata()
        .get(pdfium_render::prelude::PdfDocumentMetadataTagType::Title)
        .map(|tag| tag.value().trim().to_owned())
        .filter(|title| !title.is_empty());
    let mut text = Text {
        title,
        n_pages: Some(document.pages().len() as u32),
        ..Text::default()
    };
    let (mut n_blank, mut n_broken) = (0, 0);
    for (number, page) in (1..).zip(document.pages().iter()) {
        match page.text() {
            Ok(content) => {
                let content = unbroken(&content.all());
                n_blank += u32::from(content.trim().is_empty());
                text.push(
                    content.trim_start_matches('\n'),
                    Mark {
                        page: Some(number),
                        ..Mark::default()
                    },
                );
            }
            Err(_) => n_broken += 1,
        }
        if text.text.len() > input.max_text_bytes {
            break;
        }
    }
    let n_pages = text.n_pages.unwrap_or_default();
    if text.text.is_empty() {
        return Err(Failure::Skipped(match n_pages {
            0 => "the PDF has no pages".into(),
            _ => "its pages hold pictures, not text; text in pictures is not read yet".into(),
        }));
    }
    if input.cut {
        text.partial = Some("the file is longer than the limit; its end is not read".into());
    } else if n_broken > 0 {
        text.partial = Some(format!("{n_broken} of {n_pages} pages could not be read"));
    } else if n_blank > 0 {
        text.partial = Some(format!("{n_blank} of {n_pages} pages hold no text"));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

fn reason(error: &PdfiumError) -> Failure {
    Failure::Failed(match error {
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError) => {
            "the PDF is locked with a password".into()
        }
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::FormatError) => {
            "the PDF is damaged, or not a PDF".into()
        }
        other => format!("the PDF could not be read: {other}"),
    })
}

/// pdfium ends lines with CR LF and marks a hyphen that only breaks a word with U+0002 or U+FFFE.
fn unbroken(content: &str) -> String {
    let mut text = String::with_capacity(content.len());
    let mut characters = content.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{2}' | '\u{fffe}' => {
                characters.next_if_eq(&'\r');
                characters.next_if_eq(&'\n');
            }
            '\r' => {
                characters.next_if_eq(&'\n');
                text.push('\n');
            }
            '\n' | '\t' => text.push(character),
            _ if character.is_control() => {}
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_hyphen_that_only_breaks_a_line_is_taken_out() {
        assert_eq!(
            super::unbroken("exam\u{2}\r\nple\r\nwell-known"),
            "example\nwell-known"
        );
    }
}
