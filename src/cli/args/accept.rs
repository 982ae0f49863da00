//! Arguments of `accept`.

use clap::builder::FalseyValueParser;

use super::{FlagPathArgs, StateArgs, TenantArgs, parse};
use crate::model::Address;

/// Makes manifests say what is live: a change that was made in Prismatic and is to stay.
///
/// Only what a plan says differs is written, at the place where the manifest says it: comments and order stay.
/// Never a secret. Nothing is sent.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops accept Instance/smith-erp
  prism-gitops accept Instance/smith-erp Customer/smith --env prod-us --check")]
pub(crate) struct AcceptArgs {
    /// What to take over, as plans name it, such as `Instance/smith-erp`.
    #[arg(value_name = "ADDRESS", required = true, value_parser = parse::address)]
    pub(crate) addresses: Vec<Address>,

    /// Show what would change and write nothing; exits with 2 if anything would.
    #[arg(long, env = "PRISM_GITOPS_CHECK", value_parser = FalseyValueParser::new())]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) path: FlagPathArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}
