//! Shared connections and their values for customers.

use super::config::Expression;
use super::{customer, instance};
use crate::model::{
    ConfigWrite, ConnectionId, ConnectionRecord, ConnectionScope, ConnectionSighting,
    ConnectionType, ConnectionValue, ConnectionValueId, Echo, Listing, LiveInput, ManagedBy,
    WriteValue, undescribed,
};
use crate::operations::nodes::{
    ConnectionValueNode, InputNode, SharedConnectionNode, SightedConnectionNode, WrittenInputNode,
};
use crate::paging::Page;

/// A shared connection with its values; `None` for one that a customer owns.
pub(crate) fn connection(
    node: SharedConnectionNode,
    values: Listing<ConnectionValue>,
) -> Option<ConnectionRecord> {
    if node.customer.is_some() {
        return None;
    }
    let (text, labels) = undescribed(node.description.as_deref().unwrap_or_default());
    let oauth = node
        .connection
        .as_ref()
        .and_then(|it| it.oauth2_type.as_deref());
    Some(ConnectionRecord {
        id: ConnectionId::new(node.id),
        display_name: node.key,
        stable_key: node.stable_key,
        text,
        labels,
        oauth: oauth == Some("AUTHORIZATION_CODE"),
        kind: node.connection.map(|it| ConnectionType {
            component: it.component.key,
            public: it.component.public,
            connection: it.key,
        }),
        scope: node.variable_scope.as_deref().and_then(scope),
        managed_by: node.managed_by.as_deref().and_then(managed_by),
        status: node.status.as_deref().and_then(instance::status),
        inputs: inputs(node.inputs),
        values,
        in_use: node.is_in_use.unwrap_or(true),
    })
}

/// A value; `None` for one of a test.
pub(crate) fn connection_value(node: ConnectionValueNode) -> Option<ConnectionValue> {
    (!node.is_test).then(|| ConnectionValue {
        id: ConnectionValueId::new(node.id),
        customer: node.customer.map(customer),
        status: node.status.as_deref().and_then(instance::status),
        inputs: inputs(node.inputs),
    })
}

/// What a reply or a look shows of a connection.
pub(crate) fn connection_sighting(node: SightedConnectionNode) -> ConnectionSighting {
    ConnectionSighting {
        id: ConnectionId::new(node.id),
        stable_key: node.stable_key,
        labels: node.description.map(|text| undescribed(&text).1),
    }
}

fn inputs(page: Option<Page<InputNode>>) -> Listing<LiveInput> {
    let Some(page) = page else {
        return Listing::default();
    };
    let incomplete = page.cut().map(Into::into);
    let items = page.nodes.into_iter().flatten().map(|input| LiveInput {
        name: input.name,
        value: input.value,
        has_value: input.has_value,
    });
    Listing {
        items: items.collect(),
        incomplete,
    }
}

fn scope(word: &str) -> Option<ConnectionScope> {
    match word {
        "ORG" => Some(ConnectionScope::Organization),
        "CUSTOMER" => Some(ConnectionScope::Customer),
        _ => None,
    }
}

fn managed_by(word: &str) -> Option<ManagedBy> {
    match word {
        "ORG" => Some(ManagedBy::Org),
        "CUSTOMER" => Some(ManagedBy::Customer),
        _ => None,
    }
}

/// Inputs as `InputExpression` takes them.
pub(crate) fn connection_inputs(write: &ConfigWrite) -> Vec<Expression<'_>> {
    match &write.value {
        WriteValue::Inputs(inputs) => super::config::expressions(inputs),
        // A connection is written by its inputs alone.
        WriteValue::Text(_)
        | WriteValue::Secret(_)
        | WriteValue::Schedule(_)
        | WriteValue::Shared(_) => Vec::new(),
    }
}

/// What the API shows of the inputs since a write.
pub(crate) fn inputs_echo(
    written: Option<&ConfigWrite>,
    shown: Option<Page<WrittenInputNode>>,
) -> Echo {
    let mut echo = Echo::default();
    let Some(write) = written else { return echo };
    for input in shown.into_iter().flat_map(|page| page.nodes).flatten() {
        echo.insert(&write.key, Some(&input.name), input.value);
    }
    echo
}
