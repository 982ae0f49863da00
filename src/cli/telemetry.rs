//! What is logged, from the flags.

use super::args::{GlobalArgs, LogFormat};
use super::error::CliError;
use super::ui::Ui;
use crate::runtime::telemetry::{self, TelemetryError};

/// Starts logging to stderr.
pub(crate) fn start(ui: &Ui, args: &GlobalArgs, daemon: bool) -> Result<(), CliError> {
    let format = match args.log_format {
        LogFormat::Text => telemetry::LogFormat::Text,
        LogFormat::Json => telemetry::LogFormat::Json,
    };
    match telemetry::init(format, filter(args, daemon), ui.color_err()) {
        // Several commands in one process, as tests run them, share the first one's logging.
        Err(TelemetryError::Twice(_)) | Ok(()) => Ok(()),
        Err(error @ TelemetryError::Filter { .. }) => {
            Err(CliError::user("cannot set up logging").because(&error))
        }
    }
}

/// The filter: what was said, else more with each `-v`, else what suits the command.
fn filter(args: &GlobalArgs, daemon: bool) -> &str {
    match (&args.log_level, args.verbose + u8::from(daemon)) {
        (Some(filter), _) => filter,
        // A certificate that is not trusted is an error that is told anyway.
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
