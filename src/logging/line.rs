//! A line of the log: when, how grave, which module, and what may be told of the rest.
//!
//! Knows which fields are words of the program's own. Invariant: a message of another library, which may
//! hold anything, and every value that is text go through `redact`.

use std::fmt::{self, Debug, Write};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

use crate::redact;

/// Messages of ours hold no values (`tests/it/tidy.rs`), so they are told as they are.
const OURS: &str = "nuthatch";
/// Fields whose values are constants of the program.
const CONSTANTS: [&str; 3] = ["code", "table", "version"];

/// Formats an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told;

impl<S, N> FormatEvent<S, N> for Told
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        SystemTime.format_time(&mut writer)?;
        let about = event.metadata();
        let mut fields = Fields {
            is_ours: about.target().starts_with(OURS),
            line: String::new(),
        };
        event.record(&mut fields);
        let (level, target, line) = (about.level(), about.target(), fields.line);
        writeln!(writer, " {level} {target}:{line}")
    }
}

struct Fields {
    is_ours: bool,
    line: String,
}

impl Fields {
    fn push(&mut self, field: &Field, value: &str) {
        let _ = match field.name() {
            "message" => write!(self.line, " {value}"),
            name => write!(self.line, " {name}={value}"),
        };
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        let is_constant = match field.name() {
            "message" => self.is_ours,
            name => self.is_ours && CONSTANTS.contains(&name),
        };
        let told = if is_constant {
            text
        } else {
            redact::told(&text)
        };
        self.push(field, &told);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, &value.to_string());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, &value.to_string());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, &value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, &value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn a_line_tells_what_happened_and_names_nothing() {
        let kept = Kept::default();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(Told)
            .with_writer(kept.clone());
        let listening = tracing_subscriber::registry().with(layer);
        let error = io::Error::from_raw_os_error(13);
        tracing::subscriber::with_default(listening, || {
            let path = "/home/robin/Quabblethorn";
            tracing::warn!(%error, path, files = 7, table = "files", "a folder is not watched");
            tracing::error!(target: "sqlx::query", "slow: {path}");
        });
        let lines = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(!lines.contains("Quabblethorn"), "{lines}");
        let mut lines = lines.lines();
        let first = lines.next().unwrap();
        let expected = "WARN nuthatch::logging::line::tests: a folder is not watched \
                        error=Permission denied; os error 13 path=(not shown) files=7 table=files";
        assert!(
            !cfg!(target_os = "linux") || first.ends_with(expected),
            "{first}"
        );
        let second = lines.next().unwrap();
        assert!(
            second.ends_with("ERROR sqlx::query: (not shown)"),
            "{second}"
        );
    }
}
