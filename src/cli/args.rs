//! The arguments: one struct per verb, with the groups they share.
//!
//! The doc comments are the help texts. Every flag has an environment variable
//! `PRISM_GITOPS_<FLAG>`; [`finish`] makes blank ones count as unset.

mod accept;
mod act;
mod adopt;
mod apply;
mod ask;
mod bypass;
mod consents;
mod control;
mod daemon;
mod dedupe;
mod export;
pub(crate) mod filters;
mod get;
mod git;
mod global;
mod history;
mod hold;
mod lock;
mod marking;
mod migrate;
mod parse;
mod part;
mod path;
mod plan;
mod promote;
mod release;
mod rollout;
#[cfg(feature = "sandbox")]
mod sandbox;
mod state;
mod tenant;
mod tools;
mod trust;
mod validate;

pub(crate) use accept::AcceptArgs;
pub(crate) use act::{
    DeployArgs, DisableArgs, EnableArgs, ImportArgs, PublishArgs, UpdateArgs, UpdateInstanceArgs,
    UpdateIntegrationArgs, UpdateWhat,
};
pub(crate) use adopt::AdoptArgs;
pub(crate) use apply::ApplyArgs;
pub(crate) use ask::{ApiArgs, TestArgs, TestFlowArgs, TestWhat};
pub(crate) use bypass::BypassArgs;
pub(crate) use consents::ConsentArgs;
pub(crate) use control::{
    ApproveArgs, DaemonClientArgs, PauseArgs, ResumeArgs, StatusArgs, SyncArgs,
};
pub(crate) use daemon::{ApiReads, DaemonArgs};
pub(crate) use dedupe::DedupeArgs;
pub(crate) use export::{ExportArgs, ExportSecrets};
pub(crate) use get::{
    ExecutionArgs, FlowsArgs, FormArgs, GetArgs, GetWhat, ListArgs, PageArgs, RunsArgs,
    VersionsArgs, WhichInstance,
};
pub(crate) use git::GitArgs;
pub(crate) use global::{Color, GlobalArgs, LogFormat, Output};
pub(crate) use history::{
    DiffArgs, HistoryArgs, HistoryCommand, ShowDraftArgs, WhichArgs, WhyArgs,
};
pub(crate) use hold::{DespiteHoldArgs, HoldArgs, UnholdArgs};
pub(crate) use lock::{LockArgs, run as run_id};
pub(crate) use marking::MarkingArgs;
pub(crate) use migrate::{MigrateArgs, MigrateProjectArgs, MigrateWhat};
pub(crate) use parse::{address as parse_address, moment as parse_moment};
pub(crate) use part::PartArgs;
pub(crate) use path::{FlagPathArgs, PathArgs};
pub(crate) use plan::{DecideArgs, PlanArgs, ShowArgs};
pub(crate) use promote::{PromoteArgs, RenderArgs};
pub(crate) use release::ReleaseArgs;
pub(crate) use rollout::{
    RolloutApproveArgs, RolloutArgs, RolloutOfArgs, RolloutReplayArgs, RolloutReportArgs,
    RolloutStatusArgs, RolloutVersionArgs, RolloutWhat,
};
#[cfg(feature = "sandbox")]
pub(crate) use sandbox::SandboxArgs;
#[cfg(feature = "sandbox")]
pub(crate) use state::FOLDER;
pub(crate) use state::{FolderArgs, KeepArgs, StateArgs};
pub(crate) use tenant::{AtArgs, EnvironmentsArgs, ReachArgs, TenantArgs};
pub(crate) use tools::{CompletionArgs, SchemaArgs, SchemaOf, WhoamiArgs};
pub(crate) use trust::TrustArgs;
pub(crate) use validate::ValidateArgs;

/// Keeps a Prismatic tenant in step with a folder of YAML files.
///
/// `validate` checks the files, `plan` shows what differs from the tenant,
/// `apply` does away with the differences, `daemon` keeps doing so. With
/// `--sandbox` all of it runs against a local Prismatic, with no account. The
/// other commands read and write single things, for hands and scripts.
#[derive(Debug, clap::Parser)]
#[command(
    name = "prism-gitops",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = false,
    disable_help_subcommand = false,
    after_long_help = EPILOGUE
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EPILOGUE: &str = "\
Examples:
  prism-gitops apply --sandbox --auto-approve
  prism-gitops plan acme --env prod-us --detailed-exitcode
  prism-gitops get instances --customer cust-0042 -o json

Exit codes:
  0    done, nothing left to do
  1    an error: usage, files, the API, a tenant not read to its end, or a step that failed
  2    `plan --detailed-exitcode`, `promote --check` or `accept --check` found changes
  3    done as far as possible; some resources are Blocked or Pending
  4    refused by a guard, or the saved plan is stale
  130  interrupted by a signal

Every flag can be set in the environment as PRISM_GITOPS_<FLAG>; the flag beats it.

Credentials are those of the prism CLI: PRISM_ACCESS_TOKEN or PRISM_REFRESH_TOKEN with
PRISMATIC_URL and PRISMATIC_TENANT_ID, else a profile of prism's own file.";

/// The verbs.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Validate(ValidateArgs),
    Plan(PlanArgs),
    Apply(ApplyArgs),
    Render(RenderArgs),
    Promote(PromoteArgs),
    Accept(AcceptArgs),
    Daemon(Box<DaemonArgs>),
    Status(StatusArgs),
    Sync(SyncArgs),
    Pause(PauseArgs),
    Resume(ResumeArgs),
    Approve(ApproveArgs),
    Hold(HoldArgs),
    Unhold(UnholdArgs),
    Rollout(RolloutArgs),
    Export(ExportArgs),
    Adopt(AdoptArgs),
    Release(ReleaseArgs),
    Dedupe(DedupeArgs),
    Migrate(MigrateArgs),
    Get(GetArgs),
    Import(ImportArgs),
    Publish(PublishArgs),
    Update(UpdateArgs),
    Deploy(DeployArgs),
    Disable(DisableArgs),
    Enable(EnableArgs),
    Test(TestArgs),
    Api(ApiArgs),
    History(HistoryArgs),
    Why(WhyArgs),
    Diff(DiffArgs),
    Whoami(WhoamiArgs),
    #[cfg(feature = "sandbox")]
    Sandbox(SandboxArgs),
    Schema(SchemaArgs),
    Completion(CompletionArgs),
    /// Prints the manual page.
    #[command(after_long_help = "\
Examples:
  prism-gitops man > ~/.local/share/man/man1/prism-gitops.1
  prism-gitops man | man -l -")]
    Man,
}

/// What derive cannot say, for the command and all below it: blank variables
/// count as unset, as prism has it, and the help says once what they are called.
pub(crate) fn finish(command: clap::Command) -> clap::Command {
    let is_blank = |arg: &clap::Arg| {
        let name = arg.get_env().map(std::ffi::OsStr::to_owned);
        name.and_then(std::env::var_os)
            .is_some_and(|value| value.to_str().is_some_and(|text| text.trim().is_empty()))
    };
    command
        .mut_args(|arg| {
            let arg = arg.hide_env(true);
            if is_blank(&arg) {
                arg.env(None::<&str>)
            } else {
                arg
            }
        })
        .mut_subcommands(finish)
}
