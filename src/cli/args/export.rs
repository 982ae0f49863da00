//! Arguments of `export`.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::TenantArgs;

/// Writes a project from a live tenant: manifests, and definitions beside them.
///
/// A plan right after it holds adoptions alone. Secrets are never written: `{secret: {env: …}}` is written in
/// their place, and the variables to set are listed; with `--secrets omit` they are left out.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops export acme
  prism-gitops export acme --latest-components --project acme
  prism-gitops export Instance/smith-erp Instance/jones-erp
  prism-gitops export acme --secrets omit
  prism-gitops plan acme && prism-gitops apply acme")]
pub(crate) struct ExportArgs {
    /// The folder to write to: a new or an empty one, unless --force is given.
    #[arg(value_name = "PATH", default_value = ".", env = "PRISM_GITOPS_PATH")]
    pub(crate) path: PathBuf,

    /// Only these, by the names that an export of everything gives them, such as `Instance/smith-erp`, into a folder that
    /// may hold others. The first may stand in the place of PATH, which is then the present folder.
    #[arg(value_name = "ADDRESS", value_parser = super::parse::address)]
    pub(crate) addresses: Vec<crate::model::Address>,

    /// The name of the project; by default the one that the folder or the tenant's markers name, else the
    /// organization's.
    #[arg(long, env = "PRISM_GITOPS_PROJECT", value_name = "NAME", value_parser = super::parse::name)]
    pub(crate) project: Option<crate::model::ResourceName>,

    /// Write LATEST in place of the component versions that definitions were imported with: numbers
    /// differ between tenants.
    #[arg(long, env = "PRISM_GITOPS_LATEST_COMPONENTS", value_parser = FalseyValueParser::new())]
    pub(crate) latest_components: bool,

    /// What is written in place of a secret: `refer` writes a reference, whose variable is to be set;
    /// `omit` leaves the value out, so that it stays as it is in the tenant, not managed.
    #[arg(
        long,
        env = "PRISM_GITOPS_SECRETS",
        value_name = "HOW",
        default_value = "refer"
    )]
    pub(crate) secrets: ExportSecrets,

    /// Also what customers built or deployed, and integrations that are generated from code.
    #[arg(long, env = "PRISM_GITOPS_ALL", value_parser = FalseyValueParser::new())]
    pub(crate) all: bool,

    /// Also the customers that have an externalId, each as a Customer that its instances refer to. Others make
    /// customers too, such as embedded logins: remove the files of those that are not yours to manage.
    #[arg(long, env = "PRISM_GITOPS_CUSTOMERS", value_parser = FalseyValueParser::new())]
    pub(crate) customers: bool,

    /// Also the shared connections, each as a Connection that instances refer to.
    #[arg(long, env = "PRISM_GITOPS_CONNECTIONS", value_parser = FalseyValueParser::new())]
    pub(crate) connections: bool,

    /// Write into a folder that holds something, over files of the same names.
    #[arg(long, env = "PRISM_GITOPS_FORCE", value_parser = FalseyValueParser::new())]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}

impl ExportArgs {
    /// With an address in the place of the folder taken for what it is, unless there is such a folder.
    pub(crate) fn sorted_out(mut self) -> Self {
        let text = self.path.to_str().unwrap_or_default();
        if !self.path.exists()
            && let Ok(address) = super::parse::address(text)
        {
            self.addresses.insert(0, address);
            self.path = PathBuf::from(".");
        }
        self
    }
}

/// What is written in place of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ExportSecrets {
    /// A reference to a variable of the environment.
    Refer,
    /// Nothing.
    Omit,
}
