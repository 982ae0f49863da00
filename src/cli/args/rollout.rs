//! Arguments of `rollout`.

use super::{AtArgs, DecideArgs, FolderArgs, LockArgs, PathArgs, StateArgs, TenantArgs};

/// Shows the rollouts of a project, and stops, resumes or takes back one of them.
///
/// Nothing is remembered here: a pause and an abort are labels on the live integration, so that every
/// runner goes by them.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout status --env prod-us
  prism-gitops rollout pause 'Acme ERP'
  prism-gitops rollout abort 'Acme ERP' --version-number 14")]
pub(crate) struct RolloutArgs {
    #[command(subcommand)]
    pub(crate) what: RolloutWhat,
}

/// What is done with rollouts.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum RolloutWhat {
    Status(Box<RolloutStatusArgs>),
    Pause(RolloutPauseArgs),
    Resume(RolloutResumeArgs),
    Abort(RolloutAbortArgs),
}

impl RolloutWhat {
    /// Whether rollouts are only looked at.
    pub(crate) fn is_status(&self) -> bool {
        matches!(self, Self::Status(_))
    }
}

/// Shows how far the rollouts of a project have come: waves, gate, failures, and what can be done.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout status
  prism-gitops rollout status flows --env prod-us")]
pub(crate) struct RolloutStatusArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,
    #[command(flatten)]
    pub(crate) decide: DecideArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}

/// Lets nobody move to another version of an integration, until it is resumed.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout pause 'Acme ERP'")]
pub(crate) struct RolloutPauseArgs {
    /// The integration, by its id or name.
    #[arg(value_name = "ID|NAME")]
    pub(crate) integration: String,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Ends a pause, and takes an abort back. What may happen since is derived anew.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout resume 'Acme ERP'")]
pub(crate) struct RolloutResumeArgs {
    /// The integration, by its id or name.
    #[arg(value_name = "ID|NAME")]
    pub(crate) integration: String,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Takes a version back: the next `apply` withdraws it, and who moved to it goes back.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout abort 'Acme ERP' --version-number 14")]
pub(crate) struct RolloutAbortArgs {
    /// The integration, by its id or name.
    #[arg(value_name = "ID|NAME")]
    pub(crate) integration: String,

    /// The number of the version.
    #[arg(long, env = "PRISM_GITOPS_VERSION_NUMBER", value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) version_number: i64,

    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}
