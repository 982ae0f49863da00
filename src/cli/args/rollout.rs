//! Arguments of `rollout`.

use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::{
    AtArgs, DecideArgs, FlagPathArgs, FolderArgs, LockArgs, PathArgs, StateArgs, TenantArgs, parse,
};

/// Shows the rollouts of a project, and stops, resumes, approves, retries or takes back one of them.
///
/// A pause and an abort are labels on the live integration, so that every runner respects them. An approval is noted in
/// the state folder.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout status --env prod-us
  prism-gitops rollout pause 'Acme ERP'
  prism-gitops rollout approve acme-erp --version-number 14 --reason 'known, see 4711'
  prism-gitops rollout abort 'Acme ERP' --version-number 14
  prism-gitops rollout report acme-erp --version-number 14
  prism-gitops rollout replay acme-erp --version-number 14 --yes")]
pub(crate) struct RolloutArgs {
    #[command(subcommand)]
    pub(crate) what: RolloutWhat,
}

/// What is done with rollouts.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum RolloutWhat {
    Status(Box<RolloutStatusArgs>),
    /// Lets no instance move to another version of an integration, until it is resumed.
    #[command(after_long_help = "\
Examples:
  prism-gitops rollout pause 'Acme ERP'")]
    Pause(RolloutLiveArgs),
    /// Ends a pause, and takes an abort back. What may happen since is derived anew.
    #[command(after_long_help = "\
Examples:
  prism-gitops rollout resume 'Acme ERP'")]
    Resume(RolloutLiveArgs),
    Approve(Box<RolloutApproveArgs>),
    /// Takes a version back: the next `apply` withdraws it, and who moved to it goes back.
    #[command(after_long_help = "\
Examples:
  prism-gitops rollout abort 'Acme ERP' --version-number 14")]
    Abort(RolloutVersionArgs),
    /// Makes a withdrawn or aborted version available again: the next `apply` starts with its first wave.
    #[command(after_long_help = "\
Examples:
  prism-gitops rollout retry 'Acme ERP' --version-number 14")]
    Retry(RolloutVersionArgs),
    Report(Box<RolloutReportArgs>),
    Replay(Box<RolloutReplayArgs>),
}

impl RolloutWhat {
    /// Whether it shows the state of rollouts, as text or as a document.
    pub(crate) fn is_status(&self) -> bool {
        matches!(self, Self::Status(_))
    }

    /// Whether the result is a text, and not the integration as it is now.
    pub(crate) fn is_text(&self) -> bool {
        match self {
            Self::Approve(_) | Self::Report(_) | Self::Replay(_) => true,
            Self::Status(_)
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Abort(_)
            | Self::Retry(_) => false,
        }
    }
}

/// Shows how far the rollouts of a project have come: waves, gate, failures, and what can be done.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout status
  prism-gitops rollout status flows --env prod-us
  prism-gitops rollout status -o json")]
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

// No doc comment: the command that takes it says what it does.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RolloutLiveArgs {
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

// No doc comment, as above.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RolloutVersionArgs {
    /// The integration, by its id or name.
    #[arg(value_name = "ID|NAME")]
    pub(crate) integration: String,

    /// The number of the version.
    #[arg(long, visible_alias = "version", env = "PRISM_GITOPS_VERSION_NUMBER", value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) version_number: i64,

    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// The rollout of one integration of a project.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RolloutOfArgs {
    /// The integration, by its name in the files, its address or its display name.
    #[arg(value_name = "INTEGRATION")]
    pub(crate) integration: String,

    /// The number of the version; the one that is rolled out or was withdrawn, where none is given.
    #[arg(long, visible_alias = "version", env = "PRISM_GITOPS_VERSION_NUMBER", value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) version_number: Option<i64>,

    #[command(flatten)]
    pub(crate) path: FlagPathArgs,
    #[command(flatten)]
    pub(crate) decide: DecideArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}

/// Accepts exactly the failures that stop a rollout now, or that runs are lacking, so that it goes on.
///
/// Failures that come later stop it again. It is noted in the state folder, with who and why, and ends by itself. Where no
/// state folder outlives the job, approve in git: `spec.rollout.approve` of the Integration.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout approve acme-erp --version-number 14 --reason 'the ERP was down'
  prism-gitops rollout approve acme-erp --version-number 14 --wave early --reason 4711 --for 2d")]
pub(crate) struct RolloutApproveArgs {
    #[command(flatten)]
    pub(crate) which: RolloutOfArgs,

    /// What fails in this wave and those before it; where none is given, all that fails.
    #[arg(long, env = "PRISM_GITOPS_WAVE", value_name = "NAME")]
    pub(crate) wave: Option<String>,

    /// Why, in one line. It is shown wherever the approval is.
    #[arg(long, env = "PRISM_GITOPS_REASON", value_name = "TEXT")]
    pub(crate) reason: String,

    /// How long it holds.
    #[arg(long = "for", env = "PRISM_GITOPS_FOR", value_name = "TIME", default_value = "24h", value_parser = parse::age)]
    pub(crate) lasts: Duration,
}

/// Lists the executions that failed on a version and were not made good, by customer and flow.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout report acme-erp
  prism-gitops rollout report acme-erp --version-number 14 --env prod-us")]
pub(crate) struct RolloutReportArgs {
    #[command(flatten)]
    pub(crate) which: RolloutOfArgs,
}

/// Sends the executions again that failed on a version, each once, on the version that their instances run by now.
///
/// What was sent is noted in the state folder; what was sent again before, by this program or otherwise, is left alone.
/// Instances that still run the version are left out.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops rollout replay acme-erp --version-number 14
  prism-gitops rollout replay acme-erp --version-number 14 --yes")]
pub(crate) struct RolloutReplayArgs {
    #[command(flatten)]
    pub(crate) which: RolloutOfArgs,

    /// Send them; without it they are only listed.
    #[arg(long, env = "PRISM_GITOPS_YES", value_parser = FalseyValueParser::new())]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) lock: LockArgs,
}
