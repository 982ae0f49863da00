//! Which tenant, and how fast it may be asked.

use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;

use super::{TrustArgs, parse};

/// The tenant, and the folder whose Project may name it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Tenant")]
pub(crate) struct AtArgs {
    /// The folder with the Project, for its environments, and with the sandbox's state.
    #[arg(
        long,
        env = "PRISM_GITOPS_PATH",
        value_name = "PATH",
        default_value = "."
    )]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}

impl AtArgs {
    /// The folder, and the tenant.
    pub(crate) fn both(&self) -> (&Path, &TenantArgs) {
        (&self.path, &self.tenant)
    }
}

/// Which tenant, and how fast it may be asked.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Tenant")]
pub(crate) struct TenantArgs {
    /// The environment of the Project to work on; needed where it has several.
    #[arg(short, long, env = "PRISM_GITOPS_ENV", value_name = "NAME")]
    pub(crate) env: Option<String>,

    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}

/// Which environments of the Project, for a command that works on several at once.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Tenant")]
pub(crate) struct EnvironmentsArgs {
    /// An environment of the Project to work on; needed where it has several. Can be given several
    /// times, or as a list with commas.
    #[arg(
        short,
        long,
        env = "PRISM_GITOPS_ENV",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub(crate) env: Vec<String>,

    /// Work on every environment that the Project has at the start.
    #[arg(
        long,
        env = "PRISM_GITOPS_ALL_ENVS",
        conflicts_with = "env",
        value_parser = FalseyValueParser::new()
    )]
    pub(crate) all_envs: bool,
}

/// How a tenant is reached, in place of what the Project says, and how fast it may be asked.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Tenant")]
pub(crate) struct ReachArgs {
    /// The profile of prism's own profile file.
    #[arg(long, env = "PRISM_GITOPS_PROFILE", value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// The URL of the Prismatic stack, such as `https://app.prismatic.io`.
    #[arg(long, env = "PRISM_GITOPS_URL", value_name = "URL")]
    pub(crate) url: Option<String>,

    /// The tenant, for users who belong to several.
    #[arg(long, env = "PRISM_GITOPS_TENANT_ID", value_name = "ID")]
    pub(crate) tenant_id: Option<String>,

    /// Work on an embedded sandbox instead, regardless of other settings; its state is kept in
    /// `.prism-gitops` below PATH, for each environment that is named by itself.
    #[arg(long, env = "PRISM_GITOPS_SANDBOX", value_parser = FalseyValueParser::new())]
    pub(crate) sandbox: bool,

    /// Begin the embedded sandbox with what the project refers to: its customers, and integrations in the versions
    /// that are named. One that is there already stays as it is.
    #[arg(long, env = "PRISM_GITOPS_SEED_FROM_PROJECT", requires = "sandbox", value_parser = FalseyValueParser::new())]
    pub(crate) seed_from_project: bool,

    /// Begin the embedded sandbox with this, as `sandbox --seed` does; its `behaviour` counts every time.
    #[arg(
        long,
        env = "PRISM_GITOPS_SANDBOX_SEED",
        requires = "sandbox",
        conflicts_with = "seed_from_project",
        value_name = "SEED"
    )]
    pub(crate) sandbox_seed: Option<String>,

    /// A file of certificates (PEM) to trust besides the system's: of an authority, such as that of a
    /// proxy that inspects TLS, or of one server. `NODE_EXTRA_CA_CERTS` is read too.
    #[arg(long, env = "PRISM_GITOPS_CA_FILE", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// Requests per second, in place of the Project's rate.
    #[arg(long, env = "PRISM_GITOPS_REQUESTS_PER_SECOND", value_name = "N", value_parser = parse::rate)]
    pub(crate) requests_per_second: Option<f64>,

    /// Requests under way at once, in place of the Project's.
    #[arg(long, env = "PRISM_GITOPS_CONCURRENCY", value_name = "N", value_parser = parse::positive)]
    pub(crate) concurrency: Option<usize>,

    // Last, because its heading would count for what follows.
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}
