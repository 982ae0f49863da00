//! Arguments of `migrate`.

use super::{FlagPathArgs, MarkingArgs, parse};
use crate::model::ResourceName;

/// Takes along what was marked under another name.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops migrate project default acme")]
pub(crate) struct MigrateArgs {
    #[command(subcommand)]
    pub(crate) what: MigrateWhat,
}

/// What got another name.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum MigrateWhat {
    /// Puts a project's new name into the markers of all that it manages, and changes nothing else.
    Project(MigrateProjectArgs),
}

/// A project that is called otherwise now.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Without a Project in the files a project is called `default`.

Examples:
  prism-gitops migrate project default acme
  prism-gitops migrate project acme acme-flows --env prod-us --auto-approve -o json")]
pub(crate) struct MigrateProjectArgs {
    /// The name in the markers, as plans show it: `gitops:OLD/…`.
    #[arg(value_name = "OLD", value_parser = parse::name)]
    pub(crate) old: ResourceName,

    /// The name that the project has now.
    #[arg(value_name = "NEW", value_parser = parse::name)]
    pub(crate) new: ResourceName,

    #[command(flatten)]
    pub(crate) path: FlagPathArgs,
    #[command(flatten)]
    pub(crate) marking: MarkingArgs,
}
