//! `nuthatch-models`: loads one model and answers its parent over stdin and stdout.
//!
//! The only executable that names an inference library. It reads model files and nothing else,
//! opens no connection, and exits when its parent closes the pipe.
//! Start reading at [`serve`].

mod embedding;

use std::{
    io::{self, BufReader, BufWriter},
    path::Path,
};

use anyhow::bail;
use candle_core::Device;
use nuthatch_models::{
    ModelSpec,
    catalogue::Kind,
    causal::CausalReranker,
    frame,
    protocol::{MAX_FRAME_BYTES, Request, Response},
};

use crate::embedding::EmbeddingModel;

/// The model that a parent opened.
enum Loaded {
    Embedding(Box<EmbeddingModel>),
    Causal(Box<CausalReranker>),
}

fn main() -> anyhow::Result<()> {
    serve(
        &mut BufReader::new(io::stdin().lock()),
        &mut BufWriter::new(io::stdout().lock()),
    )
}

/// Answers requests in order until the parent goes.
fn serve(from: &mut impl io::Read, to: &mut impl io::Write) -> anyhow::Result<()> {
    let mut model = None;
    while let Some(request) = frame::read(from, MAX_FRAME_BYTES)? {
        let response = answer(&mut model, request)
            .unwrap_or_else(|error| Response::Failed(format!("{error:#}")));
        frame::write(to, &response)?;
    }
    Ok(())
}

fn answer(model: &mut Option<Loaded>, request: Request) -> anyhow::Result<Response> {
    match (request, model) {
        (
            Request::Open {
                spec,
                directory,
                runtime,
                n_threads,
            },
            model,
        ) => {
            *model = Some(load(&spec, &directory, &runtime, n_threads)?);
            Ok(Response::Ready)
        }
        (_, None) => bail!("no model is loaded"),
        (Request::Embed { role, texts }, Some(Loaded::Embedding(model))) => {
            Ok(Response::Embedded(model.embed(role, &texts)?))
        }
        (Request::Rerank { query, passages }, Some(Loaded::Causal(model))) => {
            Ok(Response::Scored(model.score(&query, &passages)?))
        }
        (Request::Embed { .. }, Some(_)) => bail!("the model gives no embeddings"),
        (Request::Rerank { .. }, Some(_)) => bail!("the model does not rerank"),
    }
}

fn load(
    spec: &ModelSpec,
    directory: &Path,
    runtime: &Path,
    n_threads: usize,
) -> anyhow::Result<Loaded> {
    Ok(match &spec.kind {
        Kind::Embedding(_) => {
            let model = EmbeddingModel::load(spec, directory, runtime, n_threads)?;
            Loaded::Embedding(Box::new(model))
        }
        Kind::CausalReranker(causal) => {
            spec.verify(directory)?;
            // As stored: bf16 takes no longer than f32 on a processor, and half the memory.
            let model =
                CausalReranker::load(directory, causal, spec.max_tokens, &Device::Cpu, None)?;
            Loaded::Causal(Box::new(model))
        }
        Kind::EncoderReranker => bail!("encoder rerankers are not supported yet"),
    })
}
