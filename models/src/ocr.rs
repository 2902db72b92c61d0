//! The text in a picture: a detector finds its lines, a recogniser reads one after the other.
//!
//! PP-OCR's two networks on ONNX Runtime, called here and not through oar-ocr: that pins another
//! release candidate of ort than fastembed does, and two cannot be linked (to be looked at again when
//! ort 2.0 is out). Owns both sessions and the way between them; knows nothing of pipes or of pages.
//! Invariant: a line is what the recogniser saw, with its own confidence; nothing is made up.

mod regions;
mod strip;

use std::path::Path;

use anyhow::{Context, ensure};
use nuthatch_models::{
    ModelSpec,
    picture::{Bounds, Line, Lines, Picture},
};
use ort::{
    environment::Environment,
    session::{Session, builder::GraphOptimizationLevel},
    value::TensorRef,
};

use self::{
    regions::Region,
    strip::{Direction, Strip},
};
use crate::onnx;

/// Longest side of what the detector sees: small print of a page stays legible.
const MAX_DETECTED: f32 = 1536.0;
/// The detector wants sides that are multiples of this.
const SIDE: f32 = 32.0;
/// What the detector's inputs were brought to in training: means and deviations of `ImageNet`.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// Below this, a line is more likely a pattern than text.
const MIN_CONFIDENCE: f32 = 0.5;
/// Lines by which is told whether a picture stands on its head.
const N_PROBED: usize = 5;
/// With this confidence it stands upright.
const UPRIGHT: f32 = 0.8;

/// The two networks.
pub(crate) struct TextReader {
    detector: Session,
    recogniser: Session,
    /// What each of the recogniser's outputs means; the first one means nothing.
    characters: Vec<String>,
}

impl TextReader {
    /// Loads the runtime library and opens both sessions.
    pub(crate) fn load(
        spec: &ModelSpec,
        directory: &Path,
        runtime: &Path,
        n_threads: usize,
    ) -> anyhow::Result<Self> {
        let environment = onnx::environment(runtime)?;
        let open = |name: &str| {
            session(&environment, &onnx::read(directory, name)?, n_threads)
                .with_context(|| format!("could not load {name} of the model {}", spec.id))
        };
        let recogniser = open("recognition.onnx")?;
        let listed = recogniser.metadata()?.custom("character");
        let listed = listed.context("the recogniser does not say which characters it knows")?;
        let characters = std::iter::once(String::new())
            .chain(listed.split('\n').map(str::to_owned))
            .chain([" ".to_owned()])
            .collect();
        Ok(Self {
            detector: open("detection.onnx")?,
            recogniser,
            characters,
        })
    }

    /// The lines of a picture, whichever way up it is.
    pub(crate) fn read(&mut self, picture: &Picture) -> anyhow::Result<Lines> {
        ensure!(picture.is_sound(), "the picture is not as large as it says");
        let regions = self.detect(picture)?;
        if !self.stands_on_its_head(picture, &regions)? {
            return Ok(Lines {
                lines: self.lines(picture, &regions)?,
                is_upside_down: false,
            });
        }
        let turned = picture.upside_down();
        let regions = self.detect(&turned)?;
        Ok(Lines {
            lines: self.lines(&turned, &regions)?,
            is_upside_down: true,
        })
    }

    fn lines(&mut self, picture: &Picture, regions: &[Region]) -> anyhow::Result<Vec<Line>> {
        let mut lines = Vec::new();
        for region in regions {
            let (text, confidence) = self.recognise(picture, region)?;
            let text = text.trim();
            if confidence < MIN_CONFIDENCE || text.is_empty() {
                continue;
            }
            let (x, y) = region.reach();
            lines.push(Line {
                text: text.to_owned(),
                confidence,
                bounds: Bounds {
                    left: region.middle.0 - x,
                    top: region.middle.1 - y,
                    right: region.middle.0 + x,
                    bottom: region.middle.1 + y,
                },
            });
        }
        Ok(lines)
    }

    /// Where text stands, in pixels of the picture.
    fn detect(&mut self, picture: &Picture) -> anyhow::Result<Vec<Region>> {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let scale = (MAX_DETECTED / width.max(height)).min(1.0);
        let side = |length: f32| ((length * scale / SIDE).round() * SIDE).max(SIDE) as usize;
        let (columns, rows) = (side(width), side(height));
        let (x, y) = (width / columns as f32, height / rows as f32);
        let whole = Region {
            middle: (width / 2.0 - 0.5, height / 2.0 - 0.5),
            along: (1.0, 0.0),
            width,
            height,
        };
        let grey = strip::scaled(picture, &whole, columns, rows);
        let mut input = Vec::with_capacity(3 * grey.len());
        for (mean, deviation) in MEAN.into_iter().zip(DEVIATION) {
            input.extend(grey.iter().map(|value| (value / 255.0 - mean) / deviation));
        }
        let input = TensorRef::from_array_view(([1, 3, rows, columns], input.as_slice()))?;
        let outputs = self.detector.run(ort::inputs![input])?;
        let (_, map) = outputs[0].try_extract_tensor::<f32>()?;
        ensure!(
            map.len() == rows * columns,
            "the detector's map has another size than its input"
        );
        let found = regions::regions(map, columns);
        Ok(found
            .into_iter()
            .map(|region| region.scaled(x, y))
            .collect())
    }

