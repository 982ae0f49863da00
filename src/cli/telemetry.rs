//! What is logged and traced, from the flags.

#[cfg(feature = "otlp")]
mod otlp;

use super::Variables;
use super::args::{GlobalArgs, LogFormat};
use super::error::CliError;
use super::ui::Ui;
use crate::runtime::telemetry::{self, TelemetryError};

/// What goes on beside the work, until it is finished.
#[must_use]
#[derive(Default)]
pub(crate) struct Telemetry {
    #[cfg(feature = "otlp")]
    traces: Option<crate::runtime::traces::Traces>,
}

impl Telemetry {
    /// Sends what is left, for a moment.
    pub(crate) fn finish(self) {
        #[cfg(feature = "otlp")]
        if let Some(traces) = self.traces {
            traces.finish();
        }
    }
}

/// Starts logging to stderr, and the export of traces if configured.
pub(crate) fn start(
    ui: &Ui,
    args: &GlobalArgs,
    variables: &Variables,
    daemon: bool,
) -> Result<Telemetry, CliError> {
    #[cfg(feature = "otlp")]
    let (beside, telemetry) = match otlp::start(args.otlp_endpoint.as_deref(), variables)? {
        None => (None, Telemetry::default()),
        Some((layer, traces)) => {
            let traces = Some(traces);
            (Some(layer), Telemetry { traces })
        }
    };
    #[cfg(not(feature = "otlp"))]
    let (beside, telemetry, _) = (None, Telemetry::default(), variables);
    let format = match args.log_format {
        LogFormat::Text => telemetry::LogFormat::Text,
        LogFormat::Json => telemetry::LogFormat::Json,
    };
    match telemetry::init(format, filter(args, daemon), ui.color_err(), beside) {
        // Several commands in one process, as tests run them, share the first one's logging.
        Err(TelemetryError::Twice(_)) | Ok(()) => Ok(telemetry),
        Err(error @ TelemetryError::Filter { .. }) => {
            Err(CliError::user("cannot set up logging").because(&error))
        }
    }
}

/// The filter: what was said, else more with each `-v`, else what suits the command.
fn filter(args: &GlobalArgs, daemon: bool) -> &str {
    match (&args.log_level, args.verbose + u8::from(daemon)) {
        (Some(filter), _) => filter,
        // A certificate that is not trusted is an error that is reported anyway.
        (None, 0) => "warn,rustls_platform_verifier=off",
        (None, 1) => "info,rustls_platform_verifier=off",
        (None, 2) => "debug",
        (None, _) => "trace",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        global: GlobalArgs,
    }

    #[test]
    fn each_v_logs_more_and_a_filter_beats_them() {
        for (line, daemon, expected) in [
            ("x", false, "warn,rustls_platform_verifier=off"),
            ("x", true, "info,rustls_platform_verifier=off"),
            ("x -v", false, "info,rustls_platform_verifier=off"),
            ("x -v", true, "debug"),
            ("x -vvvv", false, "trace"),
            (
                "x -vv --log-level prism_gitops=error",
                false,
                "prism_gitops=error",
            ),
        ] {
            let args = Line::parse_from(line.split(' ')).global;
            assert_eq!(filter(&args, daemon), expected, "{line}");
        }
    }
}
