//! Arguments of `test` and `api`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::{AtArgs, FolderArgs, LockArgs, parse};

/// Runs things to see whether they work.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops test flow 'Sync Orders' --integration 'Acme ERP' --wait")]
pub(crate) struct TestArgs {
    #[command(subcommand)]
    pub(crate) what: TestWhat,
}

/// What is tested.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum TestWhat {
    /// Runs a flow of an integration's draft, and shows its answer.
    Flow(TestFlowArgs),
}

/// A test run of a flow.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops test flow ID --wait
  prism-gitops test flow 'Sync Orders' --integration 'Acme ERP' --payload-file order.json --wait
  echo '{\"id\": 7}' | prism-gitops test flow ID --payload-file - -H 'X-Source: test'")]
pub(crate) struct TestFlowArgs {
    /// The flow's id; or its name, with --integration.
    #[arg(value_name = "ID|NAME")]
    pub(crate) flow: String,

    /// The flow's integration, by its id or name.
    #[arg(long, env = "PRISM_GITOPS_INTEGRATION", value_name = "ID|NAME")]
    pub(crate) integration: Option<String>,

    /// What the trigger receives, as text.
    #[arg(long, env = "PRISM_GITOPS_PAYLOAD", value_name = "TEXT")]
    pub(crate) payload: Option<String>,

    /// A file with what the trigger receives; `-` reads it from stdin.
    #[arg(
        long,
        env = "PRISM_GITOPS_PAYLOAD_FILE",
        value_name = "FILE",
        conflicts_with = "payload"
    )]
    pub(crate) payload_file: Option<PathBuf>,

    /// The payload's media type; JSON is recognised.
    #[arg(long, env = "PRISM_GITOPS_CONTENT_TYPE", value_name = "TYPE")]
    pub(crate) content_type: Option<String>,

    /// A header that the trigger receives: `NAME: VALUE`. May be repeated.
    #[arg(short = 'H', long = "header", env = "PRISM_GITOPS_HEADER", value_name = "HEADER", value_parser = parse::header)]
    pub(crate) headers: Vec<(String, String)>,

    /// Wait until the run has ended, show its steps and log, and exit with 1 if it failed.
    #[arg(long, env = "PRISM_GITOPS_WAIT", value_parser = FalseyValueParser::new())]
    pub(crate) wait: bool,

    /// How long to wait at most.
    #[arg(long, env = "PRISM_GITOPS_TIMEOUT", value_name = "TIME", default_value = "15m", value_parser = parse::duration)]
    pub(crate) timeout: Duration,

    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Sends a GraphQL query or mutation as it is, and prints the answer.
///
/// Errors in the answer are printed with it, and the exit code is 1.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
With --paginate the query takes a cursor as $after, $endCursor or $cursor and asks for pageInfo
with hasNextPage and endCursor; its pages are joined into one answer.

Examples:
  prism-gitops api '{ authenticatedUser { email } }'
  prism-gitops api --file query.graphql --variables variables.json
  prism-gitops api 'query($id: ID!) { instance(id: $id) { name } }' -F id=ID
  prism-gitops api --paginate 'query($after: String) {
      customers(after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }'")]
pub(crate) struct ApiArgs {
    /// The query or mutation; `-` reads it from stdin.
    #[arg(value_name = "QUERY", required_unless_present = "file")]
    pub(crate) query: Option<String>,

    /// A file with the query or mutation.
    #[arg(
        short,
        long,
        env = "PRISM_GITOPS_FILE",
        value_name = "FILE",
        conflicts_with = "query"
    )]
    pub(crate) file: Option<PathBuf>,

    /// The variables: a JSON object, or a file that holds one.
    #[arg(long, env = "PRISM_GITOPS_VARIABLES", value_name = "JSON|FILE")]
    pub(crate) variables: Option<String>,

    /// A variable: `KEY=VALUE`. JSON is understood, anything else is text; `@FILE` is a file's text.
    #[arg(short = 'F', long = "field", env = "PRISM_GITOPS_FIELD", value_name = "KEY=VALUE", value_parser = parse::field)]
    pub(crate) fields: Vec<(String, String)>,

    /// Follow the pages of the answer's list to its end.
    #[arg(long, env = "PRISM_GITOPS_PAGINATE", value_parser = FalseyValueParser::new())]
    pub(crate) paginate: bool,

    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}
