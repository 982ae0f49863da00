//! Arguments of `render` and `promote`.

use clap::builder::FalseyValueParser;

use super::{FlagPathArgs, ReachArgs, parse};
use crate::manifest::ManifestAddress;

/// Prints the manifests as they are in one environment: merged, and with templates carried out.
///
/// Each is a manifest by itself. Secrets stay references; definitions are not shown.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops render --env prod-us
  prism-gitops render Instance/smith-erp --env dev --path acme")]
pub(crate) struct RenderArgs {
    /// What to print, as plans name it, such as `Instance/smith-erp`, or `Fleet/NAME`; everything if none is named.
    #[arg(value_name = "ADDRESS", value_parser = parse::manifest_address)]
    pub(crate) addresses: Vec<ManifestAddress>,

    #[command(flatten)]
    pub(crate) path: FlagPathArgs,

    /// The environment of the Project; needed where it has several.
    #[arg(short, long, env = "PRISM_GITOPS_ENV", value_name = "NAME")]
    pub(crate) env: Option<String>,
}

/// Makes manifests say for one environment the versions that another one runs.
///
/// What the first environment runs is read from its tenant. In the second one, the manifests of
/// instances get the commit of that version; nothing else in their files changes, and nothing is sent.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops promote dev prod-us
  prism-gitops promote dev prod-us Integration/acme-erp --check
  prism-gitops promote prod-us prod-eu Instance/smith-erp --path acme")]
pub(crate) struct PromoteArgs {
    /// The environment whose versions count.
    #[arg(value_name = "FROM")]
    pub(crate) from: String,

    /// The environment that gets them.
    #[arg(value_name = "TO")]
    pub(crate) to: String,

    /// Only these integrations, or instances and fleets of TO; all if none is named.
    #[arg(value_name = "ADDRESS", value_parser = parse::manifest_address)]
    pub(crate) addresses: Vec<ManifestAddress>,

    /// Show what would change and write nothing; exits with 2 if anything would.
    #[arg(long, env = "PRISM_GITOPS_CHECK", value_parser = FalseyValueParser::new())]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) path: FlagPathArgs,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}
