//! Pictures: photographs and scans as documents of one page, or of several (TIFF).
//!
//! Reading one finds out how many pages there are and which of them may hold text; what they show is
//! recognised later, from [`pictures`]. Invariant: a picture's pixels are never taken for more than
//! it says, nor decoded where they would not fit into memory.

use std::{
    io::{BufReader, Cursor},
    ops::ControlFlow,
};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, imageops::FilterType};
use nuthatch_models::picture::Picture;

use super::{
    Failure, Format, Input, USUAL,
    pictures::{MAX_SIDE, PagePicture},
};
use crate::document::{Scan, Text};

pub(super) static IMAGE: Format = Format {
    name: "image",
    version: 1,
    extensions: &[
        "png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "webp", "bmp", "gif",
    ],
    parse: |input, _| parse(input),
    pictures: Some(pictures),
    ..USUAL
};

/// No line of text fits into less.
const MIN_SIDE: u32 = 12;
/// Icons and lines between paragraphs have fewer pixels than any picture of text.
const MIN_PIXELS: u64 = 40 * 100;
/// More than any camera's; what does not fit into the reader's memory fails before it.
const MAX_DECODED_BYTES: u64 = 400 << 20;
/// Pages of one TIFF file.
const MAX_PAGES: usize = 2_000;

/// How such files begin, and what they are then.
pub(super) fn is_one(head: &[u8]) -> bool {
    let is_riff = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    // "BM" begins many texts, too; a bitmap's header says how long it is.
    let is_bitmap = head.starts_with(b"BM") && head.get(6..10) == Some(&[0; 4]);
    is_riff
        || is_bitmap
        || head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"\xff\xd8\xff")
        || head.starts_with(b"GIF8")
        || byte_order(head).is_some()
}

fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let bytes = input.bytes();
    let n_pages = if byte_order(bytes).is_some() {
        directories(bytes).len().max(1)
    } else {
        1
    };
    let (width, height) = decoder(bytes)
        .map_err(|error| Failure::Failed(format!("the picture is damaged: {error}")))?
        .dimensions();
    if width.min(height) < MIN_SIDE || u64::from(width) * u64::from(height) < MIN_PIXELS {
        return Err(Failure::Skipped(
            "the picture is too small to hold text".into(),
        ));
    }
    let scan = |page| Scan { page, label: None };
    Ok(Text {
        n_pages: Some(n_pages as u32),
        scans: (1..=n_pages as u32).map(scan).collect(),
        partial: input
            .cut
            .then(|| "the file is longer than the limit; its end is not read".into()),
        ..Text::default()
    })
}

/// The wanted pages, one after the other.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape that every format with pictures has"
)]
fn pictures(
    input: &Input<'_>,
    wanted: &mut dyn FnMut(u32) -> bool,
    give: &mut dyn FnMut(PagePicture) -> ControlFlow<()>,
) -> Result<(), Failure> {
    let bytes = input.bytes();
    let directories = directories(bytes);
    for page in 1..=directories.len().max(1) as u32 {
        if !wanted(page) {
            continue;
        }
        let one = match directories.get(page as usize - 1) {
            Some(&directory) if page > 1 => with_first(bytes, directory),
            _ => bytes.to_vec(),
        };
        let shown = decoded(&one).map_err(|error| error.to_string());
        let given = give(PagePicture {
            page,
            shown: shown.and_then(|image| grey(&image).ok_or("the page is empty".into())),
            frame: None,
        });
        if given.is_break() {
            break;
        }
    }
    Ok(())
}

fn decoder(bytes: &[u8]) -> image::ImageResult<impl ImageDecoder> {
    let mut reader = ImageReader::new(BufReader::new(Cursor::new(bytes)));
    reader = reader.with_guessed_format()?;
    if reader.format().is_none() {
        reader.set_format(ImageFormat::Tiff);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    reader.into_decoder()
}

/// The picture as it is to be seen: cameras note how they were held.
fn decoded(bytes: &[u8]) -> image::ImageResult<DynamicImage> {
    let mut decoder = decoder(bytes)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation();
    let mut image = DynamicImage::from_decoder(decoder)?;
    if let Ok(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

/// On white paper where it can be seen through, and not larger than needed.
fn grey(image: &DynamicImage) -> Option<Picture> {
    let mut grey = image::GrayImage::new(image.width(), image.height());
    let pixels = image.to_luma_alpha8();
    for (to, from) in grey.pixels_mut().zip(pixels.pixels()) {
        let [luma, alpha] = from.0.map(u32::from);
        to.0 = [((luma * alpha + 255 * (255 - alpha)) / 255) as u8];
    }
    let longest = grey.width().max(grey.height());
    if longest > MAX_SIDE {
        let side =
            |length: u32| (u64::from(length) * u64::from(MAX_SIDE) / u64::from(longest)) as u32;
        let (width, height) = (side(grey.width()).max(1), side(grey.height()).max(1));
        grey = image::imageops::resize(&grey, width, height, FilterType::Triangle);
    }
    Picture::new(grey.width(), grey.height(), grey.into_raw())
}

/// Reads the whole numbers of a TIFF file. Those with 64 bits to an offset have one page here.
#[derive(Debug, Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

fn byte_order(bytes: &[u8]) -> Option<ByteOrder> {
    match bytes.get(..4)? {
        [b'I', b'I', 42 | 43, 0] => Some(ByteOrder::Little),
        [b'M', b'M', 0, 42 | 43] => Some(ByteOrder::Big),
        _ => None,
    }
}

impl ByteOrder {
    fn number<const N: usize>(self, bytes: &[u8], at: usize) -> Option<u64> {
        let digits: [u8; N] = bytes.get(at..at.checked_add(N)?)?.try_into().ok()?;
        let add = |sum: u64, digit: &u8| sum << 8 | u64::from(*digit);
        Some(match self {
            Self::Little => digits.iter().rev().fold(0, add),
            Self::Big => digits.iter().fold(0, add),
        })
    }
}

/// Where the pages of a TIFF file begin, each directory naming the next one; none for other files.
fn directories(bytes: &[u8]) -> Vec<u32> {
    let mut found = Vec::new();
    let Some(order) = byte_order(bytes) else {
        return found;
    };
    if order.number::<2>(bytes, 2) != Some(42) {
        return found;
    }
    let mut next = order.number::<4>(bytes, 4).unwrap_or_default();
    while next != 0 && found.len() < MAX_PAGES && !found.contains(&(next as u32)) {
        let Some(n_entries) = order.number::<2>(bytes, next as usize) else {
            break;
        };
        found.push(next as u32);
        let behind = next as usize + 2 + 12 * n_entries as usize;
        next = order.number::<4>(bytes, behind).unwrap_or_default();
    }
    found
}

/// The same file with another page in front: decoders look at the first one.
fn with_first(bytes: &[u8], directory: u32) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let digits = match byte_order(bytes) {
        Some(ByteOrder::Big) => directory.to_be_bytes(),
        _ => directory.to_le_bytes(),
    };
    if let Some(first) = changed.get_mut(4..8) {
        first.copy_from_slice(&digits);
    }
    changed
}

#[cfg(test)]
#[path = "image/tests.rs"]
mod tests;
