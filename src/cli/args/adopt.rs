//! Arguments of `adopt`.

use clap::builder::FalseyValueParser;

use super::{FolderArgs, KeepArgs, LockArgs, PathArgs, ShowArgs, TenantArgs};

/// Takes over what the manifests name or match: puts the markers on, and changes nothing else.
///
/// What differs besides is left for `apply`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops adopt
  prism-gitops export acme && prism-gitops adopt acme --auto-approve")]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,

    /// Do not ask; needed where there is no terminal.
    #[arg(long, env = "PRISM_GITOPS_AUTO_APPROVE", value_parser = FalseyValueParser::new())]
    pub(crate) auto_approve: bool,

    #[command(flatten)]
    pub(crate) show: ShowArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}
