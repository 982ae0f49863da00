//! The connections of components.

use std::sync::Arc;

use crate::definition::{ConfigVar, ConnectionRef};
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, any, contains, exact, flag, iexact, never, one_of, refers};
use crate::schema::page::{Listed, SortKey, Sorts};
use crate::world::component::{Component, Connection};
use crate::world::id;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Connection", CONNECTION);
    let nothing = &["comments", "iconUrl", "avatarIconUrl"];
    bindings.fixed("Connection", nothing, || Answer::Null);
    let no = &["onPremiseAvailable", "allowRemove", "allowUpdate"];
    bindings.fixed("Connection", no, || false.into());
    bindings.listed::<ConnectionOf>("Connection");
}

/// A connection of a component.
#[derive(Debug, Clone)]
pub(super) struct ConnectionOf {
    component: Arc<Component>,
    connection: Connection,
}

impl ConnectionOf {
    /// Every connection of a component.
    pub(super) fn all(component: &Component) -> Vec<Arc<Self>> {
        let owner = Arc::new(component.clone());
        let of = |connection: &Connection| {
            let component = Arc::clone(&owner);
            Arc::new(Self {
                component,
                connection: connection.clone(),
            })
        };
        component.connections.iter().map(of).collect()
    }

    /// The connection that a config variable is for; null if it is for none.
    pub(super) fn variable(variable: &ConfigVar, call: &Call<'_>) -> Answer {
        Self::reference(variable.connection.as_ref(), call)
    }

    /// The connection that something refers to; null if it refers to none.
    pub(super) fn reference(reference: Option<&ConnectionRef>, call: &Call<'_>) -> Answer {
        let Some(reference) = reference else {
            return Answer::Null;
        };
        let newest = call
            .world
            .newest_component(&reference.component_key, reference.is_public);
        let Some(component) = newest else {
            return Answer::Null;
        };
        let mut known = component.connections.iter();
        let known = known
            .find(|connection| connection.key == reference.key)
            .cloned();
        Answer::object(Self {
            component: Arc::clone(component),
            connection: known.unwrap_or_else(|| Connection {
                key: reference.key.clone(),
                label: reference.key.clone(),
                oauth2: None,
            }),
        })
    }
}

const CONNECTION: Fields<ConnectionOf> = &[
    ("id", |it, _| {
        id::global(
            "Connection",
            id::part(it.component.id, "connection", &it.connection.key),
        )
        .into()
    }),
    ("key", |it, _| (&it.connection.key).into()),
    ("label", |it, _| (&it.connection.label).into()),
    ("component", |it, _| Answer::shared(Some(&it.component))),
    ("default", |it, _| {
        let first = it.component.connections.first();
        first
            .is_some_and(|first| first.key == it.connection.key)
            .into()
    }),
    ("oauth2Type", |it, _| it.connection.oauth2.as_ref().into()),
    ("order", |it, _| {
        let mut connections = it.component.connections.iter();
        connections
            .position(|connection| connection.key == it.connection.key)
            .into()
    }),
];

impl Listed for ConnectionOf {
    const FILTERS: Filters<Self> = &[
        ("key", |value, _| {
            exact(value, |it: &Self| &it.connection.key)
        }),
        ("key_Icontains", |value, _| {
            contains(value, |it: &Self| &it.connection.key)
        }),
        ("label_Icontains", |value, _| {
            contains(value, |it: &Self| &it.connection.label)
        }),
        ("component", |value, _| {
            refers(value, "Component", |it: &Self| Some(it.component.id))
        }),
        ("oauth2Type", |value, _| iexact(value, oauth2)),
        ("oauth2Type_In", |value, _| one_of(value, oauth2)),
        ("oauth2Type_Isnull", |value, _| {
            flag(value, |it: &Self| it.connection.oauth2.is_none())
        }),
        ("hasTemplates", never),
        ("includeForCodeNativeIntegrations", any),
    ];
    const SORTS: Sorts<Self> = &[
        ("KEY", |it, _| SortKey::text(&it.connection.key)),
        ("LABEL", |it, _| SortKey::text(&it.connection.label)),
        ("ORDER", |_, _| SortKey::Nothing),
    ];
}

fn oauth2(connection: &ConnectionOf) -> &str {
    connection.connection.oauth2.as_deref().unwrap_or_default()
}
