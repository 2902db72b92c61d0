//! Where text stands: from the detector's map of probabilities to rectangles that may be tilted.
//!
//! The map is thresholded, connected pixels make a region, and its smallest rectangle is widened
//! again, since the detector is trained on shrunken ones (Liao et al., "Real-time Scene Text Detection
//! with Differentiable Binarization", 2020). Pure. Invariant: every region is finite and has an area.

/// A pixel is text from this probability on.
const MIN_PIXEL: f32 = 0.3;
/// A region is text from this mean probability on.
const MIN_REGION: f32 = 0.6;
/// Smallest side of a region in pixels of the map.
const MIN_SIDE: f32 = 3.0;
/// A region grows on each side by its area times this over its perimeter, as its model's makers do.
const GROWTH: f32 = 1.6;
/// More regions than any page has lines.
const MAX_REGIONS: usize = 3000;

/// A rectangle around a piece of text, at most an eighth of a turn from upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Region {
    /// Its middle, to the right and down.
    pub(super) middle: (f32, f32),
    /// The direction of its upper side, to the right; of length one.
    pub(super) along: (f32, f32),
    /// Length of its upper side.
    pub(super) width: f32,
    /// Length of its left side.
    pub(super) height: f32,
}

impl Region {
    /// The same place where every pixel is so many wide and high.
    pub(super) fn scaled(self, x: f32, y: f32) -> Self {
        Self {
            middle: (self.middle.0 * x, self.middle.1 * y),
            along: self.along,
            width: self.width * x,
            height: self.height * y,
        }
    }

    /// Half the sides of the upright rectangle around it.
    pub(super) fn reach(&self) -> (f32, f32) {
        let (cos, sin) = (self.along.0.abs(), self.along.1.abs());
        (
            f32::midpoint(self.width * cos, self.height * sin),
            f32::midpoint(self.width * sin, self.height * cos),
        )
    }

    /// Whether its text may run downwards.
    pub(super) fn is_tall(&self) -> bool {
        self.height >= 1.5 * self.width
    }
}

/// The regions of a map of `width` pixels a row.
pub(super) fn regions(map: &[f32], width: usize) -> Vec<Region> {
    let mut found = Vec::new();
    let mut fill = Fill::new(map, width);
    for start in 0..map.len() {
        if found.len() == MAX_REGIONS {
            break;
        }
        if let Some(blob) = fill.blob(start)
            && blob.mean >= MIN_REGION
        {
            found.extend(blob.region());
        }
    }
    found
}

/// Connected pixels.
struct Blob {
    /// The ends of each of its rows.
    ends: Vec<(f32, f32)>,
    mean: f32,
}

/// Visits each pixel once.
struct Fill<'a> {
    map: &'a [f32],
    width: usize,
    is_seen: Vec<bool>,
    to_do: Vec<usize>,
    /// For each row, the first and the last pixel of the blob at hand.
    rows: Vec<Option<(usize, usize)>>,
}

impl<'a> Fill<'a> {
    fn new(map: &'a [f32], width: usize) -> Self {
        Self {
            map,
            width,
            is_seen: vec![false; map.len()],
            to_do: Vec::new(),
            rows: vec![None; map.len() / width.max(1) + 1],
        }
    }

    /// What is connected to this pixel, unless that was found before.
    fn blob(&mut self, start: usize) -> Option<Blob> {
        if self.is_seen[start] || self.map[start] < MIN_PIXEL {
            return None;
        }
        let (mut first, mut last) = (start / self.width, start / self.width);
        let (mut sum, mut n) = (0.0, 0.0);
        self.is_seen[start] = true;
        self.to_do.push(start);
        while let Some(at) = self.to_do.pop() {
            let (row, column) = (at / self.width, at % self.width);
            (first, last) = (first.min(row), last.max(row));
            let ends = self.rows[row].get_or_insert((column, column));
            *ends = (ends.0.min(column), ends.1.max(column));
            sum += self.map[at];
            n += 1.0;
            self.visit_around(row, column);
        }
        let ends = (first..=last).flat_map(|row| {
            let (left, right) = self.rows[row].take().unwrap_or_default();
            [(left as f32, row as f32), (right as f32, row as f32)]
        });
        Some(Blob {
            ends: ends.collect(),
            mean: sum / n,
        })
    }

    fn visit_around(&mut self, row: usize, column: usize) {
        for row in row.saturating_sub(1)..=row + 1 {
            for column in column.saturating_sub(1)..=(column + 1).min(self.width - 1) {
                let at = row * self.width + column;
                if self.map.get(at).is_some_and(|&value| value >= MIN_PIXEL) && !self.is_seen[at] {
                    self.is_seen[at] = true;
                    self.to_do.push(at);
                }
            }
        }
    }
}

