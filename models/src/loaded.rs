//! The model that a parent opened, of whichever kind.
//!
//! Owns what may be asked of which kind, and the worker's own texts for measuring; knows nothing of
//! pipes. Invariant: files are verified before anything reads them.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{bail, ensure};
use nuthatch_models::{
    Device, ModelSpec, Precision, Role,
    catalogue::Kind,
    causal::CausalReranker,
    decoder::Generator,
    picture::{Lines, Picture},
    protocol::{Response, Speaker, Turn},
};

use crate::{embedding::EmbeddingModel, encoder::EncoderReranker, hardware, ocr::TextReader};

/// Passages that are measured at once: about as many as one message of a query holds.
const N_MEASURED: usize = 4;
/// Measuring ends after this long, or with a warm-up that alone took as long.
const MEASURING: Duration = Duration::from_secs(2);
/// What one slice of writing takes, reading the prompt included: whoever gives up waits no longer
/// than a tenth of a second for the processor.
const SLICE: Duration = Duration::from_millis(70);
/// Tokens that are written to measure it.
const N_WRITTEN: usize = 32;
const QUERY: &str = "How long is the notice period for a flat that is let without a limit in time?";
const SENTENCES: [&str; 10] = [
    "The tenant may end the contract at any time with a notice of three months.",
    "A notice has to reach the landlord in writing, not later than on the third working day of \
     the first of these months.",
    "Whoever shares the flat signs the notice as well.",
    "The rent is due in advance, and a part of it covers heating, water and the cleaning of the \
     stairs.",
    "What was paid too much is given back after the yearly account, usually in spring.",
    "Small repairs are the tenant's affair up to a hundred in each case, larger ones the owner's.",
    "A second key lies with the caretaker, who lives on the ground floor beside the bicycle room.",
    "Walls may be painted in any colour, as long as they are handed over in a light one.",
    "The deposit is kept on an account of its own and bears the interest of a savings book.",
    "On the day of moving out, both sides walk through the rooms and write down what they see.",
];

/// A model, ready to answer.
pub(crate) enum Loaded {
    Embedding(Box<EmbeddingModel>),
    Causal(Box<CausalReranker>),
    Encoder(Box<EncoderReranker>),
    Text(Box<TextReader>),
    Generator(Box<Generator>),
}

/// Where and how a model runs.
pub(crate) struct Place<'a> {
    /// The ONNX Runtime shared library.
    pub(crate) runtime: &'a Path,
    pub(crate) n_threads: usize,
    pub(crate) device: Device,
    pub(crate) precision: Option<Precision>,
}

impl Loaded {
    /// Verifies the files and loads them.
    pub(crate) fn load(
        spec: &ModelSpec,
        directory: &Path,
        place: &Place<'_>,
    ) -> anyhow::Result<Self> {
        spec.ensure_verified(directory)?;
        let is_on_any = matches!(spec.kind, Kind::CausalReranker(_) | Kind::Generator(_));
        ensure!(
            is_on_any || place.device == Device::Cpu,
            "the model {} runs on the processor only, as it is stored",
            spec.id
        );
        ensure!(
            matches!(spec.kind, Kind::CausalReranker(_)) || place.precision.is_none(),
            "the model {} runs as it is stored only",
            spec.id
        );
        let (runtime, n_threads) = (place.runtime, place.n_threads);
        Ok(match &spec.kind {
            Kind::Embedding(_) => {
                let model = EmbeddingModel::load(spec, directory, runtime, n_threads)?;
                Self::Embedding(Box::new(model))
            }
            Kind::EncoderReranker => {
                let model = EncoderReranker::load(spec, directory, runtime, n_threads)?;
                Self::Encoder(Box::new(model))
            }
            Kind::TextReader => {
                let model = TextReader::load(spec, directory, runtime, n_threads)?;
                Self::Text(Box::new(model))
            }
            Kind::CausalReranker(causal) => {
                let device = hardware::open(place.device)?;
                let (max_tokens, precision) = (spec.max_tokens, place.precision);
                let model =
                    CausalReranker::load(directory, causal, max_tokens, &device, precision)?;
                Self::Causal(Box::new(model))
            }
            Kind::Generator(generator) => {
                let device = hardware::open(place.device)?;
                let model = Generator::load(directory, generator, spec.max_tokens, &device)?;
                Self::Generator(Box::new(model))
            }
        })
    }

