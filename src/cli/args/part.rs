//! Arguments that limit a plan to a part of the project.

use crate::plan::Part;

/// Which part of the project is planned or written: with what it depends on, and without pruning. What is left out is counted.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Part of the project")]
pub(crate) struct PartArgs {
    /// Only this resource, as in `Instance/smith-erp`; all members with `Fleet/NAME`; several add up.
    #[arg(long, env = "PRISM_GITOPS_TARGET", value_name = "ADDRESS")]
    pub(crate) target: Vec<String>,

    /// Only this customer and its instances: external id, name, id, or the name of its manifest.
    #[arg(long, env = "PRISM_GITOPS_CUSTOMER", value_name = "CUSTOMER")]
    pub(crate) customer: Vec<String>,

    /// Only what bears this label, in the tenant or by its manifest.
    #[arg(long, env = "PRISM_GITOPS_LABEL", value_name = "LABEL")]
    pub(crate) label: Vec<String>,

    /// Everything but this resource and what depends on it.
    #[arg(long, env = "PRISM_GITOPS_EXCLUDE", value_name = "ADDRESS")]
    pub(crate) exclude: Vec<String>,
}

impl From<PartArgs> for Part {
    fn from(args: PartArgs) -> Self {
        let PartArgs {
            target,
            customer,
            label,
            exclude,
        } = args;
        Self {
            targets: target,
            customers: customer,
            labels: label,
            exclude,
        }
    }
}
