//! The filters of the lists: those of the connector's list actions (FACTS §18).

use FilterKind::{Flag, Id, Number, Text, Texts, Time, Uuid};

/// What a filter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// A text.
    Text,
    /// Several texts.
    Texts,
    /// True or false.
    Flag,
    /// A whole number.
    Number,
    /// A record's id.
    Id,
    /// A bare UUID.
    Uuid,
    /// A moment, as RFC 3339 has it.
    Time,
}

impl FilterKind {
    /// Its type in GraphQL.
    pub(super) fn graphql(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Texts => "[String]",
            Self::Flag => "Boolean",
            Self::Number => "Int",
            Self::Id => "ID",
            Self::Uuid => "UUID",
            Self::Time => "DateTime",
        }
    }
}

/// A filter of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// The API's name: `name_Icontains`.
    pub name: &'static str,
    /// What it takes.
    pub kind: FilterKind,
}

const fn filter(name: &'static str, kind: FilterKind) -> Filter {
    Filter { name, kind }
}

pub(super) const INTEGRATIONS: &[Filter] = &[
    filter("name", Text),
    filter("name_Icontains", Text),
    filter("description", Text),
    filter("description_Icontains", Text),
    filter("category", Text),
    filter("category_Icontains", Text),
    filter("labels_Contains", Text),
    filter("labels_Icontains", Text),
    filter("allVersions", Flag),
    filter("hasInstances", Flag),
    filter("hasUnpublishedChanges", Flag),
    filter("marketplace", Flag),
    filter("marketplaceConfiguration_Iexact", Text),
    filter("marketplaceConfiguration_In", Texts),
    filter("marketplaceConfiguration_Istartswith", Text),
    filter("versionIsAvailable", Flag),
    filter("versionNumber", Number),
    filter("versionSequenceId", Uuid),
];

pub(super) const INSTANCES: &[Filter] = &[
    filter("name", Text),
    filter("name_Icontains", Text),
    filter("description", Text),
    filter("description_Icontains", Text),
    filter("labels_Contains", Text),
    filter("labels_Icontains", Text),
    filter("customer", Id),
    filter("customer_ExternalId", Text),
    filter("integration", Id),
    filter("integration_VersionSequenceId", Uuid),
    filter("compatibility", Number),
    filter("enabled", Flag),
    filter("needsDeploy", Flag),
    filter("isSystem", Flag),
];

pub(super) const CUSTOMERS: &[Filter] = &[
    filter("name", Text),
    filter("name_Icontains", Text),
    filter("name_Istartswith", Text),
    filter("externalId", Text),
    filter("description_Icontains", Text),
    filter("labels_Contains", Text),
    filter("labels_Icontains", Text),
    filter("isSystem", Flag),
];

pub(super) const COMPONENTS: &[Filter] = &[
    filter("key", Text),
    filter("key_Icontains", Text),
    filter("label_Icontains", Text),
    filter("description_Icontains", Text),
    filter("category", Text),
    filter("labels_Contains", Text),
    filter("labels_Icontains", Text),
    filter("public", Flag),
    filter("customer", Id),
    filter("allVersions", Flag),
    filter("versionNumber", Number),
    filter("versionIsAvailable", Flag),
    filter("versionSequenceId", Uuid),
];

pub(super) const VERSIONS: &[Filter] = &[
    filter("versionIsAvailable", Flag),
    filter("versionNumber", Number),
];

pub(super) const EXECUTIONS: &[Filter] = &[
    filter("instance", Id),
    filter("instance_Customer", Id),
    // Of all instances of an integration: each points to the record of its version (FACTS §19).
    filter("instance_Integration_VersionSequenceId", Uuid),
    filter("error_Isnull", Flag),
    filter("isTestExecution", Flag),
    filter("startedAt_Gte", Time),
    filter("startedAt_Lte", Time),
    filter("endedAt_Gte", Time),
];

pub(super) const LOGS: &[Filter] = &[
    filter("instance", Id),
    filter("instance_Customer", Id),
    filter("integration_VersionSequenceId", Uuid),
    filter("message_Icontains", Text),
    filter("isTestExecution", Flag),
    filter("timestamp_Gte", Time),
    filter("timestamp_Lte", Time),
];
