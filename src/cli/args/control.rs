//! Arguments of `status`, `sync`, `pause` and `resume`: what is asked of a running daemon.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use jiff::Timestamp;

use super::{PartArgs, parse};

/// Which daemon.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Daemon")]
pub(crate) struct DaemonClientArgs {
    /// Where the daemon serves; `http` only on this machine, else `https`.
    #[arg(
        long,
        env = "PRISM_GITOPS_DAEMON",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) daemon: String,

    /// The environment, where the daemon keeps several in step. Can be given several times, or as a
    /// list with commas.
    #[arg(
        short,
        long,
        env = "PRISM_GITOPS_ENV",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub(crate) env: Vec<String>,

    /// Where its token is: `env:NAME` or `file:PATH`.
    #[arg(long, env = "PRISM_GITOPS_API_TOKEN", value_name = "WHERE")]
    pub(crate) api_token: Option<String>,

    /// A file of certificates (PEM) to trust besides the system's. `NODE_EXTRA_CA_CERTS` is read too.
    #[arg(long, env = "PRISM_GITOPS_CA_FILE", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// Shows how a running daemon fares: its last pass, what it waits for, what is out of step.
///
/// With a resource, everything that the daemon knows of that one: what differs and who did it, what fails, what comes
/// next, what was done last. With a customer, all resources of theirs.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops status
  prism-gitops status Instance/smith-erp
  prism-gitops status 'Smith ERP' -o json
  prism-gitops status --customer cust-0042
  prism-gitops status --env prod-us --watch
  prism-gitops status --daemon https://gitops.acme.example --api-token file:token -o json")]
pub(crate) struct StatusArgs {
    /// One resource: `Customer/NAME`, `Integration/NAME`, `Instance/NAME`, or the name in Prismatic where one has it.
    #[arg(value_name = "RESOURCE", conflicts_with = "watch")]
    pub(crate) resource: Option<String>,

    /// The resources of one customer: its external id or name.
    #[arg(
        long,
        env = "PRISM_GITOPS_CUSTOMER",
        value_name = "CUSTOMER",
        conflicts_with = "watch"
    )]
    pub(crate) customer: Option<String>,

    /// Show it again whenever a pass has ended or the daemon was paused, until interrupted.
    #[arg(long, env = "PRISM_GITOPS_WATCH", value_parser = FalseyValueParser::new())]
    pub(crate) watch: bool,

    #[command(flatten)]
    pub(crate) client: DaemonClientArgs,
}

/// Wakes a running daemon: it makes a pass at once, as it would have sooner or later.
///
/// For a part of the project it makes a pass that writes that part only; the rest is left to the next ordinary pass.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops sync
  prism-gitops sync --wait
  prism-gitops sync --wait --env prod-us --env prod-eu
  prism-gitops sync --wait --timeout 10m -o json
  prism-gitops sync --wait --customer cust-0042")]
pub(crate) struct SyncArgs {
    /// Wait until a pass that began after this has ended, and exit by its result.
    #[arg(long, env = "PRISM_GITOPS_WAIT", value_parser = FalseyValueParser::new())]
    pub(crate) wait: bool,

    /// How long to wait.
    #[arg(long, env = "PRISM_GITOPS_TIMEOUT", value_name = "TIME", default_value = "30m", value_parser = parse::duration)]
    pub(crate) timeout: Duration,

    #[command(flatten)]
    pub(crate) part: PartArgs,

    #[command(flatten)]
    pub(crate) client: DaemonClientArgs,
}

/// Pauses a running daemon: it goes on reading and reporting, and writes nothing. A restart does not end it.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops pause --reason 'release of 4.2' --for 2h
  prism-gitops pause --reason 'black Friday' --until 2026-11-28T06:00:00Z
  prism-gitops pause --reason 'incident 4711'")]
pub(crate) struct PauseArgs {
    /// Why, in one line. It is shown wherever the pause is.
    #[arg(long, env = "PRISM_GITOPS_REASON", value_name = "TEXT")]
    pub(crate) reason: String,

    /// End it by itself after this: `2h`, `1d`. Without an end it lasts until `resume`.
    #[arg(long = "for", env = "PRISM_GITOPS_FOR", value_name = "TIME", value_parser = parse::age, conflicts_with = "until")]
    pub(crate) span: Option<Duration>,

    /// End it by itself then: `2026-11-28T06:00:00Z`.
    #[arg(long, env = "PRISM_GITOPS_UNTIL", value_name = "TIME", value_parser = parse::instant)]
    pub(crate) until: Option<Timestamp>,

    #[command(flatten)]
    pub(crate) client: DaemonClientArgs,
}

/// Lets the plan of new files go, where the Project says `policy.apply: manual`. Without DIGEST it shows what waits.
///
/// An approval is for exactly the changes that its digest covers. Where the files or the tenant changed
/// since, nothing is let go. One approval is for the files: what is tried again, or moves in a later wave of a
/// rollout, is not asked about anew.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops approve
  prism-gitops approve sha256:9d5f2c… --reason 'CHG-1207' --env prod-us")]
pub(crate) struct ApproveArgs {
    /// The digest of what waits.
    #[arg(value_name = "DIGEST", requires = "reason")]
    pub(crate) digest: Option<String>,

    /// Why, in one line.
    #[arg(long, env = "PRISM_GITOPS_REASON", value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) client: DaemonClientArgs,
}

/// Ends a pause. What was held back is written at once.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops resume
  prism-gitops resume --daemon https://gitops.acme.example --api-token env:GITOPS_TOKEN")]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub(crate) client: DaemonClientArgs,
}
