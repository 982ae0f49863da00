//! Arguments of `validate`.

use clap::builder::FalseyValueParser;

use super::{PathArgs, TenantArgs};

/// Checks the files, without a tenant.
///
/// All findings of all files are reported at once, with file, line, column
/// and a hint.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops validate
  prism-gitops validate acme -o json
  prism-gitops validate acme --strict
  prism-gitops validate acme --online --env prod-us")]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,

    /// Also ask the tenant whether it would accept the definitions and has their components.
    #[arg(long, env = "PRISM_GITOPS_ONLINE", value_parser = FalseyValueParser::new())]
    pub(crate) online: bool,

    /// Take warnings for errors.
    #[arg(long, env = "PRISM_GITOPS_STRICT", value_parser = FalseyValueParser::new())]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}
