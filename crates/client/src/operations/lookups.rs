//! What is looked up for many records at once.

use jiff::Timestamp;

use crate::lookup_batcher::{Batch, Lookup, document};
use crate::model::CustomerRef;

const VERSION: (&str, &str) = ("version", include_str!("fragments/version.graphql"));
const REQUIRED: (&str, &str) = ("required", include_str!("fragments/required.graphql"));
const COMPONENT: (&str, &str) = ("component", include_str!("fragments/component.graphql"));
const AUTHORIZATION: (&str, &str) = (
    "authorization",
    include_str!("fragments/authorization.graphql"),
);
const SIGHTING: (&str, &str) = ("sighting", include_str!("fragments/sighting.graphql"));
const DRAFT: (&str, &str) = ("draft", include_str!("fragments/draft.graphql"));
const RUN: (&str, &str) = ("run", include_str!("fragments/run.graphql"));
const INSTANCE: (&str, &str) = ("instance", include_str!("fragments/instance.graphql"));
const CONFIG_VARIABLE: (&str, &str) = (
    "configVariable",
    include_str!("fragments/config_variable.graphql"),
);
const SIGHTED_CUSTOMER: (&str, &str) = (
    "sightedCustomer",
    include_str!("fragments/sighted_customer.graphql"),
);
const FLOW_CONFIG: (&str, &str) = ("flowConfig", include_str!("fragments/flow_config.graphql"));
const CUSTOMER: (&str, &str) = ("customer", include_str!("fragments/customer.graphql"));

/// Definitions and the variables of versions: up to 50 of each in a request.
pub(crate) const DETAILS: Batch<'static> = Batch {
    name: "integrationDetails",
    size: 100,
    fragments: &[REQUIRED],
};

/// Single versions by number.
pub(crate) const VERSIONS: Batch<'static> = Batch {
    name: "integrationVersionByNumber",
    size: 25,
    fragments: &[VERSION],
};

/// The records of a sequence, where the list shows a version and not the draft.
pub(crate) const DRAFTS: Batch<'static> = Batch {
    name: "integrationDrafts",
    size: 10,
    fragments: &[VERSION],
};

/// Executions that may have been sent again.
pub(crate) const REPLAYS: Batch<'static> = Batch {
    name: "executionReplays",
    size: 25,
    fragments: &[],
};

/// Components, by key and by version.
pub(crate) const COMPONENTS: Batch<'static> = Batch {
    name: "componentLookups",
    size: 40,
    fragments: &[COMPONENT],
};

/// The connections of components.
pub(crate) const CONNECTION_TYPES: Batch<'static> = Batch {
    name: "connectionTypes",
    size: 25,
    fragments: &[],
};

/// Links for consent.
pub(crate) const AUTHORIZE_URLS: Batch<'static> = Batch {
    name: "authorizeUrls",
    size: 25,
    fragments: &[AUTHORIZATION],
};

/// What instances set for their flows.
pub(crate) const FLOWS: Batch<'static> = Batch {
    name: "flowsOfInstances",
    size: 25,
    fragments: &[FLOW_CONFIG],
};

/// Customers.
pub(crate) const CUSTOMERS: Batch<'static> = Batch {
    name: "customers",
    size: 25,
    fragments: &[CUSTOMER],
};

/// The customers with an external id or a name.
pub(crate) const CUSTOMER_SIGHTS: Batch<'static> = Batch {
    name: "customerSightings",
    size: 25,
    fragments: &[SIGHTED_CUSTOMER],
};

/// Whether instances call for a deploy.
pub(crate) const DEPLOYS: Batch<'static> = Batch {
    name: "instanceDeploys",
    size: 50,
    fragments: &[SIGHTING],
};

/// The instances of customers.
pub(crate) const OF_CUSTOMERS: Batch<'static> = Batch {
    name: "instancesOfCustomers",
    size: 25,
    fragments: &[SIGHTING],
};

/// The last few runs of instances before a moment, and how many of each: 500 runs in one answer.
pub(crate) const RUNS_BEFORE: (Batch<'static>, usize) = (
    Batch {
        name: "runsBefore",
        size: 25,
        fragments: &[RUN],
    },
    20,
);

