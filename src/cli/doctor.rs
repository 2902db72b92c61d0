//! `nuthatch doctor`: a report for whoever helps, shown or written into a file.
//!
//! The engine makes it; this prints it. Works on any library, and without one.

use std::{path::PathBuf, time::SystemTime};

use anyhow::Context;
use clap::Args;
use nuthatch::{dirs::Dirs, engine::report};
use serde_json::json;

use super::show;

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Write the report into this text file, to read it and to send it to whoever helps you
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

pub(super) async fn doctor(
    dirs: &Dirs,
    arguments: DoctorArguments,
    json: bool,
) -> anyhow::Result<()> {
    let report = report::text(dirs, SystemTime::now()).await;
    let Some(file) = arguments.bundle else {
        if json {
            return show::print(&json!({ "report": report }));
        }
        return show::print_line(format_args!("{}", report.trim_end()));
    };
    let shown = file.display();
    report::write(&file, &report).with_context(|| format!("could not write {shown}"))?;
    if json {
        return show::print(&json!({ "bundle": shown.to_string(), "bytes": report.len() }));
    }
    show::print_line(format_args!(
        "{shown}: written. It names no file and holds no text of yours; read it before you send it."
    ))
}