    /// One vector per text.
    pub(crate) fn embed(&mut self, role: Role, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
        match self {
            Self::Embedding(model) => model.embed(role, texts),
            _ => bail!("the model gives no embeddings"),
        }
    }

    /// The lines in a picture.
    pub(crate) fn read(&mut self, picture: &Picture) -> anyhow::Result<Lines> {
        match self {
            Self::Text(model) => model.read(picture),
            _ => bail!("the model reads no pictures"),
        }
    }

    /// One score per passage.
    pub(crate) fn rerank(
        &mut self,
        query: &str,
        passages: &[String],
    ) -> anyhow::Result<Vec<Option<f32>>> {
        match self {
            Self::Causal(model) => Ok(model.score(query, passages)?),
            Self::Encoder(model) => model.score(query, passages),
            _ => bail!("the model does not rerank"),
        }
    }

    fn generator(&mut self) -> anyhow::Result<&mut Generator> {
        match self {
            Self::Generator(model) => Ok(model),
            _ => bail!("the model does not write"),
        }
    }

    /// Begins to write, and does the first slice.
    pub(crate) fn write(&mut self, turns: &[Turn], max_tokens: usize) -> anyhow::Result<Response> {
        self.generator()?.begin(turns, max_tokens)?;
        self.write_on()
    }

    /// The next slice.
    pub(crate) fn write_on(&mut self) -> anyhow::Result<Response> {
        let written = self.generator()?.go_on(SLICE)?;
        Ok(Response::Written {
            text: written.text,
            n_tokens: written.n_tokens,
            end: written.end,
        })
    }

    /// Tokens of a conversation's prompt.
    pub(crate) fn count(&mut self, turns: &[Turn]) -> anyhow::Result<usize> {
        Ok(self.generator()?.n_tokens(turns)?)
    }

    /// Memory that the last conversation takes, which is bounded by the model's context.
    pub(crate) fn kept_bytes(&self) -> u64 {
        match self {
            Self::Generator(model) => model.kept_bytes() as u64,
            _ => 0,
        }
    }

    fn n_tokens(&self, query: &str, passages: &[String]) -> anyhow::Result<usize> {
        match self {
            Self::Causal(model) => Ok(model.n_tokens(query, passages)?),
            Self::Encoder(model) => model.n_tokens(query, passages),
            _ => bail!("the model does not rerank"),
        }
    }

    /// Reranks texts of its own for about two seconds, the first of them unmeasured; a generator
    /// reads them once and writes a little.
    pub(crate) fn measure(&mut self) -> anyhow::Result<Response> {
        if let Self::Generator(model) = self {
            return measure_writing(model);
        }
        let passages = passages();
        let per_round = self.n_tokens(QUERY, &passages)?;
        let warming = Instant::now();
        self.rerank(QUERY, &passages)?;
        // A machine as slow as this has nothing to warm up that would show.
        let (mut n_tokens, mut took) = (per_round, warming.elapsed());
        if took < MEASURING {
            n_tokens = 0;
            let began = Instant::now();
            while began.elapsed() < MEASURING {
                self.rerank(QUERY, &passages)?;
                n_tokens += per_round;
            }
            took = began.elapsed();
        }
        Ok(Response::Measured {
            n_tokens,
            seconds: took.as_secs_f64(),
        })
    }
}

/// Tokens are those of the prompt and those written, which take longer.
fn measure_writing(model: &mut Generator) -> anyhow::Result<Response> {
    let text = format!("{}\n\n{QUERY}", passages().swap_remove(0));
    let turns = [Turn {
        role: Speaker::User,
        text,
    }];
    let mut n_tokens = model.n_tokens(&turns)?;
    let began = Instant::now();
    model.begin(&turns, N_WRITTEN)?;
    loop {
        let written = model.go_on(MEASURING)?;
        n_tokens += written.n_tokens;
        if written.end.is_some() {
            break;
        }
    }
    Ok(Response::Measured {
        n_tokens,
        seconds: began.elapsed().as_secs_f64(),
    })
}

/// The same sentences, each time beginning with another one.
fn passages() -> Vec<String> {
    let passage = |i: usize| {
        let sentences = SENTENCES.iter().cycle().skip(i).take(SENTENCES.len());
        sentences.copied().collect::<Vec<_>>().join(" ")
    };
    (0..N_MEASURED).map(passage).collect()
}
