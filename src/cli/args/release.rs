//! Arguments of `release`.

use super::{FlagPathArgs, MarkingArgs, parse};
use crate::model::Address;

/// Takes our markers off: the objects stay as they are in Prismatic, and are managed no more.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops release Instance/smith-erp
  prism-gitops release Integration/acme-erp Instance/smith-erp --path acme
  prism-gitops release --all --path acme")]
pub(crate) struct ReleaseArgs {
    /// What to release, as plans name it: `Customer/NAME`, `Integration/NAME` or `Instance/NAME`.
    #[arg(value_name = "ADDRESS", required_unless_present = "all", value_parser = parse::address)]
    pub(crate) addresses: Vec<Address>,

    /// Release everything that bears a marker of this project, also what no manifest declares.
    // Without a variable: that of the `--all` of plans must not release anything.
    #[arg(long, conflicts_with = "addresses")]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) path: FlagPathArgs,
    #[command(flatten)]
    pub(crate) marking: MarkingArgs,
}
