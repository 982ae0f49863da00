//! The flags of the lists, each with the filter of the API that it sets.
//!
//! One row for each flag: the command line, the reference and the requests are
//! made from the same table.

use std::marker::PhantomData;

use clap::{Arg, ArgMatches, Command};
use jiff::Timestamp;

use super::parse;

/// A flag that filters a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Its name on the command line.
    pub(crate) flag: &'static str,
    /// The API's name of the filter.
    pub(crate) filter: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
    variable: &'static str,
    help: &'static str,
}

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A text, passed on as it is; the word is for the help.
    Text(&'static str),
    /// Nothing, which means true, or `=true`, `=false`.
    Truth,
    /// Words of the marketplace.
    Marketplace,
    /// A customer by any of its names.
    Customer,
    /// An integration by any of its names.
    Integration,
    /// All versions of an integration, by any of its names.
    Sequence,
    /// Nothing or a truth value, of which the API's filter says the opposite.
    Untruth,
    /// A moment, or how long ago.
    Moment,
}

/// The moment that a flag says.
pub(crate) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    parse::moment(text).map(|moment| moment.as_of(now))
}

/// A list that has flags of its own.
pub(crate) trait Filtered {
    /// Them.
    const FLAGS: &'static [Flag];
}

/// The flags of a list that were given, in the order of the table.
#[derive(Debug, Clone)]
pub(crate) struct Filters<L> {
    given: Vec<(Flag, String)>,
    list: PhantomData<L>,
}

impl<L> Filters<L> {
    /// The flags with their values.
    pub(crate) fn given(&self) -> &[(Flag, String)] {
        &self.given
    }

    /// The same without the flag of a filter.
    pub(crate) fn without(&self, filter: Option<&str>) -> Self {
        let given = self.given.iter();
        let kept = given.filter(|(flag, _)| filter != Some(flag.filter));
        Self {
            given: kept.cloned().collect(),
            list: PhantomData,
        }
    }

    /// What the flag of a filter says, where that is a moment.
    pub(crate) fn moment(&self, filter: &str, now: Timestamp) -> Option<Timestamp> {
        let mut given = self.given.iter();
        let (_, text) = given.find(|(flag, _)| flag.filter == filter)?;
        moment(text, now).ok()
    }
}

