//! A picture on its way to the model that reads the text in it, and the lines that come back.
//!
//! Plain data. Invariant: a picture that [`Picture::new`] made has as many pixels as its sides say.

use serde::{Deserialize, Serialize};

/// A grey picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

/// The text in a picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// Its lines, in no order.
    pub lines: Vec<Line>,
    /// They stand on their heads: their bounds are those in the picture turned by half a turn.
    pub is_upside_down: bool,
}

/// One line of text in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What stands there.
    pub text: String,
    /// How sure the model is of it, from 0 to 1: the mean over its characters.
    pub confidence: f32,
    /// Where it stands.
    pub bounds: Bounds,
}

/// An upright rectangle around a line, in pixels from the picture's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Left side.
    pub left: f32,
    /// Upper side.
    pub top: f32,
    /// Right side.
    pub right: f32,
    /// Lower side.
    pub bottom: f32,
}

impl Picture {
    /// A picture of so many pixels a row and so many rows; 0 is black, rows come from the top.
    /// `None` if there are not that many pixels, or none.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let n_pixels = width as usize * height as usize;
        (n_pixels > 0 && n_pixels == pixels.len()).then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Whether its sides and its pixels agree, for one that came over a pipe.
    pub fn is_sound(&self) -> bool {
        let n_pixels = self.width as usize * self.height as usize;
        n_pixels > 0 && n_pixels == self.pixels.len()
    }

    /// The same picture, its last pixel first: turned by half a turn.
    #[must_use]
    pub fn upside_down(&self) -> Self {
        Self {
            width: self.width,
            height: self.height,
            pixels: self.pixels.iter().rev().copied().collect(),
        }
    }
}

impl Bounds {
    /// The same place in a picture of these sides that is turned by half a turn.
    #[must_use]
    pub fn upside_down(self, width: f32, height: f32) -> Self {
        Self {
            left: width - self.right,
            top: height - self.bottom,
            right: width - self.left,
            bottom: height - self.top,
        }
    }

    /// How far it reaches to the side.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// How far it reaches down.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_pixels_that_its_sides_say() {
        assert!(Picture::new(2, 2, vec![0; 4]).is_some_and(|picture| picture.is_sound()));
        assert!(Picture::new(2, 2, vec![0; 3]).is_none());
        assert!(Picture::new(0, 2, vec![]).is_none());
    }

    #[test]
    fn half_a_turn_twice_is_none() {
        let picture = Picture::new(3, 1, vec![1, 2, 3]).unwrap();
        assert_eq!(picture.upside_down().pixels(), [3, 2, 1]);
        assert_eq!(picture.upside_down().upside_down(), picture);
        let bounds = Bounds {
            left: 1.0,
            top: 2.0,
            right: 4.0,
            bottom: 3.0,
        };
        let turned = bounds.upside_down(10.0, 10.0);
        assert!((turned.left - 6.0).abs() < f32::EPSILON && turned.height() > 0.0);
        assert_eq!(turned.upside_down(10.0, 10.0), bounds);
    }
}