/// Whole pages of them, for flows that run rarely.
pub(crate) const RUNS_FURTHER: (Batch<'static>, usize) = (
    Batch {
        name: "runsFurtherBack",
        size: 5,
        fragments: &[RUN],
    },
    100,
);

/// How many runs of instances finished since a moment.
pub(crate) const FINISHED_RUNS: Batch<'static> = Batch {
    name: "finishedRuns",
    size: 25,
    fragments: &[],
};

/// What single instances look like.
pub(crate) const INSTANCE_SIGHTS: Batch<'static> = Batch {
    name: "instanceSightings",
    size: 25,
    fragments: &[SIGHTING],
};

/// Instances with everything that a difference is made of.
pub(crate) const INSTANCES: Batch<'static> = Batch {
    name: "instancesById",
    size: 25,
    fragments: &[INSTANCE, CONFIG_VARIABLE, REQUIRED, CUSTOMER],
};

/// The integrations with a label or a name.
pub(crate) const INTEGRATION_SIGHTS: Batch<'static> = Batch {
    name: "integrationSightings",
    size: 25,
    fragments: &[DRAFT, VERSION],
};

/// What single drafts look like.
pub(crate) const DRAFT_SIGHTS: Batch<'static> = Batch {
    name: "draftSightings",
    size: 25,
    fragments: &[DRAFT, VERSION],
};

/// All records of a sequence, each as a draft is looked at.
pub(crate) const SEQUENCES: Batch<'static> = Batch {
    name: "sequenceSightings",
    size: 5,
    fragments: &[DRAFT, VERSION],
};

fn instance(id: &str, selection: &str) -> Lookup {
    Lookup {
        before: "instance(id:",
        kind: "ID!",
        value: id.to_owned(),
        after: format!(") {{ {selection} }}"),
    }
}

/// What one instance looks like.
pub(crate) fn instance_sight(id: &str) -> Lookup {
    instance(id, "...sighting")
}

/// The last `length` runs of one instance that began up to a moment, newest first.
pub(crate) fn runs_before(id: &str, before: Timestamp, length: usize) -> Lookup {
    Lookup {
        before: "executionResults(isTestExecution: false, instance:",
        kind: "ID!",
        value: id.to_owned(),
        after: format!(
            ", startedAt_Lte: \"{before}\", first: {length}, sortBy: [{{field: STARTED_AT, direction: DESC}}]) \
             {{ nodes {{ ...run }} pageInfo {{ hasNextPage endCursor }} totalCount }}"
        ),
    }
}

/// How many runs of one instance that began since a moment did their work or failed at it.
pub(crate) fn finished_runs(id: &str, since: Timestamp, until: Option<Timestamp>) -> Lookup {
    let until = until.filter(|until| *until >= since);
    let until = until.map(|it| format!(", startedAt_Lte: \"{it}\""));
    Lookup {
        before: "executionResults(isTestExecution: false, instance:",
        kind: "ID!",
        value: id.to_owned(),
        after: format!(
            ", startedAt_Gte: \"{since}\"{}, resultType_In: [\"COMPLETED\", \"ERROR\"], endedAt_Isnull: false, \
             first: 1) {{ totalCount }}",
            until.unwrap_or_default()
        ),
    }
}

/// As what an execution was sent again.
pub(crate) fn replays(id: &str) -> Lookup {
    Lookup {
        before: "executionResult(id:",
        kind: "ID!",
        value: id.to_owned(),
        after: ") { replays(first: 1) { nodes { id } } }".to_owned(),
    }
}

/// All of one instance.
pub(crate) fn whole_instance(id: &str) -> Lookup {
    instance(id, "...instance")
}

/// What one instance sets for its flows.
pub(crate) fn flows(id: &str) -> Lookup {
    let selection = "flowConfigs(first: 100) { nodes { ...flowConfig } edges { cursor } \
                     pageInfo { hasNextPage endCursor } totalCount }";
    instance(id, selection)
}

/// The first page of a customer's instances, which is nearly always the only one.
pub(crate) fn of_customer(id: &str) -> Lookup {
    Lookup {
        before: "instances(isSystem: false, instanceType: INTEGRATION, customer:",
        kind: "ID!",
        value: id.to_owned(),
        after: list_of("sighting"),
    }
}

