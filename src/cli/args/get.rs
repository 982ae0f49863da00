//! Arguments of `get`.

use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::filters::{
    Components, Customers, Executions, Filters, Instances, Integrations, Logs, Versions,
};
use super::{AtArgs, parse};

/// Reads lists and single records of a tenant.
///
/// Without a paging flag a list is complete: its pages are followed as they
/// are shown. With one it is exactly that page, with its `pageInfo`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops get instances --customer cust-0042 --enabled=false
  prism-gitops get instances --columns id,name --no-header
  prism-gitops get integrations --has-unpublished-changes -o json
  prism-gitops get customers --first 20 --sort name -o csv
  prism-gitops get executions --failed --since 1h
  prism-gitops get logs Instance/smith-erp --follow
  prism-gitops get config Instance/smith-erp")]
pub(crate) struct GetArgs {
    #[command(subcommand)]
    pub(crate) what: GetWhat,
}

/// What is read.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum GetWhat {
    /// Lists integrations.
    #[command(after_long_help = "\
Examples:
  prism-gitops get integrations --has-unpublished-changes
  prism-gitops get integrations --all-versions --name 'Acme ERP' --columns id,versionNumber
  prism-gitops get integrations --marketplace-config deployable,listed -o json")]
    Integrations(ListArgs<Integrations>),
    /// Lists instances; those that test runs use are left out.
    #[command(after_long_help = "\
Examples:
  prism-gitops get instances --customer cust-0042 --enabled=false
  prism-gitops get instances --integration 'Acme ERP' --needs-deploy -o name
  prism-gitops get instances --columns id,name,customer.externalId --no-header -o csv")]
    Instances(ListArgs<Instances>),
    /// Lists customers; those that test runs use are left out.
    #[command(after_long_help = "\
Examples:
  prism-gitops get customers --name-starts-with acme
  prism-gitops get customers --first 20 --sort name
  prism-gitops get customers --first 20 --sort name --after CURSOR")]
    Customers(ListArgs<Customers>),
    /// Lists components.
    #[command(after_long_help = "\
Examples:
  prism-gitops get components --public=false
  prism-gitops get components --key slack --all-versions --columns versionNumber,versionIsAvailable")]
    Components(ListArgs<Components>),
    /// Lists the flows of an integration.
    #[command(after_long_help = "\
Examples:
  prism-gitops get flows --integration 'Acme ERP'
  prism-gitops get flows --integration ID --columns id,name --no-header")]
    Flows(FlowsArgs),
    /// Lists the published versions of an integration, the newest first.
    #[command(after_long_help = "\
Examples:
  prism-gitops get versions 'Acme ERP'
  prism-gitops get versions 'Acme ERP' --version-is-available --first 1 -o json")]
    Versions(VersionsArgs),
    /// Lists executions, the newest first: of one instance, or of all.
    ///
    /// With --follow: those that end from now on, one line each, until it is interrupted.
    #[command(after_long_help = "\
Examples:
  prism-gitops get executions --failed --since 1h
  prism-gitops get executions Instance/smith-erp --since 7d --columns startedAt,flow.name,error
  prism-gitops get executions --customer cust-0042 --failed --follow")]
    Executions(RunsArgs<Executions>),
    /// Lists what executions logged, in the order of time: of one instance, or of all.
    ///
    /// With --follow: new lines as they arrive, until it is interrupted.
    #[command(after_long_help = "\
Examples:
  prism-gitops get logs Instance/smith-erp
  prism-gitops get logs --customer cust-0042 --contains timeout --since 1d
  prism-gitops get logs 'Smith ERP' --follow")]
    Logs(RunsArgs<Logs>),
    /// Shows the config variables of an instance; what may be secret is masked.
    #[command(after_long_help = "\
Examples:
  prism-gitops get config Instance/smith-erp
  prism-gitops get config 'Smith ERP' --customer cust-0001 -o json")]
    Config(InstanceArgs),
    /// Shows an integration, by its id or name.
    #[command(after_long_help = "\
Examples:
  prism-gitops get integration 'Acme ERP'
  prism-gitops get integration ID -o json")]
    Integration(RecordArgs),
    /// Shows an instance, by its id or name.
    #[command(after_long_help = "\
Examples:
  prism-gitops get instance 'Smith ERP' --customer cust-0001
  prism-gitops get instance ID -o yaml")]
    Instance(InstanceArgs),
    /// Shows a customer, by its id, external id or name.
    #[command(after_long_help = "\
Examples:
  prism-gitops get customer cust-0042
  prism-gitops get customer 'Smith Hardware' -o json")]
    Customer(RecordArgs),
    /// Shows a component, by its id or key.
    #[command(after_long_help = "\
Examples:
  prism-gitops get component slack
  prism-gitops get component ID -o yaml")]
    Component(RecordArgs),
    /// Shows an execution with its steps and its log.
    #[command(after_long_help = "\
Examples:
  prism-gitops get execution ID
  prism-gitops get execution ID --watch --timeout 5m -o json")]
    Execution(ExecutionArgs),
}

