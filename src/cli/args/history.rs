//! Arguments of `history`, `why` and `diff`: what was done, as the state folder has it.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::parse::{self, Moment};
use super::{FolderArgs, PathArgs};
use crate::api::page::HistoryKind;
use crate::model::Address;

/// Which history.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "State")]
pub(crate) struct WhichArgs {
    #[command(flatten)]
    pub(crate) folder: FolderArgs,

    /// The environment, as it was called when it was written; needed where the history has several.
    #[arg(short, long, env = "PRISM_GITOPS_ENV", value_name = "NAME")]
    pub(crate) env: Option<String>,
}

/// Shows what was done: passes, what they wrote, and how that ended. The newest come first.
///
/// Reads the history in the state folder; asks neither the tenant nor a daemon.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops history
  prism-gitops history Instance/smith-erp --since 7d
  prism-gitops history --customer 'Smith Hardware' --kind outside
  prism-gitops history --failed -o json
  prism-gitops history show-draft Integration/acme-erp > theirs.yml")]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct HistoryArgs {
    #[command(subcommand)]
    pub(crate) command: Option<HistoryCommand>,

    /// Only what was done to this resource, with every field: `Customer/NAME`, `Integration/NAME` or `Instance/NAME`.
    #[arg(value_name = "ADDRESS", value_parser = parse::address)]
    pub(crate) address: Option<Address>,

    /// The folder of the project.
    #[arg(
        long,
        value_name = "PATH",
        default_value = ".",
        env = "PRISM_GITOPS_PATH"
    )]
    pub(crate) path: PathBuf,

    /// Not before: `2026-11-20`, `2026-11-20T08:00:00Z`, or `7d` ago.
    #[arg(long, env = "PRISM_GITOPS_SINCE", value_name = "TIME", value_parser = parse::moment)]
    pub(crate) since: Option<Moment>,

    /// Before: `2026-11-20`, `2026-11-20T08:00:00Z`, or `2h` ago.
    #[arg(long, env = "PRISM_GITOPS_UNTIL", value_name = "TIME", value_parser = parse::moment)]
    pub(crate) until: Option<Moment>,

    /// Only what was done to the instances of this customer, or to itself: its name in Prismatic.
    #[arg(long, env = "PRISM_GITOPS_CUSTOMER", value_name = "NAME")]
    pub(crate) customer: Option<String>,

    /// Only this sort: `write` (what passes wrote), `outside` (changes by others that were put right), `act` (single
    /// commands of a person), `pass` (passes that wrote nothing).
    #[arg(long, env = "PRISM_GITOPS_KIND", value_name = "KIND", value_parser = parse::history_kind)]
    pub(crate) kind: Option<HistoryKind>,

    /// Only of this revision: a commit, or its beginning.
    #[arg(long, env = "PRISM_GITOPS_REVISION", value_name = "REV")]
    pub(crate) revision: Option<String>,

    /// Only passes in which something went wrong.
    #[arg(long, env = "PRISM_GITOPS_FAILED", value_parser = FalseyValueParser::new())]
    pub(crate) failed: bool,

    /// The maximum number of passes.
    #[arg(long, env = "PRISM_GITOPS_LIMIT", value_name = "N", default_value = "20", value_parser = parse::positive)]
    pub(crate) limit: usize,

    /// Older than the pass with this number, to go on where a page ended.
    #[arg(long, env = "PRISM_GITOPS_BEFORE", value_name = "PASS")]
    pub(crate) before: Option<i64>,

    #[command(flatten)]
    pub(crate) which: WhichArgs,
}

/// What else the history has.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum HistoryCommand {
    /// Prints a draft that was changed in Prismatic before an import overwrote it: the last one, as YAML.
    ///
    /// The last five of each integration are kept. A definition may hold secrets, and so may this.
    ShowDraft(ShowDraftArgs),
}

/// Arguments of `history show-draft`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops history show-draft Integration/acme-erp
  prism-gitops history show-draft Integration/acme-erp --draft 3 > draft.yaml")]
pub(crate) struct ShowDraftArgs {
    /// The integration: `Integration/NAME`.
    #[arg(value_name = "ADDRESS", value_parser = parse::address)]
    pub(crate) address: Address,

    /// Another one than the last; without it, the others are listed beside it.
    #[arg(long, env = "PRISM_GITOPS_DRAFT", value_name = "N")]
    pub(crate) draft: Option<i64>,

    /// The folder of the project.
    #[arg(
        long,
        value_name = "PATH",
        default_value = ".",
        env = "PRISM_GITOPS_PATH"
    )]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) which: WhichArgs,
}

/// Says which commit, file and line set a value, when it was applied, and who changed it since.
///
/// Reads the history in the state folder; asks neither the tenant nor a daemon.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops why Instance/smith-erp
  prism-gitops why Instance/smith-erp Endpoint
  prism-gitops why Integration/acme-erp description -o json")]
pub(crate) struct WhyArgs {
    /// The resource: `Customer/NAME`, `Integration/NAME` or `Instance/NAME`.
    #[arg(value_name = "ADDRESS", value_parser = parse::address)]
    pub(crate) address: Address,

    /// The field, as plans name it or a part of that; all of them without it.
    #[arg(value_name = "FIELD")]
    pub(crate) field: Option<String>,

    /// The folder of the project.
    #[arg(
        long,
        value_name = "PATH",
        default_value = ".",
        env = "PRISM_GITOPS_PATH"
    )]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) which: WhichArgs,
}

/// Shows what was written since a revision or a moment, resource by resource: then and now.
///
/// Shows what this program wrote, from the history in the state folder. Changes by others show
/// where a write met them; `plan` shows how the tenant is now.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops diff --at 1a2b3c4
  prism-gitops diff --at 2026-11-20
  prism-gitops diff --at 2h -o json")]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,

    /// A commit or its beginning as it was last applied, or a time: `2026-11-20`, `2h` ago.
    #[arg(long, env = "PRISM_GITOPS_AT", value_name = "REV|TIME")]
    pub(crate) at: String,

    /// Only this resource.
    #[arg(long, env = "PRISM_GITOPS_RESOURCE", value_name = "ADDRESS", value_parser = parse::address)]
    pub(crate) resource: Option<Address>,

    #[command(flatten)]
    pub(crate) which: WhichArgs,
}
