//! `nuthatch-models`: loads one model and answers its parent over stdin and stdout.
//!
//! The only executable that names an inference library. It reads model files and nothing else,
//! opens no connection, and exits when its parent closes the pipe.
//! Start reading at [`serve`].

mod embedding;

use std::io::{self, BufReader, BufWriter};

use nuthatch_models::{
    frame,
    protocol::{MAX_FRAME_BYTES, Request, Response},
};

use crate::embedding::EmbeddingModel;

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

fn answer(model: &mut Option<EmbeddingModel>, request: Request) -> anyhow::Result<Response> {
    match request {
        Request::Open {
            spec,
            directory,
            runtime,
            n_threads,
        } => {
            *model = Some(EmbeddingModel::load(
                &spec, &directory, &runtime, n_threads,
            )?);
            Ok(Response::Ready)
        }
        Request::Embed { role, texts } => {
            let model = model
                .as_mut()
                .ok_or_else(|| anyhow::anyhow!("no model is loaded"))?;
            Ok(Response::Embedded(model.embed(role, &texts)?))
        }
    }
}
