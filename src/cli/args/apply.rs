//! Arguments of `apply`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::{
    BypassArgs, ConsentArgs, DecideArgs, KeepArgs, LockArgs, PartArgs, PathArgs, ShowArgs,
    StateArgs, TenantArgs, parse,
};

/// Brings the tenant in line with the files: plan, ask, apply.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
A first Ctrl-C lets the steps under way finish and starts no more; a second one stops at once.
Either way, running apply again goes on from there.

Examples:
  prism-gitops apply
  prism-gitops apply --sandbox --auto-approve
  prism-gitops apply --auto-approve --wait
  prism-gitops apply --target Instance/smith-erp --bypass-rollout --reason 'hotfix, 4711'
  prism-gitops plan --out plan.json && prism-gitops apply --plan plan.json")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,

    /// Do not ask; needed where there is no terminal.
    #[arg(long, env = "PRISM_GITOPS_AUTO_APPROVE", value_parser = FalseyValueParser::new())]
    pub(crate) auto_approve: bool,

    /// Apply exactly this saved plan, without asking; refused if what it rests on changed.
    #[arg(long, env = "PRISM_GITOPS_PLAN", value_name = "FILE", conflicts_with_all = ["target", "customer", "label", "exclude"])]
    pub(crate) plan: Option<PathBuf>,

    /// Apply the plan with this digest although a guard refuses it; no other plan.
    #[arg(long, env = "PRISM_GITOPS_APPROVE", value_name = "DIGEST")]
    pub(crate) approve: Option<String>,

    /// Go on until every rollout has ended or stopped, wave after wave.
    #[arg(long, env = "PRISM_GITOPS_WAIT", requires = "auto_approve", conflicts_with_all = ["plan", "approve", "bypass_rollout"], value_parser = FalseyValueParser::new())]
    pub(crate) wait: bool,

    /// How long to wait between two looks at a rollout.
    #[arg(long, env = "PRISM_GITOPS_POLL", value_name = "TIME", default_value = "10s", value_parser = parse::interval)]
    pub(crate) poll: Duration,

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
    pub(crate) keep: KeepArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}