    /// Whether the longest lines read better from behind.
    fn stands_on_its_head(
        &mut self,
        picture: &Picture,
        regions: &[Region],
    ) -> anyhow::Result<bool> {
        let mut longest: Vec<&Region> = regions.iter().collect();
        longest.sort_by(|a, b| b.width.max(b.height).total_cmp(&a.width.max(a.height)));
        longest.truncate(N_PROBED);
        let (mut upright, mut turned) = (0.0, 0.0);
        for region in &longest {
            upright += self.recognise(picture, region)?.1;
        }
        let n_probed = longest.len() as f32;
        if upright >= UPRIGHT * n_probed {
            return Ok(false);
        }
        let behind = picture.upside_down();
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        for region in longest {
            let region = Region {
                middle: (
                    width - 1.0 - region.middle.0,
                    height - 1.0 - region.middle.1,
                ),
                ..*region
            };
            turned += self.recognise(&behind, &region)?.1;
        }
        Ok(turned > upright && turned >= UPRIGHT * n_probed)
    }

    /// Text and confidence of one line; what is tall is read both ways.
    fn recognise(&mut self, picture: &Picture, region: &Region) -> anyhow::Result<(String, f32)> {
        if !region.is_tall() {
            return self.read_strip(&strip::cut(picture, region, Direction::Right));
        }
        let down = self.read_strip(&strip::cut(picture, region, Direction::Down))?;
        // A single letter is tall, too.
        if region.height > 3.0 * region.width {
            return Ok(down);
        }
        let right = self.read_strip(&strip::cut(picture, region, Direction::Right))?;
        Ok(if right.1 > down.1 { right } else { down })
    }

    fn read_strip(&mut self, strip: &Strip) -> anyhow::Result<(String, f32)> {
        let input = strip.values.repeat(3);
        let shape = [1, 3, strip::HEIGHT, strip.width];
        let input = TensorRef::from_array_view((shape, input.as_slice()))?;
        let outputs = self.recogniser.run(ort::inputs![input])?;
        let (shape, probabilities) = outputs[0].try_extract_tensor::<f32>()?;
        let n_classes = self.characters.len();
        ensure!(
            shape.last().is_some_and(|&n| n == n_classes as i64),
            "the recogniser gives other characters than it says"
        );
        Ok(decode(probabilities, &self.characters))
    }
}

fn session(environment: &Environment, model: &[u8], n_threads: usize) -> anyhow::Result<Session> {
    let builder = Session::builder(environment)?;
    // Its errors hold the builder, which may not leave this thread.
    let builder = builder.with_optimization_level(GraphOptimizationLevel::Level3);
    let builder = builder.map_err(|error| anyhow::anyhow!("{error}"))?;
    let builder = builder.with_intra_threads(n_threads);
    let builder = builder.map_err(|error| anyhow::anyhow!("{error}"))?;
    let builder = builder.with_config_entry(onnx::ASLEEP.0, onnx::ASLEEP.1);
    let mut builder = builder.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(builder.commit_from_memory(model)?)
}

/// The best path of a connectionist temporal classification (Graves et al., 2006): the likeliest
/// character of each step, repetitions once, the first class left out. The confidence is the mean
/// over the characters that stay; 0 if none does.
fn decode(probabilities: &[f32], characters: &[String]) -> (String, f32) {
    let (mut text, mut sum, mut n) = (String::new(), 0.0, 0);
    let mut before = 0;
    for step in probabilities.chunks_exact(characters.len()) {
        let likeliest = step
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((class, probability)) = likeliest else {
            continue;
        };
        if class != before && class != 0 {
            text.push_str(&characters[class]);
            sum += probability;
            n += 1;
        }
        before = class;
    }
    (text, if n == 0 { 0.0 } else { sum / n as f32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_characters_are_one_unless_nothing_stands_between_them() {
        let characters: Vec<String> = ["", "a", "b"].map(str::to_owned).into();
        let steps = [
            [0.1, 0.9, 0.0],
            [0.1, 0.9, 0.0],
            [0.9, 0.1, 0.0],
            [0.3, 0.7, 0.0],
            [0.1, 0.0, 0.5],
        ];
        let (text, confidence) = decode(&steps.concat(), &characters);
        assert_eq!(text, "aab");
        assert!((confidence - 0.7).abs() < 1e-6);
        assert_eq!(decode(&[0.9, 0.0, 0.1], &characters), (String::new(), 0.0));
    }
}
