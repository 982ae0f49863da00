//! The shared connections of a tenant, and what new ones are created with.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde::Deserialize;

use crate::convert;
use crate::graphql::or_default;
use crate::lookup_batcher::{fitting, look_up, unreadable};
use crate::model::{
    ConnectionId, ConnectionRecord, ConnectionType, ConnectionValue, ConnectionValueSighting,
    ConnectionsWanted, CustomerId, Listing, Observed,
};
use crate::operations::nodes::{IdNode, SharedConnectionNode};
use crate::operations::{list_connection_values, list_connections, lookups};
use crate::paging::Page;
use crate::platform::PlatformResult;
use crate::session::Session;

/// What is read of connections.
#[derive(Default)]
pub(super) struct Connections {
    pub(super) all: Option<Listing<ConnectionRecord>>,
    pub(super) types: BTreeMap<ConnectionType, Observed<String>>,
}

/// All shared connections, where they are requested.
pub(super) async fn all(session: &Session, wanted: Option<&ConnectionsWanted>) -> Connections {
    let Some(wanted) = wanted else {
        return Connections::default();
    };
    let (walk, types) = futures::join!(
        list_connections::run(session),
        types(session, &wanted.types)
    );
    let Listing { items, incomplete } = walk.listing;
    let records = join_all(items.into_iter().map(|node| record(session, node))).await;
    Connections {
        all: Some(Listing {
            items: records.into_iter().flatten().collect(),
            incomplete,
        }),
        types,
    }
}

/// A connection with all of its values, which may be more than a page.
async fn record(session: &Session, mut node: SharedConnectionNode) -> Option<ConnectionRecord> {
    let id = ConnectionId::new(node.id.clone());
    let whole = match node.customer_config_variables.take() {
        Some(page) => {
            let all = list_connection_values::run(session, &id, None);
            page.whole(all).await
        }
        None => Err("the server gave no list".into()),
    };
    let values = match whole {
        Ok(nodes) => Listing::complete(
            (nodes.into_iter())
                .filter_map(convert::connection_value)
                .collect(),
        ),
        Err(why) => Listing {
            items: Vec::new(),
            incomplete: Some(why),
        },
    };
    convert::connection(node, values)
}

/// The values of a connection for a customer, but for those of tests.
pub(crate) async fn values_for(
    session: &Session,
    connection: &ConnectionId,
    customer: &CustomerId,
) -> PlatformResult<Vec<ConnectionValueSighting>> {
    let walk = list_connection_values::run(session, connection, Some(customer)).await;
    if let Some(error) = walk.failed {
        return Err(error);
    }
    if let Some(why) = walk.listing.incomplete {
        return Err(unreadable("customerConfigVariables", why.to_string()));
    }
    let values = walk.listing.items.into_iter();
    let values = values.filter_map(convert::connection_value);
    let sighting = |value: ConnectionValue| ConnectionValueSighting {
        id: value.id,
        customer: value.customer.map(|it| it.id),
    };
    // A filter may be looser than it says.
    let values = values.map(sighting);
    Ok(values
        .filter(|it| it.customer.as_ref() == Some(customer))
        .collect())
}

#[derive(Deserialize)]
struct ComponentNode {
    key: String,
    #[serde(default, deserialize_with = "or_default")]
    public: bool,
    customer: Option<IdNode>,
    connections: Page<TypeNode>,
}

#[derive(Deserialize)]
struct TypeNode {
    id: String,
    key: String,
}

/// The ids of connections of components. A tenant that lists no component at all may not be allowed to list them.
async fn types(
    session: &Session,
    wanted: &BTreeSet<ConnectionType>,
) -> BTreeMap<ConnectionType, Observed<String>> {
    let keys: BTreeSet<&str> = wanted.iter().map(|it| it.component.as_str()).collect();
    let lookups: Vec<_> = keys
        .iter()
        .map(|key| lookups::connection_types(key))
        .collect();
    let answers = look_up(session, lookups::CONNECTION_TYPES, &lookups).await;
    let answers = keys.into_iter().zip(answers);
    let pages: BTreeMap<&str, Observed<Page<ComponentNode>>> = answers
        .map(|(key, answer)| (key, fitting(answer)))
        .collect();
    let id = |kind: &ConnectionType| match pages.get(kind.component.as_str()) {
        Some(Observed::Known(page)) => find(page, kind),
        Some(Observed::Unknown(why)) => Observed::Unknown(why.clone()),
        Some(Observed::Absent) | None => Observed::Unknown("the server gave no list".into()),
    };
    wanted.iter().map(|kind| (kind.clone(), id(kind))).collect()
}

fn find(page: &Page<ComponentNode>, kind: &ConnectionType) -> Observed<String> {
    let nodes = page.nodes.iter().flatten();
    let meant = |node: &&ComponentNode| {
        node.customer.is_none() && node.key == kind.component && node.public == kind.public
    };
    let mut unread = page.cut();
    for component in nodes.filter(meant) {
        let mut connections = component.connections.nodes.iter().flatten();
        if let Some(found) = connections.find(|it| it.key == kind.connection) {
            return Observed::Known(found.id.clone());
        }
        unread = unread.or(component.connections.cut());
    }
    unread.map_or(Observed::Absent, |why| Observed::Unknown(why.into()))
}
