//! `nuthatch-models`: loads one model and answers its parent over stdin and stdout.
//!
//! The only executable that names an inference library; `nuthatch-models-cuda` is the same one built
//! with the feature `cuda`. It reads model files and nothing else, opens no connection, and exits
//! when its parent closes the pipe. Its error output, which parents quote, never holds a text that
//! it was given.
//! Start reading at [`serve`].

mod embedding;
mod encoder;
mod hardware;
mod loaded;
mod ocr;
mod onnx;

use std::io::{self, BufReader, BufWriter, Write};

use anyhow::bail;
use nuthatch_models::{
    frame, priority,
    protocol::{Answer, MAX_FRAME_BYTES, Request, Response, build},
};

use crate::loaded::{Loaded, Place};

fn main() -> anyhow::Result<()> {
    // The message of a panic may quote the text at hand; the place says enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        let _ = writeln!(io::stderr(), "the model worker panicked at {place}");
    }));
    serve(
        &mut BufReader::new(io::stdin().lock()),
        &mut BufWriter::new(io::stdout().lock()),
    )
}

/// Says its build, then answers requests in order until the parent goes.
fn serve(from: &mut impl io::Read, to: &mut impl io::Write) -> anyhow::Result<()> {
    frame::write(to, &build())?;
    let mut model = None;
    while let Some(request) = frame::read(from, MAX_FRAME_BYTES)? {
        let response = answer(&mut model, request)
            .unwrap_or_else(|error| Response::Failed(format!("{error:#}")));
        let kept_bytes = model.as_ref().map_or(0, Loaded::kept_bytes);
        let resident_bytes = hardware::resident_bytes();
        let resident_bytes = resident_bytes.map(|bytes| bytes.saturating_sub(kept_bytes));
        frame::write(
            to,
            &Answer {
                response,
                resident_bytes,
            },
        )?;
    }
    Ok(())
}

fn answer(model: &mut Option<Loaded>, request: Request) -> anyhow::Result<Response> {
    Ok(match (request, model) {
        (
            Request::Open {
                spec,
                directory,
                runtime,
                n_threads,
                priority,
                device,
                precision,
            },
            model,
        ) => {
            // Before a model starts threads, which inherit it.
            priority::lower_process(priority);
            let place = Place {
                runtime: &runtime,
                n_threads,
                device,
                precision,
            };
            *model = Some(Loaded::load(&spec, &directory, &place)?);
            Response::Ready
        }
        (Request::Devices, _) => Response::Devices(hardware::reports()),
        (_, None) => bail!("no model is loaded"),
        (Request::Embed { role, texts }, Some(model)) => {
            Response::Embedded(model.embed(role, &texts)?)
        }
        (Request::Rerank { query, passages }, Some(model)) => {
            Response::Scored(model.rerank(&query, &passages)?)
        }
        (Request::Read(picture), Some(model)) => Response::Lines(model.read(&picture)?),
        (Request::Write { turns, max_tokens }, Some(model)) => model.write(&turns, max_tokens)?,
        (Request::WriteOn, Some(model)) => model.write_on()?,
        (Request::Count(turns), Some(model)) => Response::Counted(model.count(&turns)?),
        (Request::Measure, Some(model)) => model.measure()?,
    })
}
