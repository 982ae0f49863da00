//! What is looked up for many records at once.

use crate::model::CustomerRef;
use crate::prismatic::alias::{Batch, Lookup, document};

const VERSION: (&str, &str) = ("version", include_str!("fragments/version.graphql"));
const REQUIRED: (&str, &str) = ("required", include_str!("fragments/required.graphql"));
const COMPONENT: (&str, &str) = ("component", include_str!("fragments/component.graphql"));
const AUTHORIZATION: (&str, &str) = (
    "authorization",
    include_str!("fragments/authorization.graphql"),
);
const CUSTOMER: (&str, &str) = ("customer", include_str!("fragments/customer.graphql"));

/// Definitions and the variables of versions: up to 50 of each in a request.
pub(in crate::prismatic) const DETAILS: Batch<'static> = Batch {
    name: "integrationDetails",
    size: 100,
    fragments: &[REQUIRED],
};

/// Single versions by number.
pub(in crate::prismatic) const VERSIONS: Batch<'static> = Batch {
    name: "integrationVersionByNumber",
    size: 25,
    fragments: &[VERSION],
};

/// The records of a sequence, where the list shows a version and not the draft.
pub(in crate::prismatic) const DRAFTS: Batch<'static> = Batch {
    name: "integrationDrafts",
    size: 10,
    fragments: &[VERSION],
};

/// Components, by key and by version.
pub(in crate::prismatic) const COMPONENTS: Batch<'static> = Batch {
    name: "componentLookups",
    size: 40,
    fragments: &[COMPONENT],
};

/// Links for consent.
pub(in crate::prismatic) const AUTHORIZE_URLS: Batch<'static> = Batch {
    name: "authorizeUrls",
    size: 25,
    fragments: &[AUTHORIZATION],
};

/// Customers.
pub(in crate::prismatic) const CUSTOMERS: Batch<'static> = Batch {
    name: "customers",
    size: 25,
    fragments: &[CUSTOMER],
};

/// Whether instances call for a deploy.
pub(in crate::prismatic) const DEPLOYS: Batch<'static> = Batch {
    name: "instanceDeploys",
    size: 50,
    fragments: &[],
};

/// Whether an instance calls for a deploy.
pub(in crate::prismatic) fn needs_deploy(id: &str) -> Lookup {
    Lookup {
        before: "instance(id:",
        kind: "ID!",
        value: id.to_owned(),
        after: ") { needsDeploy }".to_owned(),
    }
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
pub(in crate::prismatic) fn definition(id: &str, latest_components: bool) -> Lookup {
    let selection = if latest_components {
        "definition(version: 7, useLatestComponentVersions: true)"
    } else {
        "definition(version: 7)"
    };
    integration(id, selection)
}

/// The config variables that a version declares.
pub(in crate::prismatic) fn required(id: &str) -> Lookup {
    integration(
        id,
        "requiredConfigVariables(first: 100) \
         { nodes { ...required } pageInfo { hasNextPage endCursor } totalCount }",
    )
}

/// The links of an instance's connections.
///
/// Not filtered by status: the case in which a server takes one is not documented.
pub(in crate::prismatic) fn authorize_urls(id: &str) -> Lookup {
    Lookup {
        before: "instance(id:",
        kind: "ID!",
        value: id.to_owned(),
        after: ") { configVariables(first: 100) \
                { nodes { ...authorization } pageInfo { hasNextPage endCursor } totalCount } }"
            .to_owned(),
    }
}

/// The version with a number.
pub(in crate::prismatic) fn version(id: &str, number: i64) -> Lookup {
    let selection = format!(
        "versionSequence(versionNumber: {number}, first: 3) \
         {{ nodes {{ ...version }} pageInfo {{ hasNextPage endCursor }} }}"
    );
    integration(id, &selection)
}

/// The draft of a sequence, which is its oldest record, among those that were made first.
pub(in crate::prismatic) fn draft(sequence: &str) -> Lookup {
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
pub(in crate::prismatic) fn component(key: &str, number: Option<i64>) -> Lookup {
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

/// Those customers that a reference may mean; three are enough to see that it is ambiguous.
pub(in crate::prismatic) fn customer(reference: &CustomerRef) -> Lookup {
    let list = |before, value: &str| Lookup {
        before,
        kind: "String!",
        value: value.to_owned(),
        after: ", first: 3) { nodes { ...customer } pageInfo { hasNextPage endCursor } }"
            .to_owned(),
    };
    match reference {
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

/// One document of each group, for checking against a schema.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    let text = || "x".to_owned();
    let customers = [
        CustomerRef::ExternalId(text()),
        CustomerRef::Name(text()),
        CustomerRef::Id(text()),
    ];
    let groups = [
        (DETAILS, vec![definition("x", true), required("x")]),
        (DETAILS, vec![definition("x", false)]),
        (AUTHORIZE_URLS, vec![authorize_urls("x")]),
        (VERSIONS, vec![version("x", 3)]),
        (DRAFTS, vec![draft("x")]),
        (DEPLOYS, vec![needs_deploy("x")]),
        (
            COMPONENTS,
            vec![component("x", None), component("x", Some(3))],
        ),
        (CUSTOMERS, customers.iter().map(customer).collect()),
    ];
    let sample = |(batch, lookups): (Batch<'_>, Vec<Lookup>)| {
        (
            batch.name,
            document(batch.name, &lookups, batch.fragments).0,
        )
    };
    groups.into_iter().map(sample).collect()
}
