//! Arguments of `daemon`.

use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::{
    DecideArgs, EnvironmentsArgs, GitArgs, KeepArgs, LockArgs, PathArgs, ReachArgs, StateArgs,
    parse,
};

/// Keeps the tenant in step with a folder or a git remote until it is stopped.
///
/// Of a Project with several environments it keeps those in step that are named, each by itself:
/// what goes wrong in one stops none of the others.
///
/// A change of a file, a new commit, the interval and webhooks start a
/// pass. The first SIGINT or SIGTERM lets the steps under way finish; the
/// second stops at once.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops daemon acme
  prism-gitops daemon acme --interval 5m --listen 0.0.0.0:8080 --allow-delete
  prism-gitops daemon acme --listen 0.0.0.0:8080 --api-token file:/run/secrets/api-token
  prism-gitops daemon acme --env prod-us --env prod-eu
  prism-gitops daemon acme --all-envs
  prism-gitops daemon --git https://github.com/acme/flows.git --branch main --sub-path prod \\
    --git-token-file /run/secrets/git-token --webhook github=file:/run/secrets/webhook
  prism-gitops daemon --git git@github.com:acme/flows.git --tag production \\
    --git-ssh-key /etc/prism-gitops/id --git-known-hosts /etc/prism-gitops/known_hosts")]
pub(crate) struct DaemonArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,

    /// How often everything is compared, whether or not a file changed.
    #[arg(long, env = "PRISM_GITOPS_INTERVAL", value_name = "TIME", default_value = "60s", value_parser = parse::interval)]
    pub(crate) interval: Duration,

    /// Where health, metrics and the HTTP interface are served.
    #[arg(
        long,
        env = "PRISM_GITOPS_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: String,

    /// Where the token is that writing over HTTP takes: `env:NAME` or `file:PATH`. Without one only
    /// callers on this machine may, and only while the daemon listens on loopback.
    #[arg(long, env = "PRISM_GITOPS_API_TOKEN", value_name = "WHERE")]
    pub(crate) api_token: Option<String>,

    /// Whether reading `/api/v1` takes the token too [default: `token` where there is one and the
    /// daemon listens elsewhere than on loopback, else `open`].
    #[arg(long, env = "PRISM_GITOPS_API_READS", value_name = "WHO")]
    pub(crate) api_reads: Option<ApiReads>,

    /// SIGHUP makes a pass, also on a terminal, whose end would end the daemon otherwise. So it is in
    /// any case below systemd and where there is no terminal.
    #[arg(long, env = "PRISM_GITOPS_RELOAD_ON_HUP", value_parser = FalseyValueParser::new())]
    pub(crate) reload_on_hup: bool,

    #[command(flatten)]
    pub(crate) git: GitArgs,
    #[command(flatten)]
    pub(crate) decide: DecideArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) environments: EnvironmentsArgs,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}

/// Who may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ApiReads {
    /// Who has the token.
    Token,
    /// Who can connect.
    Open,
}