/// The integrations with a label, or with one that contains it.
pub(crate) fn labelled(label: &str) -> Lookup {
    integrations("integrations(labels_Contains:", "String!", label)
}

/// The integrations with a name.
pub(crate) fn named(name: &str) -> Lookup {
    integrations("integrations(name:", "String!", name)
}

/// All records of a sequence, the oldest first.
pub(crate) fn sequence(sequence: &str) -> Lookup {
    let before = "integrations(allVersions: true, versionSequenceId:";
    integrations(before, "UUID!", sequence)
}

fn integrations(before: &'static str, kind: &'static str, value: &str) -> Lookup {
    Lookup {
        before,
        kind,
        value: value.to_owned(),
        after: list_of("draft"),
    }
}

fn list_of(fragment: &str) -> String {
    format!(
        ", first: 100, sortBy: [{{field: CREATED_AT, direction: ASC}}]) \
         {{ nodes {{ ...{fragment} }} pageInfo {{ hasNextPage endCursor }} totalCount }}"
    )
}

/// What one draft looks like.
pub(crate) fn draft_sight(id: &str) -> Lookup {
    integration(id, "...draft")
}

/// Whether an instance calls for a deploy.
pub(crate) fn needs_deploy(id: &str) -> Lookup {
    instance(id, "...sighting")
}

fn integration(id: &str, selection: &str) -> Lookup {
    Lookup {
        before: "integration(id:",
        kind: "ID!",
        value: id.to_owned(),
        after: format!(") {{ {selection} }}"),
    }
}

/// The definition of a draft, in the format that prism asks for.
pub(crate) fn definition(id: &str, latest_components: bool) -> Lookup {
    let selection = if latest_components {
        "definition(version: 7, useLatestComponentVersions: true)"
    } else {
        "definition(version: 7)"
    };
    integration(id, selection)
}

/// The config variables that a version declares.
pub(crate) fn required(id: &str) -> Lookup {
    integration(
        id,
        "requiredConfigVariables(first: 100) \
         { nodes { ...required } pageInfo { hasNextPage endCursor } totalCount }",
    )
}

/// The links of an instance's connections.
///
/// Not filtered by status: the case in which a server takes one is not documented.
pub(crate) fn authorize_urls(id: &str) -> Lookup {
    instance(
        id,
        "configVariables(first: 100) \
         { nodes { ...authorization } pageInfo { hasNextPage endCursor } totalCount }",
    )
}

/// The version with a number.
pub(crate) fn version(id: &str, number: i64) -> Lookup {
    let selection = format!(
        "versionSequence(versionNumber: {number}, first: 3) \
         {{ nodes {{ ...version }} pageInfo {{ hasNextPage endCursor }} }}"
    );
    integration(id, &selection)
}

/// The draft of a sequence, which is its oldest record, among those that were made first.
pub(crate) fn draft(sequence: &str) -> Lookup {
    Lookup {
        before: "integrations(allVersions: true, versionSequenceId:",
        kind: "UUID!",
        value: sequence.to_owned(),
        after: ", first: 100, sortBy: [{field: CREATED_AT, direction: ASC}]) \
                { nodes { ...version name description labels hasUnpublishedChanges } \
                pageInfo { hasNextPage endCursor } }"
            .to_owned(),
    }
}

/// The newest versions of the components with a key, or all with that key and a number.
///
/// Those generated for code-native integrations are among them: their definitions name them.
pub(crate) fn component(key: &str, number: Option<i64>) -> Lookup {
    let number = number.map_or_else(String::new, |number| format!("versionNumber: {number}, "));
    Lookup {
        before: "components(key:",
        kind: "String!",
        value: key.to_owned(),
        after: format!(
            ", {number}allVersions: true, includeComponentsForCodeNativeIntegrations: true, \
             first: 10, sortBy: [{{field: VERSION_NUMBER, direction: DESC}}]) \
             {{ nodes {{ ...component }} pageInfo {{ hasNextPage endCursor }} }}"
        ),
    }
}

