//! Flags of every command.

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Output {
    /// Text for people.
    #[default]
    Human,
    /// One JSON document, also on failure.
    Json,
    /// Markdown for a pull request; of plans and checks.
    Markdown,
    /// The JSON document as YAML; of records and lists.
    Yaml,
    /// Comma-separated values; of lists.
    Csv,
    /// Only what it is called, one a line; of records and lists.
    Name,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Flags of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// The form of the result on stdout.
    #[arg(
        short,
        long,
        global = true,
        env = "PRISM_GITOPS_OUTPUT",
        value_name = "FORM",
        default_value = "human"
    )]
    pub(crate) output: Output,

    /// When to use colour.
    #[arg(
        long,
        global = true,
        env = "PRISM_GITOPS_COLOR",
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub(crate) color: Color,

    /// The form of log lines on stderr.
    #[arg(
        long,
        global = true,
        env = "PRISM_GITOPS_LOG_FORMAT",
        value_name = "FORM",
        default_value = "text"
    )]
    pub(crate) log_format: LogFormat,

    /// What to log: error, warn, info, debug, trace, or a filter such as `prism_gitops=debug`.
    ///
    /// The daemon logs at info, the other commands at warn.
    #[arg(
        long,
        global = true,
        env = "PRISM_GITOPS_LOG_LEVEL",
        value_name = "FILTER"
    )]
    pub(crate) log_level: Option<String>,

    /// Where traces are sent by OTLP over HTTP, such as `http://127.0.0.1:4318`; the variables of
    /// OpenTelemetry (`OTEL_EXPORTER_OTLP_ENDPOINT`, …) count too.
    #[cfg(feature = "otlp")]
    #[arg(
        long,
        global = true,
        env = "PRISM_GITOPS_OTLP_ENDPOINT",
        value_name = "URL"
    )]
    pub(crate) otlp_endpoint: Option<String>,

    /// Log more: -v info, -vv debug, -vvv trace; plans list what waits.
    #[arg(short, long, global = true, env = "PRISM_GITOPS_VERBOSE", value_name = "N", action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}
