//! Arguments of `dedupe`.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::{FolderArgs, LockArgs, TenantArgs};

/// Removes what two runs made twice: of objects with one marker, those that were never in use.
///
/// Two runs that share no state folder can make an instance or an integration at the same moment. The
/// one in use stays, else the older. What was in use, has run, or is younger than 60 s is only listed;
/// a person removes an instance of those with --remove and a reason.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops dedupe
  prism-gitops dedupe acme --env prod-us -o json --auto-approve
  prism-gitops dedupe --remove ID --reason 'made twice on 2026-11-29, never used by the customer'")]
pub(crate) struct DedupeArgs {
    /// The folder with the manifests.
    #[arg(value_name = "PATH", default_value = ".", env = "PRISM_GITOPS_PATH")]
    pub(crate) path: PathBuf,

    /// Do not ask; needed where there is no terminal.
    #[arg(long, env = "PRISM_GITOPS_AUTO_APPROVE", value_parser = FalseyValueParser::new())]
    pub(crate) auto_approve: bool,

    /// Remove this instance too, of those that are only listed. Can be given several times.
    #[arg(
        long,
        env = "PRISM_GITOPS_REMOVE",
        value_name = "ID",
        requires = "reason"
    )]
    pub(crate) remove: Vec<String>,

    /// Why, for the history.
    #[arg(long, env = "PRISM_GITOPS_REASON", value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}
