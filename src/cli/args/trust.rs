//! What the operator allows the content of files to do.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use crate::config::trust::TOKENS;
use crate::config::{Host, Trust};
use crate::source::secrets::Grants;

/// What the operator allows the content of files to do. Never read from a file of the project.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Permissions")]
pub(crate) struct TrustArgs {
    /// A host that a Project may have the token sent to, besides those of Prismatic's public regions;
    /// with a port, that port alone. Can be given several times, or as a list with commas.
    #[arg(
        long,
        env = "PRISM_GITOPS_ALLOW_HOST",
        value_name = "HOST",
        value_delimiter = ',',
        value_parser = Host::parse
    )]
    pub(crate) allow_host: Vec<Host>,

    /// A variable that a Project's `auth` may name, besides `PRISM_…` and `PRISMATIC_…`. Can be
    /// given several times, or as a list with commas.
    #[arg(
        long,
        env = "PRISM_GITOPS_ALLOW_TOKEN_ENV",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub(crate) allow_token_env: Vec<String>,

    /// A folder that secret files may be in, besides the project's root. Can be given several times,
    /// or as a list with commas.
    #[arg(
        long,
        env = "PRISM_GITOPS_SECRET_ROOT",
        value_name = "FOLDER",
        value_delimiter = ',',
        default_value = "/run/secrets"
    )]
    pub(crate) secret_root: Vec<PathBuf>,

    /// Run the programs that manifests name as sources of secrets, where the Project allows them.
    /// Only for files you trust: anyone who may change them chooses what runs.
    #[arg(long, env = "PRISM_GITOPS_ALLOW_EXEC", value_parser = FalseyValueParser::new())]
    pub(crate) allow_exec: bool,

    /// A variable that these programs are given, besides usual ones such as `PATH`; `NAME*` for all
    /// that begin so. Can be given several times, or as a list with commas.
    #[arg(
        long,
        env = "PRISM_GITOPS_EXEC_ENV",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub(crate) exec_env: Vec<String>,
}

impl TrustArgs {
    /// What holds for where tokens go.
    pub(crate) fn trust(&self) -> Trust {
        Trust::new(
            self.allow_host.clone(),
            self.allow_token_env.iter().cloned(),
        )
    }

    /// What holds for secrets. The folder in which systemd keeps a unit's credentials is the
    /// operator's word too.
    pub(crate) fn grants(&self, variables: &crate::cli::Variables) -> Grants {
        let credentials = variables.get("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let roots = self.secret_root.iter().cloned().chain(credentials);
        let roots = roots.filter(|root| !root.as_os_str().is_empty());
        Grants {
            programs: self.allow_exec,
            passed: self.exec_env.clone(),
            roots: roots.collect(),
            reserved: &TOKENS,
        }
    }
}
