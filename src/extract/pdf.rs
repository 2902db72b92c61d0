//! PDF: the text of each page in reading order, through pdfium.
//!
//! A page without text keeps its number; one that is a picture is given to a model later, by
//! [`pictures`]. Comments, filled-in fields and attached files are read, too;
//! the outline's entries are headings where the page has their words in a line of its own. Invariant:
//! a page that cannot be read costs itself only. Start reading at [`read`].

mod outline;
mod page;
mod render;

use std::{cell::OnceCell, ops::ControlFlow, path::Path};

use pdfium_render::prelude::{
    PdfDocument, PdfDocumentMetadataTagType, Pdfium, PdfiumError, PdfiumInternalError,
};

use super::{
    Failure, Input, dates, limit,
    nest::{Member, Nest, Stop},
    pictures::PagePicture,
};
use crate::document::{Mark, Scan, Text};

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

pub(super) fn parse(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    with_pdfium(|pdfium| read(pdfium, input, nest))
}

fn with_pdfium<T>(use_it: impl FnOnce(&Pdfium) -> Result<T, Failure>) -> Result<T, Failure> {
    PDFIUM.with(|pdfium| match pdfium.get() {
        Some(Ok(pdfium)) => use_it(pdfium),
        Some(Err(error)) => Err(Failure::Failed(format!(
            "PDF files cannot be read: {error}"
        ))),
        None => Err(Failure::Failed(
            "PDF files cannot be read: the pdfium library is missing; install Nuthatch again"
                .into(),
        )),
    })
}

fn read(pdfium: &Pdfium, input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let document = pdfium
        .load_pdf_from_byte_slice(input.bytes(), None)
        .map_err(|error| reason(&error))?;
    let said = |tag| {
        let value = document.metadata().get(tag)?.value().trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let mut text = Text {
        title: said(PdfDocumentMetadataTagType::Title),
        author: said(PdfDocumentMetadataTagType::Author),
        written: said(PdfDocumentMetadataTagType::CreationDate)
            .and_then(|date| dates::of_pdf(&date)),
        n_pages: Some(document.pages().len() as u32),
        ..Text::default()
    };
    let n_broken = read_pages(&document, input, nest, &mut text);
    let stopped = give_attachments(&document, nest).err();
    let n_pages = text.n_pages.unwrap_or_default();
    text.partial = if input.cut {
        Some("the file is longer than the limit; its end is not read".into())
    } else if n_broken > 0 {
        Some(format!("{n_broken} of {n_pages} pages could not be read"))
    } else {
        stopped.map(|Stop(reason)| reason)
    };
    if text.text.is_empty() && text.scans.is_empty() && document.attachments().is_empty() {
        return Err(Failure::Skipped(match n_pages {
            0 => "the PDF has no pages".into(),
            _ => "there is nothing on its pages".into(),
        }));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// Returns how many pages could not be read.
fn read_pages(
    document: &PdfDocument<'_>,
    input: &Input<'_>,
    nest: &mut Nest<'_, '_>,
    text: &mut Text,
) -> u32 {
    let headings = outline::headings(document);
    let mut n_broken = 0;
    let pages = document.pages();
    for number in 1..=pages.len() as u32 {
        if !nest.turn_to(number, text) {
            continue;
        }
        let Ok(page) = pages.get(number as i32 - 1) else {
            n_broken += 1;
            continue;
        };
        let mark = Mark {
            page: Some(number),
            label: label(page.label(), number),
            ..Mark::default()
        };
        match page::read(&page, input.with_layout) {
            Some(content) => {
                let of_page = headings.get(&number).map_or(&[][..], Vec::as_slice);
                if content.is_thin() && page::is_picture(&page, content.is_blank()) {
                    text.scans.push(Scan {
                        page: number,
                        label: mark.label.clone(),
                    });
                }
                if !content.is_garbled() {
                    content.push_to(text, &mark, of_page);
                }
            }
            None => n_broken += 1,
        }
        for (kind, remark) in page::remarks(&page) {
            let mark = Mark {
                label: Some(
                    mark.label
                        .as_ref()
                        .map_or_else(|| kind.to_owned(), |label| format!("{label}, {kind}")),
                ),
                ..mark.clone()
            };
            text.push(&remark, mark);
        }
        if text.text.len() > input.max_text_bytes {
            break;
        }
    }
    n_broken
}

/// The wanted pages, one after the other.
pub(super) fn pictures(
    input: &Input<'_>,
    wanted: &mut dyn FnMut(u32) -> bool,
    give: &mut dyn FnMut(PagePicture) -> ControlFlow<()>,
) -> Result<(), Failure> {
    with_pdfium(|pdfium| {
        let document = pdfium
            .load_pdf_from_byte_slice(input.bytes(), None)
            .map_err(|error| reason(&error))?;
        let pages = document.pages();
        for number in (1..=pages.len() as u32).filter(|&number| wanted(number)) {
            let page = pages.get(number as i32 - 1);
            if page.is_ok_and(|page| give(render::page(&page, number)).is_break()) {
                break;
            }
        }
        Ok(())
    })
}

/// What the document calls a page, where that is not its number.
fn label(label: Option<&str>, number: u32) -> Option<String> {
    let label = label?.trim();
    let says_more = !label.is_empty() && label != number.to_string();
    says_more.then(|| label.to_owned())
}

fn give_attachments(document: &PdfDocument<'_>, nest: &mut Nest<'_, '_>) -> Result<(), Stop> {
    for attachment in document.attachments().iter() {
        let name = attachment.name();
        let member = Member {
            name: &name,
            modified_ns: None,
        };
        match attachment.save_to_bytes() {
            Ok(bytes) => nest.give(member, &mut bytes.as_slice())?,
            Err(error) => nest.refuse(
                member,
                Failure::Failed(format!("it could not be taken out of the PDF: {error}")),
            )?,
        }
    }
    Ok(())
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
