//! Arguments of `plan`, and those it shares with `apply` and `daemon`.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::{BypassArgs, ConsentArgs, PartArgs, PathArgs, StateArgs, TenantArgs};

/// What a plan may contain.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Permissions")]
pub(crate) struct DecideArgs {
    /// Take over existing objects that a manifest names or matches.
    #[arg(long, env = "PRISM_GITOPS_ADOPT", value_parser = FalseyValueParser::new())]
    pub(crate) adopt: bool,

    /// Let the prune policy `delete` delete; without it such objects are only reported.
    #[arg(long, env = "PRISM_GITOPS_ALLOW_DELETE", value_parser = FalseyValueParser::new())]
    pub(crate) allow_delete: bool,
}

/// How much of a plan is shown.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Display")]
pub(crate) struct ShowArgs {
    /// List unchanged resources too, and every member of a fleet by itself.
    #[arg(long, env = "PRISM_GITOPS_ALL", value_parser = FalseyValueParser::new())]
    pub(crate) all: bool,

    /// Show changed definitions as a text diff too.
    #[arg(long, env = "PRISM_GITOPS_DIFF", value_parser = FalseyValueParser::new())]
    pub(crate) diff: bool,
}

/// Shows what differs between the files and the tenant, and writes nothing.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops plan
  prism-gitops plan --env prod-us -o markdown
  prism-gitops plan --target Instance/smith-erp
  prism-gitops plan --simulate
  prism-gitops plan --detailed-exitcode --out plan.json")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,

    /// Exit with 2 if there are changes, 3 if something is Blocked or Pending, 4 if a guard would
    /// refuse the changes.
    #[arg(long, env = "PRISM_GITOPS_DETAILED_EXITCODE", value_parser = FalseyValueParser::new())]
    pub(crate) detailed_exitcode: bool,

    /// Save the plan for `apply --plan FILE`, as its JSON document.
    #[arg(long, env = "PRISM_GITOPS_OUT", value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Show what the plan hides of this resource only because it may be secret, at a terminal;
    /// what is declared to be secret stays hidden.
    #[arg(long, env = "PRISM_GITOPS_SHOW_VALUES", value_name = "ADDRESS")]
    pub(crate) show_values: Option<String>,

    /// Say of each instance what its next version would do to it, also where nothing is published: whether it
    /// upgrades, which variables block it, which values it loses, which connections need a consent.
    #[arg(long, env = "PRISM_GITOPS_SIMULATE", value_parser = FalseyValueParser::new())]
    pub(crate) simulate: bool,

    #[command(flatten)]
    pub(crate) part: PartArgs,
    #[command(flatten)]
    pub(crate) bypass: BypassArgs,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
    #[command(flatten)]
    pub(crate) consents: ConsentArgs,
    #[command(flatten)]
    pub(crate) decide: DecideArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}
