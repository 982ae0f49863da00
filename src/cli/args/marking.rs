//! What the commands share that put markers on and take them off.

use clap::builder::FalseyValueParser;

use super::{FolderArgs, KeepArgs, LockArgs, TenantArgs};

/// How markers are written: asked for or not, noted where, one run at a time, in which tenant.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct MarkingArgs {
    /// Do not ask; needed where there is no terminal.
    #[arg(long, env = "PRISM_GITOPS_AUTO_APPROVE", value_parser = FalseyValueParser::new())]
    pub(crate) auto_approve: bool,

    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}
