//! Arguments of the small commands.

use std::path::PathBuf;

use super::TenantArgs;

/// Shows who the credentials belong to, and where they came from.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops whoami
  prism-gitops whoami --profile staging -o json")]
pub(crate) struct WhoamiArgs {
    /// The folder with the Project, for its environments.
    #[arg(value_name = "PATH", default_value = ".", env = "PRISM_GITOPS_PATH")]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
}

/// Prints a JSON Schema: of the manifests for editors, or of what commands print with `-o json`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops schema > prism-gitops.schema.json
  prism-gitops schema plan > plan.schema.json")]
pub(crate) struct SchemaArgs {
    /// Of what.
    #[arg(value_name = "OF", value_enum, default_value_t = SchemaOf::Manifest)]
    pub(crate) of: SchemaOf,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SchemaOf {
    /// The manifests.
    Manifest,
    /// The document of `plan`, and the file of `plan --out`.
    Plan,
    /// The document of `apply`, `adopt` and `release`.
    Result,
    /// The document of any command that failed or was refused.
    Error,
    /// The document of `validate`.
    Validate,
    /// The document of `status` and of `sync --wait`.
    Status,
    /// A page of resources, as the daemon answers it.
    Resources,
    /// The document of `sync`.
    Sync,
    /// The document of `pause` and `resume`.
    Pause,
    /// An event of the daemon.
    Event,
    /// The document of `history`.
    History,
    /// The document of `history show-draft`.
    Draft,
    /// The document of `why`.
    Why,
    /// The document of `diff`.
    Diff,
    /// The document of `dedupe`.
    Dedupe,
    /// The document of `export`.
    Export,
    /// The document of `whoami`.
    Whoami,
    /// A list of `get`.
    List,
    /// What a webhook is sent as a notice.
    Notice,
}

/// Prints a completion script for a shell.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops completion bash > /etc/bash_completion.d/prism-gitops
  prism-gitops completion zsh > ~/.zfunc/_prism-gitops
  prism-gitops completion fish > ~/.config/fish/completions/prism-gitops.fish")]
pub(crate) struct CompletionArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}