impl Blob {
    /// The smallest rectangle around it, grown; `None` if it is too small for text.
    fn region(self) -> Option<Region> {
        let hull = hull(self.ends);
        let edges = hull.iter().zip(hull.iter().cycle().skip(1));
        let tightest = edges
            .filter_map(|(from, to)| around(&hull, (to.0 - from.0, to.1 - from.1)))
            .min_by(|a, b| (a.width * a.height).total_cmp(&(b.width * b.height)))?;
        if tightest.width.min(tightest.height) < MIN_SIDE {
            return None;
        }
        let (width, height) = (tightest.width, tightest.height);
        let growth = GROWTH * width * height / (width + height);
        Some(Region {
            width: width + growth,
            height: height + growth,
            ..tightest
        })
    }
}

/// The convex hull: Andrew's monotone chain (1979).
fn hull(mut points: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points.dedup();
    let half = |points: &mut dyn Iterator<Item = (f32, f32)>| {
        let mut chain: Vec<(f32, f32)> = Vec::new();
        for point in points {
            while let [.., a, b] = chain[..]
                && (b.0 - a.0) * (point.1 - a.1) <= (b.1 - a.1) * (point.0 - a.0)
            {
                chain.pop();
            }
            chain.push(point);
        }
        chain
    };
    let mut lower = half(&mut points.iter().copied());
    let upper = half(&mut points.iter().rev().copied());
    lower.pop();
    lower.extend(upper);
    lower
}

/// The rectangle around points with one side in a direction; `None` if that is none.
fn around(points: &[(f32, f32)], direction: (f32, f32)) -> Option<Region> {
    let length = direction.0.hypot(direction.1);
    if length < f32::EPSILON {
        return None;
    }
    let along = nearest_to_right((direction.0 / length, direction.1 / length));
    let extent = |x: f32, y: f32| {
        let reach = points.iter().map(|point| point.0 * x + point.1 * y);
        reach.fold((f32::MAX, f32::MIN), |(least, most), at| {
            (least.min(at), most.max(at))
        })
    };
    let (left, right) = extent(along.0, along.1);
    let (top, bottom) = extent(-along.1, along.0);
    let (x, y) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
    Some(Region {
        middle: (x * along.0 - y * along.1, x * along.1 + y * along.0),
        along,
        width: right - left,
        height: bottom - top,
    })
}

/// Of the four directions of a rectangle's sides, the one that is nearest to the right.
fn nearest_to_right((x, y): (f32, f32)) -> (f32, f32) {
    match (x.abs() >= y.abs(), x > 0.0, y > 0.0) {
        (true, true, _) => (x, y),
        (true, false, _) => (-x, -y),
        (false, _, true) => (y, -x),
        (false, _, false) => (-y, x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map with a bar of so many pixels, tilted by a slope.
    fn bar(slope: f32) -> Vec<f32> {
        let mut map = vec![0.0; 200 * 100];
        for x in 20..180 {
            for y in 0..10 {
                let row = 40.0 + slope * x as f32 + y as f32;
                map[row as usize * 200 + x] = 0.9;
            }
        }
        map
    }

    #[test]
    fn an_upright_bar_is_one_region_that_is_larger_than_it() {
        let found = regions(&bar(0.0), 200);
        let [region] = found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(region.middle, (99.5, 44.5));
        assert_eq!(region.along, (1.0, 0.0));
        assert!(region.width > 160.0 && region.height > 10.0 && region.height < 30.0);
        assert!(!region.is_tall());
    }

    #[test]
    fn a_tilted_bar_is_followed() {
        let found = regions(&bar(0.1), 200);
        let [region] = found[..] else {
            panic!("{found:?}");
        };
        let slope = region.along.1 / region.along.0;
        assert!((slope - 0.1).abs() < 0.01, "{slope}");
        assert!(region.height < 30.0, "{region:?}");
    }

    #[test]
    fn what_is_faint_or_tiny_is_no_text() {
        let faint: Vec<f32> = bar(0.0).iter().map(|value| value * 0.5).collect();
        assert_eq!(regions(&faint, 200), []);
        let mut dot = vec![0.0; 100];
        dot[55] = 1.0;
        assert_eq!(regions(&dot, 10), []);
        assert_eq!(regions(&[], 10), []);
    }

    #[test]
    fn every_direction_has_one_nearest_to_the_right() {
        for (x, y) in [(1.0, 0.1), (-1.0, -0.1), (-0.1, 1.0), (0.1, -1.0)] {
            assert_eq!(nearest_to_right((x, y)), (1.0, 0.1));
        }
    }
}