impl GetWhat {
    /// Where it is read.
    pub(crate) fn at(&self) -> &AtArgs {
        match self {
            Self::Integrations(args) => &args.at,
            Self::Instances(args) => &args.at,
            Self::Customers(args) => &args.at,
            Self::Components(args) => &args.at,
            Self::Flows(args) => &args.at,
            Self::Versions(args) => &args.list.at,
            Self::Integration(args) | Self::Customer(args) | Self::Component(args) => &args.at,
            Self::Instance(args) | Self::Config(args) => &args.at,
            Self::Executions(args) => &args.list.at,
            Self::Logs(args) => &args.list.at,
            Self::Execution(args) => &args.at,
        }
    }

    /// Whether it is a list, which has forms that a record has not.
    pub(crate) fn is_list(&self) -> bool {
        match self {
            Self::Integrations(_)
            | Self::Instances(_)
            | Self::Customers(_)
            | Self::Components(_)
            | Self::Flows(_)
            | Self::Executions(_)
            | Self::Logs(_)
            | Self::Config(_)
            | Self::Versions(_) => true,
            Self::Integration(_)
            | Self::Instance(_)
            | Self::Customer(_)
            | Self::Component(_)
            | Self::Execution(_) => false,
        }
    }
}

/// A list with filters.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ListArgs<L: super::filters::Filtered + Send + Sync + Clone + 'static> {
    #[command(flatten)]
    pub(crate) filters: Filters<L>,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// What instances ran, or logged.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RunsArgs<L: super::filters::Filtered + Send + Sync + Clone + 'static> {
    /// Of one instance: `Instance/NAME`, its id, or its name where that is unambiguous.
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: Option<String>,

    /// Go on with what comes, until it is interrupted; with `-o json` one document in each line.
    #[arg(long, env = "PRISM_GITOPS_FOLLOW", value_parser = FalseyValueParser::new(), conflicts_with_all = ["first", "last", "after", "before", "offset", "sort", "columns", "until"])]
    pub(crate) follow: bool,

    #[command(flatten)]
    pub(crate) list: ListArgs<L>,
}

/// The flows of an integration.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FlowsArgs {
    /// The integration, by its id or name.
    #[arg(long, env = "PRISM_GITOPS_INTEGRATION", value_name = "INTEGRATION")]
    pub(crate) integration: String,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// The versions of an integration.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct VersionsArgs {
    /// The integration, by its id or name.
    #[arg(value_name = "INTEGRATION")]
    pub(crate) integration: String,
    #[command(flatten)]
    pub(crate) list: ListArgs<Versions>,
}

/// A single record.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RecordArgs {
    /// Its id, or what it is called, where that is unambiguous.
    #[arg(value_name = "ID|NAME")]
    pub(crate) which: String,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// An instance.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct InstanceArgs {
    #[command(flatten)]
    pub(crate) which: WhichInstance,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// How an instance is named.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct WhichInstance {
    /// Its id, or its name, where that is unambiguous.
    #[arg(value_name = "ID|NAME")]
    pub(crate) instance: String,

    /// Look among the instances of this customer only: its id, external id or name.
    #[arg(long, env = "PRISM_GITOPS_CUSTOMER", value_name = "CUSTOMER")]
    pub(crate) customer: Option<String>,
}

/// An execution.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ExecutionArgs {
    /// Its id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// Wait until it has ended, and show its log on the way; exit with 1 if it failed.
    #[arg(long, env = "PRISM_GITOPS_WATCH", value_parser = FalseyValueParser::new())]
    pub(crate) watch: bool,

    /// How long to wait at most.
    #[arg(long, env = "PRISM_GITOPS_TIMEOUT", value_name = "TIME", default_value = "15m", value_parser = parse::duration)]
    pub(crate) timeout: Duration,

    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// Which part of a list. Any of these means: this page and no other.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Paging")]
pub(crate) struct PageArgs {
    /// How many records from the beginning, at most 100.
    #[arg(long, env = "PRISM_GITOPS_FIRST", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) first: Option<u32>,

    /// How many records from the end, at most 100.
    #[arg(long, env = "PRISM_GITOPS_LAST", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) last: Option<u32>,

    /// Those after this cursor, `pageInfo.endCursor` of another page.
    #[arg(long, env = "PRISM_GITOPS_AFTER", value_name = "CURSOR")]
    pub(crate) after: Option<String>,

    /// Those before this cursor, `pageInfo.startCursor` of another page.
    #[arg(long, env = "PRISM_GITOPS_BEFORE", value_name = "CURSOR")]
    pub(crate) before: Option<String>,

    /// How many records to skip.
    #[arg(long, env = "PRISM_GITOPS_OFFSET", value_name = "N", value_parser = clap::value_parser!(u32).range(0..=2_147_483_647))]
    pub(crate) offset: Option<u32>,
}

/// How a list is shown.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Display")]
pub(crate) struct FormArgs {
    /// The fields to show in tables and CSV, separated by commas: `id,name,customer.name`.
    #[arg(
        long,
        env = "PRISM_GITOPS_COLUMNS",
        value_name = "FIELDS",
        value_delimiter = ','
    )]
    pub(crate) columns: Vec<String>,

    /// Let the server order by this field, through all pages; `-FIELD` turns it around.
    #[arg(
        long,
        env = "PRISM_GITOPS_SORT",
        value_name = "FIELD",
        allow_hyphen_values = true
    )]
    pub(crate) sort: Option<String>,

    /// Tables and CSV without the line of column names.
    #[arg(long, env = "PRISM_GITOPS_NO_HEADER", value_parser = FalseyValueParser::new())]
    pub(crate) no_header: bool,
}
