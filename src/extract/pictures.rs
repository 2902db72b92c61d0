//! Pages as pictures, for a model that recognises their text.
//!
//! Owns what is asked of a worker and what it gives: grey pictures, fine enough for small print and no
//! finer. The picture of a page knows where it lies on the page. Invariant: whoever asks for a page
//! gets its picture or a reason.

use std::collections::BTreeSet;

use nuthatch_models::picture::{Bounds, Picture};
use serde::{Deserialize, Serialize};

use crate::document::Rectangle;

/// Longest side of a picture: A4 at 190 dots an inch.
pub(super) const MAX_SIDE: u32 = 2240;

/// Which pages of which document are wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// Where the document lies in the file; `None` for the file itself.
    pub(super) inner: Option<String>,
    pub(super) pages: BTreeSet<u32>,
}

/// A page as a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagePicture {
    /// The page, from 1.
    pub page: u32,
    /// What it shows; or why it cannot be shown.
    pub shown: Result<Picture, String>,
    /// Where the picture lies, on a page that has such places.
    pub frame: Option<Frame>,
}

/// Where a picture lies on its page: three of its corners in hundredths of a point from the page's
/// lower left corner, which is not the picture's where the page is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The picture's upper left corner.
    pub upper_left: (i32, i32),
    /// Its upper right corner.
    pub upper_right: (i32, i32),
    /// Its lower left corner.
    pub lower_left: (i32, i32),
}

impl Frame {
    /// Where a part of a picture of these sides stands on the page.
    pub(super) fn place(&self, bounds: Bounds, width: f32, height: f32) -> Rectangle {
        let corner = |x: f32, y: f32| {
            let along = |from: i32, right: i32, down: i32| {
                let (right, down) = ((right - from) as f32, (down - from) as f32);
                from + (right * x / width + down * y / height).round() as i32
            };
            (
                along(self.upper_left.0, self.upper_right.0, self.lower_left.0),
                along(self.upper_left.1, self.upper_right.1, self.lower_left.1),
            )
        };
        let (one, other) = (
            corner(bounds.left, bounds.top),
            corner(bounds.right, bounds.bottom),
        );
        Rectangle {
            left: one.0.min(other.0),
            bottom: one.1.min(other.1),
            right: one.0.max(other.0),
            top: one.1.max(other.1),
        }
    }
}

impl Frame {
    /// Which part of the picture a rectangle of the page is: left, top, width and height, the
    /// picture's sides being 1.
    pub fn part(&self, of: Rectangle) -> [f32; 4] {
        let from = |point: (i32, i32)| {
            let x = (point.0 - self.upper_left.0) as f32;
            (x, (point.1 - self.upper_left.1) as f32)
        };
        let (right, down) = (from(self.upper_right), from(self.lower_left));
        let area = right.0 * down.1 - right.1 * down.0;
        let seen = |corner| {
            let (x, y) = from(corner);
            let along = (x * down.1 - y * down.0) / area;
            (along, (right.0 * y - right.1 * x) / area)
        };
        let (one, other) = (seen((of.left, of.top)), seen((of.right, of.bottom)));
        let (left, top) = (one.0.min(other.0), one.1.min(other.1));
        [left, top, (one.0 - other.0).abs(), (one.1 - other.1).abs()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thousandths(part: [f32; 4]) -> [i32; 4] {
        part.map(|side| (side * 1000.0).round() as i32)
    }

    #[test]
    fn a_line_is_placed_on_an_upright_page_and_on_a_turned_one() {
        let bounds = Bounds {
            left: 0.0,
            top: 0.0,
            right: 50.0,
            bottom: 10.0,
        };
        let upright = Frame {
            upper_left: (0, 2000),
            upper_right: (1000, 2000),
            lower_left: (0, 0),
        };
        let expected = Rectangle {
            left: 0,
            bottom: 1900,
            right: 500,
            top: 2000,
        };
        assert_eq!(upright.place(bounds, 100.0, 200.0), expected);
        assert_eq!(thousandths(upright.part(expected)), [0, 0, 500, 50]);
        // A page of the same paper, shown after a quarter turn to the right.
        let turned = Frame {
            upper_left: (0, 0),
            upper_right: (0, 2000),
            lower_left: (1000, 0),
        };
        let expected = Rectangle {
            left: 0,
            bottom: 0,
            right: 100,
            top: 500,
        };
        assert_eq!(turned.place(bounds, 200.0, 100.0), expected);
        assert_eq!(thousandths(turned.part(expected)), [0, 0, 250, 100]);
    }
}
