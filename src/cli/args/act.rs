//! Arguments of the single actions.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::get::WhichInstance;
use super::{AtArgs, DespiteHoldArgs, FolderArgs, LockArgs};

/// Imports an integration's definition, byte for byte.
///
/// Without --integration it becomes a new integration; with it, it becomes the
/// draft of that one. Nothing is published.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops import acme-erp.yml
  prism-gitops import acme-erp.yml --integration 'Acme ERP'
  generate-definition | prism-gitops import - --integration 'Acme ERP' -o name")]
pub(crate) struct ImportArgs {
    /// The file with the definition; `-` reads it from stdin.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Overwrite the draft of this integration, by its id or name.
    #[arg(long, env = "PRISM_GITOPS_INTEGRATION", value_name = "ID|NAME")]
    pub(crate) integration: Option<String>,

    #[command(flatten)]
    pub(crate) hold: DespiteHoldArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Publishes the draft of an integration as a new version.
///
/// The commit, the repository and the pull request that it came from are noted
/// on the version: as given, else as git says of the folder, else as the CI
/// system's variables say. A folder with uncommitted changes is no commit.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops publish 'Acme ERP' -m 'Orders in both directions'
  prism-gitops publish ID --commit-hash 1a2b3c4 --repo-url https://github.com/acme/flows")]
pub(crate) struct PublishArgs {
    /// The integration, by its id or name.
    #[arg(value_name = "ID|NAME")]
    pub(crate) integration: String,

    /// What is new, for people.
    #[arg(short = 'm', long, env = "PRISM_GITOPS_COMMENT", value_name = "TEXT")]
    pub(crate) comment: Option<String>,

    /// The commit.
    #[arg(long, env = "PRISM_GITOPS_COMMIT_HASH", value_name = "HASH")]
    pub(crate) commit_hash: Option<String>,

    /// A link to the commit.
    #[arg(long, env = "PRISM_GITOPS_COMMIT_URL", value_name = "URL")]
    pub(crate) commit_url: Option<String>,

    /// The repository.
    #[arg(long, env = "PRISM_GITOPS_REPO_URL", value_name = "URL")]
    pub(crate) repo_url: Option<String>,

    /// The pull request.
    #[arg(long, env = "PRISM_GITOPS_PULL_REQUEST_URL", value_name = "URL")]
    pub(crate) pull_request_url: Option<String>,

    #[command(flatten)]
    pub(crate) hold: DespiteHoldArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Sets the name, the description or the labels of a record.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops update integration 'Acme ERP' --labels core,beta
  prism-gitops update instance 'Smith ERP' --customer cust-0001 --description 'Main office'")]
pub(crate) struct UpdateArgs {
    #[command(subcommand)]
    pub(crate) what: UpdateWhat,
}

/// What is updated.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum UpdateWhat {
    /// Sets what is given of an integration's draft, and leaves the rest.
    Integration(UpdateIntegrationArgs),
    /// Sets what is given of an instance, and leaves the rest.
    Instance(UpdateInstanceArgs),
}

/// An integration to update.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops update integration 'Acme ERP' --name 'Acme ERP 2'
  prism-gitops update integration ID --description '' --labels ''")]
pub(crate) struct UpdateIntegrationArgs {
    /// The integration, by its id or name.
    #[arg(value_name = "ID|NAME")]
    pub(crate) integration: String,
    #[command(flatten)]
    pub(crate) details: DetailArgs,
    #[command(flatten)]
    pub(crate) hold: DespiteHoldArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// An instance to update.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops update instance 'Smith ERP' --customer cust-0001 --name 'Smith Hardware'
  prism-gitops update instance ID --labels gold,ohio -o json")]
pub(crate) struct UpdateInstanceArgs {
    #[command(flatten)]
    pub(crate) which: WhichInstance,
    #[command(flatten)]
    pub(crate) details: DetailArgs,
    #[command(flatten)]
    pub(crate) hold: DespiteHoldArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// What is set.
#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = true)]
pub(crate) struct DetailArgs {
    /// The new name.
    #[arg(long, env = "PRISM_GITOPS_NAME", value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// The new description; an empty one removes it.
    #[arg(long, env = "PRISM_GITOPS_DESCRIPTION", value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// All its labels, separated by commas; an empty text removes them.
    #[arg(
        long,
        env = "PRISM_GITOPS_LABELS",
        value_name = "LABELS",
        value_delimiter = ','
    )]
    pub(crate) labels: Option<Vec<String>>,
}

/// Deploys an instance as it is configured.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops deploy 'Smith ERP' --customer cust-0001
  prism-gitops deploy ID --force")]
pub(crate) struct DeployArgs {
    #[command(flatten)]
    pub(crate) which: WhichInstance,

    /// Deploy although the API has an objection that can be overruled.
    #[arg(long, env = "PRISM_GITOPS_FORCE", value_parser = FalseyValueParser::new())]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) hold: DespiteHoldArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Stops an instance: its flows no longer run.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops disable 'Acme ERP' --customer cust-0042
  prism-gitops disable ID -o json")]
pub(crate) struct DisableArgs {
    #[command(flatten)]
    pub(crate) which: WhichInstance,
    #[command(flatten)]
    pub(crate) hold: DespiteHoldArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Lets an instance run again.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops enable 'Acme ERP' --customer cust-0042
  prism-gitops enable ID --env prod-us")]
pub(crate) struct EnableArgs {
    #[command(flatten)]
    pub(crate) which: WhichInstance,
    #[command(flatten)]
    pub(crate) hold: DespiteHoldArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}
