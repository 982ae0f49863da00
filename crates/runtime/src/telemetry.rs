//! Logs: one line per event, on stderr.
//!
//! Every line that a program may look for has a stable name in its field
//! `event`; the names are listed in `docs/daemon.md`. Values of secrets never
//! reach a log.

use std::io::{IsTerminal as _, Write};
use std::str::FromStr;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::{harmless, redact};

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object per line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(format!("{other:?} is not a log format; use text or json")),
        }
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter makes no sense.
    #[error(
        "{filter:?} is not a log filter; give a level (error, warn, info, debug, trace) or \
         target=level pairs with --log-level or PRISM_GITOPS_LOG_LEVEL"
    )]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// Something else in this process has set up logging.
    #[error("logging is already set up")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
}

/// A further layer that receives spans.
pub type Beside = Option<Box<dyn Layer<Registry> + Send + Sync>>;

/// Sets up logging for the whole process, and a further layer `beside` it.
///
/// `filter` is a level or a filter as `tracing` has them (`info`,
/// `prism_gitops=debug,warn`). A level alone speaks of this program; the
/// libraries below it stay at `warn`. `color` applies on a terminal only.
///
/// # Errors
///
/// [`TelemetryError`] for a filter that makes no sense, and for a second call.
pub fn init(
    format: LogFormat,
    filter: &str,
    color: bool,
    beside: Beside,
) -> Result<(), TelemetryError> {
    let color = color && std::io::stderr().is_terminal();
    let lines = lines(format, filter, color, std::io::stderr)?;
    let subscriber = tracing_subscriber::registry().with(beside).with(lines);
    subscriber.try_init().map_err(TelemetryError::Twice)
}

/// The lines, and which of them are written.
fn lines<S, W>(
    format: LogFormat,
    filter: &str,
    color: bool,
    writer: W,
) -> Result<Box<dyn Layer<S> + Send + Sync>, TelemetryError>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = parse(filter)?;
    let clean = Cleaning {
        inner: writer,
        json: format == LogFormat::Json,
        color,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(clean)
        .with_ansi(color && format == LogFormat::Text);
    Ok(match format {
        LogFormat::Text => layer.with_target(false).with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    })
}

/// Makes writers of lines without known secrets, and without anything that acts in a terminal.
struct Cleaning<W> {
    inner: W,
    json: bool,
    color: bool,
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Cleaning<W> {
    type Writer = Cleaning<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Cleaning {
            inner: self.inner.make_writer(),
            json: self.json,
            color: self.color,
        }
    }
}

impl<W: Write> Write for Cleaning<W> {
    /// What is written at once is one line: so the layer does it.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let known = redact::known();
        if self.json {
            let line = text.trim_end_matches('\n');
            self.inner.write_all(known.json(line).as_bytes())?;
            self.inner.write_all(b"\n")?;
        } else {
            let line = harmless::log_line(&known.ours(&text), self.color);
            self.inner.write_all(line.as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

fn parse(filter: &str) -> Result<EnvFilter, TelemetryError> {
    let is_level = tracing::Level::from_str(filter).is_ok();
    let directives = if is_level {
        format!("warn,prism_gitops={filter}")
    } else {
        filter.to_owned()
    };
    EnvFilter::try_new(&directives).map_err(|source| TelemetryError::Filter {
        filter: filter.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_line_holds_a_secret_or_more_than_one_line() {
        redact::known().learn("c4nary-in-a-l0g");
        for format in [LogFormat::Text, LogFormat::Json] {
            let written = Lines::default();
            let writer = written.clone();
            let lines = lines(format, "info", false, move || writer.clone()).unwrap();
            let subscriber = tracing_subscriber::registry().with(lines);
            tracing::subscriber::with_default(subscriber, || {
                let error = "it says \"c4nary-in-a-l0g\"\n::error::x ##[add-mask]y";
                tracing::warn!(error, "c4nary\\u002din-a-l0g");
            });
            let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(
                !text.contains("-in-a-l0g") && !text.contains("##["),
                "{text}"
            );
            let parsed = serde_json::from_str::<serde_json::Value>(&text);
            assert_eq!(parsed.is_ok(), format == LogFormat::Json, "{text}");
        }
    }

    fn logged(format: LogFormat, filter: &str) -> String {
        let written = Lines::default();
        let writer = written.clone();
        let lines = lines(format, filter, false, move || writer.clone()).unwrap();
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!(event = "pass.finished", "quiet");
            tracing::info!(event = "pass.finished", changes = 3, "pass finished");
            tracing::info!(target: "hyper", "noise");
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_lines_hold_the_event_at_the_top() {
        let text = logged(LogFormat::Json, "info");
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(line["event"], "pass.finished");
        assert_eq!(line["changes"], 3);
        assert_eq!(line["message"], "pass finished");
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn text_lines_are_plain_and_filtered() {
        let text = logged(LogFormat::Text, "info");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.trim_end()
                .ends_with(r#"INFO pass finished event="pass.finished" changes=3"#)
        );
        assert!(!text.contains('\u{1b}'));
        assert_eq!(logged(LogFormat::Text, "debug").lines().count(), 2);
        assert_eq!(logged(LogFormat::Text, "hyper=info").lines().count(), 1);
    }

    #[test]
    fn a_wrong_filter_is_named_with_the_flag() {
        let error = parse("prism_gitops=loud").unwrap_err();
        insta::assert_snapshot!(error, @r#""prism_gitops=loud" is not a log filter; give a level (error, warn, info, debug, trace) or target=level pairs with --log-level or PRISM_GITOPS_LOG_LEVEL"#);
        assert!("yaml".parse::<LogFormat>().is_err());
    }
}
