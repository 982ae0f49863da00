//! Arguments of `sandbox`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::parse;

/// Serves a local Prismatic: the same API, on loopback.
///
/// Prints `listening on http://ADDRESS` when it is ready. Accepts the refresh
/// token `sandbox`. Ctrl-C stops it.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops sandbox
  prism-gitops sandbox --listen 127.0.0.1:0 --state sandbox.json --seed 7
  prism-gitops sandbox --state .prism-gitops/sandbox.json --forward 2h
  prism-gitops sandbox --seed tenant.yaml --rate 10 --latency 50ms --faults faults.json")]
pub(crate) struct SandboxArgs {
    /// Where to serve; port 0 chooses a free one.
    #[arg(
        long,
        env = "PRISM_GITOPS_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8787"
    )]
    pub(crate) listen: String,

    /// Serve on an address that other machines can reach.
    #[arg(long, env = "PRISM_GITOPS_ALLOW_REMOTE", value_parser = FalseyValueParser::new())]
    pub(crate) allow_remote: bool,

    /// Keep the state in this file; without it, nothing is kept.
    #[arg(long, env = "PRISM_GITOPS_STATE", value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Move the clock of the sandbox in the state file forward by this time, and end: what waits for a time
    /// need not be waited for. Processes that work on the file see it at once.
    #[arg(long, env = "PRISM_GITOPS_FORWARD", value_name = "TIME", value_parser = parse::duration, requires = "state")]
    pub(crate) forward: Option<Duration>,

    /// What a new sandbox holds: `demo`, `empty`, a number for a generated tenant, or a file.
    #[arg(
        long,
        env = "PRISM_GITOPS_SEED",
        value_name = "SEED",
        default_value = "demo"
    )]
    pub(crate) seed: String,

    /// Answer at most this many requests per second, and 429 beyond.
    #[arg(long, env = "PRISM_GITOPS_RATE", value_name = "N", value_parser = parse::rate)]
    pub(crate) rate: Option<f64>,

    /// How long every answer takes.
    #[arg(long, env = "PRISM_GITOPS_LATENCY", value_name = "TIME", value_parser = parse::duration)]
    pub(crate) latency: Option<Duration>,

    /// A script of faults to inject.
    #[arg(long, env = "PRISM_GITOPS_FAULTS", value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
}
