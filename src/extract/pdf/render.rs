//! A page as a picture, as it is seen: turned as it says, filled-in fields included.
//!
//! Invariant: the picture's corners are told in the page's own measure.

use nuthatch_models::picture::Picture;
use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfPage, PdfRenderConfig, PdfiumError, Pixels,
};

use crate::extract::pictures::{Frame, MAX_SIDE, PagePicture};

/// Dots for each point of 1/72 inch, on a page that is not too large for that.
const DOTS_PER_POINT: f32 = 200.0 / 72.0;

/// A page's picture, or why there is none.
pub(super) fn page(page: &PdfPage<'_>, number: u32) -> PagePicture {
    let (width, height) = (page.width().value, page.height().value);
    let scale = DOTS_PER_POINT.min(MAX_SIDE as f32 / width.max(height).max(1.0));
    let dots = |points: f32| ((points * scale) as Pixels).max(1);
    let config = PdfRenderConfig::new()
        .set_fixed_size(dots(width), dots(height))
        .set_format(PdfBitmapFormat::BGRx)
        .render_form_data(true)
        .render_annotations(true);
    let shown = page.render_with_config(&config);
    PagePicture {
        page: number,
        shown: shown
            .and_then(|bitmap| grey(&bitmap))
            .map_err(|error| reason(&error)),
        frame: frame(page, &config, dots(width), dots(height)),
    }
}

fn reason(error: &PdfiumError) -> String {
    format!("the page cannot be shown: {error}")
}

/// Rows may be longer in memory than they are wide.
fn grey(bitmap: &PdfBitmap<'_>) -> Result<Picture, PdfiumError> {
    let (width, height) = (bitmap.width() as usize, bitmap.height() as usize);
    let bytes = bitmap.as_raw_bytes();
    let row_bytes = bytes.len().checked_div(height).unwrap_or_default();
    let per_pixel = row_bytes.checked_div(width).unwrap_or_default().max(1);
    let mut pixels = Vec::with_capacity(width * height);
    for row in bytes.chunks_exact(row_bytes.max(1)).take(height) {
        let of_row = row.chunks_exact(per_pixel).take(width);
        pixels.extend(of_row.map(|pixel| match *pixel {
            // Blue, green, red; weighed as by BT.601.
            [blue, green, red, ..] => {
                let [blue, green, red] = [blue, green, red].map(u32::from);
                ((114 * blue + 587 * green + 299 * red) / 1000) as u8
            }
            [grey, ..] => grey,
            [] => 255,
        }));
    }
    Picture::new(width as u32, height as u32, pixels).ok_or(PdfiumError::ImageError)
}

fn frame(
    page: &PdfPage<'_>,
    config: &PdfRenderConfig,
    width: Pixels,
    height: Pixels,
) -> Option<Frame> {
    let corner = |x, y| {
        let (x, y) = page.pixels_to_points(x, y, config).ok()?;
        let hundredths = |points: f32| (points * 100.0).round() as i32;
        Some((hundredths(x.value), hundredths(y.value)))
    };
    Some(Frame {
        upper_left: corner(0, 0)?,
        upper_right: corner(width, 0)?,
        lower_left: corner(0, height)?,
    })
}