impl<L: Filtered> clap::FromArgMatches for Filters<L> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let value = |flag: &Flag| Some((*flag, matches.get_one::<String>(flag.flag)?.clone()));
        Ok(Self {
            given: L::FLAGS.iter().filter_map(value).collect(),
            list: PhantomData,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<L: Filtered> clap::Args for Filters<L> {
    fn augment_args(command: Command) -> Command {
        let command = command.next_help_heading("Filters");
        L::FLAGS
            .iter()
            .fold(command, |command, flag| command.arg(flag.arg()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl Flag {
    fn arg(&self) -> Arg {
        let arg = Arg::new(self.flag)
            .long(self.flag)
            .env(self.variable)
            .help(self.help.trim_end_matches('.'));
        match self.takes {
            Takes::Text("N") => {
                arg.value_name("N")
                    .value_parser(|text: &str| match text.parse::<i32>() {
                        Ok(_) => Ok(text.to_owned()),
                        Err(_) => Err("it must be a whole number"),
                    })
            }
            Takes::Text(word) => arg.value_name(word),
            Takes::Marketplace => arg.value_name("WORDS"),
            Takes::Customer => arg.value_name("CUSTOMER"),
            Takes::Integration | Takes::Sequence => arg.value_name("INTEGRATION"),
            Takes::Moment => arg
                .value_name("TIME")
                .value_parser(|text: &str| parse::moment(text).map(|_| text.to_owned())),
            Takes::Truth | Takes::Untruth => arg
                .value_name("BOOL")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_parser(["true", "false"])
                .hide_possible_values(true),
        }
    }
}

macro_rules! flags {
    ($list:ident: $($flag:literal $filter:literal $variable:literal $takes:expr, $help:literal;)*) => {
        #[doc = concat!("The flags of `get ", stringify!($list), "`.")]
        #[derive(Debug, Clone)]
        pub(crate) struct $list;

        impl Filtered for $list {
            const FLAGS: &'static [Flag] = &[$(Flag {
                flag: $flag,
                filter: $filter,
                takes: $takes,
                variable: concat!("PRISM_GITOPS_", $variable),
                help: $help,
            }),*];
        }
    };
}

flags! { Integrations:
    "name" "name" "NAME" Takes::Text("TEXT"),
        "Those with exactly this name.";
    "name-contains" "name_Icontains" "NAME_CONTAINS" Takes::Text("TEXT"),
        "Those whose name contains this, in any case.";
    "description" "description" "DESCRIPTION" Takes::Text("TEXT"),
        "Those with exactly this description.";
    "description-contains" "description_Icontains" "DESCRIPTION_CONTAINS" Takes::Text("TEXT"),
        "Those whose description contains this, in any case.";
    "category" "category" "CATEGORY" Takes::Text("TEXT"),
        "Those of exactly this category.";
    "category-contains" "category_Icontains" "CATEGORY_CONTAINS" Takes::Text("TEXT"),
        "Those whose category contains this, in any case.";
    "label" "labels_Contains" "LABEL" Takes::Text("LABEL"),
        "Those with exactly this label.";
    "label-contains" "labels_Icontains" "LABEL_CONTAINS" Takes::Text("TEXT"),
        "Those with a label that contains this, in any case.";
    "all-versions" "allVersions" "ALL_VERSIONS" Takes::Truth,
        "Each version as a record of its own, not only the latest.";
    "has-instances" "hasInstances" "HAS_INSTANCES" Takes::Truth,
        "Those with instances; `=false`: those without.";
    "has-unpublished-changes" "hasUnpublishedChanges" "HAS_UNPUBLISHED_CHANGES" Takes::Truth,
        "Those whose draft differs from the last version; `=false`: those whose does not.";
    "marketplace" "marketplace" "MARKETPLACE" Takes::Truth,
        "Those in the marketplace; `=false`: the others.";
    "marketplace-config" "marketplaceConfiguration_In" "MARKETPLACE_CONFIG" Takes::Marketplace,
        "Those that the marketplace shows so: `deployable`, `listed`, `hidden`, or the API's own words; several separated by commas.";
    "version-is-available" "versionIsAvailable" "VERSION_IS_AVAILABLE" Takes::Truth,
        "Those whose version is available; `=false`: the others.";
    "version-number" "versionNumber" "VERSION_NUMBER" Takes::Text("N"),
        "Those with this version number.";
    "version-sequence-id" "versionSequenceId" "VERSION_SEQUENCE_ID" Takes::Text("UUID"),
        "The versions of one integration.";
}

flags! { Instances:
    "name" "name" "NAME" Takes::Text("TEXT"),
        "Those with exactly this name.";
    "name-contains" "name_Icontains" "NAME_CONTAINS" Takes::Text("TEXT"),
        "Those whose name contains this, in any case.";
    "description" "description" "DESCRIPTION" Takes::Text("TEXT"),
        "Those with exactly this description.";
    "description-contains" "description_Icontains" "DESCRIPTION_CONTAINS" Takes::Text("TEXT"),
        "Those whose description contains this, in any case.";
    "label" "labels_Contains" "LABEL" Takes::Text("LABEL"),
        "Those with exactly this label.";
    "label-contains" "labels_Icontains" "LABEL_CONTAINS" Takes::Text("TEXT"),
        "Those with a label that contains this, in any case.";
    "customer" "customer" "CUSTOMER" Takes::Customer,
        "Those of a customer, by its id, external id or name.";
    "customer-external-id" "customer_ExternalId" "CUSTOMER_EXTERNAL_ID" Takes::Text("TEXT"),
        "Those of the customer with this external id.";
    "integration" "integration" "INTEGRATION" Takes::Integration,
        "Those of an integration, by its id or name.";
    "version-sequence-id" "integration_VersionSequenceId" "VERSION_SEQUENCE_ID" Takes::Text("UUID"),
        "Those of all versions of one integration.";
    "compatibility" "compatibility" "COMPATIBILITY" Takes::Text("N"),
        "Those of this compatibility, in the API's numbers.";
    "enabled" "enabled" "ENABLED" Takes::Truth,
        "Those that run; `=false`: those that are disabled.";
    "needs-deploy" "needsDeploy" "NEEDS_DEPLOY" Takes::Truth,
        "Those that were changed since they were deployed; `=false`: the others.";
    "system" "isSystem" "SYSTEM" Takes::Truth,
        "Those that test runs of integrations use; without it, the others.";
}

flags! { Customers:
    "name" "name" "NAME" Takes::Text("TEXT"),
        "Those with exactly this name.";
    "name-contains" "name_Icontains" "NAME_CONTAINS" Takes::Text("TEXT"),
        "Those whose name contains this, in any case.";
    "name-starts-with" "name_Istartswith" "NAME_STARTS_WITH" Takes::Text("TEXT"),
        "Those whose name begins with this, in any case.";
    "external-id" "externalId" "EXTERNAL_ID" Takes::Text("TEXT"),
        "The one with this external id.";
    "description-contains" "description_Icontains" "DESCRIPTION_CONTAINS" Takes::Text("TEXT"),
        "Those whose description contains this, in any case.";
    "label" "labels_Contains" "LABEL" Takes::Text("LABEL"),
        "Those with exactly this label.";
    "label-contains" "labels_Icontains" "LABEL_CONTAINS" Takes::Text("TEXT"),
        "Those with a label that contains this, in any case.";
    "system" "isSystem" "SYSTEM" Takes::Truth,
        "Those that test runs of integrations use; without it, the others.";
}

flags! { Components:
    "key" "key" "KEY" Takes::Text("KEY"),
        "Those with exactly this key.";
    "key-contains" "key_Icontains" "KEY_CONTAINS" Takes::Text("TEXT"),
        "Those whose key contains this, in any case.";
    "label-contains" "label_Icontains" "LABEL_CONTAINS" Takes::Text("TEXT"),
        "Those whose display name contains this, in any case.";
    "description-contains" "description_Icontains" "DESCRIPTION_CONTAINS" Takes::Text("TEXT"),
        "Those whose description contains this, in any case.";
    "category" "category" "CATEGORY" Takes::Text("TEXT"),
        "Those of exactly this category.";
    "labels" "labels_Contains" "LABELS" Takes::Text("LABEL"),
        "Those with exactly this label.";
    "labels-contain" "labels_Icontains" "LABELS_CONTAIN" Takes::Text("TEXT"),
        "Those with a label that contains this, in any case.";
    "public" "public" "PUBLIC" Takes::Truth,
        "Prismatic's own; `=false`: those of this organization.";
    "customer" "customer" "CUSTOMER" Takes::Customer,
        "Those of a customer, by its id, external id or name.";
    "all-versions" "allVersions" "ALL_VERSIONS" Takes::Truth,
        "Each version as a record of its own, not only the latest.";
    "version-number" "versionNumber" "VERSION_NUMBER" Takes::Text("N"),
        "Those with this version number.";
    "version-is-available" "versionIsAvailable" "VERSION_IS_AVAILABLE" Takes::Truth,
        "Those whose version is available; `=false`: the others.";
    "version-sequence-id" "versionSequenceId" "VERSION_SEQUENCE_ID" Takes::Text("UUID"),
        "The versions of one component.";
}

flags! { Versions:
    "version-is-available" "versionIsAvailable" "VERSION_IS_AVAILABLE" Takes::Truth,
        "Those that are available; `=false`: the others.";
    "version-number" "versionNumber" "VERSION_NUMBER" Takes::Text("N"),
        "The one with this number.";
}

flags! { Executions:
    "customer" "instance_Customer" "CUSTOMER" Takes::Customer,
        "Those of a customer's instances, by its id, external id or name.";
    "integration" "instance_Integration_VersionSequenceId" "INTEGRATION" Takes::Sequence,
        "Those of an integration's instances on any version, by its id or name.";
    "failed" "error_Isnull" "FAILED" Takes::Untruth,
        "Those that ended with an error; `=false`: the others.";
    "test" "isTestExecution" "TEST" Takes::Truth,
        "Those of test runs; without it, the others.";
    "since" "startedAt_Gte" "SINCE" Takes::Moment,
        "Begun not before: `2026-11-20`, `2026-11-20T08:00:00Z`, or `2h` ago; a day ago if absent.";
    "until" "startedAt_Lte" "UNTIL" Takes::Moment,
        "Begun not after: a time as for --since.";
}

flags! { Logs:
    "customer" "instance_Customer" "CUSTOMER" Takes::Customer,
        "Of a customer's instances, by its id, external id or name.";
    "integration" "integration_VersionSequenceId" "INTEGRATION" Takes::Sequence,
        "Of an integration's instances on any version, by its id or name.";
    "contains" "message_Icontains" "CONTAINS" Takes::Text("TEXT"),
        "Lines that contain this, in any case.";
    "test" "isTestExecution" "TEST" Takes::Truth,
        "Of test runs; without it, of the others.";
    "since" "timestamp_Gte" "SINCE" Takes::Moment,
        "Not before: `2026-11-20`, `2026-11-20T08:00:00Z`, or `2h` ago; an hour ago if absent.";
    "until" "timestamp_Lte" "UNTIL" Takes::Moment,
        "Not after: a time as for --since.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prismatic::catalog::Collection;

    #[test]
    fn every_filter_of_a_list_has_one_flag() {
        let id = || "x".to_owned();
        for (list, flags) in [
            (Collection::Integrations, Integrations::FLAGS),
            (Collection::Instances, Instances::FLAGS),
            (Collection::Customers, Customers::FLAGS),
            (Collection::Components, Components::FLAGS),
            (Collection::Versions(id()), Versions::FLAGS),
            (Collection::Executions, Executions::FLAGS),
            (Collection::AllLogs, Logs::FLAGS),
        ] {
            let mut ours: Vec<_> = flags.iter().map(|flag| flag.filter).collect();
            let mut theirs: Vec<_> = list.filters().iter().map(|filter| filter.name).collect();
            let executed = [Collection::Executions, Collection::AllLogs].contains(&list);
            // Chosen by what a flag is given, what --follow asks for, and an argument in place of a flag.
            let no_flags = [
                "marketplaceConfiguration_Iexact",
                "marketplaceConfiguration_Istartswith",
                "endedAt_Gte",
            ];
            theirs.retain(|name| !no_flags.contains(name) && (!executed || *name != "instance"));
            ours.sort_unstable();
            theirs.sort_unstable();
            assert_eq!(ours, theirs, "{list:?}");
        }
    }
}
