//! The log, as both programs keep it: lines on stderr, and in two small files of the library.
//!
//! An edge, since it sets up who listens; it stands apart because the window and the command line share
//! it. Libraries only speak. Invariant: nothing in the files, and nothing on stderr unless `NUTHATCH_LOG`
//! asks for it, names a file, a query or a text: of each line only what was written into our own source,
//! numbers, and phrases that `redact` knows. So `forget` has nothing to erase in them.

mod file;
mod line;

use crate::dirs::Dirs;
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use self::{file::LogFile, line::Told};

/// What may be heard instead, for who looks for a fault: `NUTHATCH_LOG=nuthatch=debug`.
const VARIABLE: &str = "NUTHATCH_LOG";
/// One screen a day.
const USUAL: &str = "warn,nuthatch=info,nuthatch_desktop=info,nuthatch_models=info";

/// Keeps the log of a program from now on, beside the library that it works on.
pub fn begin(dirs: &Dirs, program: &'static str, is_on_stderr: bool) {
    let files = fmt::layer()
        .event_format(Told)
        .with_writer(LogFile::of(dirs, program))
        .with_filter(EnvFilter::new(USUAL));
    let wanted = EnvFilter::try_from_env(VARIABLE).ok();
    let stderr = is_on_stderr.then(|| match wanted {
        Some(wanted) => fmt::layer()
            .with_writer(std::io::stderr)
            .with_filter(wanted)
            .boxed(),
        None => fmt::layer()
            .event_format(Told)
            .with_writer(std::io::stderr)
            .with_filter(EnvFilter::new(USUAL))
            .boxed(),
    });
    // Somebody may listen already, in a test.
    let _ = tracing_subscriber::registry()
        .with(files)
        .with(stderr)
        .try_init();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
}