/// The connections of the components with a key, each in its newest version: one of the organization and one of
/// Prismatic, perhaps.
pub(crate) fn connection_types(component: &str) -> Lookup {
    Lookup {
        before: "components(key:",
        kind: "String!",
        value: component.to_owned(),
        after: ", first: 10) { nodes { key public customer { id } connections(first: 100) \
                { nodes { id key } pageInfo { hasNextPage endCursor } } } \
                pageInfo { hasNextPage endCursor } }"
            .to_owned(),
    }
}

/// Those customers that a reference may mean; three are enough to see that it is ambiguous.
///
/// A reference to a manifest has no value in the tenant: its look-up finds nothing.
pub(crate) fn customer(reference: &CustomerRef) -> Lookup {
    let list = |before, value: &str| Lookup {
        before,
        kind: "String!",
        value: value.to_owned(),
        after: ", first: 3) { nodes { ...customer } pageInfo { hasNextPage endCursor } }"
            .to_owned(),
    };
    match reference {
        CustomerRef::Managed(name) => list("customers(isSystem: false, name:", name.as_str()),
        CustomerRef::ExternalId(text) => list("customers(isSystem: false, externalId:", text),
        CustomerRef::Name(text) => list("customers(isSystem: false, name:", text),
        CustomerRef::Id(text) => Lookup {
            before: "customer(id:",
            kind: "ID!",
            value: text.clone(),
            after: ") { ...customer }".to_owned(),
        },
    }
}

/// The customers with an external id.
pub(crate) fn with_external_id(external_id: &str) -> Lookup {
    let before = "customers(isSystem: false, externalId:";
    customers(before, external_id)
}

/// The customers with a name.
pub(crate) fn customers_named(name: &str) -> Lookup {
    customers("customers(isSystem: false, name:", name)
}

fn customers(before: &'static str, value: &str) -> Lookup {
    Lookup {
        before,
        kind: "String!",
        value: value.to_owned(),
        after: list_of("sightedCustomer"),
    }
}

/// One document of each group, for checking against a schema.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    let text = || "x".to_owned();
    let references = [
        CustomerRef::ExternalId(text()),
        CustomerRef::Name(text()),
        CustomerRef::Id(text()),
    ];
    let groups = [
        (DETAILS, vec![definition("x", true), required("x")]),
        (DETAILS, vec![definition("x", false)]),
        (AUTHORIZE_URLS, vec![authorize_urls("x")]),
        (FLOWS, vec![flows("x")]),
        (VERSIONS, vec![version("x", 3)]),
        (DRAFTS, vec![draft("x")]),
        (DEPLOYS, vec![needs_deploy("x")]),
        (OF_CUSTOMERS, vec![of_customer("x")]),
        (INSTANCE_SIGHTS, vec![instance_sight("x")]),
        (INSTANCES, vec![whole_instance("x")]),
        (INTEGRATION_SIGHTS, vec![labelled("x"), named("x")]),
        (DRAFT_SIGHTS, vec![draft_sight("x")]),
        (SEQUENCES, vec![sequence("x")]),
        (REPLAYS, vec![replays("x")]),
        (
            RUNS_BEFORE.0,
            vec![runs_before("x", Timestamp::UNIX_EPOCH, RUNS_BEFORE.1)],
        ),
        (
            RUNS_FURTHER.0,
            vec![runs_before("x", Timestamp::UNIX_EPOCH, RUNS_FURTHER.1)],
        ),
        (
            FINISHED_RUNS,
            vec![
                finished_runs("x", Timestamp::UNIX_EPOCH, None),
                finished_runs("x", Timestamp::UNIX_EPOCH, Some(Timestamp::UNIX_EPOCH)),
            ],
        ),
        (
            COMPONENTS,
            vec![component("x", None), component("x", Some(3))],
        ),
        (CONNECTION_TYPES, vec![connection_types("x")]),
        (CUSTOMERS, references.iter().map(customer).collect()),
        (
            CUSTOMER_SIGHTS,
            vec![with_external_id("x"), customers_named("x")],
        ),
    ];
    let sample = |(batch, lookups): (Batch<'_>, Vec<Lookup>)| {
        (
            batch.name,
            document(batch.name, &lookups, batch.fragments).0,
        )
    };
    groups.into_iter().map(sample).collect()
}
