//! A line cut out of a picture, upright and of the height that the recogniser wants.
//!
//! Owns the sampling: bilinear, and averaged where the picture is finer than the strip. Pure.
//! Invariant: a strip has [`HEIGHT`] rows, and its values lie between −1 (black) and 1.

use nuthatch_models::picture::Picture;

use super::regions::Region;

/// Rows of a strip.
pub(super) const HEIGHT: usize = 48;
/// A strip is as long as its line needs, within this.
const WIDTHS: (f32, f32) = (16.0, 4096.0);
/// Points sampled for one pixel, along each side.
const MAX_FINE: usize = 8;

/// How a line of text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Right,
    Down,
}

/// One line, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

/// Cuts a region out.
pub(super) fn cut(picture: &Picture, region: &Region, direction: Direction) -> Strip {
    let right = region.along;
    let down = (-right.1, right.0);
    let left = (-right.0, -right.1);
    let (along, across, length, height) = match direction {
        Direction::Right => (right, down, region.width, region.height),
        Direction::Down => (down, left, region.height, region.width),
    };
    let width = (length * HEIGHT as f32 / height).clamp(WIDTHS.0, WIDTHS.1);
    let width = width.round() as usize;
    let laid = Laid {
        middle: region.middle,
        along,
        across,
        length,
        height,
    };
    let grey = laid.sampled(picture, width, HEIGHT);
    Strip {
        width,
        values: grey.iter().map(|value| value / 127.5 - 1.0).collect(),
    }
}

/// A region in so many pixels, from 0 (black) to 255.
pub(super) fn scaled(
    picture: &Picture,
    region: &Region,
    n_columns: usize,
    n_rows: usize,
) -> Vec<f32> {
    let laid = Laid {
        middle: region.middle,
        along: region.along,
        across: (-region.along.1, region.along.0),
        length: region.width,
        height: region.height,
    };
    laid.sampled(picture, n_columns, n_rows)
}

/// A rectangle as it is to be laid out.
struct Laid {
    middle: (f32, f32),
    /// Where its rows run.
    along: (f32, f32),
    /// Where its columns run.
    across: (f32, f32),
    length: f32,
    height: f32,
}

impl Laid {
    fn sampled(&self, picture: &Picture, n_columns: usize, n_rows: usize) -> Vec<f32> {
        let step = (self.length / n_columns as f32, self.height / n_rows as f32);
        let n_fine = (step.0.max(step.1).ceil() as usize).clamp(1, MAX_FINE);
        let within = |i: usize| (i as f32 + 0.5) / n_fine as f32;
        let mut values = Vec::with_capacity(n_columns * n_rows);
        for row in 0..n_rows {
            for column in 0..n_columns {
                let mut sum = 0.0;
                for fine in 0..n_fine * n_fine {
                    let x = (column as f32 + within(fine % n_fine)) * step.0 - self.length / 2.0;
                    let y = (row as f32 + within(fine / n_fine)) * step.1 - self.height / 2.0;
                    sum += sample(
                        picture,
                        self.middle.0 + x * self.along.0 + y * self.across.0,
                        self.middle.1 + x * self.along.1 + y * self.across.1,
                    );
                }
                values.push(sum / (n_fine * n_fine) as f32);
            }
        }
        values
    }
}

/// The grey at a point; beyond the picture that of its edge.
fn sample(picture: &Picture, x: f32, y: f32) -> f32 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (dx, dy) = (x - left as f32, y - top as f32);
    let at = |column: usize, row: usize| f32::from(picture.pixels()[row * width + column]);
    let upper = at(left, top) * (1.0 - dx) + at(right, top) * dx;
    let lower = at(left, bottom) * (1.0 - dx) + at(right, bottom) * dx;
    upper * (1.0 - dy) + lower * dy
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dark to the left, light to the right.
    fn ramp() -> Picture {
        let row: Vec<u8> = (0..=255).collect();
        Picture::new(256, 48, row.repeat(48)).unwrap()
    }

    fn whole() -> Region {
        Region {
            middle: (127.5, 23.5),
            along: (1.0, 0.0),
            width: 256.0,
            height: 48.0,
        }
    }

    #[test]
    fn a_strip_runs_as_its_line_does() {
        let right = cut(&ramp(), &whole(), Direction::Right);
        assert_eq!(right.width, 256);
        assert_eq!(right.values.len(), 256 * HEIGHT);
        assert!(right.values[0] < -0.9 && right.values[255] > 0.9);
    }

    #[test]
    fn text_that_runs_down_is_laid_on_its_side() {
        let tall = Region {
            width: 48.0,
            height: 256.0,
            ..whole()
        };
        let down = cut(&ramp(), &tall, Direction::Down);
        assert_eq!(down.width, 256);
        let (first, last) = (down.values[0], down.values[(HEIGHT - 1) * 256]);
        assert!(first > last, "its top is the picture's right");
    }

    #[test]
    fn a_fine_picture_is_averaged() {
        let pixels: Vec<u8> = (0..400 * 200)
            .map(|i| if i % 2 == 0 { 0 } else { 255 })
            .collect();
        let picture = Picture::new(400, 200, pixels).unwrap();
        let region = Region {
            middle: (200.0, 100.0),
            along: (1.0, 0.0),
            width: 380.0,
            height: 190.0,
        };
        let strip = cut(&picture, &region, Direction::Right);
        assert!(strip.values.iter().all(|value| value.abs() < 0.5));
    }
}
