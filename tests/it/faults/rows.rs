//! What can fail: the operations, as a pass without faults is seen to send them.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{Definition, Document, Selection};

use super::phases::Phase;
use crate::drift::whole;

/// The request for a token, which is not among the operations.
pub(super) const TOKEN: &str = "auth/refresh";

/// An operation in a phase.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) operation: String,
    pub(super) mutation: bool,
    /// How often it is sent.
    pub(super) times: usize,
    /// No phase before sends it.
    pub(super) first_seen: bool,
}

/// Root fields that only a person's command sends, with what asks for them. A failure of theirs is
/// shown, and nothing is done about it.
const BY_HAND: [(&str, &str); 18] = [
    (
        "activities",
        "a pass that heals drift, which is healed all the same where it cannot be read",
    ),
    ("component", "get component"),
    (
        "customer",
        "a manifest that names a customer by its id, or get customer",
    ),
    (
        "createCustomer",
        "a manifest of a customer, which tests/it/customers.rs goes through faults with",
    ),
    (
        "createScopedConfigVariable",
        "a manifest of a connection, which tests/it/connections.rs goes through faults with",
    ),
    ("createCustomerConfigVariable", "the same"),
    ("customerConfigVariables", "the same"),
    ("deleteScopedConfigVariable", "the same"),
    ("scopedConfigVariables", "the same"),
    ("updateCustomerConfigVariable", "the same"),
    ("updateScopedConfigVariable", "the same"),
    ("executionResult", "get execution"),
    ("logs", "get logs"),
    (
        "executionResults",
        "a manifest with a rollout, which stands where it cannot be read",
    ),
    (
        "replayExecution",
        "rollout replay, which looks before it sends anything again",
    ),
    ("testIntegrationFlow", "test flow"),
    ("updateCustomer", "the same"),
    (
        "validateIntegrationSchema",
        "validate, where it asks the tenant",
    ),
];

/// What a phase sends.
pub(super) async fn of(phase: Phase) -> Vec<Row> {
    let earlier = Phase::ALL.iter().take_while(|other| **other != phase);
    let mut before = BTreeSet::new();
    for other in earlier {
        before.extend(sent(*other).await.into_keys());
    }
    let row = |(operation, (mutation, times)): (String, (bool, usize))| Row {
        first_seen: !before.contains(&operation),
        operation,
        mutation,
        times,
    };
    sent(phase).await.into_iter().map(row).collect()
}

/// Each operation: whether it is a mutation, and in how many requests it is.
async fn sent(phase: Phase) -> BTreeMap<String, (bool, usize)> {
    let world = phase.start().await;
    let seen = world.all_calls().len();
    let plan = whole::pass(&world, "without faults").await;
    assert!(plan.is_some());
    let mut all = BTreeMap::from([(TOKEN.to_owned(), (false, 1))]);
    for call in &world.all_calls()[seen..] {
        let names: BTreeSet<&String> = call.operations.iter().collect();
        for name in names {
            all.entry(name.clone()).or_insert((call.mutation, 0)).1 += 1;
        }
    }
    all
}

/// The root fields of a document.
fn roots(name: &str, text: &str) -> BTreeSet<String> {
    let document = Document::parse(text, name).unwrap();
    let operations = document.definitions.iter().filter_map(|it| match it {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let selections = operations.flat_map(|operation| &operation.selection_set);
    let fields = selections.filter_map(|selection| match selection {
        Selection::Field(field) => Some(field.name.to_string()),
        _ => None,
    });
    fields.collect()
}

/// A new operation is either sent in a phase, and so in the matrix, or known to be asked for by hand.
#[tokio::test(start_paused = true)]
async fn no_operation_is_forgotten() {
    let documents = prism_gitops::prismatic::operations::documents();
    let known: BTreeSet<String> = documents
        .iter()
        .flat_map(|(name, text)| roots(name, text))
        .collect();
    let mut covered = BTreeSet::new();
    for phase in Phase::ALL {
        covered.extend(sent(phase).await.into_keys());
    }
    covered.remove(TOKEN);
    assert!(covered.is_subset(&known), "{covered:?} and {known:?}");
    let by_hand: BTreeSet<String> = BY_HAND.iter().map(|(name, _)| (*name).to_owned()).collect();
    let left: BTreeSet<_> = known.difference(&covered).cloned().collect();
    assert_eq!(
        left, by_hand,
        "what no phase sends must be known to be by hand"
    );
}
